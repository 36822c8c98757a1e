package calendar

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	found, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPeriods(t *testing.T) {
	monday := time.Monday
	for name, c := range map[string]struct {
		period plan.Period
		now    string
		// want are label, start, end and window start of each period.
		want [][4]string
	}{
		"months over both clock changes in Berlin": {
			plan.Period{Grain: plan.Month, Window: 1, History: 3, TimeZone: "Europe/Berlin"}, "2026-11-15T00:00:00Z",
			[][4]string{
				{"2026-09", "2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z", "2026-08-31T22:00:00Z"},
				{"2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", "2026-09-30T22:00:00Z"},
				{"2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z", "2026-10-31T23:00:00Z"},
			},
		},
		"the day the clocks go forward in New York has 23 hours": {
			plan.Period{Grain: plan.Day, Window: 2, History: 2, TimeZone: "America/New_York"}, "2026-03-09T12:00:00Z",
			[][4]string{
				{"2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "2026-03-07T05:00:00Z"},
				{"2026-03-09", "2026-03-09T04:00:00Z", "2026-03-10T04:00:00Z", "2026-03-08T05:00:00Z"},
			},
		},
		"São Paulo's clocks jumped over midnight": {
			plan.Period{Grain: plan.Day, History: 2, TimeZone: "America/Sao_Paulo"}, "2018-11-04T15:00:00Z",
			[][4]string{
				{"2018-11-03", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-03T03:00:00Z"},
				{"2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", "2018-11-04T03:00:00Z"},
			},
		},
		"and fell back to before midnight": {
			plan.Period{Grain: plan.Day, History: 2, TimeZone: "America/Sao_Paulo"}, "2019-02-17T15:00:00Z",
			[][4]string{
				{"2019-02-16", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z", "2019-02-16T02:00:00Z"},
				{"2019-02-17", "2019-02-17T03:00:00Z", "2019-02-18T03:00:00Z", "2019-02-17T03:00:00Z"},
			},
		},
		"Beirut's jump over midnight": {
			plan.Period{Grain: plan.Day, History: 1, TimeZone: "Asia/Beirut"}, "2026-03-29T12:00:00Z",
			[][4]string{{"2026-03-29", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z", "2026-03-28T22:00:00Z"}},
		},
		"Havana has midnight twice, the first counts": {
			plan.Period{Grain: plan.Day, History: 1, TimeZone: "America/Havana"}, "2025-11-02T12:00:00Z",
			[][4]string{{"2025-11-02", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z", "2025-11-02T04:00:00Z"}},
		},
		"Apia had no 30 December 2011": {
			plan.Period{Grain: plan.Day, History: 2, TimeZone: "Pacific/Apia"}, "2011-12-31T00:00:00Z",
			[][4]string{
				{"2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-29T10:00:00Z"},
				{"2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", "2011-12-30T10:00:00Z"},
			},
		},
		"a leap day ends February": {
			plan.Period{Grain: plan.Month, History: 1, TimeZone: "UTC"}, "2028-02-29T23:59:59Z",
			[][4]string{{"2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", "2028-02-01T00:00:00Z"}},
		},
		"ISO weeks over the end of a year with 53": {
			plan.Period{Grain: plan.Week, WeekStart: monday, History: 3, TimeZone: "UTC"}, "2027-01-04T00:00:00Z",
			[][4]string{
				{"2026-W52", "2026-12-21T00:00:00Z", "2026-12-28T00:00:00Z", "2026-12-21T00:00:00Z"},
				{"2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", "2026-12-28T00:00:00Z"},
				{"2027-W01", "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z", "2027-01-04T00:00:00Z"},
			},
		},
		"31 December can lie in week 1": {
			plan.Period{Grain: plan.Week, WeekStart: monday, History: 1, TimeZone: "UTC"}, "2024-12-31T00:00:00Z",
			[][4]string{{"2025-W01", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z", "2024-12-30T00:00:00Z"}},
		},
		"a week from Sunday": {
			plan.Period{Grain: plan.Week, WeekStart: time.Sunday, History: 1, TimeZone: "UTC"}, "2026-09-19T23:00:00Z",
			[][4]string{{"2026-09-13/W", "2026-09-13T00:00:00Z", "2026-09-20T00:00:00Z", "2026-09-13T00:00:00Z"}},
		},
		"13 weeks trailing over the clock change": {
			plan.Period{Grain: plan.Week, WeekStart: monday, Window: 13, History: 1, TimeZone: "Europe/Berlin"}, "2026-04-01T00:00:00Z",
			[][4]string{{"2026-W14", "2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z", "2026-01-04T23:00:00Z"}},
		},
		"12 months trailing": {
			plan.Period{Grain: plan.Month, Window: 12, History: 1, TimeZone: "Europe/Berlin"}, "2026-09-14T00:00:00Z",
			[][4]string{{"2026-09", "2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z", "2025-09-30T22:00:00Z"}},
		},
		"quarters": {
			plan.Period{Grain: plan.Quarter, History: 2, TimeZone: "UTC"}, "2026-07-01T00:00:00Z",
			[][4]string{
				{"2026-Q2", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-04-01T00:00:00Z"},
				{"2026-Q3", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-07-01T00:00:00Z"},
			},
		},
		"fiscal quarters from April": {
			plan.Period{Grain: plan.Quarter, FiscalYearStartMonth: time.April, History: 2, TimeZone: "UTC"}, "2026-04-01T00:00:00Z",
			[][4]string{
				{"FY2026-Q4", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z", "2026-01-01T00:00:00Z"},
				{"FY2027-Q1", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-04-01T00:00:00Z"},
			},
		},
		"fiscal quarters from November cross the calendar year": {
			plan.Period{Grain: plan.Quarter, FiscalYearStartMonth: time.November, History: 1, TimeZone: "UTC"}, "2027-01-31T00:00:00Z",
			[][4]string{{"FY2027-Q1", "2026-11-01T00:00:00Z", "2027-02-01T00:00:00Z", "2026-11-01T00:00:00Z"}},
		},
		"fiscal years": {
			plan.Period{Grain: plan.Year, FiscalYearStartMonth: time.July, Window: 2, History: 1, TimeZone: "UTC"}, "2026-09-14T00:00:00Z",
			[][4]string{{"FY2027", "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z", "2025-07-01T00:00:00Z"}},
		},
		"calendar years": {
			plan.Period{Grain: plan.Year, FiscalYearStartMonth: time.January, History: 1, TimeZone: "UTC"}, "2026-12-31T23:59:59Z",
			[][4]string{{"2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := instant(t, c.now)
			periods, err := Periods(c.period, now)
			if err != nil {
				t.Fatal(err)
			}
			var want []Period
			for _, w := range c.want {
				want = append(want, Period{Label: w[0], Start: instant(t, w[1]), End: instant(t, w[2]), WindowStart: instant(t, w[3])})
			}
			if diff := cmp.Diff(want, periods); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			next, err := Next(c.period, now)
			if err != nil || !next.Equal(want[len(want)-1].End) {
				t.Errorf("next boundary %v, %v", next, err)
			}
		})
	}
}

// In every zone, grain and season: periods are contiguous, contain what they claim, and start when a civil day does.
func TestPeriodsTile(t *testing.T) {
	zones := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo",
		"Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca", "America/St_Johns",
	}
	for _, zone := range zones {
		for _, grain := range []plan.Grain{plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year} {
			p := plan.Period{Grain: grain, Window: 3, History: 40, TimeZone: zone, WeekStart: time.Saturday, FiscalYearStartMonth: time.October}
			for _, now := range []string{"2000-06-01T00:00:00Z", "2006-11-01T00:00:00Z", "2012-01-10T00:00:00Z", "2026-03-30T01:30:00Z", "2026-11-02T03:59:59Z"} {
				at := instant(t, now)
				periods, err := Periods(p, at)
				if err != nil {
					t.Fatal(err)
				}
				labels := map[string]bool{}
				for i, got := range periods {
					if !got.Start.Before(got.End) || labels[got.Label] {
						t.Fatalf("%s %s: empty or repeated period %+v", zone, grain, got)
					}
					labels[got.Label] = true
					if i > 0 && !got.Start.Equal(periods[i-1].End) {
						t.Fatalf("%s %s: gap before %+v", zone, grain, got)
					}
					if i > 1 && !got.WindowStart.Equal(periods[i-2].Start) {
						t.Fatalf("%s %s: window of 3 starts at %v", zone, grain, got.WindowStart)
					}
					for _, inside := range []time.Time{got.Start, got.Start.Add(30 * time.Minute), got.End.Add(-1)} {
						if found, err := At(p, inside); err != nil || found != got {
							t.Fatalf("%s %s: %v lies in %+v, not in %+v (%v)", zone, grain, inside, got, found, err)
						}
					}
				}
				if last := periods[len(periods)-1]; at.Before(last.Start) || !at.Before(last.End) {
					t.Fatalf("%s %s: %v is not in the last period %+v", zone, grain, at, last)
				}
			}
		}
	}
}

func TestBadPeriods(t *testing.T) {
	for name, p := range map[string]plan.Period{
		"no zone":       {Grain: plan.Day},
		"unknown zone":  {Grain: plan.Day, TimeZone: "Europe/Berlim"},
		"local zone":    {Grain: plan.Day, TimeZone: "Local"},
		"unknown grain": {Grain: "Hour", TimeZone: "UTC"},
		"fiscal month":  {Grain: plan.Year, TimeZone: "UTC", FiscalYearStartMonth: 13},
		"week start":    {Grain: plan.Week, TimeZone: "UTC", WeekStart: 7},
	} {
		if _, err := Periods(p, time.Now()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
