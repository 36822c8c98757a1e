package query

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// conditionOn is a random condition on one column, with values that its rows have and values between them.
func (g generator) conditionOn(name string) measure.Condition {
	values := map[string][]string{
		"plan": plans, "region": {"n", "m", "s"}, "account": {"-1", "0", "2", "3", "5", "2000001", "2000002"}, "level": {"-1", "0", "1", "3", "4", "9"},
		"amount": {"-1", "0", "2.5", "2.6", "5", "7.75", "9.75", "11"}, "score": {"0", "6", "7", "9", "10"}, "signed": {"2025-12-31", "2026-01-01", "2026-02-14"},
		"active": {"true", "false"}, "at": {"2026-01-01", "2026-01-31T22:30:00Z", "2026-02-15T03:00:00Z"},
	}[name]
	some := func() []string {
		var out []string
		for range 1 + g.IntN(3) {
			out = append(out, pick(g, values...))
		}
		return out
	}
	switch op := pick(g, measure.In, measure.In, measure.NotIn, measure.AtLeast, measure.AtMost, measure.GreaterThan, measure.LessThan, measure.Exists, measure.DoesNotExist); {
	case op == measure.Exists || op == measure.DoesNotExist:
		return measure.Condition{Column: name, Operator: op}
	case op == measure.In || op == measure.NotIn || name == "active":
		if op != measure.NotIn {
			op = measure.In
		}
		return measure.Condition{Column: name, Operator: op, Values: some()}
	case (name == "level" || name == "account") && g.IntN(3) > 0: // between whole numbers
		return measure.Condition{Column: name, Operator: op, Values: []string{pick(g, "0.5", "2.5", "2.5", "-0.5", "3e0", "1e30")}}
	default:
		return measure.Condition{Column: name, Operator: op, Values: []string{pick(g, values...)}}
	}
}

// TestClassesSayWhatTheValuesSay compares indicators that filter by the same columns with the reference: grouped by
// values and by classes, and looked up in dictionaries of each, NULL and values between the named ones included.
func TestClassesSayWhatTheValuesSay(t *testing.T) {
	defer func(size int) { maxDictionary = size }(maxDictionary)
	for _, e := range engines(t) {
		g := generator{rand.New(rand.NewPCG(5, 17))}
		table := g.surveyTable("survey", KindTimestamp, 300)
		e.load(t, table)
		set := surveySet("survey", KindTimestamp)
		set.Dataset.Filters = nil // which would keep active from being NULL
		ref := newReference(set, table, func(map[string]any) bool { return true })
		windows := g.windows("Europe/Berlin")
		shapes := map[Shape]int{}
		for _, columns := range [][]string{{"plan"}, {"account"}, {"level"}, {"amount"}, {"score"}, {"signed"}, {"active"}, {"at"},
			{"plan", "account"}, {"region", "level", "amount"}, {"plan", "active", "region"}} {
			equality := len(columns) == 3 // whose dictionaries hold values
			var asks []Ask
			for id := range 12 {
				ask := Ask{ID: id, TimeZone: "Europe/Berlin", Windows: windows, Breakdowns: []plan.Breakdown{{By: []string{"region"}}},
					Request: measure.Request{Terms: []measure.Term{{Op: measure.Rows}, {Op: measure.SumOf, Column: "amount"}}}}
				for _, name := range columns {
					c := g.conditionOn(name)
					for equality && id > 3 && c.Operator != measure.In {
						c = g.conditionOn(name)
					}
					ask.Where = append(ask.Where, c)
				}
				asks = append(asks, ask)
			}
			parts := [][]Ask{asks}
			if equality {
				parts = append(parts, asks[4:]) // which name values only
			}
			for _, part := range parts {
				for _, estimate := range []struct{ rows, distinct int64 }{{0, 0}, {200, 0}, {30, 50}} {
					maxDictionary = int(estimate.rows) // few leave each column a dictionary of its own
					set.Rows = estimate.rows
					set.Columns = append([]ColumnInfo{}, table.columns...)
					for i := range set.Columns {
						set.Columns[i].Distinct = estimate.distinct
					}
					what := fmt.Sprintf("%s, %v, estimate %v", e.dialect, columns, estimate)
					batches, refusals := Plan(e.dialect, set, part, Options{})
					if len(refusals) > 0 {
						t.Fatalf("%s: refused %v", what, refusals)
					}
					for _, b := range batches {
						shapes[b.Shape]++
					}
					got, err := e.answer(batches)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					for _, ask := range part {
						check(t, what, ask, got[ask.ID], ref.answer(ask))
					}
					if t.Failed() {
						t.Fatalf("%s\n%s", what, Display(batches[0].Statement))
					}
				}
			}
		}
		if shapes[StatCells] == 0 || shapes[DictMasks] == 0 {
			t.Errorf("%s: shapes %v", e.dialect, shapes)
		}
	}
}
