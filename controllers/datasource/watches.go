package datasource

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("datasource").
		For(&v1alpha1.DataSource{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&batchv1.CronJob{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&corev1.ServiceAccount{}).
		Owns(&rbacv1.RoleBinding{}).
		Watches(&batchv1.Job{}, handler.EnqueueRequestsFromMapFunc(byLabel)).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(byLabel), builder.WithPredicates(predicate.Funcs{UpdateFunc: runs.PodChanged})).
		Watches(&v1alpha1.IndicatorReport{}, handler.EnqueueRequestsFromMapFunc(byReport), builder.WithPredicates(predicate.Funcs{UpdateFunc: askChanged})).
		Watches(&v1alpha1.CPIDefinition{}, handler.EnqueueRequestsFromMapFunc(r.byDefinition), builder.WithPredicates(predicate.Funcs{
			CreateFunc: func(event.CreateEvent) bool { return false }, // its report brings us here
			UpdateFunc: definitionChanged,
		})).
		Watches(&v1alpha1.KPITarget{}, handler.EnqueueRequestsFromMapFunc(r.byDefinition), builder.WithPredicates(predicate.Funcs{
			CreateFunc: func(event.CreateEvent) bool { return false },
			UpdateFunc: definitionChanged,
		})).
		Watches(&v1alpha1.CPILinkage{}, handler.EnqueueRequestsFromMapFunc(r.byDefinition), builder.WithPredicates(predicate.Funcs{
			CreateFunc: func(event.CreateEvent) bool { return false },
			UpdateFunc: definitionChanged,
		})).
		Complete(r)
}

// byLabel leads from a Job or pod to its source; the reconciler checks whether it is one of ours.
func byLabel(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[job.LabelDataSource]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

func byReport(_ context.Context, object client.Object) []reconcile.Request {
	name := object.(*v1alpha1.IndicatorReport).Spec.DataSourceRef.Name
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

// byDefinition leads from an indicator through its report to its source.
func (r *Reconciler) byDefinition(ctx context.Context, object client.Object) []reconcile.Request {
	var reports v1alpha1.IndicatorReportList
	if err := r.Client.List(ctx, &reports, client.InNamespace(object.GetNamespace()), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list reports")
		return nil
	}
	for i := range reports.Items {
		if reports.Items[i].Spec.IndicatorRef.UID == string(object.GetUID()) {
			return byReport(ctx, &reports.Items[i])
		}
	}
	return nil
}

// askChanged: what the report waits for may have changed. New numbers alone are no news here.
func askChanged(e event.UpdateEvent) bool {
	before, after := e.ObjectOld.(*v1alpha1.IndicatorReport), e.ObjectNew.(*v1alpha1.IndicatorReport)
	return before.Generation != after.Generation ||
		before.DeletionTimestamp.IsZero() != after.DeletionTimestamp.IsZero() ||
		tried(before) != tried(after) || planstep.Honoured(before) != planstep.Honoured(after)
}

// tried is the formula that was tried last, the request that this answered, and how many runs died of it.
func tried(report *v1alpha1.IndicatorReport) (out struct {
	formula, requested string
	kills              int32
}) {
	if attempt := report.Status.Attempt; attempt != nil {
		out.formula, out.requested, out.kills = attempt.RequestHash, attempt.Requested, ptr.Deref(attempt.Kills, 0)
	}
	return out
}

// definitionChanged: an indicator became valid or invalid, or asks for a run.
func definitionChanged(e event.UpdateEvent) bool {
	return runs.Asked(e) || brokenObject(e.ObjectOld) != brokenObject(e.ObjectNew)
}

func brokenObject(object client.Object) bool {
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		return broken(o.ObjectMeta, o.Status.Conditions)
	case *v1alpha1.KPITarget:
		return broken(o.ObjectMeta, o.Status.Conditions)
	case *v1alpha1.CPILinkage:
		return broken(o.ObjectMeta, o.Status.Conditions)
	}
	return false
}
