package query

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func month(text string) Window {
	start := day(text + "-01")
	return Window{start, start.AddDate(0, 1, 0)}
}

// TestAuditCountsEveryRowOnce follows twelve rows from read to counted, each lost at another step.
func TestAuditCountsEveryRowOnce(t *testing.T) {
	table := testTable{name: "audited", columns: []ColumnInfo{
		{Name: "id", Kind: KindInteger}, {Name: "customer", Kind: KindText}, {Name: "test", Kind: KindBoolean}, {Name: "paid", Kind: KindBoolean},
		{Name: "at", Kind: KindTimestamp}, {Name: "loaded", Kind: KindTimestamp},
	}}
	add := func(id int64, customer, test, paid, at any) {
		table.rows = append(table.rows, map[string]any{"id": id, "customer": customer, "test": test, "paid": paid, "at": at, "loaded": day("2026-03-01").Add(time.Duration(id) * time.Hour)})
	}
	add(1, "a", false, true, day("2026-01-05"))
	add(2, nil, false, true, day("2026-01-31"))
	add(2, "b", false, true, day("2026-01-31")) // the key again
	add(3, "b", true, true, day("2026-01-31"))
	add(4, "b", true, nil, day("2026-01-31"))
	add(5, "b", nil, true, day("2026-01-31"))
	add(6, "b", false, false, day("2026-01-31"))
	add(7, "b", false, nil, day("2026-01-31"))
	add(8, "b", false, true, nil)
	add(9, "b", false, true, day("2025-12-31"))
	add(9, "b", false, true, day("2025-12-31")) // the key again, before the span
	add(10, "b", false, true, day("2026-02-01"))
	set := RowSet{Columns: table.columns, Dataset: plan.Dataset{
		Name: "audited", Table: &plan.Table{Name: "audited"}, TimeZone: "Europe/Berlin", PrimaryKey: []string{"id"},
		Entities: map[string]string{"customer": "customer"}, Time: plan.Time{Event: "at"}, Freshness: &plan.Freshness{Column: "loaded"},
		Filters: []plan.Filter{{Name: "tests", Expr: "NOT test"}, {Name: "unpaid", Expr: "paid"}},
	}}
	watermark := day("2026-03-01").Add(9 * time.Hour) // ten o'clock in Berlin
	periods := func(zone *time.Location) []Window {
		at := func(m int) time.Time { return time.Date(2026, time.Month(m), 1, 0, 0, 0, 0, zone) }
		return []Window{{at(1), at(2)}, {at(2), at(3)}, {at(3), at(4)}}
	}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	want := AuditResult{
		Read: 12, Dropped: []Drop{{"tests", 2, 1}, {"unpaid", 1, 1}}, NoTime: 1, Outside: 2, NoEntity: map[string]int64{"customer": 1},
		PeriodRows: []int64{3, 1, 0}, Watermark: &watermark,
	}
	for _, e := range engines(t) {
		e.load(t, table)
		statement, fold, err := Audit(e.dialect, set, periods(berlin), "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		result, err := e.run(statement)
		if err != nil {
			t.Fatal(err)
		}
		got, err := fold(result)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: audit (-want +got):\n%s", e.dialect, diff)
		}
		surplus, count, err := Duplicates(e.dialect, set, Window{periods(berlin)[0].Start, periods(berlin)[2].End}, "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		if result, err = e.run(surplus); err != nil {
			t.Fatal(err)
		}
		if n, err := count(result); err != nil || n != 1 {
			t.Errorf("%s: %d duplicates, %v; want 1", e.dialect, n, err)
		}
	}
}

// TestAuditOfSpellsAndSnapshots: a spell counts in each period it touches, a snapshot's rows in the
// period whose last it is.
func TestAuditOfSpellsAndSnapshots(t *testing.T) {
	periods := []Window{month("2026-01"), month("2026-02"), month("2026-03")}
	for _, e := range engines(t) {
		spells := testTable{name: "spells", columns: []ColumnInfo{{Name: "began", Kind: KindDate}, {Name: "ended", Kind: KindDate}}, rows: []map[string]any{
			{"began": day("2025-06-01"), "ended": day("2025-12-01")},
			{"began": day("2025-06-01"), "ended": day("2026-01-15")},
			{"began": day("2026-02-10"), "ended": day("2026-02-20")},
			{"began": day("2026-01-10")},
			{"ended": day("2026-02-20")},
		}}
		snapshots := testTable{name: "snapshots", columns: []ColumnInfo{{Name: "as_of", Kind: KindDate}}, rows: []map[string]any{
			{"as_of": day("2026-01-10")}, {"as_of": day("2026-01-10")}, {"as_of": day("2026-01-31")}, {"as_of": day("2026-03-31")}, {"as_of": day("2026-03-31")},
		}}
		for _, c := range []struct {
			table testTable
			time  plan.Time
			want  AuditResult
		}{
			{spells, plan.Time{Start: "began", End: "ended"}, AuditResult{Read: 5, NoTime: 1, Outside: 1, PeriodRows: []int64{2, 2, 1}}},
			{snapshots, plan.Time{Snapshot: "as_of"}, AuditResult{Read: 5, PeriodRows: []int64{1, 0, 2}}},
			{snapshots, plan.Time{}, AuditResult{Read: 5, PeriodRows: []int64{5}}},
		} {
			e.load(t, c.table)
			set := RowSet{Columns: c.table.columns, Dataset: plan.Dataset{Name: c.table.name, Table: &plan.Table{Name: c.table.name}, Time: c.time}}
			ask := periods
			if c.time.Undated() {
				ask = nil
			}
			statement, fold, err := Audit(e.dialect, set, ask, "UTC")
			if err != nil {
				t.Fatal(err)
			}
			result, err := e.run(statement)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fold(result)
			if err != nil {
				t.Fatal(err)
			}
			c.want.NoEntity = map[string]int64{}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s %s: audit (-want +got):\n%s", e.dialect, c.table.name, diff)
			}
		}
	}
}

// TestDeclaredColumnsAreReadAlike casts the same text on both engines.
func TestDeclaredColumnsAreReadAlike(t *testing.T) {
	cases := map[plan.ColumnType][][2]any{
		plan.Integer:   {{"7", "7"}, {" 7 ", "7"}, {"+7", "7"}, {"-7.00", "-7"}, {"7.5", nil}, {"1e3", nil}, {"1_0", nil}, {"99999999999999999999", nil}, {"N/A", nil}},
		plan.Number:    {{"7.5", "7.5"}, {".5", "0.5"}, {"1e3", "1000"}, {"1e999", nil}, {"nan", nil}, {"inf", nil}, {"0x10", nil}, {"1,5", nil}},
		plan.Boolean:   {{"TRUE", "true"}, {"n", "false"}, {"1", "true"}, {"perhaps", nil}},
		plan.Date:      {{"2026-02-28", "2026-02-28"}, {"2026-02-29", nil}, {"2024-02-29", "2024-02-29"}, {"2026-13-01", nil}, {"0000-01-01", nil}, {"28.02.2026", nil}},
		plan.Timestamp: {{"2026-07-01T00:30:00", "2026-06-30T22:30:00Z"}, {"2026-07-01T00:30:00Z", "2026-07-01T00:30:00Z"}, {"2026-07-01 00:30:00+05:30", "2026-06-30T19:00:00Z"}, {"2026-07-01", "2026-06-30T22:00:00Z"}, {"2026-02-30T10:00:00", nil}, {"2026-07-01T24:00:00", nil}},
	}
	for _, e := range engines(t) {
		for kind, list := range cases {
			for _, c := range append(list, [2]any{"", nil}, [2]any{nil, nil}) {
				table := testTable{name: "texts", columns: []ColumnInfo{{Name: "raw", Kind: KindText}}, rows: []map[string]any{{"raw": c[0]}}}
				e.load(t, table)
				set := RowSet{Columns: table.columns, Dataset: plan.Dataset{Name: "texts", Table: &plan.Table{Name: "texts"}, TimeZone: "Europe/Berlin",
					Columns: []plan.Column{{Name: "value", Type: kind, Expr: "raw"}}}}
				batches, refusals := Plan(e.dialect, set, []Ask{{Breakdowns: []plan.Breakdown{{By: []string{"value"}}},
					Request: measure.Request{Terms: []measure.Term{{Op: measure.Present, Column: "value"}, {Op: measure.Unreadable, Column: "value"}}}}}, Options{})
				if len(refusals) > 0 {
					t.Fatal(refusals)
				}
				groups, err := e.answer(batches)
				if err != nil {
					t.Fatalf("%s %s %q: %v", e.dialect, kind, c[0], err)
				}
				want := measure.Sums{0, 0}
				switch {
				case c[1] != nil:
					want[0] = 1
				case c[0] != nil && c[0] != "":
					want[1] = 1
				}
				for _, g := range groups[0] {
					if !same(g.Sums, want) {
						t.Errorf("%s %s %q: present and unreadable %v, want %v", e.dialect, kind, c[0], g.Sums, want)
					}
					if g.Breakdown == 0 && c[1] != nil && (g.Values[0] == nil || *g.Values[0] != c[1]) {
						t.Errorf("%s %s %q: reads %v, want %v", e.dialect, kind, c[0], g.Values[0], c[1])
					}
				}
			}
		}
	}
}
