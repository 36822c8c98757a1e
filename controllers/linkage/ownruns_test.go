package linkage_test

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

// running is a claim over two sources whose first run has been started.
func (w *world) running(name string) (*v1alpha1.CPILinkage, *batchv1.Job) {
	w.Helper()
	l := w.claim(name, overTwoSources)
	w.clock.Step(time.Minute)
	w.reconcile(l)
	started := w.jobs(l)
	if len(started) != 1 {
		w.Fatalf("%d runs", len(started))
	}
	w.told()
	return l, &started[0]
}

// A run that a claim has to itself is told on the claim like a source's on the source: as a condition, as an Event, and as
// an alert when two scheduled runs have failed.
func TestRunOfAClaimThatFailsIsToldOnIt(t *testing.T) {
	stuck := func(state *corev1.ContainerStateWaiting) func(*corev1.PodStatus) {
		return func(s *corev1.PodStatus) {
			s.InitContainerStatuses = []corev1.ContainerStatus{{Name: job.PlanContainer, State: corev1.ContainerState{Waiting: state}}}
		}
	}
	for _, c := range []struct {
		name    string
		pod     func(*corev1.PodStatus)
		end     string // reason of the Job's failure; empty while it is active
		reason  string
		message string
	}{
		{"image", stuck(&corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}), "", v1alpha1.ReasonNeverStarted, "ImagePullBackOff (container plan): not found"},
		{"quota", nil, "", v1alpha1.ReasonNeverStarted, "FailedCreate: exceeded quota"},
		{"deadline", func(s *corev1.PodStatus) { s.Phase = corev1.PodFailed }, batchv1.JobReasonDeadlineExceeded, v1alpha1.ReasonDeadlineExceeded, "Raise spec.pod.resources of DataSource crm"},
		{"crash", func(s *corev1.PodStatus) {
			s.Phase = corev1.PodFailed
			s.ContainerStatuses = []corev1.ContainerStatus{{Name: job.ComputeContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Error", ExitCode: 2, Message: "no space"}}}}
		}, batchv1.JobReasonBackoffLimitExceeded, v1alpha1.ReasonRunFailed, "compute ended with code 2: no space"},
		{"database", func(s *corev1.PodStatus) {
			s.Phase = corev1.PodSucceeded
			summary := publish.Summary{Expected: 1, Failed: 1, SourceFailure: &publish.SourceFailure{Reason: plan.AuthenticationFailed, Message: "data source billing: the server refuses user cx"}}
			s.InitContainerStatuses = []corev1.ContainerStatus{{Name: job.PublishContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(summary.Encode())}}}}
		}, batchv1.JobReasonPodFailurePolicy, string(plan.AuthenticationFailed), "data source billing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			l, j := w.running("far")
			envtestkit.Start(t, w.client, j, w.clock.Now())
			if c.pod != nil {
				envtestkit.Pod(t, w.client, j, c.pod)
			} else {
				envtestkit.Warn(t, w.client, j, "FailedCreate", "exceeded quota")
			}
			w.clock.Step(time.Minute)
			if c.end != "" {
				envtestkit.Finish(t, w.client, j, batchv1.JobFailed, c.end, w.clock.Now())
			}
			w.reconcile(l)
			if message := w.want(l.Status.Conditions, "Computed", "False", c.reason); !strings.Contains(message, c.message) {
				t.Errorf("message %q lacks %q", message, c.message)
			}
			if told := w.told(); !strings.Contains(told, "Warning "+c.reason) {
				t.Errorf("events %q", told)
			}
			const alert = `alert="CPIComputationFailing"`
			w.wantMetric(alert, false)
			w.writes.Forget()
			w.reconcile(l)
			if calls, told := w.writes.Calls(), w.told(); len(calls) > 0 || told != "" {
				t.Errorf("without news it writes %v and tells %q", calls, told)
			}
			w.clock.Step(3 * time.Hour) // two hourly runs, and what they may take
			w.reconcile(l)
			w.wantMetric(alert, true)
			if s := l.Status.Runs; (s.LastRun != nil) != (c.end != "") {
				t.Errorf("last run %+v", s.LastRun)
			}
		})
	}
}

func TestFailureOfAClaimsRunIsOverWhenOneSucceeds(t *testing.T) {
	w := newWorld(t)
	l, j := w.running("far")
	envtestkit.Finish(t, w.client, j, batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded, w.clock.Now())
	w.reconcile(l)
	w.want(l.Status.Conditions, "Computed", "False", v1alpha1.ReasonRunFailed)
	if got := w.jobs(l); len(got) != 1 {
		t.Errorf("%d runs: a failed one waits for the schedule", len(got))
	}

	// An edit of either source may have mended it.
	other := envtestkit.Reload(t, w.client, &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "billing"}})
	other.Spec.Postgres.Host = "other.example"
	must(t, w.client.Update(t.Context(), other))
	w.reconcile(l)
	w.clock.Step(time.Minute)
	w.reconcile(l)
	fresh := w.jobs(l)
	if len(fresh) != 2 {
		t.Fatalf("%d runs after the other source was edited", len(fresh))
	}
	w.publish(l, &v1alpha1.ReportLink{Drivers: []v1alpha1.LinkFinding{{Driver: "faraway-nps", Verdict: "InsufficientData", Reason: "NoUnits", Sentence: "Nobody answered."}}})
	for i := range fresh {
		if fresh[i].Name != j.Name {
			envtestkit.Finish(t, w.client, &fresh[i], batchv1.JobComplete, batchv1.JobReasonCompletionsReached, w.clock.Now())
		}
	}
	w.reconcile(l)
	w.want(l.Status.Conditions, "Computed", "True", v1alpha1.ReasonSucceeded)
	if s := l.Status.Runs; s.Reason != "" || s.FailedSince != nil || s.LastSuccessTime == nil {
		t.Errorf("runs %+v", s)
	}
}

// What was asked for is remembered when the Job is gone: it is asked for once.
func TestOneOffRunOfAClaimStartsOnce(t *testing.T) {
	w := newWorld(t)
	l, j := w.running("far")
	settle := func() {
		w.reconcile(l)
		w.clock.Step(time.Minute)
		w.reconcile(l)
	}
	must(t, w.client.Delete(t.Context(), j, client.PropagationPolicy(metav1.DeletePropagationBackground)))
	settle()
	if got := w.jobs(l); len(got) != 0 {
		t.Fatalf("%d runs after the first was cleaned up, and nothing new is asked for", len(got))
	}
	l.Annotations = map[string]string{v1alpha1.RestateAnnotation: "double load of May"}
	must(t, w.client.Update(t.Context(), l))
	settle()
	settle()
	if got := w.jobs(l); len(got) != 1 {
		t.Errorf("%d runs after a restatement was asked for", len(got))
	}
}

// Whoever may patch a claim may have it tested now; what was answered is not asked for again.
func TestAClaimIsRunByRequest(t *testing.T) {
	w := newWorld(t)
	l, j := w.running("far")
	w.publish(l, &v1alpha1.ReportLink{Drivers: []v1alpha1.LinkFinding{{Driver: "faraway-nps", Verdict: "InsufficientData", Reason: "NoUnits", Sentence: "Nobody answered."}}})
	envtestkit.Finish(t, w.client, j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached, w.clock.Now())
	settle := func() {
		w.reconcile(l)
		w.clock.Step(time.Minute)
		w.reconcile(l)
	}
	settle()
	l.Annotations = map[string]string{v1alpha1.ComputeAnnotation: "10:00"}
	must(t, w.client.Update(t.Context(), l))
	settle()
	if got := w.jobs(l); len(got) != 2 {
		t.Fatalf("%d runs after one was asked for", len(got))
	}
	report := w.report("link-far")
	report.Status.Attempt.Requested = "10:00"
	must(t, w.client.Status().Update(t.Context(), report))
	for _, run := range w.jobs(l) {
		if len(run.Status.Conditions) == 0 {
			envtestkit.Finish(t, w.client, &run, batchv1.JobComplete, batchv1.JobReasonCompletionsReached, w.clock.Now())
		}
	}
	settle()
	if got := w.jobs(l); len(got) != 2 {
		t.Errorf("%d runs after the request was answered", len(got))
	}
}

// A failure of the KPI's source in its own runs says nothing of a claim that has runs of its own.
func TestClaimWithRunsOfItsOwnDoesNotFailWithTheSource(t *testing.T) {
	w := newWorld(t)
	source := envtestkit.Reload(t, w.client, &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "crm"}})
	meta.SetStatusCondition(&source.Status.Conditions, metav1.Condition{Type: "Computed", Status: "False", Reason: "OutOfMemory"})
	must(t, w.client.Status().Update(t.Context(), source))
	far, near := w.claim("far", overTwoSources), w.claim("near", strings.ReplaceAll(overTwoSources, "faraway-nps", "support-nps"))
	w.want(far.Status.Conditions, "Computed", "Unknown", v1alpha1.ReasonPending)
	w.want(near.Status.Conditions, "Computed", "False", v1alpha1.ReasonSourceFailed)
}

// Results that were lost are computed once more, and what is lost twice waits for the schedule.
func TestLostFindingsOfAClaimRunOnceMore(t *testing.T) {
	w := newWorld(t)
	l, _ := w.running("far")
	for round := range 2 {
		for _, j := range w.jobs(l) {
			if len(j.Status.Conditions) > 0 {
				continue
			}
			envtestkit.Pod(t, w.client, &j, func(s *corev1.PodStatus) {
				s.Phase = corev1.PodFailed
				s.InitContainerStatuses = []corev1.ContainerStatus{{Name: job.PublishContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Error", ExitCode: 2}}}}
			})
			w.clock.Step(time.Minute)
			envtestkit.Finish(t, w.client, &j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached, w.clock.Now())
		}
		for range 3 {
			w.reconcile(l)
			w.clock.Step(time.Minute)
		}
		w.want(l.Status.Conditions, "Computed", "False", v1alpha1.ReasonResultMissing)
		if got := w.jobs(l); len(got) != 2 {
			t.Fatalf("%d runs after results were lost for the %d. time", len(got), round+1)
		}
	}
}
