package query

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// visitTable has rows of few customers over months in which the clocks change twice, some of them in the hours that come
// twice or not at all, many at the same time or exactly so many days apart.
func (g generator) visitTable(name string, kind Kind, n int) testTable {
	t := testTable{name: name, columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "account", Kind: KindInteger}, {Name: "plan", Kind: KindText},
		{Name: "region", Kind: KindText}, {Name: "active", Kind: KindBoolean}, {Name: "level", Kind: KindInteger}, {Name: "at", Kind: kind},
	}}
	for id := range n {
		at := time.Date(2025, 9, 20, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.IntN(230))
		if g.IntN(4) == 0 {
			at = pick(g, time.Date(2025, 10, 25, 0, 0, 0, 0, time.UTC), time.Date(2025, 10, 26, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC))
		}
		if kind != KindDate {
			at = at.Add(pick(g, 0, 30*time.Minute, 90*time.Minute, 2*time.Hour, 150*time.Minute, 6*time.Hour, 23*time.Hour, time.Hour-time.Microsecond))
		}
		row := map[string]any{
			"id": int64(id), "plan": g.text(0.2, plans...), "region": g.text(0.1, "n", "s"), "active": g.IntN(8) > 0, "level": int64(g.IntN(4)), "at": at,
			"customer": g.text(0.05, "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "Ç", "c'"),
		}
		if g.IntN(20) > 0 {
			row["account"] = int64(g.IntN(60) - 2)
		}
		if g.IntN(20) == 0 {
			row["at"] = nil
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func visitSet(table testTable, zone string) RowSet {
	return RowSet{Rows: int64(len(table.rows)), Columns: table.columns, Dataset: plan.Dataset{
		Name: table.name, Table: &plan.Table{Name: table.name}, TimeZone: zone, PrimaryKey: []string{"id"}, Time: plan.Time{Event: "at"},
		Entities: map[string]string{"customer": "customer", "account": "account"}, Filters: []plan.Filter{{Name: "inactive", Expr: "active"}},
	}}
}

func (g generator) conversionAsk(id int, days bool, other *RowSet) Ask {
	condition := func() []measure.Condition {
		return pick(g, nil, []measure.Condition{{Column: "region", Operator: measure.In, Values: []string{"n"}}},
			[]measure.Condition{{Column: "level", Operator: measure.AtLeast, Values: []string{"2"}}}, []measure.Condition{{Column: "plan", Operator: measure.Exists}})
	}
	lengths := []time.Duration{0, time.Microsecond, time.Hour, 24 * time.Hour, 36 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 45 * 24 * time.Hour}
	within := pick(g, lengths[2:]...)
	if days {
		within = pick(g, lengths[3:]...)
	}
	m := &measure.Conversion{
		Entity: pick(g, "customer", "account"), Occurrence: pick(g, measure.First, measure.FirstInPeriod, measure.Every), Within: within,
		Outcome: measure.Outcome{Where: condition(), After: min(within, pick(g, lengths[:6]...)), Absent: g.IntN(2) == 0},
	}
	if other != nil {
		m.Outcome.Dataset = other.Dataset.Name
	}
	a := Ask{ID: id, Where: condition(), Request: m.Request(measure.Setting{}), Other: other, TimeZone: pick(g, "Europe/Berlin", "America/New_York", "UTC"),
		Breakdowns: pick(g, nil, []plan.Breakdown{{By: []string{"plan"}}}, []plan.Breakdown{{By: []string{"region", "level"}}, {By: []string{"region"}}})}
	zone, _ := time.LoadLocation(a.TimeZone)
	month := func(n int) time.Time { return time.Date(2025, time.Month(n), 1, 0, 0, 0, 0, zone) }
	trailing := pick(g, 1, 1, 3)
	for n := 11; n <= 16; n++ {
		if g.IntN(5) > 0 || n == 16 {
			a.Windows = append(a.Windows, Window{month(n - trailing + 1), month(n + 1)})
		}
	}
	if g.IntN(3) > 0 {
		a.Known = month(15).Add(pick(g, 0, 12*time.Hour, 29*24*time.Hour, -time.Microsecond))
	}
	return a
}

// TestConversionsAreThoseOfEachRow compares conversions on both engines with every base row held against every outcome:
// in the same dataset and in another, for all kinds of time.
func TestConversionsAreThoseOfEachRow(t *testing.T) {
	kinds := []Kind{KindTimestamp, KindDate, KindInstant}
	for _, e := range engines(t) {
		for i, kind := range kinds {
			for j, otherKind := range append(slices.Clone(kinds), "") {
				seed := uint64(10*i + j)
				g := generator{rand.New(rand.NewPCG(seed, 11))}
				visits := g.visitTable("visits", kind, 500)
				e.load(t, visits)
				set := visitSet(visits, "Europe/Berlin")
				ref := newReference(set, visits, kept)
				var other *RowSet
				var outcomes *reference
				if otherKind != "" {
					orders := g.visitTable("orders", otherKind, 700)
					e.load(t, orders)
					other = new(visitSet(orders, pick(g, "Europe/Berlin", "America/New_York")))
					outcomes = newReference(*other, orders, kept)
				}
				var asks []Ask
				for id := range 12 {
					asks = append(asks, g.conversionAsk(id, kind == KindDate || otherKind == KindDate, other))
				}
				for _, options := range []Options{{}, {MaxRowsPerStatement: 300}} {
					what := fmt.Sprintf("%s, %s then %s, seed %d, %v", e.dialect, kind, otherKind, seed, options)
					batches, refusals := Plan(e.dialect, set, asks, options)
					if len(refusals) > 0 {
						t.Fatalf("%s: refused %v", what, refusals)
					}
					if split := len(batches) > len(asks); split != (options.MaxRowsPerStatement > 0) {
						t.Errorf("%s: %d statements for %d asks", what, len(batches), len(asks))
					}
					got, err := e.answer(batches)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					for _, ask := range asks {
						check(t, what, ask, got[ask.ID], ref.follows(ask, outcomes))
						if t.Failed() {
							t.Fatalf("%+v in %s, where %v, windows %v, known %v", ask.Request.Follow, ask.TimeZone, ask.Where, ask.Windows, ask.Known)
						}
					}
				}
			}
		}
	}
}

// What a conversion cannot be made of is refused before any SQL runs, and harms no other.
func TestConversionsRefused(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 1))}
	visits := visitSet(g.visitTable("visits", KindTimestamp, 0), "UTC")
	ask := func(change func(base, other *RowSet, f *measure.FollowRequest)) (Ask, RowSet) {
		base, other := visits, visitSet(g.visitTable("orders", KindDate, 0), "UTC")
		m := &measure.Conversion{Entity: "customer", Occurrence: measure.Every, Within: 24 * time.Hour, Outcome: measure.Outcome{Dataset: "orders"}}
		a := Ask{Request: m.Request(measure.Setting{}), Other: &other, TimeZone: "UTC", Windows: benchWindows(0, 1)}
		change(&base, &other, a.Request.Follow)
		return a, base
	}
	for want, change := range map[string]func(base, other *RowSet, f *measure.FollowRequest){
		`orders declares no entity "customer"`: func(_, other *RowSet, _ *measure.FollowRequest) { other.Dataset.Entities = nil },
		`visits declares no entity "customer"`: func(base, _ *RowSet, _ *measure.FollowRequest) { base.Dataset.Entities = nil },
		"orders has no event time":             func(_, other *RowSet, _ *measure.FollowRequest) { other.Dataset.Time = plan.Time{Snapshot: "at"} },
		"is text in dataset visits and integer in orders": func(_, other *RowSet, _ *measure.FollowRequest) {
			other.Dataset.Entities = map[string]string{"customer": "account"}
		},
		"dates tell days only": func(_, _ *RowSet, f *measure.FollowRequest) { f.Within = time.Hour },
		`no column "reason"`: func(_, _ *RowSet, f *measure.FollowRequest) {
			f.Where = []measure.Condition{{Column: "reason", Operator: measure.Exists}}
		},
	} {
		a, base := ask(change)
		batches, refusals := Plan(DuckDB, base, []Ask{a}, Options{})
		if len(batches) != 0 || len(refusals) != 1 || !strings.Contains(refusals[0].Failure.Message, want) {
			t.Errorf("refused %v, want %q", refusals, want)
		}
	}
	if a, base := ask(func(_, _ *RowSet, _ *measure.FollowRequest) {}); len(a.Windows) > 0 {
		if _, refusals := Plan(DuckDB, base, []Ask{a}, Options{}); len(refusals) > 0 {
			t.Errorf("refused %v", refusals)
		}
	}
}
