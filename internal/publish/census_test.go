package publish_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// A census is kept without n, not with none, and comes back from the report as it was.
func TestCensusIsKeptAsOne(t *testing.T) {
	r := newRun(t, "revenue")
	end := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	periods := []plan.PeriodResult{
		{Label: "2026-09", Start: end.AddDate(0, -2, 0), End: end.AddDate(0, -1, 0), State: plan.Mature, Flag: plan.SuspectData,
			Estimate: measure.Estimate{Value: new(900.25), Census: true, Reason: measure.Incomplete}},
		{Label: "2026-10", Start: end.AddDate(0, -1, 0), End: end, State: plan.Settled, Estimate: measure.Estimate{Value: new(1204311.5), Census: true}},
	}
	r.found(0, func(result *plan.Result) {
		result.Numbers.Periods, result.Numbers.Segments, result.Numbers.Waterfall = periods, nil, nil
	})
	r.done(plan.Done{Succeeded: 1})
	r.publish()
	var back []plan.PeriodResult
	for _, p := range r.report("revenue").Status.Result.Periods {
		if p.N != nil {
			t.Errorf("%s has n %d", p.Label, *p.N)
		}
		back = append(back, planstep.Period(p))
	}
	if diff := cmp.Diff(periods, back); diff != "" {
		t.Errorf("what comes back (-was +is):\n%s", diff)
	}
}
