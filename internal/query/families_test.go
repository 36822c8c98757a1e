package query

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Families whose rows count by conditions on several columns at once, as of an index or a net, are answered as each row
// would, alone and merged with their like, on every engine.
func TestFamiliesOfSeveralColumnsAreThoseOfEachRow(t *testing.T) {
	index := measure.Index{Items: []measure.IndexItem{
		{Column: "amount", Weight: 0.5, Scale: measure.Scale{Min: 1, Max: 9}},
		{Column: "level", Weight: 0.2, Scale: measure.Scale{Min: 0, Max: 3}},
		{Column: "score", Weight: 0.3, Scale: measure.Scale{Min: 0, Max: 10}},
	}}
	for _, e := range engines(t) {
		g := generator{rand.New(rand.NewPCG(11, 7))}
		table := g.surveyTable("survey", KindDate, 300)
		e.load(t, table)
		set := surveySet("survey", KindDate)
		set.Columns = table.columns
		ref := newReference(set, table, kept)
		var asks []Ask
		for id := range 12 {
			ask := g.ask(id, true)
			net := measure.Share{
				Of:         []measure.Condition{g.condition()},
				Less:       &measure.Opposed{Of: []measure.Condition{g.condition()}},
				Classifier: &measure.Classifier{Sensitivity: 0.75, Specificity: 0.75},
			}
			ask.Request = pick[measure.Family](g, &index, &net).Request(measure.Setting{KeepAll: pick(g, "", "contact")})
			asks = append(asks, ask)
		}
		for _, rows := range []int64{0, 1 << 40, 40} { // the estimates steer the shapes
			set.Rows = rows
			answered(t, e, fmt.Sprintf("%s merged, estimate %d", e.dialect, rows), set, asks, ref)
		}
		set.Rows = 1000
		for one := range slices.Chunk(asks, 1) {
			answered(t, e, string(e.dialect)+" alone", set, one, ref)
		}
	}
}

// Rows that count as much as a column says: a net by their sums, an index by products of the weight with each item.
func TestWeightsAreThoseOfEachRow(t *testing.T) {
	families := []measure.Family{
		&measure.Index{Items: []measure.IndexItem{
			{Column: "level", Weight: 0.4, Scale: measure.Scale{Min: 0, Max: 3}}, {Column: "score", Weight: 0.6, Scale: measure.Scale{Min: 0, Max: 10}},
		}},
		&measure.CustomerSatisfaction{Score: "score", Scale: measure.Scale{Min: 0, Max: 10}, Form: measure.CSATMean},
		&measure.NetPromoterScore{Score: "score"},
	}
	for _, e := range engines(t) {
		g := generator{rand.New(rand.NewPCG(12, 7))}
		table := g.surveyTable("survey", KindDate, 300)
		e.load(t, table)
		set := surveySet("survey", KindDate)
		set.Columns = table.columns
		ref := newReference(set, table, kept)
		for id, family := range families {
			ask := g.ask(id, true)
			ask.Request = measure.WeightedBy(family, "amount").Request(measure.Setting{})
			answered(t, e, string(e.dialect), set, []Ask{ask}, ref.withDerived(ask.Request.Derived))
		}
	}
}

// answered runs asks and checks each against the reference.
func answered(t *testing.T, e *engine, what string, set RowSet, asks []Ask, ref *reference) {
	t.Helper()
	batches, refusals := Plan(e.dialect, set, asks, Options{})
	if len(refusals) > 0 {
		t.Fatalf("%s: refused %v", what, refusals)
	}
	got, err := e.answer(batches)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, ask := range asks {
		check(t, what, ask, got[ask.ID], ref.answer(ask))
	}
}
