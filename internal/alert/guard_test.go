package alert_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Of several guardrails that lost, the alert names the one whose loss is least likely to be chance; the message names all.
func TestADivergenceNamesTheSurestLoss(t *testing.T) {
	for name, c := range map[string]struct {
		drifts []alert.Drift
		cpi    string
	}{
		"the surest":            {[]alert.Drift{{Message: "a.", CPI: "a", Q: 0.03}, {Message: "b.", CPI: "b", Q: 0.001}, {Message: "c.", CPI: "c", Q: 0.02}}, "b"},
		"the first":             {[]alert.Drift{{Message: "a.", CPI: "a", Q: 0.001}, {Message: "b.", CPI: "b", Q: 0.03}, {Message: "c."}}, "a"},
		"one that is not known": {[]alert.Drift{{Message: "a."}, {Message: "b.", CPI: "b", Q: 0.03}, {Message: "c."}}, "b"},
		"none is":               {[]alert.Drift{{Message: "a."}, {Message: "b."}, {Message: "c."}}, ""},
	} {
		in := kpi(nil, months(95, 95)...)
		in.Guards = &alert.Guards{Linkages: 3, Guardrails: 3, Diverging: c.drifts}
		d := alert.Decide(in, now)
		if got := told(d.Alerts); got != "CPIKPIDivergence/warning/support" || d.Alerts[0].CPI != c.cpi || d.Alerts[0].Message != "a. b. c." || d.Condition(alert.Diverging).Message != "a. b. c." {
			t.Errorf("%s: %s %+v", name, got, d.Alerts)
		}
	}
}
