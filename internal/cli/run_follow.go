package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

const (
	// lookEvery is how often a run is looked at.
	lookEvery = time.Second
	// unanswered is how many looks a run that has ended may be without an answer: the one that gives it may be the next.
	unanswered = 30
)

// answer is what came of a request.
type answer struct{ Outcome, Reason, Message string }

func (a answer) failed() bool { return a.Outcome != "Succeeded" }

// runState is how runs go, as the data source or the linkage tells it.
type runState struct {
	// requested identifies what a one-off run was last started for.
	requested string
	last      *v1alpha1.RunStatus
	// reason and message of what is wrong; empty if nothing is.
	reason, message string
}

// state of the runs that compute the target.
func (r *request) state(ctx context.Context) (runState, error) {
	if r.alone {
		linkage := &v1alpha1.CPILinkage{}
		if err := r.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: r.target.name}, linkage); err != nil {
			return runState{}, err
		}
		if s := linkage.Status.Runs; s != nil {
			return runState{requested: s.Requested, last: s.LastRun, reason: s.Reason, message: s.Message}, nil
		}
		return runState{}, nil
	}
	source := &v1alpha1.DataSource{}
	if err := r.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: r.source}, source); err != nil {
		return runState{}, err
	}
	out := runState{requested: source.Status.Requested, last: source.Status.LastRun}
	if c := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionComputed); c != nil && c.Status == metav1.ConditionFalse {
		out.reason, out.message = c.Reason, c.Message
	}
	return out, nil
}

// run is the Job that was started for what identity stands for.
func (r *request) run(identity string) string {
	if r.alone {
		return job.OfLinkage(r.before.Linkage(r.target.name), nil, nil).OneOffName(identity)
	}
	return job.OneOffName(r.source, identity)
}

// selector of the Jobs and pods that compute the target.
func (r *request) selector() client.MatchingLabels {
	if r.alone {
		return client.MatchingLabels{job.LabelLinkage: r.target.name}
	}
	return client.MatchingLabels{job.LabelDataSource: r.source}
}

// follow the run until it has answered, or cannot.
func (r *request) follow(ctx context.Context, progress func(string)) (answer, error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	said, without := "", 0
	for {
		got, doing, err := r.look(ctx)
		switch {
		case ctx.Err() != nil:
			return answer{}, ctx.Err()
		case err != nil:
			return answer{}, err
		case got != nil && got.Outcome == "": // it ended and gave no answer
			if without++; without >= unanswered {
				got.Outcome = "Failed"
				return *got, nil
			}
		case got != nil:
			return *got, nil
		default:
			without = 0
		}
		if doing != "" && doing != said {
			progress(doing)
			said = doing
		}
		select {
		case <-ctx.Done():
			return answer{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// look once: an answer, one without outcome if the run has ended and none is there, or what is being done.
func (r *request) look(ctx context.Context) (got *answer, doing string, err error) {
	state, err := r.state(ctx) // before the report: a run that has ended has written it
	if err != nil {
		return nil, "", err
	}
	report := &v1alpha1.IndicatorReport{}
	key := client.ObjectKey{Namespace: r.Namespace, Name: planstep.ReportName(r.target.kind, r.target.name)}
	if err := r.Get(ctx, key, report); err != nil {
		return nil, "", err
	}
	answered, err := r.answered(ctx, report.Status.Attempt)
	if err != nil {
		return nil, "", err
	}
	if answered {
		a := report.Status.Attempt
		return &answer{a.Outcome, a.Reason, a.Message}, "", nil
	}
	if state.requested == r.former {
		return nil, r.queued(ctx), nil
	}
	r.started = r.run(state.requested)
	ended := state.last != nil && state.last.Job == r.started
	switch {
	case state.reason != "" && (ended || strings.Contains(state.message, r.started)): // the latter has not started
		return &answer{"Failed", state.reason, state.message}, "", nil
	case ended:
		return &answer{Reason: v1alpha1.ReasonResultMissing, Message: fmt.Sprintf("Run %s ended and left no answer; kubectl logs job/%s --all-containers tells what it did.", r.started, r.started)}, "", nil
	}
	return nil, r.doing(ctx), nil
}

// answered reports whether a try has answered the request, or one that somebody else has put in its place since.
func (r *request) answered(ctx context.Context, attempt *v1alpha1.ReportAttempt) (bool, error) {
	if planstep.Answered(attempt, r.text) {
		return true, nil
	}
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(r.target.kind))
	if err := r.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: r.target.name}, object); err != nil {
		return false, err
	}
	if text := object.Annotations[v1alpha1.ComputeAnnotation]; text != "" && text != r.text && !slices.Contains(r.later, text) {
		r.later = append(r.later, text)
	}
	return slices.ContainsFunc(r.later, func(text string) bool { return planstep.Answered(attempt, text) }), nil
}

// queued says what the request waits for.
func (r *request) queued(ctx context.Context) string {
	r.behind = ""
	for _, name := range r.active(ctx) {
		if slices.Contains(r.others, name) {
			r.behind = name
			return fmt.Sprintf("queued: run %s is under way", name)
		}
	}
	return "queued"
}

// active Jobs that compute the target's source, or the target alone. Who may not list Jobs is told of none.
func (r *request) active(ctx context.Context) []string {
	var jobs batchv1.JobList
	if err := r.List(ctx, &jobs, client.InNamespace(r.Namespace), r.selector()); err != nil {
		return nil
	}
	var out []string
	for _, j := range jobs.Items {
		ended := slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
			return (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue
		})
		if !ended {
			out = append(out, j.Name)
		}
	}
	return out
}

// doing says how far the run is. Who may not list pods is told less.
func (r *request) doing(ctx context.Context) string {
	var pods corev1.PodList
	err := r.List(ctx, &pods, client.InNamespace(r.Namespace), client.MatchingLabels{batchv1.JobNameLabel: r.started})
	switch {
	case apierrors.IsForbidden(err):
		return "running: " + r.started
	case err != nil:
		return "" // the next look tells
	case len(pods.Items) == 0:
		return fmt.Sprintf("run %s: its pod is being made", r.started)
	}
	newest := slices.MaxFunc(pods.Items, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return fmt.Sprintf("run %s: %s", r.started, phase(newest))
}

// phase of a run's pod in words.
func phase(pod corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return "its pod has no node: " + c.Message
		}
	}
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waiting := status.State.Waiting
		if waiting != nil && waiting.Reason != "PodInitializing" && waiting.Reason != "ContainerCreating" {
			return fmt.Sprintf("its pod does not start: %s %s", waiting.Reason, waiting.Message)
		}
		if status.Name == job.ComputeContainer && (status.State.Running != nil || status.State.Terminated != nil) {
			return "computing"
		}
	}
	return "its pod is starting"
}
