package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
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

// What a muted linkage says is shown and not told, and it takes nothing from what another says.
func TestAMutedDivergenceIsShown(t *testing.T) {
	quiet, loud := alert.Drift{Message: "a.", CPI: "a", Q: 0.001, Muted: true}, alert.Drift{Message: "b.", CPI: "b", Q: 0.03}
	for name, c := range map[string]struct {
		drifts []alert.Drift
		alert  string
	}{
		"alone":       {[]alert.Drift{quiet}, ""},
		"and another": {[]alert.Drift{quiet, loud}, "CPIKPIDivergence/warning/support b b."},
	} {
		in := kpi(nil, months(95, 95)...)
		in.Guards = &alert.Guards{Linkages: 2, Guardrails: 2, Diverging: c.drifts}
		d := alert.Decide(in, now)
		got := told(d.Alerts)
		if len(d.Alerts) == 1 {
			got += " " + d.Alerts[0].CPI + " " + d.Alerts[0].Message
		}
		if shown := d.Condition(alert.Diverging); got != c.alert || shown.Status != alert.True || !strings.HasPrefix(shown.Message, "a.") {
			t.Errorf("%s: %q, %+v", name, got, shown)
		}
	}
}

// A guardrail of a claim that cannot be tested holds nobody.
func TestGuardrailsOfAClaimThatCannotBeTested(t *testing.T) {
	in := kpi(nil, months(95, 95)...)
	in.Guards = &alert.Guards{Incentivised: true, Linkages: 1, Unfit: []string{"loop"}}
	d := alert.Decide(in, now)
	if c := d.Condition(alert.Guarded); c.Status != alert.False || !strings.Contains(c.Message, "CPILinkage loop cannot be tested as it stands") || told(d.Alerts) != "KPIUnguarded/warning/support" || d.Condition(alert.Diverging).Status != alert.Unknown {
		t.Errorf("%+v, %v", d.Conditions, d.Alerts)
	}
}

// A muted claim names what its KPI does not tell by it.
func TestAMutedClaimNamesWhatItsKPIWouldTell(t *testing.T) {
	c := claimOf(plan.Supported)
	c.KPI, c.Guardrail, c.Telling = "arr", true, alert.Telling{DryRun: true, Declared: true}
	for _, diverging := range []bool{false, true} {
		c.Found.Divergence = &plan.Divergence{Label: "2026-10", Since: "2026-09", Diverging: diverging}
		d := alert.DecideClaim(c, now)
		message := d.Condition(alert.Alerting).Message
		if !strings.Contains(message, "By what it finds, KPITarget arr tells neither CPIKPIDivergence nor KPITargetAtRisk meanwhile") ||
			strings.Contains(message, "; it would tell CPIKPIDivergence now.") != diverging {
			t.Errorf("diverging %v: %s", diverging, message)
		}
	}
}
