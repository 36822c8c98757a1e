package alert_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A divergence is told until two clean evaluations end it, by the losses that showed it last; what cannot be judged ends
// nothing.
func TestWhatIsToldOfADivergence(t *testing.T) {
	worse := []plan.GuardrailState{{Driver: "fine"}, {Driver: "a", Worse: true, Loss: new(12.0), MinWorsening: 5}}
	fine := []plan.GuardrailState{{Driver: "fine"}, {Driver: "a", Loss: new(-3.0), MinWorsening: 5}}
	lost := worse[1:]
	for name, c := range map[string]struct {
		found  plan.Divergence
		status alert.Status
		says   string
	}{
		"it stands": {
			plan.Divergence{Diverging: true, Label: "2026-10", Since: "2026-09", KPIGood: new(true), Guardrails: worse, Lost: lost, LostIn: "2026-10"}, alert.True,
			"2026-10: KPITarget k looks good, but a got worse by 12.0 points (at least 5 points counts). It has been so since 2026-09.",
		},
		"one clean evaluation": {
			plan.Divergence{Diverging: true, Label: "2026-10", Since: "2026-08", KPIGood: new(true), Guardrails: fine, Lost: lost, LostIn: "2026-09", Clean: 1}, alert.True,
			"2026-09: KPITarget k looked good, while a got worse by 12.0 points (at least 5 points counts). It had been so since 2026-08. 2026-10 shows it no more: 1 of the 2 clean evaluations in a row that end it.",
		},
		"the KPI alone is worse": {
			plan.Divergence{Diverging: true, Label: "2026-10", Since: "2026-08", KPIGood: new(false), Guardrails: worse, Lost: lost, LostIn: "2026-09", Clean: 1}, alert.True,
			"2026-09: KPITarget k looked good, while a got worse by 12.0 points (at least 5 points counts). It had been so since 2026-08. 2026-10 shows it no more: 1 of the 2 clean evaluations in a row that end it.",
		},
		"the latest cannot be judged": {
			plan.Divergence{Diverging: true, Label: "2026-10", Since: "2026-09", Reason: "NoSuchPeriod", Lost: lost, LostIn: "2026-10"}, alert.True,
			"2026-10: KPITarget k looks good, but a got worse by 12.0 points (at least 5 points counts). It has been so since 2026-09. The latest period cannot be judged, which ends nothing: there is no value in the KPI's latest period.",
		},
		"nothing can be judged": {plan.Divergence{Reason: "TooFewPeriods"}, alert.Unknown, "The guardrails cannot be judged: there are too few mature periods yet."},
		"once": {
			plan.Divergence{Label: "2026-10", KPIGood: new(true), Guardrails: worse}, alert.False,
			"2026-10: KPITarget k looks good, but a got worse by 12.0 points (at least 5 points counts): 1 of 2 evaluations in a row. Nobody is told yet.",
		},
		"both get worse": {plan.Divergence{Label: "2026-10", KPIGood: new(false), Guardrails: worse}, alert.False, "2026-10: the KPI and its guardrails do not drift apart."},
		"neither does":   {plan.Divergence{Label: "2026-10", KPIGood: new(true), Guardrails: fine}, alert.False, "2026-10: the KPI and its guardrails do not drift apart."},
	} {
		claim := claimOf(plan.Supported)
		claim.KPI, claim.Guardrail, claim.Found.Divergence = "k", true, &c.found
		claim.Drivers[0].Unit = "points"
		d := alert.DecideClaim(claim, now)
		if got := d.Condition(alert.Diverging); got.Status != c.status || got.Message != c.says {
			t.Errorf("%s: %s\n%s, want\n%s", name, got.Status, got.Message, c.says)
		}
	}
}
