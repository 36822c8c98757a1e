package linkage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/children"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

func (r *Reconciler) keeper() children.Keeper {
	return children.Keeper{Client: r.Client, Live: r.Live}
}

// accountOf a claim is the only one that may write what is found of a claim.
func accountOf(linkage *v1alpha1.CPILinkage, found *view.ResolvedClaim) string {
	if found.Claim.Other != "" {
		return job.LinkageAccountName(linkage.Name)
	}
	return job.ServiceAccountName(found.Source.Name)
}

// runs keeps in place what a claim whose customers are in two data sources needs (an account, a CronJob, and a one-off
// run for what is new or edited, once it has been left alone for a while) and takes in how its runs go. It tells when to
// look again, 0 for never. Any other claim is tested by the runs of its KPI's source.
func (r *Reconciler) runs(ctx context.Context, linkage *v1alpha1.CPILinkage, found *view.ResolvedClaim, report *v1alpha1.IndicatorReport) (time.Duration, error) {
	if found.Claim.Other == "" {
		linkage.Status.Runs = nil
		return 0, r.keeper().RemoveCronJob(ctx, linkage, job.LinkageAccountName(linkage.Name))
	}
	schedule, err := job.ScheduleOf(found.Source)
	if err != nil || len(job.Check(found.Source)) > 0 {
		return 0, nil //nolint:nilerr // the source's fault, told there; its edit brings us back
	}
	work := job.OfLinkage(linkage, found.Source, found.Other)
	if err := r.keeper().Account(ctx, work); err != nil {
		return 0, hindered(err)
	}
	if err := r.keeper().CronJob(ctx, work, schedule, r.Images); err != nil {
		return 0, hindered(err)
	}
	if linkage.Status.Runs == nil {
		linkage.Status.Runs = &v1alpha1.LinkRuns{}
	}
	watcher := runs.Watcher{Client: r.Client, Live: r.Live, Clock: r.Clock}
	all, err := watcher.Of(ctx, work)
	if err != nil {
		return 0, err
	}
	wait, err := r.tellRuns(ctx, linkage.Status.Runs, watcher, all, settingsOf(work))
	if err != nil {
		return 0, err
	}
	wanted := wish(linkage, report, work)
	key := client.ObjectKeyFromObject(linkage)
	switch {
	case wanted == "", wanted == linkage.Status.Runs.Requested, ptr.Deref(found.Source.Spec.Suspend, false):
		r.settling.Forget(key)
		return wait, nil
	case len(all.Active) > 0:
		return wait, nil // its end brings us back here
	}
	if left := r.settling.Left(key, wanted, r.Clock.Now(), r.Debounce); left > 0 {
		return sooner(wait, left), nil
	}
	if err := r.keeper().OneOff(ctx, work, wanted, schedule, r.Images); err != nil {
		return wait, hindered(err)
	}
	linkage.Status.Runs.Requested = wanted
	r.settling.Forget(key)
	return wait, nil
}

// settingsOf stands for the edits of both data sources, which say how a run gets at its rows and what it may take.
func settingsOf(work job.Work) string {
	return runs.Identity([]string{
		fmt.Sprintf("%s %d", work.Source.UID, work.Source.Generation), fmt.Sprintf("%s %d", work.Other.UID, work.Other.Generation),
	})
}

// tellRuns puts into the status what is new of a claim's own runs.
func (r *Reconciler) tellRuns(ctx context.Context, s *v1alpha1.LinkRuns, watcher runs.Watcher, all runs.Runs, settings string) (time.Duration, error) {
	known := runs.Known{Last: s.LastRun}
	if s.Reason == v1alpha1.ReasonNeverStarted {
		known.Unstarted, known.Edited = s.Message, s.Settings != settings
	}
	news, err := watcher.Look(ctx, all, known)
	if err != nil {
		return 0, err
	}
	switch v := news.Verdict; {
	case v == nil:
	case v.Good():
		s.Reason, s.Message, s.Settings, s.FailedSince = "", "", "", nil
	default:
		if s.Reason == "" {
			s.FailedSince = new(metav1.NewTime(r.Clock.Now().Truncate(time.Second)))
		}
		s.Reason, s.Message, s.Settings = view.Cut(v.Reason, maxReason), view.Cut(v.Message, maxMessage), settings
	}
	if news.Ended != nil {
		s.LastRun = news.Ended
	}
	if news.Success != nil {
		s.LastSuccessTime = news.Success
	}
	return news.Again, nil
}

// wish stands for what a one-off run is wanted for; empty if for nothing. Besides a claim that waits for a try, that is a
// data source edited after a run failed, and a run whose results were lost.
func wish(linkage *v1alpha1.CPILinkage, report *v1alpha1.IndicatorReport, work job.Work) string {
	s, settings := linkage.Status.Runs, settingsOf(work)
	circumstances := planstep.CircumstancesOf(work.Source, linkage.Annotations)
	lost := s.Reason == v1alpha1.ReasonResultMissing
	mended := s.Reason != "" && s.Settings != settings
	if !planstep.Pending(report, circumstances) && !lost && !mended {
		return ""
	}
	wishes := []string{runs.Wish(report, circumstances), settings}
	if lost {
		wishes = append(wishes, runs.OnceMore(s.LastSuccessTime))
	}
	return runs.Identity(wishes)
}

// countRun counts a run once its end stands in the status.
func countRun(before, after *v1alpha1.LinkRuns) {
	if after == nil || after.LastRun == nil || before != nil && equality.Semantic.DeepEqual(before.LastRun, after.LastRun) {
		return
	}
	metrics.RunFinished(cmp.Or(after.Reason, v1alpha1.ReasonSucceeded))
}

// sooner of two waits, 0 being none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// hindered tells children that cannot be made in Ready.
func hindered(err error) error {
	if foreign, ok := errors.AsType[*children.ForeignError](err); ok {
		return &view.Blocked{Reason: v1alpha1.ReasonConflict, Message: foreign.Error()}
	}
	if refused, ok := errors.AsType[*children.RefusedError](err); ok {
		return &view.Blocked{Reason: v1alpha1.ReasonChildRefused, Message: refused.Error()}
	}
	return err
}
