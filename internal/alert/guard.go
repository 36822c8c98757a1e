package alert

import (
	"fmt"
	"strings"
)

// Guards is what the linkages of a KPI tell of it.
type Guards struct {
	// Incentivised: people are paid by the KPI.
	Incentivised bool
	// Linkages on the KPI, and Guardrails that they declare.
	Linkages, Guardrails int
	// Unfit are linkages with guardrails that cannot be tested as they stand; those guardrails count for nothing.
	Unfit []string
	// Diverging are those that say so; Steady is how many say that nothing drifts apart.
	Diverging []Drift
	Steady    int
}

// Drift is a linkage that says that the KPI and its guardrails drift apart.
type Drift struct {
	Message string
	// CPI is the guardrail that lost most surely, with the corrected p value of its loss; empty if it is not known.
	CPI string
	Q   float64
	// Muted: nobody is told what the linkage says.
	Muted bool
}

// guards tells whether somebody watches what customers get while the KPI is pursued, and whether they lose by it.
func (d *Decision) guards(in *Indicator) {
	g := in.Guards
	if g == nil {
		return
	}
	unguarded := func(r Reason, message string) {
		if !g.Incentivised {
			d.condition(Guarded, Unknown, r, message)
			return
		}
		message = "People are paid by this KPI. " + message
		d.condition(Guarded, False, r, message)
		d.Alerts = append(d.Alerts, Alert{Name: Unguarded, Severity: Warning, Team: in.Team, Message: message})
	}
	switch {
	case g.Linkages == 0:
		unguarded(ReasonUnlinked, "No CPILinkage says what should move it: nobody knows whether customers gain or lose by it.")
	case g.Guardrails == 0 && len(g.Unfit) > 0:
		unguarded(ReasonUnguarded, fmt.Sprintf("CPILinkage %s cannot be tested as it stands, and no other one has a guardrail: nobody is told if customers lose by it. Its condition Ready says why.", strings.Join(g.Unfit, ", ")))
	case g.Guardrails == 0:
		unguarded(ReasonUnguarded, "None of the drivers of its CPILinkages is a guardrail: nobody is told if customers lose by it. Set spec.drivers[].guardrail in one of them.")
	default:
		d.condition(Guarded, True, ReasonGuarded, fmt.Sprintf("CPIs that must not get worse while it is on target: %d.", g.Guardrails))
	}
	switch {
	case g.Guardrails == 0 && len(g.Unfit) == 0:
	case len(g.Diverging) > 0:
		var shown, told []string
		var surest Drift
		for _, drift := range g.Diverging {
			shown = append(shown, drift.Message)
			if drift.Muted {
				continue
			}
			told = append(told, drift.Message)
			if surest.CPI == "" || drift.CPI != "" && drift.Q < surest.Q {
				surest = drift
			}
		}
		d.condition(Diverging, True, ReasonDiverging, strings.Join(shown, " "))
		if len(told) > 0 {
			d.Alerts = append(d.Alerts, Alert{Name: KPIDivergence, Severity: Warning, Team: in.Team, CPI: surest.CPI, Message: strings.Join(told, " ")})
		}
	case g.Steady > 0:
		d.condition(Diverging, False, ReasonNotDiverging, "The KPI and its guardrails do not drift apart.")
	default:
		d.condition(Diverging, Unknown, ReasonPending, "The guardrails have not been judged yet; the conditions of the CPILinkages say why.")
	}
}
