package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func TestATrendIsToldByWhatIsBetter(t *testing.T) {
	rising, falling := plan.Trend{Direction: "Rising"}, plan.Trend{Direction: "Falling"}
	for name, c := range map[string]struct {
		history *plan.History
		lower   bool
		want    string
	}{
		"none known":        {},
		"too few periods":   {history: &plan.History{Label: "2026-10", Trend: plan.Trend{Reason: "TooFewPeriods"}}},
		"of another period": {history: &plan.History{Label: "2026-09", Trend: rising}},
		"none shown":        {history: &plan.History{Label: "2026-10", Trend: plan.Trend{Direction: "NoTrend"}}, want: "none shown"},
		"more is better":    {history: &plan.History{Label: "2026-10", Trend: rising}, want: "improving"},
		"and falls":         {history: &plan.History{Label: "2026-10", Trend: falling}, want: "worsening"},
		"less is better":    {history: &plan.History{Label: "2026-10", Trend: falling}, lower: true, want: "improving"},
		"and rises":         {history: &plan.History{Label: "2026-10", Trend: rising}, lower: true, want: "worsening"},
	} {
		in := nps(estimate(31, 28, 34, 800))
		if in.Result.History = c.history; c.lower {
			in.Direction = measure.LowerIsBetter
		}
		if got := alert.Decide(in, now).Summary.Trend; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestATestedWorseningIsTold(t *testing.T) {
	falling := plan.Trend{Direction: "Falling", N: 12, P: new(0.0042), Slope: new(-1.25), Lower: new(-2.0), Upper: new(-0.4)}
	rising := plan.Trend{Direction: "Rising", N: 12, P: new(0.0042), Slope: new(1.25), Lower: new(0.4), Upper: new(2.0)}
	dependent := falling
	dependent.Dependent = true
	of := func(label string, found plan.Trend) *plan.History { return &plan.History{Label: label, Trend: found} }
	for name, c := range map[string]struct {
		history *plan.History
		lower   bool
		flag    plan.Flag
		want    string
		alerts  string
		says    string
	}{
		"falling": {history: of("2026-10", falling), want: "True Worsening", alerts: "CPIDeteriorating/warning/support",
			says: "35.0 [31.0, 39.0], n 1,204, in 2026-10, after getting worse by −1.3 points [−2.0, −0.4] a month over 12 periods that share no rows (Mann–Kendall, p 0.004). Find"},
		"falling, neighbours alike":    {history: of("2026-10", dependent), want: "True Worsening", alerts: "CPIDeteriorating/warning/support", says: "p 0.004; neighbouring periods are alike"},
		"rising":                       {history: of("2026-10", rising), want: "False NotWorsening", says: "no worsening is shown"},
		"falling, and less is better":  {history: of("2026-10", falling), lower: true, want: "False NotWorsening"},
		"rising, and less is better":   {history: of("2026-10", rising), lower: true, want: "True Worsening", alerts: "CPIDeteriorating/warning/support"},
		"no trend":                     {history: of("2026-10", plan.Trend{Direction: "NoTrend", N: 12}), want: "False NotWorsening", says: "does not show that there is none"},
		"too few":                      {history: of("2026-10", plan.Trend{Reason: "TooFewPeriods"}), want: "Unknown TooFewPeriods"},
		"of an earlier period":         {history: of("2026-09", falling), want: "Unknown TooFewPeriods"},
		"of a value that is suspected": {history: of("2026-10", falling), flag: plan.SuspectData, want: "Unknown SuspectData"},
	} {
		in := nps(estimate(35, 31, 39, 1204))
		in.Thresholds = alert.Thresholds{}
		in.Result.History, in.Result.Periods[1].Flag = c.history, c.flag
		if c.lower {
			in.Direction = measure.LowerIsBetter
		}
		d := alert.Decide(in, now)
		got := d.Condition(alert.Worsening)
		if text := string(got.Status) + " " + string(got.Reason); text != c.want || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %s %q, want %s %q", name, text, got.Message, c.want, c.says)
		}
		if got := told(d.Alerts); got != c.alerts {
			t.Errorf("%s: alerts %q, want %q", name, got, c.alerts)
		}
	}
}

// An undated indicator has no trend, and a goal on a CPI repeats none.
func TestWhereNoTrendIsTold(t *testing.T) {
	undated, goal := nps(estimate(35, 31, 39, 1204)), nps(estimate(35, 31, 39, 1204))
	undated.Period = nil
	goal.Kind, goal.GoalOn = alert.KPI, "support-nps"
	for _, in := range []*alert.Indicator{undated, goal} {
		in.Result.History = &plan.History{Label: "2026-10", Trend: plan.Trend{Direction: "Falling"}}
		if d := alert.Decide(in, now); d.Condition(alert.Worsening) != nil || len(d.Alerts) != 0 {
			t.Errorf("%s: %+v", in.Kind, d.Alerts)
		}
	}
}
