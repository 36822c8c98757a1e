package publish

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// biasChecks are those of a report.
func biasChecks(checks []plan.BiasCheck) []v1alpha1.BiasCheck {
	var out []v1alpha1.BiasCheck
	for _, c := range checks {
		one := v1alpha1.BiasCheck{
			Check: c.Check, Column: c.Column, Difference: decimal(c.Difference), Lower: decimal(c.Lower), Upper: decimal(c.Upper),
			N: &c.N, Suspicious: flag(c.Suspicious), Reason: cut(c.Reason, maxReason),
		}
		switch {
		case c.Value != nil:
			one.Value = distinct(*c.Value)
		case c.Check == plan.Composition && c.Difference != nil:
			one.Value = null
		}
		out = append(out, one)
	}
	return out
}
