package datasource

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

// verdict is how a run went, as the Computed condition tells it.
type verdict struct {
	reason, message string
	// succeeded and failed indicators; nil if the run did not tell.
	succeeded, failed *int32
}

// judge tells how a finished run went, by the best witness there is: what publish said, then how the Job
// ended, then how its containers did. pods are the run's, newest first; unstarted is the Computed condition
// if it already says that a run did not start.
func judge(j *batchv1.Job, pods []corev1.Pod, unstarted *metav1.Condition) verdict {
	summary, told := summaryOf(pods)
	out := verdict{}
	if told {
		succeeded, failed := int32(summary.Succeeded), int32(summary.Failed)
		out.succeeded, out.failed = &succeeded, &failed
	}
	end := finish(j)
	switch {
	case summary.SourceFailure != nil:
		out.reason, out.message = string(summary.SourceFailure.Reason), summary.SourceFailure.Message
	case end.Type == batchv1.JobComplete && !told && len(pods) > 0:
		out.reason = v1alpha1.ReasonResultMissing
		out.message = fmt.Sprintf("Run %s ended, but its publish step was cut off: results may be missing. It is run once more.", j.Name)
	case end.Type == batchv1.JobComplete && summary.Unwritten > 0:
		out.reason = v1alpha1.ReasonResultMissing
		out.message = fmt.Sprintf("Run %s computed %d of %d indicators, but %d results could not be brought to the API server. It is run once more.", j.Name, summary.Succeeded, summary.Expected, summary.Unwritten)
	case end.Type == batchv1.JobComplete:
		out.reason, out.message = v1alpha1.ReasonSucceeded, success(summary, told)
	case end.Reason == batchv1.JobReasonDeadlineExceeded && unstarted != nil && isAbout(unstarted.Message, j):
		out.reason, out.message = unstarted.Reason, unstarted.Message
	case end.Reason == batchv1.JobReasonDeadlineExceeded:
		out.reason = v1alpha1.ReasonDeadlineExceeded
		out.message = fmt.Sprintf("Run %s was stopped at its deadline. Raise the source's resources, run it less often, or ask for less.", j.Name)
	default:
		out.reason, out.message = failure(j, pods, end)
	}
	return out
}

func success(summary publish.Summary, told bool) string {
	switch {
	case !told:
		return "The last run reached the data."
	case summary.Failed > 0:
		return fmt.Sprintf("The last run computed %d of %d indicators; %d failed and say why.", summary.Succeeded, summary.Expected, summary.Failed)
	default:
		return fmt.Sprintf("The last run computed %d of %d indicators.", summary.Succeeded, summary.Expected)
	}
}

// failure looks into the newest pod for what went wrong.
func failure(j *batchv1.Job, pods []corev1.Pod, end *batchv1.JobCondition) (reason, message string) {
	for _, pod := range pods {
		if dead := terminated(pod, job.ComputeContainer); dead != nil && dead.Reason == "OOMKilled" {
			return string(plan.OutOfMemory), fmt.Sprintf("Run %s was killed for want of memory. Raise spec.pod.resources.limits.memory, or ask for less.", j.Name)
		}
	}
	for _, pod := range pods {
		for _, name := range []string{job.PlanContainer, job.ComputeContainer} {
			if dead := terminated(pod, name); dead != nil && dead.ExitCode != 0 {
				return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: %s ended with code %d: %s", j.Name, name, dead.ExitCode, lastWords(dead.Message))
			}
		}
		if pod.Status.Reason != "" {
			return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: pod %s: %s", j.Name, pod.Status.Reason, cut(pod.Status.Message, maxForeign))
		}
	}
	return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: %s: %s", j.Name, end.Reason, cut(end.Message, maxForeign))
}

// lastWords is what a container said before it died, from the end of its log.
func lastWords(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	var entry struct {
		Msg   string `json:"msg"`
		Error string `json:"error"`
	}
	switch {
	case last == "":
		return "it said nothing"
	case json.Unmarshal([]byte(last), &entry) == nil && entry.Msg != "":
		return cut(strings.TrimSuffix(entry.Msg+": "+entry.Error, ": "), maxForeign)
	case len(lines) > 1:
		return "it crashed; its log holds the trace"
	default:
		return cut(last, maxForeign)
	}
}

// summaryOf is what publish left in the newest pod that says anything.
func summaryOf(pods []corev1.Pod) (publish.Summary, bool) {
	for _, pod := range pods {
		for _, status := range pod.Status.InitContainerStatuses {
			if status.Name != job.PublishContainer {
				continue
			}
			for _, state := range []corev1.ContainerState{status.State, status.LastTerminationState} {
				if state.Terminated == nil {
					continue
				}
				if summary, ok := publish.DecodeSummary(state.Terminated.Message); ok {
					return summary, true
				}
			}
		}
	}
	return publish.Summary{}, false
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

func isAbout(message string, j *batchv1.Job) bool { return strings.HasPrefix(message, notStarted(j)) }

// maxForeign bounds what we quote of others' texts, in bytes.
const maxForeign = 600

// cut keeps a text within so many bytes.
func cut(text string, limit int) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "�")
	if len(text) <= limit {
		return text
	}
	end := limit - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
