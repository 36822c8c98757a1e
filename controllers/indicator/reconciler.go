// Package indicator looks after CPIDefinitions and KPITargets: it resolves them, keeps the report that runs
// write to, and tells in status, Events and metrics what internal/alert decides from the numbers.
package indicator

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Reconciler of one of the two kinds of indicators.
type Reconciler struct {
	// Kind is alert.CPI or alert.KPI.
	Kind   alert.Kind
	Client client.Client
	Events events.EventRecorder
	Clock  clock.PassiveClock
	// Store takes the series.
	Store *metrics.Store
	// DryRun: everything is computed and shown, and nobody is told.
	DryRun bool
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions;kpitargets;cpilinkages;datasets;datasources,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions/status;kpitargets/status,verbs=update
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions/finalizers;kpitargets/finalizers,verbs=update
// +kubebuilder:rbac:groups=cpi-operator.io,resources=indicatorreports,verbs=get;list;watch;create;update;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

const (
	// hinderedRetry is how soon to look whether a foreign object is gone, or a refused one taken.
	hinderedRetry = 5 * time.Minute
	// cacheRetry is how soon to look again when the cache lags behind what we did.
	cacheRetry = time.Second
)

// Reconcile brings one indicator's report, series and status up to date.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := newObject(r.Kind)
	err := r.Client.Get(ctx, request.NamespacedName, object)
	if apierrors.IsNotFound(err) || err == nil && !object.GetDeletionTimestamp().IsZero() {
		r.Store.Delete(metrics.Key{Kind: r.Kind, Namespace: request.Namespace, Name: request.Name})
		return ctrl.Result{}, nil // the report goes with its owner
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	d := view.Define(object)
	before := d.Status.DeepCopy()
	requeue, err := r.reconcile(ctx, d)
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return ctrl.Result{}, nil // everything here is going
	case errors.Is(err, reports.ErrLagging):
		return ctrl.Result{RequeueAfter: cacheRetry}, nil
	case err != nil:
		return ctrl.Result{}, err
	}
	return r.conclude(ctx, d, before, requeue)
}

// reconcile fills in the status and tells when to look again, 0 for never.
func (r *Reconciler) reconcile(ctx context.Context, d view.Definition) (time.Duration, error) {
	found, err := d.Resolve(reports.Objects{Context: ctx, Client: r.Client, Namespace: d.Object.GetNamespace()})
	var report *v1alpha1.IndicatorReport
	if err == nil {
		report, err = r.report(ctx, d, found)
	}
	now := r.Clock.Now()
	if blocked, ok := errors.AsType[*view.Blocked](err); ok {
		next := r.tellBlocked(d, blocked, now)
		if blocked.Reason == v1alpha1.ReasonConflict || blocked.Reason == v1alpha1.ReasonChildRefused {
			return hinderedRetry, nil
		}
		return until(next, now), nil
	}
	if err != nil {
		return 0, err
	}
	in := view.Indicator(d.Object, found.Followed, report)
	in.Telling = view.Telling(d.Alerting, in.Location, r.DryRun)
	told, err := r.addNeighbours(ctx, in, d, found.Formula, now)
	if err != nil {
		return 0, err
	}
	decision := alert.Decide(in, now)
	dropped := r.Store.SetIndicator(metrics.Indicator{
		Namespace: d.Object.GetNamespace(), View: in, Decision: decision, Now: now,
		Theme: d.Theme, Class: d.Class, Publish: d.Published(),
	})
	d.Tell(in, decision, report, found.Waits, dropped, now)
	next := decision.Next
	if next.IsZero() || !told.IsZero() && told.Before(next) {
		next = told
	}
	return until(next, now), nil
}

// until is how long it is to an instant; 0 if there is none.
func until(instant, now time.Time) time.Duration {
	if instant.IsZero() {
		return 0
	}
	return max(instant.Sub(now), time.Millisecond)
}

// conclude writes the status if it changed and tells transitions.
func (r *Reconciler) conclude(ctx context.Context, d view.Definition, before *v1alpha1.IndicatorStatus, requeue time.Duration) (ctrl.Result, error) {
	d.Conclude()
	if equality.Semantic.DeepEqual(before, d.Status) {
		return ctrl.Result{RequeueAfter: requeue}, nil
	}
	if err := r.Client.Status().Update(ctx, d.Object); err != nil {
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: cacheRetry}, nil
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	r.tellTransitions(d.Object, before.Conditions, d.Status.Conditions)
	return ctrl.Result{RequeueAfter: requeue}, nil
}
