package cases

import (
	"maps"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// expectedLink is what a claim says of its customers, and the KPI by the month of its decisions.
type expectedLink struct {
	Cohorts []struct {
		Name        string
		N, Outcomes int64
	}
	// RiskDifference is nil where a cohort is too small to be compared.
	RiskDifference *plan.Bounded
	ByDecision     []expectedPeriod
}

// compareLinks holds claims to what was counted apart from the operator. The rows begin eight months ago, so no claim about
// months can be settled.
func compareLinks(t *testing.T, want expected, got found) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want.Links)) {
		t.Run(key, func(t *testing.T) {
			result, expected := got.results[key], want.Links[key]
			if result.Link == nil || len(result.Link.Series) != 3 {
				t.Fatalf("nothing was found: %+v", result)
			}
			link := result.Link
			due, decided := link.Series[0], link.Series[2]
			if due.ByDecision || !decided.ByDecision || due.Name != "renewal-rate" || decided.Name != "renewal-rate" {
				t.Errorf("series of %s and %s", due.Key, decided.Key)
			}
			compare(t, expectedDefinition{Periods: want.Definitions["cx/KPITarget/renewal-rate"].Periods}, &plan.Numbers{Periods: due.Periods})
			compare(t, expectedDefinition{Periods: expected.ByDecision}, &plan.Numbers{Periods: decided.Periods})

			f := link.Drivers[0]
			if f.Verdict != plan.InsufficientData || f.Periods == nil || f.Periods.Reason != "TooFewPeriods" || f.Periods.N != 8 {
				t.Errorf("%s (%s), months %+v", f.Verdict, f.Reason, f.Periods)
			}
			for i, w := range expected.Cohorts {
				if g := f.Customers.Cohorts[i]; g.Name != w.Name || g.N != w.N || g.Outcomes != w.Outcomes {
					t.Errorf("cohort %+v, want %+v", g, w)
				}
			}
			if g, w := f.Customers.RiskDifference, expected.RiskDifference; (g == nil) != (w == nil) || w != nil && (!near(w.Value, g.Value, digits) || !near(w.Lower, g.Lower, digits) || !near(w.Upper, g.Upper, digits)) {
				t.Errorf("difference %+v, want %+v", g, w)
			}
		})
	}
}
