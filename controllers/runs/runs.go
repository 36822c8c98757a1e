// Package runs looks at the Jobs that compute for a data source, or for a linkage between two, and tells how they went.
package runs

import (
	"context"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// startWithin is how long a run's pod may take to start before that is told as a failure.
const startWithin = time.Minute

// lagBound is how long after a run's end its pods may seem to be running still.
const lagBound = 10 * time.Second

// soon is when to look again for what the cache does not show yet.
const soon = time.Second

// Watcher looks at runs.
type Watcher struct {
	// Client reads from the cache, and deletes a run that never started and whose settings were edited since.
	Client client.Client
	// Live reads Events, which are not cached.
	Live  client.Reader
	Clock clock.PassiveClock
}

// Runs are the Jobs of a work.
type Runs struct {
	work job.Work
	// Active Jobs have not ended; the oldest first.
	Active []batchv1.Job
	// latest is the one that ended last, nil if none is left to look at.
	latest *batchv1.Job
}

// Of lists a work's Jobs: its one-offs and those of its CronJob.
func (w Watcher) Of(ctx context.Context, work job.Work) (Runs, error) {
	out := Runs{work: work}
	var jobs batchv1.JobList
	if err := w.Client.List(ctx, &jobs, client.InNamespace(work.Source.Namespace), client.MatchingLabels(work.Selector())); err != nil {
		return out, err
	}
	for _, j := range jobs.Items {
		ours, err := w.belongsTo(ctx, &j, work)
		switch {
		case err != nil:
			return out, err
		case !ours:
		case finish(&j) == nil:
			out.Active = append(out.Active, j)
		case out.latest == nil || endOf(out.latest).Before(endOf(&j)):
			out.latest = &j
		}
	}
	slices.SortFunc(out.Active, func(a, b batchv1.Job) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return out, nil
}

// belongsTo checks the owner's UID, not only names and labels, which anybody can write.
func (w Watcher) belongsTo(ctx context.Context, j *batchv1.Job, work job.Work) (bool, error) {
	owner := metav1.GetControllerOf(j)
	if owner == nil {
		return false, nil
	}
	if owner.UID == work.Owner().GetUID() {
		return true, nil
	}
	cronJob := &batchv1.CronJob{}
	if err := w.Client.Get(ctx, client.ObjectKey{Namespace: j.Namespace, Name: work.Name()}, cronJob); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return cronJob.UID == owner.UID && metav1.IsControlledBy(cronJob, work.Owner()), nil
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

// Known is what a status says of runs already.
type Known struct {
	Last *v1alpha1.RunStatus
	// Unstarted is what was told of a run that has not started; empty if that is not what was told last.
	Unstarted string
	// Edited: what runs are made of was edited since that was told.
	Edited bool
}

// News is what a look at runs tells that a status does not say yet.
type News struct {
	// Verdict on the latest run, or on an active one that does not start; nil if nothing is new.
	Verdict *Verdict
	// Ended is the run that ended; nil if none did.
	Ended *v1alpha1.RunStatus
	// Success is when a run reached its data; nil if Ended did not.
	Success *metav1.Time
	// Again is when to look again without being told; 0 for never.
	Again time.Duration
}

// Look tells the last run that ended, and what keeps an active one from starting.
func (w Watcher) Look(ctx context.Context, of Runs, known Known) (News, error) {
	news := News{}
	if latest := of.latest; latest != nil && isNews(known.Last, latest) {
		pods, err := w.podsOf(ctx, latest)
		if err != nil {
			return news, err
		}
		if slices.ContainsFunc(pods, unfinished) && w.Clock.Since(endOf(latest).Time) < lagBound {
			news.Again = soon // the Job's end reached the cache before its pods' last words
			return news, nil
		}
		news.end(judge(of.work, latest, pods, known.Unstarted), latest)
		known.Unstarted, known.Edited = "", false
		if news.Verdict.Reason == v1alpha1.ReasonNeverStarted {
			known.Unstarted = news.Verdict.Message
		}
	}
	for i := range of.Active {
		if err := w.start(ctx, &of.Active[i], known, &news); err != nil {
			return news, err
		}
	}
	return news, nil
}

func (n *News) end(told Verdict, j *batchv1.Job) {
	n.Verdict = &told
	n.Ended = &v1alpha1.RunStatus{
		Job: j.Name, StartTime: j.Status.StartTime, CompletionTime: endOf(j), Succeeded: told.Succeeded, Failed: told.Failed,
	}
	if told.Good() {
		n.Success = endOf(j)
	}
}

func isNews(last *v1alpha1.RunStatus, j *batchv1.Job) bool {
	return last == nil || last.CompletionTime == nil || last.CompletionTime.Before(endOf(j))
}

// start tells an active run that has not started in time, and why.
func (w Watcher) start(ctx context.Context, j *batchv1.Job, known Known, news *News) error {
	if j.Status.StartTime == nil {
		return nil
	}
	if left := startWithin - w.Clock.Since(j.Status.StartTime.Time); left > 0 {
		if news.Again == 0 || left < news.Again {
			news.Again = left
		}
		return nil
	}
	pods, err := w.podsOf(ctx, j)
	if err != nil || slices.ContainsFunc(pods, started) {
		return err
	}
	if isAbout(known.Unstarted, j) {
		if known.Edited { // a run of the new spec may start
			return client.IgnoreNotFound(w.Client.Delete(ctx, j, client.PropagationPolicy(metav1.DeletePropagationBackground)))
		}
		return nil // told already; the cluster words the cause anew each time
	}
	cause := waitingFor(pods)
	if cause == "" {
		if cause, err = w.lastWarning(ctx, j, pods); err != nil {
			return err
		}
	}
	if cause == "" {
		cause = "the cluster tells no cause; look at the Job's events"
	}
	news.Verdict = &Verdict{Reason: v1alpha1.ReasonNeverStarted, Message: notStarted(j) + Cut(cause, maxForeign)}
	return nil
}

func notStarted(j *batchv1.Job) string { return fmt.Sprintf("Run %s has not started: ", j.Name) }
