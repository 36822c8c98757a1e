package alert_test

import (
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
