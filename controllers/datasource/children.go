package datasource

import (
	"context"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// ensureChildren brings the account, its binding and the CronJob in line. A source that no indicator reads
// has no CronJob: there is nothing to run.
func (r *Reconciler) ensureChildren(ctx context.Context, s *scope) error {
	work := job.OfSource(s.source)
	account, binding := work.ServiceAccount(), work.RoleBinding()
	if err := ensure(ctx, r, s.source, account, func(found *corev1.ServiceAccount) bool {
		same := ptr.Equal(found.AutomountServiceAccountToken, account.AutomountServiceAccountToken)
		found.AutomountServiceAccountToken = account.AutomountServiceAccountToken
		return same
	}); err != nil {
		return err
	}
	if err := ensure(ctx, r, s.source, binding, func(found *rbacv1.RoleBinding) bool {
		same := equality.Semantic.DeepEqual(found.Subjects, binding.Subjects)
		found.Subjects = binding.Subjects
		return same
	}); err != nil {
		return err
	}
	cronJob := work.CronJob(s.schedule, r.Images)
	if len(s.indicators) == 0 {
		return r.removeCronJob(ctx, s.source, cronJob)
	}
	return ensure(ctx, r, s.source, cronJob, func(found *batchv1.CronJob) bool {
		same := found.Annotations[job.AnnotationSpec] == cronJob.Annotations[job.AnnotationSpec] &&
			equality.Semantic.DeepDerivative(cronJob.Spec, found.Spec)
		found.Spec = cronJob.Spec
		return same
	})
}

// ensure creates a child, or updates it where adjust, which makes it as wanted, says that it differed.
// Without a difference nothing is written.
func ensure[T client.Object](ctx context.Context, r *Reconciler, ds *v1alpha1.DataSource, wanted T, adjust func(T) bool) error {
	found, err := r.find(ctx, wanted)
	if apierrors.IsNotFound(err) {
		return r.refused(wanted, r.Client.Create(ctx, wanted))
	}
	if err != nil {
		return err
	}
	if !metav1.IsControlledBy(found, ds) {
		return &foreignError{r.kind(wanted), wanted.GetName()}
	}
	same := adjust(found.(T))
	same = mergeInto(found.GetLabels(), wanted.GetLabels(), found.SetLabels) && same
	same = mergeInto(found.GetAnnotations(), wanted.GetAnnotations(), found.SetAnnotations) && same
	if same {
		return nil
	}
	return r.refused(wanted, r.Client.Update(ctx, found))
}

// find looks for an object of the wanted one's name: in the cache, then around it, since the cache does not
// show what others have made.
func (r *Reconciler) find(ctx context.Context, wanted client.Object) (client.Object, error) {
	found := wanted.DeepCopyObject().(client.Object)
	key := client.ObjectKeyFromObject(wanted)
	err := r.Client.Get(ctx, key, found)
	if apierrors.IsNotFound(err) {
		found = wanted.DeepCopyObject().(client.Object)
		err = r.Live.Get(ctx, key, found)
	}
	return found, err
}

// mergeInto sets entries that are missing or differ and reports whether there were none.
func mergeInto(existing, wanted map[string]string, set func(map[string]string)) bool {
	same := true
	for key, value := range wanted {
		if found, ok := existing[key]; !ok || found != value {
			same = false
		}
	}
	if !same {
		merged := maps.Clone(existing)
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, wanted)
		set(merged)
	}
	return same
}

func (r *Reconciler) removeCronJob(ctx context.Context, ds *v1alpha1.DataSource, cronJob *batchv1.CronJob) error {
	if err := r.Client.Get(ctx, client.ObjectKeyFromObject(cronJob), cronJob); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !metav1.IsControlledBy(cronJob, ds) {
		return nil
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, cronJob, client.PropagationPolicy(metav1.DeletePropagationBackground)))
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

// refused makes an error of writing a child a refusedError if the API server will not have the child as it is.
func (r *Reconciler) refused(child client.Object, err error) error {
	if apierrors.IsInvalid(err) || apierrors.IsForbidden(err) {
		return &refusedError{kind: r.kind(child), name: child.GetName(), cause: err}
	}
	return err
}

func (r *Reconciler) kind(object client.Object) string {
	if gvk, err := r.Client.GroupVersionKindFor(object); err == nil {
		return gvk.Kind
	}
	return "Object"
}
