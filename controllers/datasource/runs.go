package datasource

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// startWithin is how long a run's pod may take to start before that is told as a failure.
const startWithin = time.Minute

// lagBound is how long after a run's end its pods may seem to be running still.
const lagBound = 10 * time.Second

// runs are the Jobs of a source.
type runs struct {
	// active Jobs have not ended; the oldest first.
	active []batchv1.Job
	// latest is the one that ended last, nil if none is left to look at.
	latest *batchv1.Job
}

// runsOf lists a source's Jobs: its own one-offs and those of its CronJob.
func (r *Reconciler) runsOf(ctx context.Context, ds *v1alpha1.DataSource) (runs, error) {
	var jobs batchv1.JobList
	if err := r.Client.List(ctx, &jobs, client.InNamespace(ds.Namespace), client.MatchingLabels{job.LabelDataSource: ds.Name}); err != nil {
		return runs{}, err
	}
	var out runs
	for _, j := range jobs.Items {
		ours, err := r.belongsTo(ctx, &j, ds)
		switch {
		case err != nil:
			return runs{}, err
		case !ours:
		case finish(&j) == nil:
			out.active = append(out.active, j)
		case out.latest == nil || endOf(out.latest).Before(endOf(&j)):
			out.latest = &j
		}
	}
	slices.SortFunc(out.active, func(a, b batchv1.Job) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return out, nil
}

// belongsTo checks the owner's UID, not only names and labels, which anybody can write.
func (r *Reconciler) belongsTo(ctx context.Context, j *batchv1.Job, ds *v1alpha1.DataSource) (bool, error) {
	owner := metav1.GetControllerOf(j)
	if owner == nil {
		return false, nil
	}
	if owner.UID == ds.UID {
		return true, nil
	}
	cronJob := &batchv1.CronJob{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: ds.Namespace, Name: job.Name(ds.Name)}, cronJob); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return cronJob.UID == owner.UID && metav1.IsControlledBy(cronJob, ds), nil
}

// finish is the condition that ended a Job, nil while it is active.
func finish(j *batchv1.Job) *batchv1.JobCondition {
	for i, c := range j.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return &j.Status.Conditions[i]
		}
	}
	return nil
}

// endOf is when a finished Job ended.
func endOf(j *batchv1.Job) *metav1.Time {
	if j.Status.CompletionTime != nil {
		return j.Status.CompletionTime
	}
	if c := finish(j); c != nil {
		return &c.LastTransitionTime
	}
	return nil
}

// tellRuns puts the last run that ended into the status, and what keeps an active one from starting.
func (r *Reconciler) tellRuns(ctx context.Context, s *scope) error {
	if latest := s.runs.latest; latest != nil && isNews(s.source.Status.LastRun, latest) {
		pods, err := r.podsOf(ctx, latest)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(pods, unfinished) && r.Clock.Since(endOf(latest).Time) < lagBound {
			s.again(time.Second) // the Job's end reached the cache before its pods' last words
			return nil
		}
		told := judge(latest, pods, neverStarted(s.source))
		setComputed(s.source, told)
		s.source.Status.LastRun = &v1alpha1.RunStatus{
			Job: latest.Name, StartTime: latest.Status.StartTime, CompletionTime: endOf(latest),
			Succeeded: told.succeeded, Failed: told.failed,
		}
		if told.reason == v1alpha1.ReasonSucceeded {
			s.source.Status.LastSuccessTime = endOf(latest)
		}
	}
	for i := range s.runs.active {
		if err := r.tellStart(ctx, s, &s.runs.active[i]); err != nil {
			return err
		}
	}
	return nil
}

func isNews(last *v1alpha1.RunStatus, j *batchv1.Job) bool {
	return last == nil || last.CompletionTime == nil || last.CompletionTime.Before(endOf(j))
}

// tellStart tells an active run that has not started in time, and why.
func (r *Reconciler) tellStart(ctx context.Context, s *scope, j *batchv1.Job) error {
	if j.Status.StartTime == nil {
		return nil
	}
	if left := startWithin - r.Clock.Since(j.Status.StartTime.Time); left > 0 {
		s.again(left)
		return nil
	}
	pods, err := r.podsOf(ctx, j)
	if err != nil || slices.ContainsFunc(pods, started) {
		return err
	}
	if last := neverStarted(s.source); last != nil && isAbout(last.Message, j) {
		if last.ObservedGeneration < s.source.Generation { // edited since: a run of the new spec may start
			return client.IgnoreNotFound(r.Client.Delete(ctx, j, client.PropagationPolicy(metav1.DeletePropagationBackground)))
		}
		return nil // told already; the cluster words the cause anew each time
	}
	cause := waitingFor(pods)
	if cause == "" {
		if cause, err = r.lastWarning(ctx, j, pods); err != nil {
			return err
		}
	}
	if cause == "" {
		cause = "the cluster tells no cause; look at the Job's events"
	}
	setComputed(s.source, verdict{reason: v1alpha1.ReasonNeverStarted, message: notStarted(j) + cut(cause, maxForeign)})
	return nil
}

// neverStarted is the Computed condition if it says that a run did not start.
func neverStarted(ds *v1alpha1.DataSource) *metav1.Condition {
	computed := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionComputed)
	if computed == nil || computed.Reason != v1alpha1.ReasonNeverStarted {
		return nil
	}
	return computed
}

func notStarted(j *batchv1.Job) string { return fmt.Sprintf("Run %s has not started: ", j.Name) }

func (r *Reconciler) podsOf(ctx context.Context, j *batchv1.Job) ([]corev1.Pod, error) {
	var pods corev1.PodList
	err := r.Client.List(ctx, &pods, client.InNamespace(j.Namespace), client.MatchingLabels{batchv1.JobNameLabel: j.Name})
	if err != nil {
		return nil, err
	}
	ours := slices.DeleteFunc(pods.Items, func(p corev1.Pod) bool { return !metav1.IsControlledBy(&p, j) })
	slices.SortFunc(ours, func(a, b corev1.Pod) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) }) // newest first
	return ours, nil
}

// lastWarning is the newest warning about a Job or its newest pod: a quota that is used up, a volume that
// cannot be mounted.
func (r *Reconciler) lastWarning(ctx context.Context, j *batchv1.Job, pods []corev1.Pod) (string, error) {
	uids := []types.UID{j.UID}
	if len(pods) > 0 {
		uids = append(uids, pods[0].UID)
	}
	var text string
	var when time.Time
	for _, uid := range uids {
		var list corev1.EventList
		selector := fields.Set{"involvedObject.uid": string(uid), "type": corev1.EventTypeWarning}.AsSelector()
		if err := r.Live.List(ctx, &list, client.InNamespace(j.Namespace), client.MatchingFieldsSelector{Selector: selector}); err != nil {
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
