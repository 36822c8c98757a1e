package alert_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// waited is a mature day of November on which so many of n waited no longer than was promised.
func waited(kept, n float64) measure.Estimate {
	share := kept / n
	return measure.Estimate{Value: &share, Lower: new(share - 0.01), Upper: new(share + 0.01), N: int64(n), Numerator: &kept, Denominator: &n}
}

// promised is an indicator that promises 95 % over 28 days, with these days, the last of them 20 November, and one that is not over.
func promised(days ...measure.Estimate) *alert.Indicator {
	in := nps(measure.Estimate{})
	in.Unit, in.Percent, in.Thresholds = "ratio", true, alert.Thresholds{}
	in.Period = &plan.Period{Grain: plan.Day, Window: 1}
	in.Promise = &promise.Terms{Allowed: 1 - 0.95, Periods: 28, Confidence: 0.95}
	in.Result.Periods = nil
	first := time.Date(2026, 11, 21-len(days), 0, 0, 0, 0, time.UTC)
	for i, e := range append(days, waited(1, 200)) {
		p := plan.PeriodResult{Start: first.AddDate(0, 0, i), End: first.AddDate(0, 0, i+1), State: plan.Settled, Estimate: e}
		if p.Label = p.Start.Format(time.DateOnly); i == len(days) {
			p.State = plan.Maturing
		}
		in.Result.Periods = append(in.Result.Periods, p)
	}
	return in
}

func days(number int, e measure.Estimate) []measure.Estimate {
	return slices.Repeat([]measure.Estimate{e}, number)
}

func TestPromise(t *testing.T) {
	good, steady := waited(196, 200), days(35, waited(196, 200))
	for _, c := range []struct {
		name   string
		in     *alert.Indicator
		want   string
		alerts string
		state  alert.State
		says   string
	}{
		{"not at all", promised(steady...), "True Kept", "", "OK",
			"Promised are ≥ 95 % over 28 days, up to 2026-11-20: 112 of 5,600 missed it, which uses 40 % [29, 53] of the error budget. " +
				"Burn rate: 0.4 [0.2, 0.7] over 7 days, 0.4 [0.1, 1.0] over 2 days, 0.4 (as counted) over 1 day; at 1 the budget just lasts."},
		{"slowly", promised(append(steady, days(7, waited(180, 200))...)...), "False BurningSlowly", "CPIPromiseBurning/warning/support", "Warning",
			"Promised are ≥ 95 % over 28 days, up to 2026-11-20: 224 of 5,600 missed it, which uses 80 % [65, 98] of the error budget. " +
				"Burn rate: 2.0 [1.5, 2.5] over 7 days, 2.0 [1.2, 3.1] over 2 days, 2.0 (as counted) over 1 day; at 1 the budget just lasts. " +
				"It burns slowly, by the whole interval above 1: the budget does not last. Find out what changed for these customers since 2026-11-14;"},
		{"fast", promised(append(steady, days(2, waited(140, 200))...)...), "False BurningFast", "CPIPromiseBurning/critical/support", "Critical",
			"It burns fast, by the whole interval above 3.5, at which all of the budget lasts 8 days. Find out what changed for these customers since 2026-11-19;"},
		{"spent, and good since", promised(slices.Concat(days(18, good), days(4, waited(100, 200)), days(10, good))...), "False BudgetSpent", "CPIPromiseBurning/warning/support", "Warning",
			"It is spent, by the whole interval."},
		{"a handful", promised(days(28, waited(4, 5))...), "False BudgetSpent", "CPIPromiseBurning/warning/support", "Warning", "28 of 140"},
		{"a handful for a week", promised(slices.Concat(days(21, waited(5, 5)), days(7, waited(4, 5)))...), "True Kept", "", "OK", "7 of 140"},
		{"by chance", promised(days(28, waited(189, 200))...), "Unknown Inconclusive", "", "OK", "uses 110 % [92, 130] of the error budget"},
		{"just begun", promised(days(3, good)...), "True Kept", "", "OK", "uses 4 % [1, 10] of the error budget. The data span 3 days so far."},
		{"a day without customers", promised(append(steady, measure.Estimate{Reason: measure.NoRows})...), "True Kept", "", "OK", "1 day without customers."},
		{"nobody ever", promised(days(28, measure.Estimate{Reason: measure.NoRows})...), "Unknown NoData", "", "OK", "Nobody to keep the promise to in the 28 days up to 2026-11-20"},
		{"no numbers", promised(append(steady, measure.Estimate{Reason: measure.NotFinite})...), "Unknown NoData", "", "OK", "NotFinite"},
		{"none mature", promised(), "Unknown NoData", "", "Maturing", "No period is mature yet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := alert.Decide(c.in, now)
			got := d.Condition(alert.PromiseKept)
			if text := string(got.Status) + " " + string(got.Reason); text != c.want || !strings.Contains(got.Message, c.says) {
				t.Errorf("%s: %s\nwant %s: %s", text, got.Message, c.want, c.says)
			}
			if got := told(d.Alerts); got != c.alerts {
				t.Errorf("alerts %q, want %q", got, c.alerts)
			}
			if d.Summary.State != c.state {
				t.Errorf("state %s, want %s", d.Summary.State, c.state)
			}
			if (d.Promise == nil) != (got.Reason == alert.ReasonNoData) {
				t.Errorf("standing %+v", d.Promise)
			}
		})
	}
}

func TestPromiseOfWhichLessIsBetter(t *testing.T) {
	complained := days(35, waited(1, 200)) // one of 200 complains
	in := promised(append(complained, days(7, waited(12, 200))...)...)
	in.Direction, in.Promise.Allowed = measure.LowerIsBetter, 0.02
	d := alert.Decide(in, now)
	got := d.Condition(alert.PromiseKept)
	if got.Reason != alert.ReasonBurningSlowly || !strings.HasPrefix(got.Message, "Promised are ≤ 2 % over 28 days, up to 2026-11-20: 105 of 5,600 missed it") {
		t.Errorf("%+v", got)
	}
}

func TestFlagsOfPeriodsOfAPromise(t *testing.T) {
	burning := func() *alert.Indicator {
		return promised(append(days(35, waited(196, 200)), days(7, waited(180, 200))...)...)
	}
	suspect := burning()
	suspect.Result.Periods[41].Flag = plan.SuspectData
	d := alert.Decide(suspect, now)
	if c := d.Condition(alert.PromiseKept); c.Status != alert.Unknown || c.Reason != alert.ReasonSuspectData || d.Promise != nil || told(d.Alerts) != "" {
		t.Errorf("the latest is suspect: %+v, %q", c, told(d.Alerts))
	}
	earlier := burning()
	earlier.Result.Periods[40].Flag = plan.SuspectData
	d = alert.Decide(earlier, now)
	if c := d.Condition(alert.PromiseKept); c.Reason != alert.ReasonBurningSlowly || !strings.Contains(c.Message, "1 day left out") || d.Promise.Slow.Long.N != 1200 {
		t.Errorf("an earlier one is suspect: %+v", c)
	}
	small := burning()
	for i := range small.Result.Periods {
		small.Result.Periods[i].Flag = plan.InsufficientSample
	}
	if c := alert.Decide(small, now); c.Condition(alert.PromiseKept).Reason != alert.ReasonBurningSlowly {
		t.Errorf("days too small to be judged alone: %+v", c.Condition(alert.PromiseKept))
	}
	other := burning()
	other.Formula = "v1-b"
	if c := alert.Decide(other, now); c.Condition(alert.PromiseKept).Status != alert.Unknown {
		t.Errorf("numbers of another formula: %+v", c.Condition(alert.PromiseKept))
	}
	torn := burning()
	torn.Result.Periods = slices.Delete(torn.Result.Periods, 38, 39)
	if p := alert.Decide(torn, now).Promise; p == nil || p.Budget.Periods != 3 {
		t.Errorf("periods that are no neighbours: %+v", p)
	}
	clustered := burning()
	for i := range clustered.Result.Periods {
		clustered.Result.Periods[i].EffectiveN = new(20.0)
	}
	d = alert.Decide(clustered, now)
	if c := d.Condition(alert.PromiseKept); c.Reason != alert.ReasonKept {
		t.Errorf("200 answers worth 20: %+v", c)
	}
	without := burning()
	without.Promise = nil
	if d := alert.Decide(without, now); d.Condition(alert.PromiseKept) != nil || len(d.Alerts) > 0 {
		t.Errorf("without a promise: %+v", d.Conditions)
	}
}

// The graver of threshold and promise is the state.
func TestPromiseBesideAThreshold(t *testing.T) {
	in := promised(append(days(35, waited(196, 200)), days(7, waited(180, 200))...)...)
	in.Thresholds.Critical = new(0.99)
	d := alert.Decide(in, now)
	if d.Summary.State != alert.StateCritical || told(d.Alerts) != "CPIBelowThreshold/critical/support CPIPromiseBurning/warning/support" {
		t.Errorf("%s, %q", d.Summary.State, told(d.Alerts))
	}
	if math.IsNaN(d.Promise.Remaining) {
		t.Error("nothing is known of the budget")
	}
}

// Of 100 customers open in the morning 5 are gone in the evening, whichever way it is told.
func TestPromiseOfChurnAndRetention(t *testing.T) {
	sums := measure.Sums{100, 5, 6, 2, 96, 98 * 86400}
	for name, spec := range map[string]measure.Spec{
		"≥ 95 %": {Retention: &measure.Retention{Entity: "account"}},
		"≤ 5 %":  {Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort}},
	} {
		family, err := measure.Of(spec)
		if err != nil {
			t.Fatal(err)
		}
		in := promised(days(30, family.Estimate(sums, measure.Setting{}, 0.95))...)
		in.Direction = family.Describe().Direction
		d := alert.Decide(in, now)
		if got := d.Condition(alert.PromiseKept); got.Reason != alert.ReasonKept || !strings.HasPrefix(got.Message, "Promised are "+name+" over 28 days, up to 2026-11-20: 140 of 2,800 missed it, which uses 100 %") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
