package datasource_test

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

// told is a pod whose publish container left a summary.
func told(summary publish.Summary) func(*corev1.PodStatus) {
	return func(status *corev1.PodStatus) {
		status.Phase = corev1.PodSucceeded
		status.InitContainerStatuses = []corev1.ContainerStatus{{
			Name: job.PublishContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(summary.Encode())}},
		}}
	}
}

// died is a pod whose container ended badly.
func died(container, reason string, code int32, message string) func(*corev1.PodStatus) {
	return func(status *corev1.PodStatus) {
		status.Phase = corev1.PodFailed
		states := []corev1.ContainerStatus{{Name: container, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: reason, ExitCode: code, Message: message}}}}
		if container == job.ComputeContainer {
			status.ContainerStatuses = states
		} else {
			status.InitContainerStatuses = states
		}
	}
}

func TestEndedRunIsTold(t *testing.T) {
	for _, tc := range []struct {
		name    string
		end     batchv1.JobConditionType
		because string
		pod     func(*corev1.PodStatus)
		status  metav1.ConditionStatus
		reason  string
		message string
	}{
		{"all computed", batchv1.JobComplete, batchv1.JobReasonCompletionsReached, told(publish.Summary{Expected: 3, Succeeded: 3}),
			metav1.ConditionTrue, v1alpha1.ReasonSucceeded, "3 of 3"},
		{"one failed", batchv1.JobComplete, batchv1.JobReasonCompletionsReached, told(publish.Summary{Expected: 3, Succeeded: 2, Failed: 1}),
			metav1.ConditionTrue, v1alpha1.ReasonSucceeded, "2 of 3 indicators; 1 failed"},
		{"publish cut off", batchv1.JobComplete, batchv1.JobReasonCompletionsReached, died(job.PublishContainer, "Error", 2, ""),
			metav1.ConditionFalse, v1alpha1.ReasonResultMissing, "results may be missing"},
		{"results not brought home", batchv1.JobComplete, batchv1.JobReasonCompletionsReached, told(publish.Summary{Expected: 3, Succeeded: 3, Unwritten: 2}),
			metav1.ConditionFalse, v1alpha1.ReasonResultMissing, "2 results could not be brought"},
		{"wrong password", batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy,
			told(publish.Summary{Expected: 3, Failed: 3, SourceFailure: &publish.SourceFailure{Reason: plan.AuthenticationFailed, Message: "The database refuses user cx."}}),
			metav1.ConditionFalse, string(plan.AuthenticationFailed), "refuses user cx"},
		{"out of memory", batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded, died(job.ComputeContainer, "OOMKilled", 137, ""),
			metav1.ConditionFalse, string(plan.OutOfMemory), "spec.pod.resources.limits.memory"},
		{"deadline", batchv1.JobFailed, batchv1.JobReasonDeadlineExceeded, func(s *corev1.PodStatus) { s.Phase = corev1.PodFailed },
			metav1.ConditionFalse, v1alpha1.ReasonDeadlineExceeded, "deadline"},
		{"plan refused", batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy,
			died(job.PlanContainer, "Error", job.ExitInvalid, `{"time":"2026-11-21T22:33:50Z","level":"ERROR","msg":"the program ended early","error":"the data source is not valid: spec.timeZone"}`+"\n"),
			metav1.ConditionFalse, v1alpha1.ReasonRunFailed, "plan ended with code 10: the program ended early: the data source is not valid: spec.timeZone"},
		{"crash", batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded,
			died(job.ComputeContainer, "Error", 2, "panic: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t/main.go:40 +0xb2"),
			metav1.ConditionFalse, v1alpha1.ReasonRunFailed, "compute ended with code 2: it crashed"},
		{"evicted", batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded, func(s *corev1.PodStatus) { s.Phase, s.Reason, s.Message = corev1.PodFailed, "Evicted", "disk pressure" },
			metav1.ConditionFalse, v1alpha1.ReasonRunFailed, "Evicted: disk pressure"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			_, report := w.addIndicator("nps", "v1-abc")
			w.settle()
			w.attempted(report)
			j := w.onlyJob()
			w.pod(j, tc.pod)
			w.clock.Step(time.Minute / 2)
			w.finish(j, tc.end, tc.because)
			w.reconcile()
			message := w.wantCondition(v1alpha1.ConditionComputed, tc.status, tc.reason)
			if !strings.Contains(message, tc.message) {
				t.Errorf("message %q lacks %q", message, tc.message)
			}
			if w.source.Status.LastRun == nil || w.source.Status.LastRun.Job != j.Name || w.source.Status.LastRun.CompletionTime == nil {
				t.Errorf("lastRun = %+v", w.source.Status.LastRun)
			}
			if succeeded := w.source.Status.LastSuccessTime != nil; succeeded != (tc.status == metav1.ConditionTrue) {
				t.Errorf("lastSuccessTime = %v", w.source.Status.LastSuccessTime)
			}
			select {
			case event := <-w.events:
				if tc.status == metav1.ConditionTrue || !strings.Contains(event, tc.reason) {
					t.Errorf("event %q", event)
				}
			default:
				if tc.status == metav1.ConditionFalse {
					t.Error("no event")
				}
			}
			w.reconcile()
			if len(w.events) > 0 {
				t.Errorf("event without a transition: %q", <-w.events)
			}
		})
	}
}

func TestEndWaitsForTheLastWords(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	j := w.onlyJob()
	w.pod(j, func(s *corev1.PodStatus) { s.Phase = corev1.PodRunning }) // the cache lags behind the Job's
	w.finish(j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	if result := w.reconcile(); result.RequeueAfter != time.Second || w.source.Status.LastRun != nil {
		t.Fatalf("looks again after %v; lastRun = %+v", result.RequeueAfter, w.source.Status.LastRun)
	}
	w.clock.Step(10 * time.Second) // not forever
	w.reconcile()
	if w.source.Status.LastRun == nil {
		t.Error("the run's end was not taken in")
	}
}

func TestRunThatDoesNotStartIsTold(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pod   func(*corev1.PodStatus)
		cause string
	}{
		{"image", func(s *corev1.PodStatus) {
			s.InitContainerStatuses = []corev1.ContainerStatus{{Name: job.PlanContainer, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}}}}
		}, "ImagePullBackOff (container plan): not found"},
		{"scheduling", func(s *corev1.PodStatus) {
			s.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/1 nodes"}}
		}, "Unschedulable: 0/1 nodes"},
		{"quota", nil, `FailedCreate: exceeded quota`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.addIndicator("nps", "v1-abc")
			w.settle()
			j := w.onlyJob()
			w.start(j)
			if tc.pod != nil {
				w.pod(j, tc.pod)
			} else {
				w.warn(j, "FailedCreate", "exceeded quota")
			}
			if result := w.reconcile(); result.RequeueAfter <= 0 || result.RequeueAfter > time.Minute {
				t.Errorf("looks again after %v", result.RequeueAfter)
			}
			w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending)
			w.clock.Step(time.Minute)
			w.reconcile()
			message := w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionFalse, v1alpha1.ReasonNeverStarted)
			if !strings.Contains(message, tc.cause) {
				t.Errorf("message %q lacks %q", message, tc.cause)
			}
			w.writes.Forget()
			w.reconcile()
			if calls := w.writes.Calls(); len(calls) != 0 {
				t.Errorf("told twice: %v", calls)
			}
			w.finish(j, batchv1.JobFailed, batchv1.JobReasonDeadlineExceeded)
			w.clock.Step(time.Minute)
			w.reconcile()
			w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionFalse, v1alpha1.ReasonNeverStarted)
			if w.source.Status.LastRun == nil {
				t.Error("the run's end was not taken in")
			}
		})
	}
}

func TestEditReplacesARunThatNeverStarted(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	stuck := w.onlyJob()
	w.start(stuck)
	w.clock.Step(time.Minute)
	w.reconcile()
	w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionFalse, v1alpha1.ReasonNeverStarted)
	w.source.Spec.Pod = &v1alpha1.PodSettings{NodeSelector: map[string]string{"disk": "ssd"}}
	w.update()
	w.reconcile()
	w.settle()
	if fresh := w.onlyJob(); fresh.UID == stuck.UID || fresh.Spec.Template.Spec.NodeSelector["disk"] != "ssd" {
		t.Errorf("job %s still runs the old spec", fresh.Name)
	}
}

func TestRunUnderWayIsNotCalledUnstarted(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	j := w.onlyJob()
	w.start(j)
	w.pod(j, func(s *corev1.PodStatus) {
		s.InitContainerStatuses = []corev1.ContainerStatus{{Name: job.PlanContainer, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	})
	w.clock.Step(10 * time.Minute)
	w.reconcile()
	w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending)
}

func TestForeignJobWithOurLabelIsNotOurs(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	w.reconcile()
	spec := w.cronJob().Spec.JobTemplate
	fake := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: w.source.Namespace, Name: "fake", Labels: spec.Labels}, Spec: spec.Spec}
	if err := w.client.Create(t.Context(), fake); err != nil {
		t.Fatal(err)
	}
	w.finish(fake, batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded)
	w.reconcile()
	if w.source.Status.LastRun != nil {
		t.Errorf("a foreign Job was taken for a run: %+v", w.source.Status.LastRun)
	}
}

// warn records an event about a Job, as the Job controller would.
func (w *world) warn(j *batchv1.Job, reason, message string) {
	w.Helper()
	envtestkit.Warn(w, w.client, j, reason, message)
}
