package runs

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

// Verdict is how a run went, or why one does not start.
type Verdict struct {
	// Reason as Computed tells it; v1alpha1.ReasonSucceeded where neither data source failed.
	Reason  string
	Message string
	// Succeeded and Failed indicators; nil if the run did not tell.
	Succeeded, Failed *int32
}

// Good reports whether the run reached its data.
func (v Verdict) Good() bool { return v.Reason == v1alpha1.ReasonSucceeded }

// judge tells how a finished run went, by the best witness there is: what publish said, then how the Job
// ended, then how its containers did. pods are the run's, newest first; unstarted is the message that it did not
// start, if that was told.
func judge(work job.Work, j *batchv1.Job, pods []corev1.Pod, unstarted string) Verdict {
	summary, told := summaryOf(pods)
	out := Verdict{}
	if told {
		succeeded, failed := int32(summary.Succeeded), int32(summary.Failed)
		out.Succeeded, out.Failed = &succeeded, &failed
	}
	end := finish(j)
	switch {
	case summary.SourceFailure != nil:
		out.Reason, out.Message = string(summary.SourceFailure.Reason), summary.SourceFailure.Message
	case end.Type == batchv1.JobComplete && !told && len(pods) > 0:
		out.Reason = v1alpha1.ReasonResultMissing
		out.Message = fmt.Sprintf("Run %s ended, but its publish step was cut off: results may be missing. It is run once more.", j.Name)
	case end.Type == batchv1.JobComplete && summary.Unwritten > 0:
		out.Reason = v1alpha1.ReasonResultMissing
		out.Message = fmt.Sprintf("Run %s computed %d of %d indicators, but %d results could not be brought to the API server. It is run once more.", j.Name, summary.Succeeded, summary.Expected, summary.Unwritten)
	case end.Type == batchv1.JobComplete:
		out.Reason, out.Message = v1alpha1.ReasonSucceeded, success(summary, told)
	case end.Reason == batchv1.JobReasonDeadlineExceeded && isAbout(unstarted, j):
		out.Reason, out.Message = v1alpha1.ReasonNeverStarted, unstarted
	case end.Reason == batchv1.JobReasonDeadlineExceeded:
		out.Reason = v1alpha1.ReasonDeadlineExceeded
		out.Message = fmt.Sprintf("Run %s was stopped at its deadline. Raise spec.pod.resources%s, run it less often, or ask for less.", j.Name, settingsOf(work))
	default:
		out.Reason, out.Message = failure(work, j, pods, end)
	}
	return out
}

// settingsOf says where a work's pod settings stand; of a source, they stand beside the message.
func settingsOf(work job.Work) string {
	if work.Linkage == nil {
		return ""
	}
	return " of DataSource " + work.Source.Name
}

func success(summary publish.Summary, told bool) string {
	if !told {
		return "The last run reached the data."
	}
	return summary.Sentence()
}

// failure looks into the newest pod for what went wrong.
func failure(work job.Work, j *batchv1.Job, pods []corev1.Pod, end *batchv1.JobCondition) (reason, message string) {
	for _, pod := range pods {
		if dead := terminated(pod, job.ComputeContainer); dead != nil && dead.Reason == "OOMKilled" {
			return string(plan.OutOfMemory), fmt.Sprintf("Run %s was killed for want of memory. Raise spec.pod.resources.limits.memory%s, or ask for less.", j.Name, settingsOf(work))
		}
	}
	for _, pod := range pods {
		for _, name := range []string{job.PlanContainer, job.ComputeContainer} {
			if dead := terminated(pod, name); dead != nil && dead.ExitCode != 0 {
				return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: %s ended with code %d: %s", j.Name, name, dead.ExitCode, lastWords(dead.Message))
			}
		}
		if pod.Status.Reason != "" {
			return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: pod %s: %s", j.Name, pod.Status.Reason, Cut(pod.Status.Message, maxForeign))
		}
	}
	return v1alpha1.ReasonRunFailed, fmt.Sprintf("Run %s: %s: %s", j.Name, end.Reason, Cut(end.Message, maxForeign))
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
		return Cut(strings.TrimSuffix(entry.Msg+": "+entry.Error, ": "), maxForeign)
	case len(lines) > 1:
		return "it crashed; its log holds the trace"
	default:
		return Cut(last, maxForeign)
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

func isAbout(message string, j *batchv1.Job) bool { return strings.HasPrefix(message, notStarted(j)) }

// maxForeign bounds what we quote of others' texts, in bytes.
const maxForeign = 600

// Cut keeps a text within so many bytes.
func Cut(text string, limit int) string {
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
