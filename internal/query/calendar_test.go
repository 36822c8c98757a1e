package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// every lists n times, so many months and days apart.
func every(first time.Time, n, months, days int) (out []time.Time) {
	for i := range n {
		out = append(out, first.AddDate(0, i*months, i*days))
	}
	return out
}

var calendars = []struct {
	name   string
	bounds []time.Time
	want   string // the calendar; empty if it is none
}{
	{"months", every(day("2023-06-01"), 26, 1, 0), "1 months"},
	{"months from 1970", every(day("1970-01-01"), 20, 1, 0), "1 months"},
	{"months around 1970", every(day("1969-03-01"), 20, 1, 0), ""},
	{"quarters of a year that begins in February", every(day("2023-02-01"), 11, 3, 0), "3 months"},
	{"years", every(day("1972-01-01"), 20, 12, 0), "12 months"},
	{"days over a leap day", every(day("2024-02-20"), 30, 0, 1), "1 days"},
	{"days from 1970", every(day("1970-01-01"), 30, 0, 1), "1 days"},
	{"weeks", every(day("2024-01-01"), 60, 0, 7), "7 days"},
	{"31 days, from the first of a month", every(day("2024-01-01"), 12, 0, 31), "31 days"},
	{"months from the 15th", every(day("2024-01-15"), 12, 1, 0), ""},
	{"months with a hole", slices.Delete(every(day("2024-01-01"), 24, 1, 0), 5, 6), ""},
	{"months from one o'clock", every(day("2024-01-01").Add(time.Hour), 12, 1, 0), ""},
	{"a half day, then days", slices.Insert(every(day("2024-01-01"), 12, 0, 1), 1, day("2024-01-01").Add(12*time.Hour)), ""},
	{"few months", every(day("2024-01-01"), manyBounds-1, 1, 0), ""},
}

func TestCalendarIsAGridOfWholeMonthsOrDays(t *testing.T) {
	for _, test := range calendars {
		for _, kind := range []Kind{KindTimestamp, KindDate, KindInstant} {
			got, want := "", test.want
			if c := (&grid{kind: kind, bounds: test.bounds}).on(DuckDB).calendar; c != nil {
				got = fmt.Sprint(c.step, map[bool]string{true: " months", false: " days"}[c.months])
			}
			if kind == KindInstant {
				want = ""
			}
			if got != want {
				t.Errorf("%s of %s: %q, want %q", test.name, kind, got, want)
			}
		}
	}
	if (&grid{kind: KindDate, bounds: calendars[0].bounds}).on(Postgres).calendar != nil {
		t.Error("Postgres has a calendar")
	}
}

// TestCalendarPlacesAsComparisonsDo places times at, right before and right after bounds, far outside, unknown and
// without end.
func TestCalendarPlacesAsComparisonsDo(t *testing.T) {
	e := openDuckDB(t, "")
	types := map[string]Kind{"DATE": KindDate, "TIMESTAMP": KindTimestamp, "TIMESTAMP_S": KindTimestamp, "TIMESTAMP_MS": KindTimestamp, "TIMESTAMP_NS": KindTimestamp}
	for _, test := range calendars {
		if test.want == "" {
			continue
		}
		for sqlType, kind := range types {
			layout := "'2006-01-02 15:04:05.999999999'"
			if kind == KindDate {
				layout = "'" + time.DateOnly + "'"
			}
			list := []string{"NULL", "'infinity'", "'-infinity'", day("1700-02-28").Format(layout), day("2200-12-31").Format(layout)}
			for _, bound := range test.bounds {
				for _, by := range []time.Duration{0, 1, -1, time.Microsecond, -time.Microsecond, time.Second, -time.Second, oneDay, -oneDay, 9*oneDay + time.Hour} {
					list = append(list, bound.Add(by).Format(layout))
				}
			}
			rows := "(SELECT CAST(v AS " + sqlType + ") AS x FROM (VALUES (" + strings.Join(list, "), (") + ")) AS v(v)) AS v"
			fast := (&grid{kind: kind, bounds: test.bounds}).on(DuckDB)
			plain := &grid{kind: kind, bounds: test.bounds}
			for what, sql := range map[string]string{
				"passed": "SELECT CAST(x AS VARCHAR), " + fast.passed("x") + ", " + plain.passed("x") + " FROM " + rows,
				"period": "SELECT CAST(x AS VARCHAR), " + fast.period("x") + ", " + plain.period("x") + " FROM " + rows + " WHERE " + fast.within("x", nil),
			} {
				table, err := e.run(Statement{SQL: sql})
				if err != nil {
					t.Fatal(err)
				}
				if table.Len < len(list)/2 {
					t.Errorf("%s, %s: %d of %d times", test.name, sqlType, table.Len, len(list))
				}
				for row := range table.Len {
					if x, got, want := table.Columns[0], table.Columns[1].int(row), table.Columns[2].int(row); got != want {
						t.Errorf("%s, %s %s: %s %d, want %d", test.name, sqlType, x.value(row), what, got, want)
					}
				}
			}
		}
	}
}

// shortCalendars has grids of few bounds be calendars too, until the test ends.
func shortCalendars(t *testing.T) {
	before := manyBounds
	manyBounds = 2
	t.Cleanup(func() { manyBounds = before })
}
