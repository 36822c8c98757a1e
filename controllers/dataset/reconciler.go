// Package dataset tells whether Datasets are usable and how many indicators read them.
package dataset

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Reconciler of Datasets.
type Reconciler struct {
	Client client.Client
	Events events.EventRecorder
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=datasets;datasources;cpidefinitions;kpitargets,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=datasets/status,verbs=update

// Reconcile brings one Dataset's status up to date.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	d := &v1alpha1.Dataset{}
	if err := r.Client.Get(ctx, request.NamespacedName, d); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !d.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	before := d.Status.DeepCopy()
	if err := r.judge(ctx, d); err != nil {
		return ctrl.Result{}, err
	}
	count, err := r.indicators(ctx, d)
	if err != nil {
		return ctrl.Result{}, err
	}
	d.Status.Indicators = &count
	d.Status.ObservedGeneration = d.Generation
	if equality.Semantic.DeepEqual(before, &d.Status) {
		return ctrl.Result{}, nil
	}
	if err := r.Client.Status().Update(ctx, d); err != nil {
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: time.Second}, nil // the cache lags behind
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	r.tell(d, before.Conditions)
	return ctrl.Result{}, nil
}

// judge sets Ready and Stalled.
func (r *Reconciler) judge(ctx context.Context, d *v1alpha1.Dataset) error {
	source := &v1alpha1.DataSource{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: d.Namespace, Name: d.Spec.DataSourceRef.Name}, source)
	if apierrors.IsNotFound(err) {
		source, err = nil, nil
	}
	if err == nil {
		view.TellDataset(d, source)
	}
	return err
}

// tell sends an Event when Ready turned.
func (r *Reconciler) tell(d *v1alpha1.Dataset, before []metav1.Condition) {
	now, was := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionReady), meta.FindStatusCondition(before, v1alpha1.ConditionReady)
	switch {
	case was != nil && was.Status == now.Status && was.Reason == now.Reason:
	case now.Status == metav1.ConditionFalse:
		r.Events.Eventf(d, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%.1000s", now.Message)
	case was != nil:
		r.Events.Eventf(d, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%.1000s", now.Message)
	}
}

// indicators counts the definitions that read the row set.
func (r *Reconciler) indicators(ctx context.Context, d *v1alpha1.Dataset) (int32, error) {
	var cpis v1alpha1.CPIDefinitionList
	var kpis v1alpha1.KPITargetList
	for _, list := range []client.ObjectList{&cpis, &kpis} {
		if err := r.Client.List(ctx, list, client.InNamespace(d.Namespace), client.UnsafeDisableDeepCopy); err != nil {
			return 0, err
		}
	}
	return view.Readers(d.Name, cpis.Items, kpis.Items), nil
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("dataset").
		For(&v1alpha1.Dataset{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.DataSource{}, handler.EnqueueRequestsFromMapFunc(r.bySource), builder.WithPredicates(predicate.Funcs{UpdateFunc: readyChanged})).
		Watches(&v1alpha1.CPIDefinition{}, byReference, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.KPITarget{}, byReference, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}

// byReference leads from an indicator to its datasets; after an edit, to the old ones and the new ones.
var byReference = handler.EnqueueRequestsFromMapFunc(func(_ context.Context, object client.Object) []reconcile.Request {
	var names []string
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		names = resolve.Datasets(&o.Spec.Indicator)
	case *v1alpha1.KPITarget:
		names = resolve.Datasets(&o.Spec.Indicator)
	}
	var out []reconcile.Request
	for _, name := range names {
		out = append(out, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}})
	}
	return out
})

func (r *Reconciler) bySource(ctx context.Context, object client.Object) []reconcile.Request {
	var list v1alpha1.DatasetList
	if err := r.Client.List(ctx, &list, client.InNamespace(object.GetNamespace()), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list datasets")
		return nil
	}
	var out []reconcile.Request
	for i := range list.Items {
		if list.Items[i].Spec.DataSourceRef.Name == object.GetName() {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return out
}

// readyChanged: runs change a source's status often, and a dataset only asks whether it is ready.
func readyChanged(e event.UpdateEvent) bool {
	return view.SourceBroken(e.ObjectOld.(*v1alpha1.DataSource)) != view.SourceBroken(e.ObjectNew.(*v1alpha1.DataSource))
}
