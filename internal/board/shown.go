package board

import (
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Provisional tells whether the value that the summary shows is no result yet: its period is running, or still maturing.
// The period says so and not the state of the summary, which may tell of a greater worry, such as a failing run.
func (e Entry) Provisional() bool {
	if e.Result != nil {
		for i := range e.Result.Periods {
			if p := &e.Result.Periods[i]; p.Label == e.Summary.Period {
				return p.State == string(plan.Running) || p.State == string(plan.Maturing)
			}
		}
	}
	return e.Summary.State == string(alert.StateRunning) || e.Summary.State == string(alert.StateMaturing)
}
