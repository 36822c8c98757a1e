package query

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// generator makes random rows and asks.
type generator struct{ *rand.Rand }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) text(null float64, list ...string) any {
	if g.Float64() < null {
		return nil
	}
	return pick(g, list...)
}

var plans = []string{"basic", "pro", "Basic", "basic ", "enter'prise", `a"b`, "", "ünï", "NULL"}

// surveyTable has rows with every kind of mischief: NULL, text scores, hostile segments, ties in time.
func (g generator) surveyTable(name string, timeKind Kind, n int) testTable {
	t := testTable{name: name, columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "account", Kind: KindInteger},
		{Name: "plan", Kind: KindText}, {Name: "region", Kind: KindText}, {Name: "active", Kind: KindBoolean},
		{Name: "level", Kind: KindInteger}, {Name: "amount", Kind: KindNumber}, {Name: "base", Kind: KindNumber},
		{Name: "score", Kind: KindText}, {Name: "at", Kind: timeKind}, {Name: "signed", Kind: KindDate},
	}}
	for id := range n {
		day := time.Date(2025, 12, 15, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.IntN(150))
		at := day
		if timeKind != KindDate {
			at = day.Add(time.Duration(g.IntN(8)) * 3 * time.Hour)
		}
		row := map[string]any{
			"id": int64(id), "customer": g.text(0.1, "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"), "plan": g.text(0.2, plans...),
			"region": g.text(0.1, "n", "s"), "level": int64(g.IntN(5)), "at": at, "signed": day,
			"score": g.text(0.1, "0", "3", "6", "7", "8", "9", "10", "11", "-1", "N/A", "", " 9 ", "10.0", "7.5", "1e1", "1_0"),
		}
		if g.Float64() < 0.8 {
			row["active"] = g.IntN(3) > 0
		}
		if g.Float64() < 0.9 {
			row["account"] = pick(g, int64(g.IntN(6)), int64(2_000_001+g.IntN(3)), int64(-1-g.IntN(2)))
		}
		if g.Float64() < 0.9 {
			row["amount"] = float64(g.IntN(40)) / 4
		}
		if g.Float64() < 0.9 {
			row["base"] = float64(g.IntN(40)) / 4
		}
		if g.Float64() < 0.05 {
			row["at"] = nil
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (g generator) condition() measure.Condition {
	some := func(list ...string) []string {
		return slices.Clone(list[:1+g.IntN(len(list))])
	}
	c := pick(g,
		measure.Condition{Column: "plan", Operator: pick(g, measure.In, measure.NotIn), Values: some(plans[g.IntN(3):]...)},
		measure.Condition{Column: "plan", Operator: pick(g, measure.AtLeast, measure.LessThan), Values: []string{pick(g, plans...)}},
		measure.Condition{Column: "region", Operator: measure.In, Values: []string{pick(g, "n", "s")}},
		measure.Condition{Column: "level", Operator: pick(g, measure.AtLeast, measure.AtMost, measure.GreaterThan, measure.LessThan), Values: []string{pick(g, "1", "2", "2.5")}},
		measure.Condition{Column: "level", Operator: pick(g, measure.In, measure.NotIn), Values: some("1", "3", "4")},
		measure.Condition{Column: "account", Operator: pick(g, measure.In, measure.NotIn), Values: []string{pick(g, "2000001", "2000002", "-1", "-2", "55296")}},
		measure.Condition{Column: "active", Operator: measure.In, Values: []string{pick(g, "true", "false")}},
		measure.Condition{Column: "amount", Operator: pick(g, measure.AtLeast, measure.LessThan, measure.In), Values: []string{"2.5"}},
		measure.Condition{Column: "signed", Operator: pick(g, measure.AtLeast, measure.LessThan), Values: []string{"2026-02-01"}},
		measure.Condition{Column: pick(g, "plan", "active", "amount", "score"), Operator: pick(g, measure.Exists, measure.DoesNotExist)},
		measure.Condition{Column: "score", Operator: measure.AtLeast, Values: []string{"7"}},
	)
	return c
}

func (g generator) conditions(most int) []measure.Condition {
	var out []measure.Condition
	for range g.IntN(most + 1) {
		out = append(out, g.condition())
	}
	return out
}

func (g generator) request() measure.Request {
	in := func(lo, hi float64) measure.Term {
		return measure.Term{Op: measure.InRange, Column: "score", Lo: lo, Hi: hi}
	}
	weigh := func(w float64, m measure.Term) measure.WeightedTerm {
		return measure.WeightedTerm{Weight: w, Term: m}
	}
	asked := []measure.Term{{Op: measure.Rows}, {Op: measure.Present, Column: "score"}, {Op: measure.Unreadable, Column: "score"}, in(0, 10)}
	var r measure.Request
	switch g.IntN(5) {
	case 0:
		r.Terms = slices.Concat(asked, []measure.Term{in(9, 10), in(0, 6)})
		r.Cluster = &measure.Pair{Y: []measure.WeightedTerm{weigh(1, in(9, 10)), weigh(-1, in(0, 6))}, X: []measure.WeightedTerm{weigh(1, in(0, 10))}}
	case 1:
		r.Terms = slices.Concat(asked, []measure.Term{{Op: measure.SumOf, Column: "score", Lo: 0, Hi: 10}, {Op: measure.SumSquares, Column: "score", Lo: 0, Hi: 10}})
	case 2:
		of := measure.Term{Op: measure.Rows}
		for range 1 + g.IntN(3) {
			of.Any = append(of.Any, append(g.conditions(1), g.condition()))
		}
		r.Terms = []measure.Term{{Op: measure.Rows}, of, {Op: measure.SumOf, Column: "amount", Any: of.Any}}
		r.Cluster = &measure.Pair{Y: []measure.WeightedTerm{weigh(1, of)}, X: []measure.WeightedTerm{weigh(1, measure.Term{Op: measure.Rows})}}
	case 3:
		y, x := measure.Term{Op: measure.SumPaired, Column: "amount", Other: "base"}, measure.Term{Op: measure.SumPaired, Column: "base", Other: "amount"}
		r.Terms = []measure.Term{{Op: measure.Rows}, y, x, {Op: measure.SumProduct, Column: "amount", Other: "base"}}
		r.Cluster = &measure.Pair{Y: []measure.WeightedTerm{weigh(1, y)}, X: []measure.WeightedTerm{weigh(1, x)}}
	case 4:
		r.Terms = []measure.Term{{Op: measure.Rows}, {Op: measure.Present, Column: "amount"}, {Op: measure.SumOf, Column: "amount"}, {Op: measure.SumSquares, Column: "amount"}, {Op: measure.SumOf, Column: "active"}}
	}
	return r
}

func (g generator) breakdowns() []plan.Breakdown {
	return pick(g, nil, []plan.Breakdown{{By: []string{"plan"}}}, []plan.Breakdown{{By: []string{"region"}}, {By: []string{"plan"}}},
		[]plan.Breakdown{{By: []string{"plan", "active"}}, {By: []string{"level"}}}, []plan.Breakdown{{By: []string{"region", "plan"}}, {By: []string{"plan"}}})
}

// windows are months in a zone, alone, trailing, or with holes.
func (g generator) windows(zone string) []Window {
	l, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	month := func(n int) time.Time { return time.Date(2026, time.Month(n), 1, 0, 0, 0, 0, l) }
	var out []Window
	trailing := pick(g, 1, 1, 3)
	for n := 1; n <= 4; n++ {
		if g.IntN(5) > 0 {
			out = append(out, Window{month(n - trailing + 1), month(n + 1)})
		}
	}
	if out == nil {
		out = []Window{{month(1), month(2)}}
	}
	return out
}

func (g generator) ask(id int, dated bool) Ask {
	a := Ask{ID: id, Where: g.conditions(2), Request: g.request(), Breakdowns: g.breakdowns()}
	if dated {
		a.TimeZone = pick(g, "Europe/Berlin", "Europe/Berlin", "America/New_York", "UTC")
		a.Windows = g.windows(a.TimeZone)
		switch g.IntN(4) {
		case 0:
			a.Responses = &plan.Responses{Entity: pick(g, "contact", "account"), Keep: pick(g, plan.KeepLatest, plan.KeepFirst)}
		case 1:
			a.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepAll}
		}
	}
	if a.Request.Cluster != nil {
		a.Request.Cluster.Entity = pick(g, "contact", "account")
		if g.IntN(3) > 0 {
			a.Request.Cluster = nil
		}
	}
	return a
}

func same(a, b measure.Sums) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*max(1, math.Abs(x), math.Abs(y)) })
}

// check compares what an engine said with the reference, ask by ask.
func check(t *testing.T, what string, ask Ask, got []Group, want map[string]measure.Sums) {
	t.Helper()
	found := map[string]bool{}
	for _, g := range got {
		key := groupKey(g)
		if found[key] {
			t.Errorf("%s: ask %d: %s twice", what, ask.ID, key)
		}
		found[key] = true
		if w, ok := want[key]; !ok {
			t.Errorf("%s: ask %d: unexpected %s: %v", what, ask.ID, key, g.Sums)
		} else if !same(g.Sums, w) {
			t.Errorf("%s: ask %d: %s is %v, want %v", what, ask.ID, key, g.Sums, w)
		}
	}
	for key, w := range want {
		if !found[key] {
			t.Errorf("%s: ask %d: no %s, want %v", what, ask.ID, key, w)
		}
	}
}

func surveySet(name string, kind Kind) RowSet {
	set := RowSet{Dataset: plan.Dataset{
		Name: name, Table: &plan.Table{Name: name}, TimeZone: "Europe/Berlin", PrimaryKey: []string{"id"},
		Entities: map[string]string{"contact": "customer", "account": "account"},
		Columns:  []plan.Column{{Name: "score", Type: plan.Integer, Expr: "score"}},
		Filters:  []plan.Filter{{Name: "inactive", Expr: "active -- NULL drops"}},
	}}
	if kind != "" {
		set.Dataset.Time.Event = "at"
	}
	return set
}

func kept(row map[string]any) bool { return row["active"] == true }

// TestMergedAnswersAreThoseOfEachRow compares merged, single and reference answers on random rows and
// asks, for every shape and every kind of time column, on every engine.
func TestMergedAnswersAreThoseOfEachRow(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	shortCalendars(t)
	defer func(size int) { maxDictionary = size }(maxDictionary)
	shapes := map[string]int{}
	for _, e := range engines(t) {
		for _, kind := range []Kind{KindTimestamp, KindDate, KindInstant, ""} {
			for round := range rounds {
				seed := uint64(1000*round + len(kind))
				g := generator{rand.New(rand.NewPCG(seed, 7))}
				timeKind := kind
				if kind == "" {
					timeKind = KindDate
				}
				table := g.surveyTable("survey", timeKind, 400)
				e.load(t, table)
				set := surveySet("survey", kind)
				set.Columns = table.columns
				ref := newReference(set, table, kept)
				var asks []Ask
				for id := range 24 {
					asks = append(asks, g.ask(id, kind != ""))
				}
				// The estimates steer the shapes: many rows make cells, few make masks.
				for _, estimate := range []struct{ rows, distinct int64 }{{0, 0}, {1 << 40, 10}, {500, 12}, {40, 1}} {
					maxDictionary = int(estimate.rows) // so that few leave each filter column a dictionary of its own
					set.Rows = estimate.rows
					set.Columns = slices.Clone(table.columns)
					for i := range set.Columns {
						set.Columns[i].Distinct = estimate.distinct
					}
					what := fmt.Sprintf("%s, time %s, seed %d, estimate %v", e.dialect, kind, seed, estimate)
					batches, refusals := Plan(e.dialect, set, asks, Options{MaxRowsPerStatement: estimate.rows / 2})
					if len(refusals) > 0 {
						t.Fatalf("%s: refused %v", what, refusals)
					}
					for _, b := range batches {
						if len(b.IDs) > 1 || b.Shape == Single || b.Shape == PerEntity {
							shapes[string(e.dialect)+" "+string(b.Shape)]++
						}
					}
					got, err := e.answer(batches)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					for _, ask := range asks {
						check(t, what, ask, got[ask.ID], ref.answer(ask))
					}
				}
				set.Rows = 1000
				for _, ask := range asks[:8] {
					batches, _ := Plan(e.dialect, set, []Ask{ask}, Options{})
					got, err := e.answer(batches)
					if err != nil {
						t.Fatal(err)
					}
					check(t, "alone", ask, got[ask.ID], ref.answer(ask))
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		}
	}
	for _, dialect := range []Dialect{DuckDB, Postgres, MySQL} {
		for _, shape := range []Shape{StatCells, DictMasks, Single, PerEntity} {
			if shapes[string(dialect)+" "+string(shape)] == 0 {
				t.Errorf("%s never used shape %s", dialect, shape)
			}
		}
	}
}

// spellTable has customers with one or more spells: adjacent, overlapping, nested, with gaps, open.
func (g generator) spellTable(name string, kind Kind, customers int) testTable {
	t := testTable{name: name, columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "account", Kind: KindText}, {Name: "plan", Kind: KindText}, {Name: "region", Kind: KindText},
		{Name: "began", Kind: kind}, {Name: "ended", Kind: kind}, {Name: "mrr", Kind: KindNumber}, {Name: "trial", Kind: KindBoolean},
	}}
	day := func() time.Time {
		at := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*g.IntN(30))
		if g.IntN(3) == 0 {
			at = time.Date(2025, time.Month(11+g.IntN(8)), 1, 0, 0, 0, 0, time.UTC) // on a bound
		}
		if kind == KindTimestamp && g.IntN(2) == 0 {
			at = at.Add(90 * time.Minute)
		}
		return at
	}
	id := int64(0)
	for c := range customers {
		for range 1 + g.IntN(4) {
			id++
			row := map[string]any{
				"id": id, "account": "a" + strconv.Itoa(c), "plan": g.text(0.1, plans[:4]...), "region": g.text(0.1, "n", "s"),
				"began": day(), "mrr": float64(g.IntN(20)) * 5, "trial": g.IntN(10) == 0,
			}
			if g.IntN(3) > 0 {
				row["ended"] = row["began"].(time.Time).AddDate(0, 0, 7*g.IntN(12))
			}
			if g.IntN(40) == 0 {
				row["mrr"] = nil
			}
			if g.IntN(40) == 0 {
				row["account"] = nil
			}
			if g.IntN(40) == 0 {
				row["began"] = nil
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}

func (g generator) stateAsk(id int, amount bool) Ask {
	a := Ask{ID: id, TimeZone: "Europe/Berlin", Breakdowns: pick(g, nil, []plan.Breakdown{{By: []string{"plan"}}},
		[]plan.Breakdown{{By: []string{"region"}}, {By: []string{"plan"}}}, []plan.Breakdown{{By: []string{"plan", "region"}}})}
	a.Windows = g.windows(a.TimeZone)
	a.Request = measure.Request{Combination: measure.PerEntity, State: &measure.StateRequest{Entity: "account"}}
	if amount {
		a.Request.State.Amount = "mrr"
	} else {
		a.Request.State.ToleratedGapSeconds = pick[int64](g, 0, 0, 14*86400, 40*86400)
		if g.IntN(2) == 0 {
			for _, w := range a.Windows {
				a.Known = slices.MaxFunc([]time.Time{a.Known, w.End.Add(time.Duration(g.IntN(20)) * 24 * time.Hour)}, time.Time.Compare)
			}
		}
	}
	if g.IntN(3) == 0 {
		a.Where = []measure.Condition{{Column: "region", Operator: pick(g, measure.In, measure.NotIn), Values: []string{"n"}}}
	}
	return a
}

// TestStatesAreThoseOfEachCustomer compares churn, retention and revenue retention over spells and
// snapshots with the reference.
func TestStatesAreThoseOfEachCustomer(t *testing.T) {
	shortCalendars(t)
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for _, e := range engines(t) {
		for round := range rounds {
			for _, kind := range []Kind{KindTimestamp, KindDate} {
				g := generator{rand.New(rand.NewPCG(uint64(round), 11))}
				table := g.spellTable("spells", kind, 60)
				single := round == rounds-1
				if single { // one spell a customer, as the primary key promises
					seen := map[any]bool{}
					table.rows = slices.DeleteFunc(table.rows, func(row map[string]any) bool {
						was := seen[row["account"]] || row["account"] == nil
						seen[row["account"]] = true
						return was
					})
				}
				set := RowSet{Columns: table.columns, Rows: 1000, Dataset: plan.Dataset{
					Name: "spells", Table: &plan.Table{Name: "spells"}, TimeZone: "Europe/Berlin", PrimaryKey: []string{"id"},
					Entities: map[string]string{"account": "account"}, Time: plan.Time{Start: "began", End: "ended"},
					Filters: []plan.Filter{{Name: "trials", Expr: "NOT trial"}},
				}}
				if single {
					set.Dataset.PrimaryKey = []string{"account"}
				}
				e.load(t, table)
				ref := newReference(set, table, func(row map[string]any) bool { return row["trial"] == false })
				for id := range 12 {
					ask := g.stateAsk(id, id%3 == 2)
					what := fmt.Sprintf("%s, %s, round %d, gap %d, amount %q", e.dialect, kind, round, ask.Request.State.ToleratedGapSeconds, ask.Request.State.Amount)
					for _, limit := range []int64{0, 400} {
						batches, refusals := Plan(e.dialect, set, []Ask{ask}, Options{MaxRowsPerStatement: limit})
						if len(refusals) > 0 {
							t.Fatal(refusals)
						}
						got, err := e.answer(batches)
						if err != nil {
							t.Fatalf("%s: %v", what, err)
						}
						check(t, what, ask, got[id], ref.answer(ask))
						if t.Failed() {
							t.Fatal(Display(batches[0].Statement))
						}
					}
				}
			}
		}
	}
}

// TestSnapshotsCountTheLastOfEachWindow covers additive, per-entity and state requests over snapshots;
// one month has none.
func TestSnapshotsCountTheLastOfEachWindow(t *testing.T) {
	shortCalendars(t)
	for _, e := range engines(t) {
		for round := range 4 {
			g := generator{rand.New(rand.NewPCG(uint64(round), 13))}
			table := testTable{name: "snapshots", columns: []ColumnInfo{
				{Name: "as_of", Kind: KindDate}, {Name: "account", Kind: KindText}, {Name: "customer", Kind: KindText}, {Name: "plan", Kind: KindText},
				{Name: "region", Kind: KindText}, {Name: "mrr", Kind: KindNumber}, {Name: "level", Kind: KindInteger}, {Name: "active", Kind: KindBoolean},
			}}
			for month := 11; month <= 17; month++ {
				if month == 14 && round%2 == 0 {
					continue
				}
				for _, day := range []int{10, 28} {
					for c := range 30 {
						if g.IntN(4) == 0 {
							continue
						}
						row := map[string]any{"as_of": time.Date(2025, time.Month(month), day, 0, 0, 0, 0, time.UTC), "account": "a" + strconv.Itoa(c),
							"customer": "c" + strconv.Itoa(c/3), "plan": g.text(0, plans[:3]...), "region": g.text(0.1, "n", "s"), "mrr": float64(g.IntN(9)),
							"level": int64(g.IntN(5)), "active": true}
						if g.IntN(30) == 0 {
							row["mrr"] = nil
						}
						table.rows = append(table.rows, row)
						if g.IntN(20) == 0 { // two rows of one account
							twin := map[string]any{}
							maps.Copy(twin, row)
							twin["plan"] = g.text(0, plans[:3]...)
							table.rows = append(table.rows, twin)
						}
					}
				}
			}
			set := RowSet{Columns: table.columns, Rows: 10000, Dataset: plan.Dataset{
				Name: "snapshots", Table: &plan.Table{Name: "snapshots"}, TimeZone: "Europe/Berlin", PrimaryKey: []string{"as_of", "account", "plan"},
				Entities: map[string]string{"account": "account", "contact": "customer"}, Time: plan.Time{Snapshot: "as_of"},
			}}
			e.load(t, table)
			ref := newReference(set, table, func(map[string]any) bool { return true })
			var asks []Ask
			for id := range 8 {
				ask := g.stateAsk(id, id%2 == 0)
				ask.Request.State.ToleratedGapSeconds = 0
				for _, w := range ask.Windows {
					months := func(from time.Time, n int) time.Time { return from.AddDate(0, n, 0) }
					ask.Opening = append(ask.Opening, Window{months(w.Start, -1), w.Start})
					ask.Closing = append(ask.Closing, Window{months(w.End, -1), w.End})
				}
				asks = append(asks, ask)
			}
			for id := 8; id < 16; id++ {
				ask := Ask{ID: id, TimeZone: "Europe/Berlin", Windows: g.windows("Europe/Berlin"), Breakdowns: pick(g, nil, []plan.Breakdown{{By: []string{"plan"}}}),
					Request: measure.Request{Terms: []measure.Term{{Op: measure.Rows}, {Op: measure.SumOf, Column: "mrr"}}}}
				if id%2 == 0 {
					ask.Where = []measure.Condition{{Column: "level", Operator: measure.AtLeast, Values: []string{pick(g, "3", "4")}}}
				}
				if id%4 == 0 { // trailing windows, of filters that hardly any row of a snapshot meets
					ask.Where = append(ask.Where, in("region", "s"), in("plan", plans[0]))
					for ask.Windows[0].End.Sub(ask.Windows[0].Start) < 40*24*time.Hour {
						ask.Windows = g.windows("Europe/Berlin")
					}
				}
				if id%4 == 1 {
					ask.Request.Cluster = &measure.Pair{Entity: "contact", Y: []measure.WeightedTerm{{Weight: 1, Term: measure.Term{Op: measure.SumOf, Column: "mrr"}}},
						X: []measure.WeightedTerm{{Weight: 1, Term: measure.Term{Op: measure.Present, Column: "mrr"}}}}
				}
				if id%4 == 3 {
					ask.Responses = &plan.Responses{Entity: "account", Keep: plan.KeepLatest}
				}
				asks = append(asks, ask)
			}
			for _, set.Rows = range []int64{10000, 40} { // few make masks of filters
				batches, refusals := Plan(e.dialect, set, asks, Options{})
				if len(refusals) > 0 {
					t.Fatal(refusals)
				}
				got, err := e.answer(batches)
				if err != nil {
					t.Fatal(err)
				}
				for _, ask := range asks {
					check(t, fmt.Sprintf("%s, round %d, %d rows", e.dialect, round, set.Rows), ask, got[ask.ID], ref.answer(ask))
				}
			}
		}
	}
}
