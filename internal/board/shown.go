package board

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Provisional tells whether the value that the summary shows is no result yet: its period is running, or still maturing.
// The period says so and not the state of the summary, which may tell of a greater worry, such as a failing run.
func (e Entry) Provisional() bool {
	if p := e.shown(); p != nil {
		return p.State == string(plan.Running) || p.State == string(plan.Maturing)
	}
	return e.Summary.State == string(alert.StateRunning) || e.Summary.State == string(alert.StateMaturing)
}

// shown is the period that the summary speaks of; nil where the result has none.
func (e Entry) shown() *v1alpha1.PeriodValue {
	if e.Result == nil {
		return nil
	}
	return find(e.Result.Periods, func(p *v1alpha1.PeriodValue) bool { return p.Label == e.Summary.Period })
}
