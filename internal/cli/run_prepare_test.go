package cli

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// What is known to keep a run from happening is told before it is asked for; what can be run is, and of a goal its CPI.
func TestWhatCanBeRun(t *testing.T) {
	condition := func(kind string, status metav1.ConditionStatus, reason string) []metav1.Condition {
		return []metav1.Condition{{Type: kind, Status: status, Reason: reason, Message: "two runs died"}}
	}
	for name, c := range map[string]struct {
		kind       string
		full       bool
		conditions []metav1.Condition
		change     func(*board.Objects)
		says       string // empty if it can be run
	}{
		"an indicator":          {kind: "CPIDefinition"},
		"a goal":                {kind: "KPITarget"},
		"quarantined":           {kind: "CPIDefinition", conditions: condition("Computed", "False", v1alpha1.ReasonQuarantined), says: "cpi/nps is quarantined: two runs died --full tries it again"},
		"quarantined, in full":  {kind: "CPIDefinition", full: true, conditions: condition("Computed", "False", v1alpha1.ReasonQuarantined)},
		"failed":                {kind: "CPIDefinition", conditions: condition("Computed", "False", "QueryFailed")},
		"invalid":               {kind: "CPIDefinition", conditions: condition("Ready", "False", "Invalid"), says: "cannot be computed as it stands: Invalid: two runs died"},
		"a goal on nothing":     {kind: "KPITarget", change: func(o *board.Objects) { o.CPIs = nil }, says: "is a goal on cpi/nps, which does not exist"},
		"nobody has looked":     {kind: "CPIDefinition", change: func(o *board.Objects) { o.Reports = nil }, says: "has no report yet"},
		"suspended":             {kind: "KPITarget", change: func(o *board.Objects) { o.Sources[0].Spec.Suspend = new(true) }, says: "cpi/nps is read from DataSource crm, which is suspended"},
		"suspended, not at all": {kind: "CPIDefinition", change: func(o *board.Objects) { o.Sources[0].Spec.Suspend = new(false) }},
	} {
		objects := board.Objects{
			CPIs:    []v1alpha1.CPIDefinition{{ObjectMeta: metav1.ObjectMeta{Name: "nps"}, Status: v1alpha1.IndicatorStatus{Conditions: c.conditions}}},
			KPIs:    []v1alpha1.KPITarget{{ObjectMeta: metav1.ObjectMeta{Name: "nps"}, Spec: v1alpha1.KPITargetSpec{CPIRef: &v1alpha1.LocalReference{Name: "nps"}}}},
			Sources: []v1alpha1.DataSource{{ObjectMeta: metav1.ObjectMeta{Name: "crm"}}},
			Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/nps": {Spec: v1alpha1.IndicatorReportSpec{DataSourceRef: v1alpha1.LocalReference{Name: "crm"}}}},
		}
		if c.change != nil {
			c.change(&objects)
		}
		asked := named{c.kind, "nps"}
		r := &request{cluster: &cluster{Namespace: "demo"}, before: objects, asked: asked, target: asked}
		err := r.prepare(c.full)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if err == nil && (r.target != named{"CPIDefinition", "nps"} || r.source != "crm" || r.alone) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// How long to wait is said before anything is asked for.
func TestRunWaitsForSomeTime(t *testing.T) {
	for _, timeout := range []string{"0s", "-1s"} {
		if code, _, stderr := run(t, "", "run", "nps", "--timeout", timeout, "--kubeconfig", "/nowhere"); code != exitUsage || !strings.Contains(stderr, "--timeout "+timeout) {
			t.Errorf("%s: %d %s", timeout, code, stderr)
		}
	}
}

// Without an answer what is known is told: that the run goes on, which one is before it, or that nobody works.
func TestWhyNoAnswerCame(t *testing.T) {
	for want, r := range map[string]*request{
		"run mine is not over":         {started: "mine", behind: "other", patience: time.Hour},
		"run other is still under way": {behind: "other", patience: time.Hour},
		"the operator does not work":   {patience: time.Minute},
		"":                             {patience: time.Second},
	} {
		if got := r.hint(); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for outcome, failed := range map[string]bool{"Succeeded": false, "Failed": true, "": true} {
		if got := (answer{Outcome: outcome}).failed(); got != failed {
			t.Errorf("%q failed: %t", outcome, got)
		}
	}
}

// How far a pod is, and what keeps it, in words.
func TestPhasesOfARun(t *testing.T) {
	waiting := func(reason string) corev1.ContainerStatus {
		return corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: "no such image"}}}
	}
	running := func(name string) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	}
	for want, status := range map[string]corev1.PodStatus{
		"its pod is starting":                                {InitContainerStatuses: []corev1.ContainerStatus{running("plan")}, ContainerStatuses: []corev1.ContainerStatus{waiting("PodInitializing")}},
		"its pod has no node: full":                          {Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "full"}}},
		"its pod does not start: ErrImagePull no such image": {InitContainerStatuses: []corev1.ContainerStatus{waiting("ErrImagePull")}},
		"computing": {InitContainerStatuses: []corev1.ContainerStatus{running(job.ComputeContainer)}},
	} {
		if got := phase(corev1.Pod{Status: status}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Another state is told as a change, though no number changes.
func TestAnotherStateIsTold(t *testing.T) {
	of := func(state string) *explanation {
		return &explanation{entry: board.Entry{Summary: v1alpha1.IndicatorSummary{State: state}}}
	}
	if got := periodChanges(of("OK"), of("Failing")); len(got) != 1 || got[0] != (toldChange{"state", "OK", "Failing"}) {
		t.Errorf("%+v", got)
	}
	if got := periodChanges(of("OK"), of("OK")); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
