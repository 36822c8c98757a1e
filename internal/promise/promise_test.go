package promise_test

import (
	"math"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// days of 200 rows each, of which so many miss the promise.
func days(number int, bad float64) []promise.Period {
	return slices.Repeat([]promise.Period{{Bad: bad, N: 200}}, number)
}

// fourWeeks promises 95 % over 28 days: 10 of 200 a day may miss it.
var fourWeeks = promise.Terms{Allowed: 0.05, Periods: 28, Confidence: 0.95}

func TestThreeSeries(t *testing.T) {
	for _, c := range []struct {
		name      string
		series    []promise.Period
		want      promise.Verdict
		remaining float64
		day, week float64 // burn rates
	}{
		{"not at all", days(40, 5), promise.Kept, 0.5, 0.5, 0.5},
		{"as fast as allowed", days(40, 10), promise.Kept, 0, 1, 1},
		{"a little faster", days(40, 10.5), promise.Inconclusive, -0.05, 1.05, 1.05},
		{"slowly", slices.Concat(days(40, 4), days(7, 20)), promise.BurningSlowly, 0.2, 2, 2},
		{"fast, for two days", slices.Concat(days(40, 4), days(2, 60)), promise.BurningFast, 0.2, 6, 2},
		{"fast, for one day: not yet sure", slices.Concat(days(40, 4), days(1, 60)), promise.Kept, 0.4, 6, 8.4 / 7},
		{"all at once", slices.Concat(days(40, 4), days(1, 150)), promise.BurningFast, 1 - (27*0.4+15)/28, 15, (6*0.4 + 15) / 7},
		{"over since yesterday", slices.Concat(days(40, 2), days(2, 60), days(1, 2)), promise.BurningSlowly, 1 - (26*0.2+12)/28, 0.2, (5*0.2 + 12) / 7},
		{"over for two days", slices.Concat(days(40, 2), days(2, 60), days(2, 2)), promise.Kept, 1 - (26*0.2+12)/28, 0.2, (5*0.2 + 12) / 7},
		{"over, and nothing left", slices.Concat(days(40, 4), days(3, 100), days(10, 4)), promise.Spent, 1 - (25*0.4+30)/28, 0.4, 0.4},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := promise.Judge(fourWeeks, c.series)
			if s.Verdict() != c.want {
				t.Errorf("%s, want %s: %+v", s.Verdict(), c.want, s)
			}
			near(t, "remaining", s.Remaining, c.remaining)
			near(t, "burn of the day", s.Fast.Short.Burn, c.day)
			near(t, "burn of the week", s.Slow.Long.Burn, c.week)
			if !(s.Lower <= s.Remaining && s.Remaining <= s.Upper) {
				t.Errorf("remaining %g lies outside [%g, %g]", s.Remaining, s.Lower, s.Upper)
			}
		})
	}
}

// A handful of customers a day: the same shares as above are no proof.
func TestChanceIsNotTold(t *testing.T) {
	handful := func(number int, bad float64) []promise.Period {
		return slices.Repeat([]promise.Period{{Bad: bad, N: 5}}, number)
	}
	s := promise.Judge(fourWeeks, append(handful(40, 0), handful(2, 1)...))
	if s.Fast.Long.Burn != 4 || s.Verdict() != promise.Kept {
		t.Errorf("%s at a burn rate of %g", s.Verdict(), s.Fast.Long.Burn)
	}
	s = promise.Judge(fourWeeks, append(handful(40, 0), handful(2, 5)...))
	if s.Verdict() != promise.BurningFast {
		t.Errorf("%s where everybody misses it: %+v", s.Verdict(), s.Fast)
	}
}

func TestRowsThatBelongTogetherTellLess(t *testing.T) {
	clustered := slices.Concat(days(40, 4), days(7, 18))
	if v := promise.Judge(fourWeeks, clustered).Verdict(); v != promise.BurningSlowly {
		t.Fatalf("%s of independent rows", v)
	}
	for i := range clustered {
		clustered[i].Effective = 20
	}
	if s := promise.Judge(fourWeeks, clustered); s.Verdict() != promise.Kept || math.Abs(s.Slow.Long.Burn-1.8) > 1e-9 {
		t.Errorf("%s where ten rows tell as much as one: %+v", s.Verdict(), s.Slow)
	}
}

// Good and bad days take turns, as they always have: a week of which five are bad is no news.
func TestBurstsWidenTheInterval(t *testing.T) {
	var series []promise.Period
	for range 14 {
		series = append(series, days(1, 1)...)
		series = append(series, days(1, 19)...)
	}
	s := promise.Judge(fourWeeks, series)
	if s.Dispersion < 5 || s.Verdict() != promise.Kept {
		t.Errorf("%s with a dispersion of %g", s.Verdict(), s.Dispersion)
	}
	if few := promise.Judge(fourWeeks, series[:7]); few.Dispersion != 1 {
		t.Errorf("seven days tell a dispersion of %g", few.Dispersion)
	}
	even := promise.Judge(fourWeeks, days(28, 10))
	if even.Dispersion != 1 || even.Upper-even.Lower >= s.Upper-s.Lower {
		t.Errorf("even days: dispersion %g, [%g, %g] against [%g, %g]", even.Dispersion, even.Lower, even.Upper, s.Lower, s.Upper)
	}
}

func TestPeriodsWithoutNumbers(t *testing.T) {
	burning := slices.Concat(days(40, 4), days(7, 20))
	closed := promise.Judge(fourWeeks, append(burning, promise.Period{}))
	if closed.Verdict() != promise.BurningSlowly || closed.Empty != 1 || closed.Budget.Periods != 28 {
		t.Errorf("a day without customers does not show that it is over: %s, %+v", closed.Verdict(), closed)
	}
	closed = promise.Judge(fourWeeks, slices.Concat(days(40, 4), days(1, 150), []promise.Period{{}}))
	if closed.Verdict() != promise.BurningFast || closed.Fast.Short.N != 0 {
		t.Errorf("nor after a day that everybody missed: %s, %+v", closed.Verdict(), closed.Fast)
	}
	closed = promise.Judge(fourWeeks, slices.Concat(days(40, 4), days(2, 60), []promise.Period{{}, {}}))
	if closed.Fast.Burning || !math.IsNaN(closed.Fast.Long.Burn) {
		t.Errorf("two days without customers burn: %+v", closed.Fast)
	}
	burning[45].Missing, burning[45].Bad = true, 200
	left := promise.Judge(fourWeeks, burning)
	if left.Missing != 1 || left.Slow.Long.N != 1200 || math.Abs(left.Slow.Long.Burn-2) > 1e-9 {
		t.Errorf("a period that is left out counts: %+v", left.Slow.Long)
	}
	if v := promise.Judge(fourWeeks, make([]promise.Period, 30)).Verdict(); v != promise.NoData {
		t.Errorf("nobody at all: %s", v)
	}
	if v := promise.Judge(fourWeeks, nil).Verdict(); v != promise.NoData {
		t.Errorf("no periods: %s", v)
	}
}

// After three days, three of 28 days' budget can be used up, however new the data.
func TestDataHaveJustBegun(t *testing.T) {
	s := promise.Judge(fourWeeks, append(make([]promise.Period, 40), days(3, 20)...))
	near(t, "remaining", s.Remaining, 1-2*3.0/28)
	if s.Budget.Periods != 3 || s.Empty != 0 || s.Verdict() != promise.BurningSlowly {
		t.Errorf("%s: %+v", s.Verdict(), s)
	}
}

// The windows follow the promise's own: a quarter of the budget in two periods, or in a quarter of the time.
func TestWindowsAndThresholds(t *testing.T) {
	for periods, want := range map[int][2]float64{12: {1.5, 3}, 13: {1.625, 3}, 28: {3.5, 7}, 30: {3.75, 8}, 90: {11.25, 23}} {
		terms := promise.Terms{Allowed: 0.05, Periods: periods, Confidence: 0.95}
		s := promise.Judge(terms, days(100, 1))
		if s.Fast.Threshold != want[0] || s.Fast.Long.Periods != 2 || s.Fast.Short.Periods != 1 {
			t.Errorf("%d periods: fast %+v", periods, s.Fast)
		}
		if s.Slow.Threshold != 1 || float64(s.Slow.Long.Periods) != want[1] || s.Slow.Short.Periods != 2 {
			t.Errorf("%d periods: slow %+v", periods, s.Slow)
		}
		near(t, "level", s.Level, 1-0.05/float64(periods))
	}
}
