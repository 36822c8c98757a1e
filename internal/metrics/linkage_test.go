package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A dated target with a chance is a series; one that cannot be judged is none.
func TestChancesOfTargets(t *testing.T) {
	day := time.Date(2027, time.June, 30, 0, 0, 0, 0, time.UTC)
	store := exporting()
	store.SetLinkage(metrics.Linkage{Namespace: "cx", Name: "claim", KPI: "renewal", Found: &plan.Link{Forecast: &plan.Forecast{Goals: []plan.GoalChance{
		{Goal: plan.Goal{By: &day, AtLeast: new(.9)}, Probability: new(.25)},
		{Goal: plan.Goal{From: &day, AtMost: new(.1)}, Probability: new(.0)},
		{Goal: plan.Goal{By: new(day.AddDate(1, 0, 0)), AtLeast: new(.95)}, Reason: "TooFar"},
	}}}})
	text := body(t, store, false)
	for _, want := range []string{
		`kpi_target_probability{namespace="cx",name="claim",kpi="renewal",bound="at_least",due="2027-06-30"} 0.25`,
		`kpi_target_probability{namespace="cx",name="claim",kpi="renewal",bound="at_most",due="2027-06-30"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "2028") {
		t.Error("a target without a chance is told")
	}
}
