package linkage

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	everyClaim := handler.EnqueueRequestsFromMapFunc(r.inNamespace)
	return ctrl.NewControllerManagedBy(mgr).
		Named("cpilinkage").
		For(&v1alpha1.CPILinkage{}, builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, predicate.Funcs{UpdateFunc: runs.Asked}))).
		Owns(&v1alpha1.IndicatorReport{}).
		Owns(&batchv1.CronJob{}, changed).
		Owns(&corev1.ServiceAccount{}).
		Owns(&rbacv1.RoleBinding{}).
		Watches(&batchv1.Job{}, handler.EnqueueRequestsFromMapFunc(byLabel)).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(byLabel), builder.WithPredicates(predicate.Funcs{UpdateFunc: runs.PodChanged})).
		// A new claim, indicator or dataset may close or open a circle of claims, wherever it stands.
		Watches(&v1alpha1.CPILinkage{}, everyClaim, changed).
		Watches(&v1alpha1.CPIDefinition{}, everyClaim, changed).
		Watches(&v1alpha1.KPITarget{}, everyClaim, changed).
		Watches(&v1alpha1.Dataset{}, everyClaim, changed).
		Watches(&v1alpha1.DataSource{}, everyClaim).
		// The formula that an indicator's report names.
		Watches(&v1alpha1.IndicatorReport{}, handler.EnqueueRequestsFromMapFunc(r.byReport), changed).
		Complete(r)
}

// byLabel leads from a run or its pod to its claim; the reconciler checks whether it is one of its own.
func byLabel(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[job.LabelLinkage]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: object.GetNamespace(), Name: name}}}
}

// inNamespace are all claims beside an object. They are few, and each is judged from the cache alone.
func (r *Reconciler) inNamespace(ctx context.Context, object client.Object) []reconcile.Request {
	var list v1alpha1.CPILinkageList
	if err := r.Client.List(ctx, &list, client.InNamespace(object.GetNamespace()), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list linkages")
		return nil
	}
	var out []reconcile.Request
	for i := range list.Items {
		out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return out
}

// byReport leads from an indicator's report to the claims beside it, which may read it themselves or through a goal.
func (r *Reconciler) byReport(ctx context.Context, object client.Object) []reconcile.Request {
	if object.(*v1alpha1.IndicatorReport).Spec.IndicatorRef.Kind == plan.KindLinkage {
		return nil
	}
	return r.inNamespace(ctx, object)
}
