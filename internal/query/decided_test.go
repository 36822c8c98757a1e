package query

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// decidedSet has contracts at the time of their decision.
func decidedSet(table testTable, grace time.Duration, zone string) RowSet {
	return table.set(plan.Time{Event: plan.DecidedColumn}, "customer", func(d *plan.Dataset) {
		d.PrimaryKey, d.Entities = nil, nil
		d.Decided = &plan.Decided{Due: "due_at", Decision: "status", At: "decided_at", Grace: grace, TimeZone: zone}
	})
}

// fatesOf asks for contracts by what became of them: as a text for each window that has some.
func (e *engine) fatesOf(t *testing.T, set RowSet, windows []Window, zone string, known time.Time) map[int]string {
	t.Helper()
	spec := *renewal.Renewal
	spec.Grace = 0
	ask := Ask{Windows: windows, TimeZone: zone, Request: spec.Request(measure.Setting{TimeColumn: plan.DecidedColumn, Now: known})}
	batches, refusals := Plan(e.dialect, set, []Ask{ask}, Options{})
	if len(refusals) > 0 {
		t.Fatalf("%s: %+v", e.dialect, refusals)
	}
	groups, err := e.answer(batches)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int]string{}
	for _, g := range groups[0] {
		out[g.Window] = fateText([6]int{int(g.Sums[0]), int(g.Sums[1]), int(g.Sums[2]), int(g.Sums[3]), int(g.Sums[4]), int(g.Sums[5])})
	}
	return out
}

func fateText(n [6]int) string {
	return fmt.Sprintf("renewed %d lost %d lapsed %d open %d; void %d odd %d", n[2], n[3], n[4], n[5], n[0], n[1])
}

func monthsOf(zone *time.Location, first time.Time, n int) (out []Window) {
	for i := range n {
		start := time.Date(first.Year(), first.Month()+time.Month(i), 1, 0, 0, 0, 0, zone)
		out = append(out, Window{Start: start, End: start.AddDate(0, 1, 0)})
	}
	return out
}

// Contracts stand in the month of their decision, and where there is none in that in which the grace of 14 days ends.
func TestContractsByTheMonthOfTheirDecision(t *testing.T) {
	contracts := tableOf(t, "contracts", "id:Integer due_at:Date decided_at:Date status:Text",
		"1 2026-06-20 2026-03-31 Renewed",  // before it was due
		"2 2026-03-20 2026-03-01 Lost",     //
		"3 2026-02-25 2026-03-05 Renewed",  // within the grace
		"4 2026-01-10 2026-03-06 Renewed",  // after it: decided is decided
		"5 2026-03-17 - -",                 // lapsed on the last day of March
		"6 2026-03-18 - -",                 // lapsed on the first of April
		"7 2026-03-10 - Churned",           // nobody told when: as if at the end of the grace
		"8 2026-01-10 2026-03-02 -",        // a time, and no decision: lapsed in January
		"9 2026-06-25 - -",                 // its grace is not over
		"10 2026-03-10 2026-12-01 Renewed", // announced: in no month that has begun
		"11 - 2026-03-09 Lost",
		"12 - - -",
		"13 2026-03-01 2026-03-02 Void",
		"14 2026-03-01 2026-04-02 Odd",
		"15 2026-06-20 - -", // its grace ends in the month that runs
	)
	known := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	windows := monthsOf(time.UTC, day("2026-01-01"), 7)
	want := map[int]string{
		0: "renewed 0 lost 0 lapsed 1 open 0; void 0 odd 0",
		2: "renewed 3 lost 3 lapsed 1 open 0; void 1 odd 0",
		3: "renewed 0 lost 0 lapsed 1 open 0; void 0 odd 1",
		6: "renewed 0 lost 0 lapsed 0 open 2; void 0 odd 0",
	}
	for _, e := range engines(t) {
		e.load(t, contracts)
		if diff := cmp.Diff(want, e.fatesOf(t, decidedSet(contracts, 14*oneDay, "UTC"), windows, "UTC", known)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.dialect, diff)
		}
	}
}

// moment is what a value of a column tells: an instant, and whether it is but a day.
func moment(v any, kind Kind, naive, days *time.Location) time.Time {
	at := v.(time.Time)
	switch kind {
	case KindTimestamp:
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), naive)
	case KindDate:
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, days)
	}
	return at
}

// Whatever kinds of columns tell, in whichever zones and across changes of the clock: the numbers are those of placing each
// contract by itself.
func TestDecisionsOfAnyKindOfTime(t *testing.T) {
	all := engines(t)
	for seed := range uint64(24) {
		g := generator{rand.New(rand.NewPCG(seed, 77))}
		due, at := pick(g, KindDate, KindTimestamp, KindInstant), pick(g, KindDate, KindTimestamp, KindInstant)
		naive, zone := pick(g, "UTC", "America/New_York", "Europe/Berlin"), pick(g, "UTC", "Europe/Berlin", "Asia/Tehran")
		grace := pick(g, 0, 14*oneDay, 30*oneDay)
		where, _ := time.LoadLocation(zone)
		own, _ := time.LoadLocation(naive)
		contracts := testTable{name: "contracts", columns: []ColumnInfo{{Name: "id", Kind: KindInteger}, {Name: "due_at", Kind: due}, {Name: "decided_at", Kind: at}, {Name: "status", Kind: KindText}}}
		for i := range 400 {
			contracts.rows = append(contracts.rows, map[string]any{
				"id": int64(i), "due_at": g.contractTime(due, .05), "decided_at": g.contractTime(at, .3),
				"status": g.text(.3, "Renewed", "Lost", "Void", "odd"),
			})
		}
		known := time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC)
		windows := monthsOf(where, day("2025-09-01"), 8)
		counts := make([][6]int, len(windows))
		for _, row := range contracts.rows {
			status, taken := row["status"].(string)
			decided := row["decided_at"] != nil && taken
			var placed time.Time
			switch {
			case decided:
				placed = moment(row["decided_at"], at, own, where)
			case row["due_at"] == nil:
				continue
			case due == KindDate:
				placed = moment(row["due_at"].(time.Time).Add(grace), due, own, where)
			default:
				placed = moment(row["due_at"], due, own, where).Add(grace)
			}
			fate := map[string]int{"Void": 0, "odd": 1, "Renewed": 2, "Lost": 3}[status]
			if !taken || decided && placed.After(known) && status != "odd" {
				if fate = 4; placed.After(known) {
					fate = 5
				}
			}
			for w, window := range windows {
				if !placed.Before(window.Start) && placed.Before(window.End) {
					counts[w][fate]++
				}
			}
		}
		want := map[int]string{}
		for w, n := range counts {
			if n != [6]int{} {
				want[w] = fateText(n)
			}
		}
		set := decidedSet(contracts, grace, zone)
		set.Dataset.TimeZone = naive
		for _, e := range all {
			e.load(t, contracts)
			if diff := cmp.Diff(want, e.fatesOf(t, set, windows, zone, known)); diff != "" {
				t.Errorf("seed %d, %s: due %s, decided %s, %s in %s, months in %s (-want +got):\n%s", seed, e.dialect, due, at, grace, naive, zone, diff)
			}
		}
	}
}

// contractTime lies around the ends of months and changes of the clock, but not within an hour that comes twice or never.
func (g generator) contractTime(kind Kind, null float64) any {
	if g.Float64() < null {
		return nil
	}
	at := pick(g, day("2025-09-28"), day("2025-10-22"), day("2025-10-30"), day("2026-02-26"), day("2026-03-05"), day("2026-03-26"), day("2026-04-28")).AddDate(0, 0, g.IntN(6))
	if kind == KindDate {
		return at
	}
	return at.Add(pick(g, 0, 90*time.Minute/3, 4*time.Hour, 5*time.Hour, 20*time.Hour+30*time.Minute, 22*time.Hour, 23*time.Hour, 24*time.Hour-time.Microsecond))
}

// Tables keep times beyond all others for what never ends.
func TestContractsWithoutEndHarmNone(t *testing.T) {
	for _, e := range engines(t) {
		for _, kind := range []Kind{KindDate, KindTimestamp, KindInstant} {
			contracts := testTable{name: "contracts", columns: []ColumnInfo{{Name: "id", Kind: KindInteger}, {Name: "due_at", Kind: kind}, {Name: "decided_at", Kind: kind}, {Name: "status", Kind: KindText}}}
			e.load(t, contracts)
			nevers := []string{"9999-12-31", "infinity", "-infinity"}
			switch {
			case e.dialect == MySQL && kind == KindInstant: // it knows no later day
				nevers = []string{"2038-01-19 03:14:07"}
			case e.dialect == MySQL:
				nevers = nevers[:1]
			}
			for _, never := range nevers {
				if err := e.exec("INSERT INTO contracts VALUES (1, '" + never + "', NULL, NULL), (2, '" + never + "', '2026-03-05', 'Renewed')"); err != nil {
					t.Fatal(err)
				}
			}
			got := e.fatesOf(t, decidedSet(contracts, 400*oneDay, "UTC"), monthsOf(time.UTC, day("2026-03-01"), 1), "UTC", day("2026-06-01"))
			if diff := cmp.Diff(map[int]string{0: fateText([6]int{2: len(nevers)})}, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", e.dialect, kind, diff)
			}
		}
	}
}
