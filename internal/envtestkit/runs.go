package envtestkit

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Start marks a Job as begun, as the Job controller would.
func Start(t testing.TB, c client.Client, j *batchv1.Job, now time.Time) {
	t.Helper()
	j.Status.StartTime = new(metav1.NewTime(now.Truncate(time.Second)))
	j.Status.Active = 1
	updateStatus(t, c, j)
}

// Finish marks a Job as ended, as the Job controller would.
func Finish(t testing.TB, c client.Client, j *batchv1.Job, condition batchv1.JobConditionType, reason string, instant time.Time) {
	t.Helper()
	now := metav1.NewTime(instant.Truncate(time.Second))
	if j.Status.StartTime == nil {
		j.Status.StartTime = &now
	}
	j.Status.Active = 0
	before := map[batchv1.JobConditionType]batchv1.JobConditionType{
		batchv1.JobComplete: batchv1.JobSuccessCriteriaMet, batchv1.JobFailed: batchv1.JobFailureTarget,
	}[condition]
	for _, c := range []batchv1.JobConditionType{before, condition} {
		j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: c, Status: corev1.ConditionTrue, Reason: reason, LastTransitionTime: now})
	}
	if condition == batchv1.JobComplete {
		j.Status.CompletionTime = &now
		j.Status.Succeeded = 1
	}
	updateStatus(t, c, j)
}

// Pod of a Job, in a state that change sets.
func Pod(t testing.TB, c client.Client, j *batchv1.Job, change func(*corev1.PodStatus)) {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: j.Spec.Template.ObjectMeta, Spec: j.Spec.Template.Spec}
	pod.Namespace, pod.GenerateName = j.Namespace, j.Name+"-"
	pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(j, batchv1.SchemeGroupVersion.WithKind("Job"))}
	Create(t, c, pod)
	change(&pod.Status)
	updateStatus(t, c, pod)
}

// Warn records an event about a Job, as the Job controller would.
func Warn(t testing.TB, c client.Client, j *batchv1.Job, reason, message string) {
	t.Helper()
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: j.Namespace, GenerateName: "warning-"},
		InvolvedObject: corev1.ObjectReference{Kind: "Job", Namespace: j.Namespace, Name: j.Name, UID: j.UID},
		Type:           corev1.EventTypeWarning, Reason: reason, Message: message, LastTimestamp: metav1.Now(),
	}
	if err := c.Create(t.Context(), event); err != nil {
		t.Fatal(err)
	}
}

func updateStatus(t testing.TB, c client.Client, object client.Object) {
	t.Helper()
	if err := c.Status().Update(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}
