package query

import (
	"cmp"
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

// caseTable has cases that end, are open, end before they begin or after what is known, across both clock
// changes of a spring and an autumn, and minutes as text with junk.
func (g generator) caseTable(name string, kind Kind, n int) testTable {
	t := testTable{name: name, columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "region", Kind: KindText}, {Name: "active", Kind: KindBoolean},
		{Name: "opened", Kind: kind}, {Name: "solved", Kind: kind}, {Name: "score", Kind: KindText},
	}}
	for id := range n {
		opened := pick(g, time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC), time.Date(2025, 10, 24, 0, 0, 0, 0, time.UTC)).
			Add(time.Duration(g.IntN(6*24*2)) * 30 * time.Minute)
		if kind == KindDate {
			opened = opened.Truncate(24 * time.Hour)
		}
		row := map[string]any{
			"id": int64(id), "customer": g.text(0.1, "c1", "c2", "c3", "c4"), "region": g.text(0.1, "n", "s"), "active": g.IntN(9) > 0,
			"opened": opened, "score": g.text(0.2, "0", "15", "45", "240", "N/A", "-3"),
		}
		if g.IntN(4) > 0 {
			steps := g.IntN(60) - 4
			row["solved"] = opened.Add(time.Duration(steps) * 90 * time.Minute)
			if kind == KindDate {
				row["solved"] = opened.AddDate(0, 0, steps/4)
			}
		}
		if g.IntN(30) == 0 {
			row["opened"] = nil
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// instantOf is a time column's value as an instant. A naive time that two instants have is the later one, and
// one that none has is that of the clock not put forward.
func (ref *reference) instantOf(name string, at time.Time) time.Time {
	if ref.kinds[name] != KindTimestamp {
		return at
	}
	zone, err := time.LoadLocation(ref.dataset.TimeZone)
	if err != nil {
		panic(err)
	}
	found, before := time.Time{}, 0
	for _, hours := range []int{24, -24} { // the offset after, then before
		_, offset := at.Add(time.Duration(hours) * time.Hour).In(zone).Zone()
		one := at.Add(-time.Duration(offset) * time.Second)
		if before = offset; civilClock(one.In(zone)).Equal(at) && one.After(found) {
			found = one
		}
	}
	if found.IsZero() {
		return at.Add(-time.Duration(before) * time.Second)
	}
	return found
}

func civilClock(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// withDerived is the reference with derived columns.
func (ref *reference) withDerived(list []measure.Derived) *reference {
	out := *ref
	out.rows, out.kinds = nil, maps.Clone(ref.kinds)
	for _, row := range ref.rows {
		row = maps.Clone(row)
		for _, d := range list {
			out.kinds[d.Name] = KindNumber
			ref.derive(row, d)
		}
		out.rows = append(out.rows, row)
	}
	return &out
}

func (ref *reference) derive(row map[string]any, d measure.Derived) {
	if d.Kind == measure.Product {
		a, known := num(row[d.Factors[0]])
		b, also := num(row[d.Factors[1]])
		if row[d.Name] = nil; known && also {
			row[d.Name] = a * b
		}
		return
	}
	var seconds, lasted any
	var open, bad bool
	e := d.Of
	if e.Column != "" {
		bad = row[e.Column+unreadable] != nil
		open = row[e.Column] == nil && !bad
		if v, ok := num(row[e.Column]); ok {
			seconds = v * e.Unit
		}
		lasted = seconds
	} else {
		start, started := row[e.Start].(time.Time)
		end, ended := row[e.End].(time.Time)
		known := ref.wall(ref.kinds[e.End], e.AsOf, ref.dataset.TimeZone)
		ended = ended && !end.After(known)
		open = started && !ended
		switch {
		case started && ended:
			seconds = ref.instantOf(e.End, end).Sub(ref.instantOf(e.Start, start)).Seconds()
			lasted = seconds
		case started && ref.kinds[e.Start] == KindDate:
			lasted = known.Sub(start).Seconds()
		case started:
			lasted = e.AsOf.Sub(ref.instantOf(e.Start, start)).Seconds()
		}
	}
	switch v, _ := seconds.(float64); d.Kind {
	case measure.Seconds:
		row[d.Name] = seconds
	case measure.Lasted:
		row[d.Name] = lasted
	case measure.Open:
		row[d.Name] = open
		return
	case measure.LogSeconds:
		if row[d.Name] = nil; v > 0 {
			row[d.Name] = math.Log(v)
		}
	}
	if bad {
		row[d.Name+unreadable] = true
	}
}

// summary counts values row by row.
func (ref *reference) summary(wish measure.DistributionRequest, rows []map[string]any) measure.Sums {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b map[string]any) int {
		x, _ := num(a[wish.Value])
		y, _ := num(b[wish.Value])
		return cmp.Compare(x, y)
	})
	var d measure.Distribution
	for _, row := range rows {
		v, known := num(row[wish.Value])
		switch open := row[wish.Open] == true; {
		case known:
			d.Add(v, 1, open)
		case open:
			d.Unknown++
		default:
			d.Missing++
		}
		if row[wish.Value+unreadable] != nil {
			d.Unreadable++
		}
	}
	sums, err := measure.Summarise(wish, d)
	if err != nil {
		panic(err)
	}
	return sums
}

// Every form of a duration, over every kind of time, by the rows and by the planner.
func TestDurationsAreThoseOfEachRow(t *testing.T) {
	forms := []measure.Duration{
		{End: "solved", Form: measure.DurationMean, Open: measure.Exclude},
		{End: "solved", Form: measure.DurationGeometricMean, Open: measure.Exclude},
		{End: "solved", Form: measure.DurationShareWithin, Limit: 48 * time.Hour, Open: measure.Exclude},
		{End: "solved", Form: measure.DurationShareWithin, Limit: 24 * time.Hour, Open: measure.CountAsMissedAfterLimit},
		{End: "solved", Form: measure.DurationQuantile, Quantile: 0.5, Open: measure.Censor},
		{End: "solved", Form: measure.DurationQuantile, Quantile: 0.9, Open: measure.Exclude},
		{Elapsed: "score", Unit: 60, Form: measure.DurationQuantile, Quantile: 0.5, Open: measure.Exclude},
		{Elapsed: "score", Unit: 60, Form: measure.DurationMean, Open: measure.Exclude},
		{Elapsed: "score", Unit: 60, Form: measure.DurationShareWithin, Limit: time.Hour, Open: measure.CountAsMissedAfterLimit},
	}
	asOf := time.Date(2026, 3, 31, 9, 30, 0, 0, time.UTC)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	month := func(year int, m time.Month) time.Time { return time.Date(year, m, 1, 0, 0, 0, 0, berlin) }
	for _, e := range engines(t) {
		for i, kind := range []Kind{KindTimestamp, KindDate, KindInstant} {
			g := generator{rand.New(rand.NewPCG(uint64(i), 11))}
			table := g.caseTable("cases", kind, 500)
			e.load(t, table)
			set := RowSet{Columns: table.columns, Rows: int64(len(table.rows)), Dataset: plan.Dataset{
				Name: "cases", Table: &plan.Table{Name: "cases"}, TimeZone: "Europe/Berlin",
				Entities: map[string]string{"customer": "customer"},
				Columns:  []plan.Column{{Name: "score", Type: plan.Integer, Expr: "score"}},
				Filters:  []plan.Filter{{Name: "inactive", Expr: "active"}},
				Time:     plan.Time{Event: "opened"},
			}}
			ref := newReference(set, table, kept)
			var asks []Ask
			for id, form := range forms {
				for _, keep := range []string{"", "customer"} {
					if keep != "" && form.Form == measure.DurationQuantile {
						continue
					}
					in := measure.Setting{KeepAll: keep, TimeColumn: "opened", Now: asOf, Confidence: 0.95}
					asks = append(asks, Ask{
						ID: len(asks), Request: form.Request(in), TimeZone: "Europe/Berlin", Breakdowns: []plan.Breakdown{{By: []string{"region"}}},
						Windows: []Window{
							{month(2025, 9), month(2025, 10)}, {month(2025, 10), month(2025, 11)}, {month(2025, 9), month(2025, 12)}, {month(2026, 3), month(2026, 4)},
						}[id%2:],
					})
				}
			}
			for _, options := range []Options{{}, {MaxRowsPerStatement: 200}} {
				what := fmt.Sprintf("%s, %s, %v", e.dialect, kind, options)
				batches, refusals := Plan(e.dialect, set, asks, options)
				if len(refusals) > 0 {
					t.Fatalf("%s: refused %v", what, refusals)
				}
				got, err := e.answer(batches)
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				for _, ask := range asks {
					check(t, what+" "+strconv.Itoa(ask.ID), ask, got[ask.ID], ref.withDerived(ask.Request.Derived).answer(ask))
				}
			}
		}
	}
}
