package datasource

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/controllers/children"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

func (r *Reconciler) keeper() children.Keeper {
	return children.Keeper{Client: r.Client, Live: r.Live}
}

// ensureChildren brings the account, its binding and the CronJob in line. A source that no indicator reads
// has no CronJob: there is nothing to run.
func (r *Reconciler) ensureChildren(ctx context.Context, s *scope) error {
	work := job.OfSource(s.source)
	if err := r.keeper().Account(ctx, work); err != nil {
		return err
	}
	if len(s.indicators) == 0 {
		return r.keeper().RemoveCronJob(ctx, s.source, work.Name())
	}
	return r.keeper().CronJob(ctx, work, s.schedule, r.Images)
}

// suspend keeps the CronJob of an invalid source from starting runs that could only fail.
func (r *Reconciler) suspend(ctx context.Context, s *scope) error {
	cronJob := &batchv1.CronJob{}
	key := client.ObjectKey{Namespace: s.source.Namespace, Name: job.Name(s.source.Name)}
	if err := r.Client.Get(ctx, key, cronJob); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !metav1.IsControlledBy(cronJob, s.source) || ptr.Deref(cronJob.Spec.Suspend, false) {
		return nil
	}
	cronJob.Spec.Suspend = new(true)
	return r.Client.Update(ctx, cronJob)
}
