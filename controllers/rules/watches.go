package rules

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	// A namespace's rules depend on whether it has definitions, not on what they say.
	comings := builder.WithPredicates(predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }})
	byNamespace := handler.EnqueueRequestsFromMapFunc(func(_ context.Context, object client.Object) []reconcile.Request {
		return []reconcile.Request{requestFor(object.GetNamespace())}
	})
	return ctrl.NewControllerManagedBy(mgr).
		Named("rules").
		Watches(&v1alpha1.CPIDefinition{}, byNamespace, comings).
		Watches(&v1alpha1.KPITarget{}, byNamespace, comings).
		Watches(&v1alpha1.CPILinkage{}, byNamespace, comings).
		Watches(&v1alpha1.DataSource{}, byNamespace, comings).
		WatchesRawSource(source.Func(r.atStart)).
		WatchesRawSource(source.Func(r.watchServed)).
		Complete(r)
}

func requestFor(namespace string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Name: namespace}}
}

// atStart asks for the operator's own namespace, and for those whose last definition went while nobody watched.
func (r *Reconciler) atStart(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	if r.Namespace != "" {
		queue.Add(requestFor(r.Namespace))
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(ruleKind.GroupVersion().WithKind(ruleKind.Kind + "List"))
	err := r.Live.List(ctx, list, client.MatchingLabels{labelManagedBy: managedBy})
	if err != nil && !meta.IsNoMatchError(err) {
		ctrl.LoggerFrom(ctx).Error(err, "list rules")
	}
	for _, item := range list.Items {
		if item.GetName() == ruleName {
			queue.Add(requestFor(item.GetNamespace()))
		}
	}
	return nil
}
