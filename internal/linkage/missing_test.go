package linkage

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/linkage/series"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Whatever keeps a claim from being tested is said in words.
func TestReasonsHaveWords(t *testing.T) {
	var all []string
	for _, r := range []cohort.Reason{
		cohort.NoUnits, cohort.OneCohortOnly, cohort.CohortTooSmall, cohort.OutcomeConstant, cohort.NoSharedStratum, cohort.TooFewEvents,
		cohort.Separation, cohort.Collinear, cohort.NoConvergence,
	} {
		all = append(all, string(r))
	}
	for _, r := range []series.Reason{series.TooFewPeriods, series.ConstantSeries, series.NoOverlap} {
		all = append(all, string(r))
	}
	for _, r := range []plan.Reason{plan.NoPeriods, plan.GrainMismatch, plan.PeriodsShareRows} {
		all = append(all, string(r))
	}
	for _, code := range all {
		if missing[code] == "" {
			t.Errorf("no words for %s", code)
		}
	}
	if len(missing) != len(all) {
		t.Errorf("words for %d reasons, of which %d exist", len(missing), len(all))
	}
}
