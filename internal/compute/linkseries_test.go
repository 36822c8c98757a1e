package compute

import (
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Before the first contract was due and its grace over, everybody who is seen decided early.
func TestMonthsBeforeTheFirstGraceIsOver(t *testing.T) {
	months := func(n ...int64) (out []plan.PeriodResult) {
		for i, n := range n {
			start := time.Date(2026, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC)
			out = append(out, plan.PeriodResult{Label: start.Format("2006-01"), Start: start, Estimate: measure.Estimate{Value: new(.8), N: n}})
		}
		return out
	}
	for name, c := range map[string]struct {
		due  []plan.PeriodResult
		left int // months left out
	}{
		"due from March, and 45 days": {months(0, 0, 9, 9, 9, 9), 4},
		"due before the history":      {months(9, 9, 9, 9, 9, 9), 0},
		"due never":                   {months(0, 0, 0, 0, 0, 0), 0},
		"no series by due date":       {nil, 0},
	} {
		got := sinceFirstDue(months(1, 2, 3, 4, 5, 6), c.due, 45*24*time.Hour)
		for i, p := range got {
			out := p.Value == nil && p.N == 0 && p.Flag == plan.NoData && p.Reason == measure.Incomplete && p.Label != ""
			if out != (i < c.left) || !out && *p.Value != .8 {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}
