// Package children keeps the objects that an object needs: it makes them, brings them in line and leaves alone what is
// somebody else's.
package children

import (
	"context"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/job"
)

// Keeper makes and adjusts objects.
type Keeper struct {
	// Client reads from the cache and writes.
	Client client.Client
	// Live reads around the cache, which holds only objects with the operator's label.
	Live client.Reader
}

// ForeignError is an object of a name that we need for Owner, such as DataSource crm, made by somebody else. It is left alone.
type ForeignError struct{ Kind, Name, Owner string }

// Error says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s %s exists and does not belong to %s; it is left alone. Delete or rename it, or give %s another name.", e.Kind, e.Name, e.Owner, e.Owner)
}

// RefusedError is a child that the API server does not take.
type RefusedError struct {
	Kind, Name string
	Cause      error
}

// Error tells what the API server says.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("The API server refuses %s %s: %s", e.Kind, e.Name, e.Cause)
}

// Unwrap is the API server's error.
func (e *RefusedError) Unwrap() error { return e.Cause }

// Account brings the account of runs and its binding in line.
func (k Keeper) Account(ctx context.Context, work job.Work) error {
	account, binding := work.ServiceAccount(), work.RoleBinding()
	if err := ensure(ctx, k, work, account, func(found *corev1.ServiceAccount) bool {
		same := ptr.Equal(found.AutomountServiceAccountToken, account.AutomountServiceAccountToken)
		found.AutomountServiceAccountToken = account.AutomountServiceAccountToken
		return same
	}); err != nil {
		return err
	}
	return ensure(ctx, k, work, binding, func(found *rbacv1.RoleBinding) bool {
		same := equality.Semantic.DeepEqual(found.Subjects, binding.Subjects)
		found.Subjects = binding.Subjects
		return same
	})
}

// CronJob brings the schedule of runs in line.
func (k Keeper) CronJob(ctx context.Context, work job.Work, schedule job.Schedule, images job.Images) error {
	cronJob := work.CronJob(schedule, images)
	return ensure(ctx, k, work, cronJob, func(found *batchv1.CronJob) bool {
		same := found.Annotations[job.AnnotationSpec] == cronJob.Annotations[job.AnnotationSpec] &&
			equality.Semantic.DeepDerivative(cronJob.Spec, found.Spec)
		found.Spec = cronJob.Spec
		return same
	})
}

// RemoveCronJob ends the runs of an owner on schedule.
func (k Keeper) RemoveCronJob(ctx context.Context, owner metav1.Object, name string) error {
	cronJob := &batchv1.CronJob{}
	if err := k.Client.Get(ctx, client.ObjectKey{Namespace: owner.GetNamespace(), Name: name}, cronJob); err != nil {
		return client.IgnoreNotFound(err)
	}
	if !metav1.IsControlledBy(cronJob, owner) {
		return nil
	}
	return client.IgnoreNotFound(k.Client.Delete(ctx, cronJob, client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

// OneOff starts a run, unless it was started before: by a reconcile whose status was lost, if not by somebody else.
func (k Keeper) OneOff(ctx context.Context, work job.Work, identity string, schedule job.Schedule, images job.Images) error {
	oneOff := work.OneOff(identity, schedule, images)
	err := k.Client.Create(ctx, oneOff)
	if apierrors.IsAlreadyExists(err) {
		found := &batchv1.Job{}
		if err := k.Live.Get(ctx, client.ObjectKeyFromObject(oneOff), found); err != nil {
			return err
		}
		if !metav1.IsControlledBy(found, work.Owner()) {
			return k.foreign(oneOff, work)
		}
		return nil
	}
	return k.refused(oneOff, err)
}

// ensure creates a child, or updates it where adjust, which makes it as wanted, says that it differed.
// Without a difference nothing is written.
func ensure[T client.Object](ctx context.Context, k Keeper, work job.Work, wanted T, adjust func(T) bool) error {
	found, err := k.find(ctx, wanted)
	if apierrors.IsNotFound(err) {
		return k.refused(wanted, k.Client.Create(ctx, wanted))
	}
	if err != nil {
		return err
	}
	if !metav1.IsControlledBy(found, work.Owner()) {
		return k.foreign(wanted, work)
	}
	same := adjust(found.(T))
	same = mergeInto(found.GetLabels(), wanted.GetLabels(), found.SetLabels) && same
	same = mergeInto(found.GetAnnotations(), wanted.GetAnnotations(), found.SetAnnotations) && same
	if same {
		return nil
	}
	return k.refused(wanted, k.Client.Update(ctx, found))
}

// find looks for an object of the wanted one's name: in the cache, then around it, since the cache does not
// show what others have made.
func (k Keeper) find(ctx context.Context, wanted client.Object) (client.Object, error) {
	found := wanted.DeepCopyObject().(client.Object)
	key := client.ObjectKeyFromObject(wanted)
	err := k.Client.Get(ctx, key, found)
	if apierrors.IsNotFound(err) {
		found = wanted.DeepCopyObject().(client.Object)
		err = k.Live.Get(ctx, key, found)
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

func (k Keeper) foreign(child client.Object, work job.Work) error {
	owner := "DataSource " + work.Source.Name
	if work.Linkage != nil {
		owner = "CPILinkage " + work.Linkage.Name
	}
	return &ForeignError{Kind: k.kind(child), Name: child.GetName(), Owner: owner}
}

// refused makes an error of writing a child a RefusedError if the API server will not have the child as it is.
func (k Keeper) refused(child client.Object, err error) error {
	if apierrors.IsInvalid(err) || apierrors.IsForbidden(err) {
		return &RefusedError{Kind: k.kind(child), Name: child.GetName(), Cause: err}
	}
	return err
}

func (k Keeper) kind(object client.Object) string {
	if gvk, err := k.Client.GroupVersionKindFor(object); err == nil {
		return gvk.Kind
	}
	return "Object"
}
