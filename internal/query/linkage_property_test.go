package query

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Times of claims: days around both changes of the clock, so close that many rows share one, with hours that come twice
// or not at all.
func (g generator) claimTime(kind Kind, null float64) any {
	if g.Float64() < null {
		return nil
	}
	at := pick(g, time.Date(2025, 10, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 22, 0, 0, 0, 0, time.UTC)).AddDate(0, 0, g.IntN(14))
	if g.IntN(6) == 0 {
		at = pick(g, time.Date(2025, 10, 26, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC))
	}
	if kind == KindDate {
		return at
	}
	return at.Add(pick(g, 0, 90*time.Minute, 150*time.Minute, 6*time.Hour, 6*time.Hour, 23*time.Hour+30*time.Minute, 6*time.Hour+time.Microsecond))
}

var hostileUnits = []string{"1", "2", "01", "c1", "C1", "c1 ", "Ç", "c'", `a"b`, `\\`, "", "NULL", "ß", "3"}

// unit is a key of the kind.
func (g generator) unit(kind Kind) any {
	switch {
	case g.IntN(12) == 0:
		return nil
	case kind == KindInteger:
		return int64(g.IntN(5))
	}
	return pick(g, hostileUnits...)
}

// claimTables are contracts, responses and what else is known of units.
func (g generator) claimTables(n int, key, due, decided, answered, other Kind) (contracts, responses, spells, events, facts testTable) {
	at := func(name string, kind Kind) ColumnInfo { return ColumnInfo{Name: name, Kind: kind} }
	id := at("id", KindInteger)
	otherKey := pick(g, KindText, KindInteger)
	contracts = testTable{name: "contracts", columns: []ColumnInfo{
		id, at("customer", key), at("status", KindText), at("due", due), at("decided", decided), at("plan", KindText), at("size", KindNumber), at("active", KindBoolean),
	}}
	responses = testTable{name: "responses", columns: []ColumnInfo{
		id, at("customer", otherKey), at("answered", answered), at("score", KindInteger), at("region", KindText), at("active", KindBoolean),
	}}
	spells = testTable{name: "spells", columns: []ColumnInfo{id, at("customer", KindText), at("since", other), at("until", other), at("segment", KindText), at("active", KindBoolean)}}
	events = testTable{name: "happened", columns: []ColumnInfo{id, at("customer", key), at("on", other), at("level", KindInteger), at("vip", KindBoolean), at("active", KindBoolean)}}
	facts = testTable{name: "facts", columns: []ColumnInfo{id, at("customer", otherKey), at("industry", KindText), at("seats", KindNumber), at("active", KindBoolean)}}
	truth := func() any {
		if g.IntN(5) == 0 {
			return nil
		}
		return g.IntN(2) == 0
	}
	some := func(v any) any {
		if g.IntN(6) == 0 {
			return nil
		}
		return v
	}
	for id := range n {
		active := g.IntN(8) > 0
		contracts.rows = append(contracts.rows, map[string]any{
			"id": int64(id), "customer": g.unit(key), "status": g.text(0.2, "won", "won", "lost", "void", "odd"), "due": g.claimTime(due, 0.05),
			"decided": g.claimTime(decided, 0.15), "plan": g.text(0.2, plans...), "size": some(float64(g.IntN(3)) / 2), "active": active,
		})
		for range 2 {
			responses.rows = append(responses.rows, map[string]any{
				"id": int64(len(responses.rows)), "customer": g.unit(otherKey), "answered": g.claimTime(answered, 0.05),
				"score": some(int64(g.IntN(13) - 1)), "region": g.text(0.1, "n", "s"), "active": g.IntN(8) > 0,
			})
		}
		since, until := g.claimTime(other, 0.05), g.claimTime(other, 0.3)
		spells.rows = append(spells.rows, map[string]any{"id": int64(id), "customer": g.unit(KindText), "since": since, "until": until, "segment": g.text(0.2, plans...), "active": active})
		events.rows = append(events.rows, map[string]any{
			"id": int64(id), "customer": g.unit(key), "on": g.claimTime(other, 0.05), "level": some(int64(g.IntN(3))), "vip": truth(), "active": active,
		})
		if id%3 == 0 {
			facts.rows = append(facts.rows, map[string]any{
				"id": int64(id), "customer": g.unit(otherKey), "industry": g.text(0.2, plans...), "seats": some(float64(g.IntN(3))), "active": active,
			})
		}
	}
	return contracts, responses, spells, events, facts
}

// On every engine a claim finds the units that a look at each row finds, whatever the columns hold.
func TestClaimsFindWhatARowByRowLookFinds(t *testing.T) {
	times := []Kind{KindDate, KindTimestamp, KindInstant}
	seen := map[string]int{}
	for _, e := range engines(t) {
		g := generator{rand.New(rand.NewPCG(4, 15))}
		for round := range 30 {
			key, due, decided, answered, other := pick(g, KindText, KindInteger), pick(g, times...), pick(g, times...), pick(g, times...), pick(g, times...)
			contracts, responses, spells, events, facts := g.claimTables(60, key, due, decided, answered, other)
			for _, table := range []testTable{contracts, responses, spells, events, facts} {
				e.load(t, table)
			}
			claim, ref := g.claim(t, contracts, responses, spells, events, facts)
			what := fmt.Sprintf("%s, round %d: %s, %s, due %s, decided %s, answered %s, else %s", e.dialect, round, claim.Level.Index, claim.Level.Collapse, due, decided, answered, other)
			want, got := ref.answer(), e.claimOn(t, claim)
			if diff := cmp.Diff(want, got.cells); diff != "" {
				statements, _ := PlanClaim(e.dialect, claim)
				t.Fatalf("%s (-want +got):\n%s\n%+v\n%s", what, diff, claim.Level, Display(statements.Cells))
			}
			for _, cell := range want {
				if !slices.Contains([]string{"no response|no × 1"}, cell) {
					seen[string(claim.Level.Index)]++
				}
			}
		}
	}
	for _, index := range []plan.Index{plan.OutcomeDecision, plan.ForwardExposure, plan.Vouched} {
		if seen[string(index)] < 50 {
			t.Errorf("%s: only %d cells were compared", index, seen[string(index)])
		}
	}
}

// claim draws a claim on tables, and what answers it row by row.
func (g generator) claim(t *testing.T, contracts, responses, spells, events, facts testTable) (Claim, *claimReference) {
	zones := []string{"Europe/Berlin", "America/New_York", "UTC"}
	set := func(table testTable, at plan.Time) RowSet {
		return table.set(at, "customer", func(d *plan.Dataset) {
			d.TimeZone = pick(g, zones...)
			d.Filters = []plan.Filter{{Name: "inactive", Expr: "active"}}
		})
	}
	known := time.Date(2026, 4, 2, 10, 30, 0, 0, time.UTC)
	grace := pick(g, 0, 36*time.Hour, 5*oneDay)
	c := Claim{Known: known, TimeZone: pick(g, zones...)}
	c.Level = plan.CustomerLevel{
		Unit: "customer", Collapse: pick(g, plan.CollapseLatest, plan.CollapseMean, plan.CollapseMinimum),
		Index:    pick(g, plan.OutcomeDecision, plan.OutcomeDecision, plan.ForwardExposure, plan.Vouched),
		Exposure: pick(g, 3*oneDay, 20*oneDay, 400*oneDay), History: pick(g, 5*oneDay, 170*oneDay, 400*oneDay),
	}
	c.OutcomeRows, c.ExposureRows = set(contracts, plan.Time{Event: "due"}), set(responses, plan.Time{Event: "answered"})
	attributes := map[string]RowSet{
		"spells": set(spells, plan.Time{Start: "since", End: "until"}), "happened": set(events, plan.Time{Event: "on"}), "facts": set(facts, plan.Time{}),
	}
	if g.IntN(2) == 0 {
		attributes["happened"] = set(events, plan.Time{Snapshot: "on"})
	}
	c.Attributes = attributes
	own := g.IntN(2) == 0 && c.Level.Index != plan.ForwardExposure
	if own {
		c.Level.StratifyBy = append(c.Level.StratifyBy, plan.Attribute{Column: pick(g, "plan", "size")})
	}
	if g.IntN(2) == 0 {
		c.Level.StratifyBy = append(c.Level.StratifyBy, plan.Attribute{Dataset: "spells", Column: "segment"})
	}
	for _, a := range []plan.Attribute{{Dataset: "happened", Column: "level"}, {Dataset: "happened", Column: "vip"}, {Dataset: "facts", Column: "seats"}, {Dataset: "facts", Column: "industry"}} {
		if g.IntN(3) == 0 {
			c.Level.Covariates = append(c.Level.Covariates, a)
		}
	}
	if g.IntN(3) == 0 {
		c.OutcomeWhere = []measure.Condition{{Column: "plan", Operator: measure.In, Values: []string{"basic", "pro", "", "ünï"}}}
	}
	if g.IntN(3) == 0 {
		c.ExposureWhere = []measure.Condition{{Column: "region", Operator: measure.In, Values: []string{"n"}}}
	}
	kpi := measure.Spec{Renewal: &measure.Renewal{Decision: "status", Renewed: []string{"won"}, Lost: []string{"lost"}, NotDue: []string{"void"}, DecidedAt: "decided", Grace: grace}}
	if c.Level.Index == plan.ForwardExposure {
		kpi = measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "status", Operator: measure.In, Values: []string{"won"}}}}}
		c.Level.Exposure, c.Level.FollowUp = pick(g, 2*oneDay, 3*oneDay, 20*oneDay), pick(g, oneDay, 4*oneDay, 30*oneDay)
	}
	setting := measure.Setting{TimeColumn: "due", Now: known}
	var err error
	if c.Outcomes, err = measure.OutcomeOf(kpi, setting); err != nil {
		t.Fatal(err)
	}
	if c.Score, err = measure.ScoreOf(measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}}, setting); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	ref := &claimReference{
		Claim: c, zone: zone, grace: grace, outcomes: newReference(c.OutcomeRows, contracts, kept), responses: newReference(c.ExposureRows, responses, kept),
		attributes: map[string]*reference{"spells": newReference(attributes["spells"], spells, kept), "happened": newReference(attributes["happened"], events, kept), "facts": newReference(attributes["facts"], facts, kept)},
	}
	compared := []Kind{ref.outcomes.kinds["decided"], ref.responses.kinds["answered"]}
	switch c.Level.Index {
	case plan.ForwardExposure:
		compared[0] = ref.outcomes.kinds["due"]
	case plan.Vouched:
		compared = compared[:1]
	}
	ref.days = slices.Contains(compared, KindDate)
	return c, ref
}
