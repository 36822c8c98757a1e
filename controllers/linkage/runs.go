package linkage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/children"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

func (r *Reconciler) keeper() children.Keeper {
	return children.Keeper{Client: r.Client, Live: r.Live}
}

// account is the only one that may write what is found of a claim.
func (f *resolved) account(linkage *v1alpha1.CPILinkage) string {
	if f.claim.Other != "" {
		return job.LinkageAccountName(linkage.Name)
	}
	return job.ServiceAccountName(f.source.Name)
}

// runs keeps in place what a claim whose customers are in two data sources needs: an account, a CronJob, and a one-off
// run for what is new or edited, once it has been left alone for a while. It tells when to look again, 0 for never. Any
// other claim is tested by the runs of its KPI's source.
func (r *Reconciler) runs(ctx context.Context, linkage *v1alpha1.CPILinkage, found *resolved, report *v1alpha1.IndicatorReport) (time.Duration, error) {
	if found.claim.Other == "" {
		return 0, r.keeper().RemoveCronJob(ctx, linkage, job.LinkageAccountName(linkage.Name))
	}
	schedule, err := job.ScheduleOf(found.source)
	if err != nil || len(job.Check(found.source)) > 0 {
		return 0, nil //nolint:nilerr // the source's fault, told there; its edit brings us back
	}
	work := job.OfLinkage(linkage, found.source, found.other)
	if err := r.keeper().Account(ctx, work); err != nil {
		return 0, hindered(err)
	}
	if err := r.keeper().CronJob(ctx, work, schedule, r.Images); err != nil {
		return 0, hindered(err)
	}
	key := client.ObjectKeyFromObject(linkage)
	circumstances := planstep.CircumstancesOf(found.source, linkage.Annotations)
	if !planstep.Pending(report, circumstances) || ptr.Deref(found.source.Spec.Suspend, false) {
		r.settling.Forget(key)
		return 0, nil
	}
	active, err := r.active(ctx, work)
	if err != nil || active {
		return 0, err // its end brings us back here
	}
	wish := fmt.Sprintf("%s %s %s %d %q %q", linkage.UID, report.UID, report.Spec.RequestHash, report.Generation, circumstances.Restatement, planstep.Honoured(report))
	sum := sha256.Sum256([]byte(wish))
	identity := hex.EncodeToString(sum[:16])
	if left := r.settling.Left(key, identity, r.Clock.Now(), r.Debounce); left > 0 {
		return left, nil
	}
	return 0, hindered(r.keeper().OneOff(ctx, work, identity, schedule, r.Images))
}

// active reports whether a run of the claim is under way.
func (r *Reconciler) active(ctx context.Context, work job.Work) (bool, error) {
	var jobs batchv1.JobList
	if err := r.Client.List(ctx, &jobs, client.InNamespace(work.Source.Namespace), client.MatchingLabels(work.Selector())); err != nil {
		return false, err
	}
	return slices.ContainsFunc(jobs.Items, func(j batchv1.Job) bool {
		owner := metav1.GetControllerOf(&j)
		ours := owner != nil && (owner.UID == work.Owner().GetUID() || owner.Kind == "CronJob" && owner.Name == work.Name())
		return ours && !slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
			return (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue
		})
	}), nil
}

// hindered tells children that cannot be made in Ready.
func hindered(err error) error {
	if foreign, ok := errors.AsType[*children.ForeignError](err); ok {
		return &reports.Blocked{Reason: v1alpha1.ReasonConflict, Message: foreign.Error()}
	}
	if refused, ok := errors.AsType[*children.RefusedError](err); ok {
		return &reports.Blocked{Reason: v1alpha1.ReasonChildRefused, Message: refused.Error()}
	}
	return err
}
