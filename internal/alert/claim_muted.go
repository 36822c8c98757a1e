package alert

import "fmt"

// mutedOn says on a muted claim what its KPI does not tell by it meanwhile, and what it would tell.
func (d *ClaimDecision) mutedOn(c *Claim) {
	if d.Muted == nil || c.Telling.Everywhere { // a dry run of the operator mutes the KPI itself, which says so
		return
	}
	text := fmt.Sprintf(" By what it finds, KPITarget %s tells neither %s nor %s meanwhile", c.KPI, KPIDivergence, TargetAtRisk)
	if drift := d.Condition(Diverging); drift != nil && drift.Status == True {
		text += fmt.Sprintf("; it would tell %s now", KPIDivergence)
	}
	d.Condition(Alerting).Message += text + "."
}
