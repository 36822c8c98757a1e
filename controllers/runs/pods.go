package runs

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

func (w Watcher) podsOf(ctx context.Context, j *batchv1.Job) ([]corev1.Pod, error) {
	var pods corev1.PodList
	err := w.Client.List(ctx, &pods, client.InNamespace(j.Namespace), client.MatchingLabels{batchv1.JobNameLabel: j.Name})
	if err != nil {
		return nil, err
	}
	ours := slices.DeleteFunc(pods.Items, func(p corev1.Pod) bool { return !metav1.IsControlledBy(&p, j) })
	slices.SortFunc(ours, func(a, b corev1.Pod) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) }) // newest first
	return ours, nil
}

// lastWarning is the newest warning about a Job or its newest pod: a quota that is used up, a volume that
// cannot be mounted.
func (w Watcher) lastWarning(ctx context.Context, j *batchv1.Job, pods []corev1.Pod) (string, error) {
	uids := []types.UID{j.UID}
	if len(pods) > 0 {
		uids = append(uids, pods[0].UID)
	}
	var text string
	var when time.Time
	for _, uid := range uids {
		var list corev1.EventList
		selector := fields.Set{"involvedObject.uid": string(uid), "type": corev1.EventTypeWarning}.AsSelector()
		if err := w.Live.List(ctx, &list, client.InNamespace(j.Namespace), client.MatchingFieldsSelector{Selector: selector}); err != nil {
			return "", err
		}
		for _, e := range list.Items {
			last := e.LastTimestamp.Time
			if last.IsZero() {
				last = e.EventTime.Time
			}
			if text == "" || last.After(when) {
				text, when = e.Reason+": "+e.Message, last
			}
		}
	}
	return text, nil
}

func terminated(pod corev1.Pod, container string) *corev1.ContainerStateTerminated {
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if status.Name == container {
			return status.State.Terminated
		}
	}
	return nil
}

// started reports whether any container of a pod has run.
func started(pod corev1.Pod) bool {
	if pod.Status.Phase != corev1.PodPending && pod.Status.Phase != "" {
		return true
	}
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if status.State.Running != nil || status.State.Terminated != nil {
			return true
		}
	}
	return false
}

func unfinished(pod corev1.Pod) bool {
	return pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
}

// waitingFor is what keeps the newest pod from starting, as the scheduler or the kubelet tells it; empty if
// neither does.
func waitingFor(pods []corev1.Pod) string {
	if len(pods) == 0 {
		return ""
	}
	for _, c := range pods[0].Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return c.Reason + ": " + c.Message
		}
	}
	for _, status := range append(pods[0].Status.InitContainerStatuses, pods[0].Status.ContainerStatuses...) {
		waiting := status.State.Waiting
		if waiting == nil || waiting.Reason == "PodInitializing" || waiting.Reason == "ContainerCreating" {
			continue
		}
		return fmt.Sprintf("%s (container %s): %s", waiting.Reason, status.Name, waiting.Message)
	}
	return ""
}

// PodChanged is news of a pod: it started, ended, was scheduled, or one of its containers waits for something else.
func PodChanged(e event.UpdateEvent) bool {
	before, after := e.ObjectOld.(*corev1.Pod), e.ObjectNew.(*corev1.Pod)
	return before.Status.Phase != after.Status.Phase ||
		started(*before) != started(*after) ||
		waitingFor([]corev1.Pod{*before}) != waitingFor([]corev1.Pod{*after})
}
