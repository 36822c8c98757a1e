package indicator

import (
	"context"
	"slices"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	b := ctrl.NewControllerManagedBy(mgr).
		Named(strings.ToLower(string(r.Kind))).
		For(newObject(r.Kind), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&v1alpha1.IndicatorReport{}).
		Watches(&v1alpha1.Dataset{}, handler.EnqueueRequestsFromMapFunc(r.byDataset), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.DataSource{}, handler.EnqueueRequestsFromMapFunc(r.bySource))
	// Goals and composites hang on CPIs: on their definitions and on the formula that their reports name. A goal
	// also on what the report says, and a KPI on what those of the claims on it say.
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	b = b.Watches(&v1alpha1.CPIDefinition{}, handler.EnqueueRequestsFromMapFunc(r.byCPI), changed)
	if r.Kind == alert.KPI {
		b = b.Watches(&v1alpha1.IndicatorReport{}, handler.EnqueueRequestsFromMapFunc(r.byReport)).
			Watches(&v1alpha1.CPILinkage{}, handler.EnqueueRequestsFromMapFunc(byLinkage)).
			Watches(&v1alpha1.CPIDefinition{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), changed).
			Watches(&v1alpha1.KPITarget{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), changed).
			Watches(&v1alpha1.CPILinkage{}, handler.EnqueueRequestsFromMapFunc(r.neighbours), changed)
	} else {
		b = b.Watches(&v1alpha1.IndicatorReport{}, handler.EnqueueRequestsFromMapFunc(r.byReportOfCPI), changed)
	}
	return b.Complete(r)
}

// definitions of the reconciler's kind in a namespace that want holds for. They are the cache's own.
func (r *Reconciler) definitions(ctx context.Context, namespace string, want func(view.Definition) bool) []reconcile.Request {
	var found []view.Definition
	if r.Kind == alert.KPI {
		var list v1alpha1.KPITargetList
		if r.list(ctx, namespace, &list) {
			for i := range list.Items {
				found = append(found, view.Define(&list.Items[i]))
			}
		}
	} else {
		for _, cpi := range r.cpis(ctx, namespace) {
			found = append(found, view.Define(&cpi))
		}
	}
	var out []reconcile.Request
	for _, d := range found {
		if want(d) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(d.Object)})
		}
	}
	return out
}

func (r *Reconciler) cpis(ctx context.Context, namespace string) []v1alpha1.CPIDefinition {
	var list v1alpha1.CPIDefinitionList
	r.list(ctx, namespace, &list)
	return list.Items
}

func (r *Reconciler) list(ctx context.Context, namespace string, into client.ObjectList) bool {
	if err := r.Client.List(ctx, into, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list definitions")
		return false
	}
	return true
}

// reading leads to the indicators for which reads holds, goals on such CPIs included.
func (r *Reconciler) reading(ctx context.Context, namespace string, reads func(*v1alpha1.Indicator) bool) []reconcile.Request {
	goals := map[string]bool{}
	if r.Kind == alert.KPI {
		for _, cpi := range r.cpis(ctx, namespace) {
			goals[cpi.Name] = reads(&cpi.Spec.Indicator)
		}
	}
	return r.definitions(ctx, namespace, func(d view.Definition) bool { return reads(d.Spec) || goals[d.GoalOn] })
}

func (r *Reconciler) byDataset(ctx context.Context, object client.Object) []reconcile.Request {
	return r.reading(ctx, object.GetNamespace(), func(spec *v1alpha1.Indicator) bool {
		return slices.Contains(resolve.Datasets(spec), object.GetName())
	})
}

func (r *Reconciler) bySource(ctx context.Context, object client.Object) []reconcile.Request {
	var list v1alpha1.DatasetList
	r.list(ctx, object.GetNamespace(), &list)
	datasets := map[string]bool{}
	for i := range list.Items {
		if list.Items[i].Spec.DataSourceRef.Name == object.GetName() {
			datasets[list.Items[i].Name] = true
		}
	}
	return r.reading(ctx, object.GetNamespace(), func(spec *v1alpha1.Indicator) bool {
		if ref := spec.DataSourceRef; ref != nil {
			return ref.Name == object.GetName()
		}
		return slices.ContainsFunc(resolve.Datasets(spec), func(name string) bool { return datasets[name] })
	})
}

func (r *Reconciler) byCPI(ctx context.Context, object client.Object) []reconcile.Request {
	return r.hangingOn(ctx, object.GetNamespace(), object.GetName())
}

func (r *Reconciler) byReportOfCPI(ctx context.Context, object client.Object) []reconcile.Request {
	if ref := object.(*v1alpha1.IndicatorReport).Spec.IndicatorRef; ref.Kind == string(alert.CPI) {
		return r.hangingOn(ctx, object.GetNamespace(), ref.Name)
	}
	return nil
}

// hangingOn are the goals on a CPI and the composites that join it.
func (r *Reconciler) hangingOn(ctx context.Context, namespace, cpi string) []reconcile.Request {
	return r.definitions(ctx, namespace, func(d view.Definition) bool {
		return d.GoalOn == cpi || slices.Contains(resolve.Parts(d.Spec), cpi)
	})
}
