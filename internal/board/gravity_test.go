package board_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// What a condition says decides how grave it is; what another one tells is not told again.
func TestGravityOfConditions(t *testing.T) {
	for _, c := range []struct {
		condition metav1.Condition
		want      string // gravity; empty for no problem
	}{
		{said("Ready", "False", "Invalid", "x"), "critical"},
		{said("Computed", "False", "QueryFailed", "x"), "critical"},
		{said("Computed", "False", "SourceFailed", "x"), ""},
		{said("WithinThresholds", "False", "Critical", "x"), "critical"},
		{said("WithinThresholds", "False", "Warning", "x"), "warning"},
		{said("PromiseKept", "False", "BurningFast", "x"), "critical"},
		{said("PromiseKept", "False", "Spent", "x"), "warning"},
		{said("Deteriorating", "True", "Worsening", "x"), "warning"},
		{said("Fresh", "False", "Stale", "x"), "warning"},
		{said("Fresh", "Unknown", "Pending", "x"), ""},
		{said("Balanced", "False", "OneIndicatorCarriesAll", "x"), "note"},
		{said("Balanced", "False", "ThemeUnmeasured", "x"), ""},
		{said("Comparable", "False", "Differs", "x"), "note"},
		{said("Alerting", "False", "Paused", "x"), "note"},
		{said("Published", "False", "SeriesCapped", "x"), "note"},
		{said("Published", "False", "NotPublished", "x"), ""}, // as the definition asks for
	} {
		objects := board.Objects{CPIs: []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "OK", c.condition)}}
		got := ""
		for _, p := range objects.Problems() {
			got += string(p.Gravity)
		}
		if got != c.want {
			t.Errorf("%s %s %s is %q, want %q", c.condition.Type, c.condition.Status, c.condition.Reason, got, c.want)
		}
	}
}

// A segment that is beyond its threshold is told to whoever owns it, or else to the indicator's team; what the total says in
// the same words is told once.
func TestProblemsOfSegments(t *testing.T) {
	segments := []v1alpha1.SegmentAlert{
		{Segment: "plan=basic", Severity: "critical", Message: "4.1 is below 15."},
		{Segment: "plan=pro", Severity: "warning", Team: "pro", Message: "10.3 is below 20."},
	}
	nps := cpi("nps", "Advocacy", "Warning", said("WithinThresholds", "False", "Warning", "10.3 is below 20."))
	nps.Status.SegmentAlerts = segments
	kpi := v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "sales"}, Spec: v1alpha1.KPITargetSpec{Objective: "x", Owner: v1alpha1.Owner{Team: "sales"}}}
	kpi.Status.SegmentAlerts = segments[1:]
	var got []string
	for _, p := range (board.Objects{CPIs: []v1alpha1.CPIDefinition{nps}, KPIs: []v1alpha1.KPITarget{kpi}}).Problems() {
		if p.Gravity != board.Advice {
			got = append(got, string(p.Gravity)+" "+p.Name+" "+p.Condition+" "+p.Segment+" "+p.Team)
		}
	}
	want := []string{"critical nps WithinThresholds plan=basic support", "warning nps WithinThresholds  support", "warning sales TargetMet plan=pro pro"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A goal does not repeat what its CPI says: that nothing can be computed, and that there are no data.
func TestAGoalDoesNotRepeatItsCPI(t *testing.T) {
	empty := said("SampleSufficient", "Unknown", "NoData", "2026-10 has no rows.")
	waits := goal("nps-goal", "nps", said("Ready", "False", "ReferenceNotReady", "CPIDefinition nps is not ready."), empty)
	waits.Status.Summary = &v1alpha1.IndicatorSummary{State: "NoData"}
	invalid := goal("own-fault", "nps", said("Ready", "False", "Invalid", "spec.targets: none."))
	objects := board.Objects{CPIs: []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "NoData", empty)}, KPIs: []v1alpha1.KPITarget{waits, invalid}}
	var got []string
	for _, p := range objects.Problems() {
		if p.Gravity != board.Advice {
			got = append(got, p.Name+" "+p.Condition)
		}
	}
	if diff := cmp.Diff([]string{"own-fault Ready", "nps SampleSufficient"}, got); diff != "" {
		t.Error(diff)
	}
}
