package linkage

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Beside an interval without zero nobody is told that no difference is possible: other links of the KPI keep it open.
func TestWhatOnlyTheFamilyKeepsOpen(t *testing.T) {
	l := plan.Linkage{KPI: plan.Series{Unit: "ratio"}, Evidence: plan.Observational, Confidence: .95}
	const alone, open = "Not enough data: clear by itself, and not when all links of the KPI are corrected together.",
		"Not enough data: no difference and one that matters are both possible."
	for _, c := range []struct {
		lower, p float64
		want     string
	}{{.001, .03, alone}, {-.001, .06, open}, {.001, .2, open}} { // the last by the search over lags
		e := Evidence{Effect: .03, Lower: c.lower, Upper: .06, Q: .08}
		judged := Judge(e, .02, .05)
		f := plan.DriverFinding{Verdict: judged.Verdict, Reason: string(judged.Reason), P: &c.p, Effect: &plan.LinkEffect{Value: e.Effect, Lower: e.Lower, Upper: e.Upper}}
		if got := Sentence(l, plan.Driver{}, f); !strings.HasPrefix(got, c.want) {
			t.Errorf("lower end %v, p %v: %s", c.lower, c.p, got)
		}
	}
}
