package alert_test

import (
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
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

// The oracle of the field: 42 of 50 against 80 % is not decided. Wilson: [0.7149, 0.9166].
func TestBoundJudgesTheInterval(t *testing.T) {
	wilson := estimate(0.84, 0.7149, 0.9166, 50)
	cases := []struct {
		bound alert.Bound
		want  alert.Verdict
	}{
		{alert.Bound{Level: 0.8}, alert.Inconclusive},
		{alert.Bound{Level: 0.7149}, alert.Good},
		{alert.Bound{Level: 0.71}, alert.Good},
		{alert.Bound{Level: 0.9166}, alert.Inconclusive},
		{alert.Bound{Level: 0.92}, alert.Bad},
		{alert.Bound{Level: 0.8, AtMost: true}, alert.Inconclusive},
		{alert.Bound{Level: 0.9166, AtMost: true}, alert.Good},
		{alert.Bound{Level: 0.7, AtMost: true}, alert.Bad},
	}
	for _, c := range cases {
		if got := c.bound.Judge(wilson); got != c.want {
			t.Errorf("%+v = %v, want %v", c.bound, got, c.want)
		}
	}
	// A median whose upper end the data do not tell: it may be too long, and may not be short enough.
	median := measure.Estimate{Value: new(30.0), Lower: new(20.0), N: 12}
	for level, want := range map[float64]alert.Verdict{15: alert.Bad, 25: alert.Inconclusive, 1e9: alert.Inconclusive} {
		if got := (alert.Bound{Level: level, AtMost: true}).Judge(median); got != want {
			t.Errorf("at most %g = %v, want %v", level, got, want)
		}
	}
}

// kpi is a retention of which the latest mature period is the last given; n is 100 and the interval ±1.
func kpi(targets []alert.Target, periods ...plan.PeriodResult) *alert.Indicator {
	in := nps(measure.Estimate{})
	in.Kind, in.Name, in.Thresholds = alert.KPI, "nrr", alert.Thresholds{}
	in.Targets, in.Result.Periods = targets, periods
	return in
}

func mid(label string, value float64) plan.PeriodResult {
	return month(label, plan.Mature, estimate(value, value-1, value+1, 100))
}

func from(date string, level float64) alert.Target {
	return alert.Target{From: day(date), Bound: alert.Bound{Level: level}}
}

func by(date string, level float64) alert.Target {
	return alert.Target{By: day(date), Bound: alert.Bound{Level: level}}
}

func TestTargets(t *testing.T) {
	dated := []alert.Target{from("2026-07-01", 104), from("2027-01-01", 106), by("2027-06-30", 108)}
	onlyBy := []alert.Target{by("2026-10-31", 90)}
	cases := []struct {
		name    string
		targets []alert.Target
		periods []plan.PeriodResult
		want    string
		alerts  string
		target  string
		state   alert.State
	}{
		{"met", dated, []plan.PeriodResult{mid("2026-10", 105.5)}, "True OnTarget", "", "≥ 104 from 2026-07-01", "OnTarget"},
		{"missed", dated, []plan.PeriodResult{mid("2026-10", 102)}, "False OffTarget", "KPITargetMissed/warning/support", "≥ 104 from 2026-07-01", "OffTarget"},
		{"not decided", dated, []plan.PeriodResult{mid("2026-10", 104.5)}, "Unknown Inconclusive", "", "≥ 104 from 2026-07-01", "Inconclusive"},
		{"before the first", dated, []plan.PeriodResult{mid("2026-06", 1)}, "Unknown NotYet", "", "≥ 104 from 2026-07-01", "NotYet"},
		{"a period that began before the bound is not under it", []alert.Target{from("2026-10-02", 104)}, []plan.PeriodResult{mid("2026-10", 1)}, "Unknown NotYet", "", "≥ 104 from 2026-10-02", "NotYet"},
		{"the next bound takes over", dated, []plan.PeriodResult{mid("2027-01", 105)}, "Unknown Inconclusive", "", "≥ 106 from 2027-01-01", "Inconclusive"},
		{"the day is judged on its period", dated, []plan.PeriodResult{mid("2027-06", 106.5)}, "False OffTarget", "KPITargetMissed/critical/support", "≥ 108 by 2027-06-30", "OffTarget"},
		{"the worse of two on one period", []alert.Target{from("2026-07-01", 104), by("2026-10-31", 90)}, []plan.PeriodResult{mid("2026-10", 95)},
			"False OffTarget", "KPITargetMissed/warning/support", "≥ 104 from 2026-07-01", "OffTarget"},
		{"then the standing one is judged again", dated, []plan.PeriodResult{mid("2027-06", 106.5), mid("2027-07", 107.5)}, "True OnTarget", "", "≥ 106 from 2027-01-01", "OnTarget"},
		{"a dated verdict stays while nothing stands", onlyBy, []plan.PeriodResult{mid("2026-10", 80), mid("2026-11", 99)}, "False OffTarget", "KPITargetMissed/critical/support", "≥ 90 by 2026-10-31", "OffTarget"},
		{"a dated target is not judged before its period", onlyBy, []plan.PeriodResult{mid("2026-09", 80)}, "Unknown NotYet", "", "≥ 90 by 2026-10-31", "NotYet"},
		{"nor on a period that is not mature", onlyBy, []plan.PeriodResult{mid("2026-09", 80), month("2026-10", plan.Maturing, estimate(1, 0, 2, 50))}, "Unknown NotYet", "", "≥ 90 by 2026-10-31", "NotYet"},
		{"its period is no longer kept", onlyBy, []plan.PeriodResult{mid("2026-12", 80)}, "Unknown NotYet", "", "≥ 90 by 2026-10-31", "NotYet"},
		{"no data", onlyBy, []plan.PeriodResult{flagged(month("2026-10", plan.Mature, measure.Estimate{}), plan.NoData)}, "Unknown NoData", "", "≥ 90 by 2026-10-31", "NoData"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := alert.Decide(kpi(c.targets, c.periods...), now)
			check(t, d, c.want, c.alerts)
			if d.Summary.Target != c.target {
				t.Errorf("target = %q, want %q", d.Summary.Target, c.target)
			}
			if d.Summary.State != c.state {
				t.Errorf("state = %q, want %q", d.Summary.State, c.state)
			}
		})
	}
}

func check(t *testing.T, d alert.Decision, want, alerts string) {
	t.Helper()
	got := d.Condition(alert.TargetMet)
	if text := string(got.Status) + " " + string(got.Reason); text != want {
		t.Errorf("TargetMet = %s (%s), want %s", text, got.Message, want)
	}
	if got := told(d.Alerts); got != alerts {
		t.Errorf("alerts = %q, want %q", got, alerts)
	}
}

func TestTargetOfASegment(t *testing.T) {
	target := by("2026-10-31", 90)
	target.Overrides = []alert.TargetOverride{{Match: map[string]string{"plan": "enterprise"}, Bound: alert.Bound{Level: 95}}}
	in := kpi([]alert.Target{target}, mid("2026-10", 93))
	in.Result.Segments = []alert.Segment{{By: []string{"plan"}, Values: []string{"enterprise"}, Current: mid("2026-10", 93)}}
	check(t, alert.Decide(in, now), "True OnTarget", "KPITargetMissed/critical/support/plan=enterprise")
}

// Fiscal years that begin in February: the sum from February to January is judged on the January that contains the day.
func TestFiscalYearAccumulates(t *testing.T) {
	target := by("2027-01-31", 1200)
	target.FiscalYear = true
	year := func(change func(*alert.Indicator)) *alert.Indicator {
		var periods []plan.PeriodResult
		for m := time.December; m <= time.December+13; m++ {
			label := time.Date(2025, m, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
			periods = append(periods, month(label, plan.Settled, estimate(99, 98, 99.9, 10)))
		}
		in := kpi([]alert.Target{target}, periods...)
		in.Unit, in.Period = "EUR", &plan.Period{Grain: plan.Month, Window: 1, FiscalYearStartMonth: time.February}
		change(in)
		return in
	}
	// 12 × 98 = 1176 to 12 × 99.9 = 1198.8: wholly below 1200.
	d := alert.Decide(year(func(*alert.Indicator) {}), now)
	check(t, d, "False OffTarget", "KPITargetMissed/critical/support")
	want := "1,188 EUR [1,176, 1,199], n 120, in 2026-02-01 to 2027-01; target ≥ 1,200 EUR in the fiscal year by 2027-01-31: missed by the whole interval. Look at the CPIs behind this KPI, or set the next target."
	if got := d.Alerts[0].Message; got != want {
		t.Errorf("message\n got %s\nwant %s", got, want)
	}
	check(t, alert.Decide(year(func(in *alert.Indicator) {
		in.Result.Periods[5] = flagged(month("2026-05", plan.Settled, measure.Estimate{}), plan.NoData)
	}), now), "Unknown NoData", "")
	check(t, alert.Decide(year(func(in *alert.Indicator) { in.Result.Periods = in.Result.Periods[3:] }), now), "Unknown NotYet", "")
	check(t, alert.Decide(year(func(in *alert.Indicator) { in.Result.Periods = in.Result.Periods[:13] }), now), "Unknown NotYet", "")
	check(t, alert.Decide(year(func(in *alert.Indicator) { in.Period.Window = 3 }), now), "Unknown NotYet", "")
	// A month too small to be judged alone still counts towards the year.
	check(t, alert.Decide(year(func(in *alert.Indicator) {
		for i := range in.Result.Periods {
			in.Result.Periods[i].Flag = plan.InsufficientSample
		}
	}), now), "False OffTarget", "CPISampleTooSmall/warning/support KPITargetMissed/critical/support")
}

func TestUndatedTargetFollowsTheClock(t *testing.T) {
	undated := plan.PeriodResult{State: plan.Undated, Estimate: estimate(80, 79, 81, 100)}
	in := kpi([]alert.Target{by("2026-12-01", 90)}, undated)
	d := alert.Decide(in, now)
	check(t, d, "Unknown NotYet", "")
	in.Source.Schedule, in.FreshWithin = nil, 0
	if d = alert.Decide(in, now); !d.Next.Equal(day("2026-12-01")) {
		t.Errorf("next = %s, want the target's day", d.Next)
	}
	check(t, alert.Decide(in, day("2026-12-01")), "False OffTarget", "KPITargetMissed/critical/support")
}
