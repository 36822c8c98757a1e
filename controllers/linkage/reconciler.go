// Package linkage looks after CPILinkages: it resolves them, keeps the report that runs write to, and tells in status,
// Events and metrics what internal/alert makes of the findings.
package linkage

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
	"github.com/cpi-operator/cpi-operator/controllers/children"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Reconciler of CPILinkages.
type Reconciler struct {
	Client client.Client
	// Live reads around the cache, which holds only objects with the operator's label.
	Live   client.Reader
	Events events.EventRecorder
	Clock  clock.PassiveClock
	// Store takes the series.
	Store *metrics.Store
	// Images of the runs that a claim over two data sources has to itself.
	Images job.Images
	// Debounce is how long such a claim must have been left alone before a one-off run starts.
	Debounce time.Duration
	// DryRun: everything is computed and shown, and nobody is told.
	DryRun bool

	settling children.Debouncer
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpilinkages;cpidefinitions;kpitargets;datasets;datasources,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpilinkages/status,verbs=update
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpilinkages/finalizers,verbs=update
// +kubebuilder:rbac:groups=cpi-operator.io,resources=indicatorreports,verbs=get;list;watch;create;update;delete
// +kubebuilder:rbac:groups=batch,resources=cronjobs;jobs,verbs=get;list;watch;create;update;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=events,verbs=list
// +kubebuilder:rbac:groups="",resources=serviceaccounts,verbs=get;list;watch;create;update
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=rolebindings,verbs=get;list;watch;create;update
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles,verbs=bind,resourceNames=cpi-operator-job
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

const (
	// hinderedRetry is how soon to look whether a foreign object is gone, or a refused one taken.
	hinderedRetry = 5 * time.Minute
	// cacheRetry is how soon to look again when the cache lags behind what we did.
	cacheRetry = time.Second
)

// Reconcile brings one linkage's report, series and status up to date.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	linkage := &v1alpha1.CPILinkage{}
	err := r.Client.Get(ctx, request.NamespacedName, linkage)
	if apierrors.IsNotFound(err) || err == nil && !linkage.DeletionTimestamp.IsZero() {
		r.settling.Forget(request.NamespacedName)
		r.Store.Delete(metrics.Key{Kind: alert.Link, Namespace: request.Namespace, Name: request.Name})
		return ctrl.Result{}, nil // the report goes with its owner
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	before := linkage.Status.DeepCopy()
	requeue, err := r.reconcile(ctx, linkage)
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return ctrl.Result{}, nil // everything here is going
	case errors.Is(err, reports.ErrLagging):
		return ctrl.Result{RequeueAfter: cacheRetry}, nil
	case err != nil:
		return ctrl.Result{}, err
	}
	return r.conclude(ctx, linkage, before, requeue)
}

// reconcile fills in the status and tells when to look again, 0 for never.
func (r *Reconciler) reconcile(ctx context.Context, linkage *v1alpha1.CPILinkage) (time.Duration, error) {
	found, err := r.resolve(ctx, linkage)
	var report *v1alpha1.IndicatorReport
	if err == nil {
		report, err = reports.EnsureFor(ctx, r.Client, linkage, plan.KindLinkage, found.Claim.RequestHash, found.Source.Name, accountOf(linkage, found))
	}
	var wait time.Duration
	if err == nil {
		wait, err = r.runs(ctx, linkage, found, report)
	}
	if blocked, ok := errors.AsType[*view.Blocked](err); ok {
		now := r.Clock.Now()
		next, err := r.tellBlocked(ctx, linkage, blocked, now)
		if err != nil {
			return 0, err
		}
		if blocked.Stalled { // its runs could only fail
			if err := r.keeper().RemoveCronJob(ctx, linkage, job.LinkageAccountName(linkage.Name)); err != nil {
				return 0, err
			}
		}
		if blocked.Reason == v1alpha1.ReasonConflict || blocked.Reason == v1alpha1.ReasonChildRefused {
			return hinderedRetry, nil
		}
		return until(next, now), nil
	}
	if err != nil {
		return 0, err
	}
	now := r.Clock.Now()
	in := view.Claim(linkage, found.Claim, found.Source, found.Owner, report, r.DryRun)
	decision := alert.DecideClaim(in, now)
	shown := in.Found
	if in.FoundOf != in.Formula {
		shown = nil
	}
	if found.Withheld {
		r.Store.Delete(metrics.Key{Kind: alert.Link, Namespace: linkage.Namespace, Name: linkage.Name})
	} else {
		r.Store.SetLinkage(metrics.Linkage{
			Namespace: linkage.Namespace, Name: linkage.Name, KPI: in.KPI, Unit: in.Unit, Title: in.Title, Source: in.Source.Name, Found: shown, Decision: decision,
		})
	}
	view.TellClaim(linkage, in, decision, report, found.Waits, now)
	return sooner(wait, until(decision.Next, now)), nil
}

// until is how long it is to an instant; 0 if there is none.
func until(instant, now time.Time) time.Duration {
	if instant.IsZero() {
		return 0
	}
	return max(instant.Sub(now), time.Millisecond)
}

// conclude writes the status if it changed and tells transitions.
func (r *Reconciler) conclude(ctx context.Context, linkage *v1alpha1.CPILinkage, before *v1alpha1.CPILinkageStatus, requeue time.Duration) (ctrl.Result, error) {
	view.ConcludeClaim(linkage)
	if equality.Semantic.DeepEqual(before, &linkage.Status) {
		return ctrl.Result{RequeueAfter: requeue}, nil
	}
	if err := r.Client.Status().Update(ctx, linkage); err != nil {
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: cacheRetry}, nil
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	r.tellTransitions(linkage, before)
	countRun(before.Runs, linkage.Status.Runs)
	return ctrl.Result{RequeueAfter: requeue}, nil
}
