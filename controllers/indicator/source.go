package indicator

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// SourceReconciler exports a data source's own series: when it last succeeded, and the alert that stands for
// all its indicators while it fails. It writes nothing to the cluster.
type SourceReconciler struct {
	Client client.Reader
	Clock  clock.PassiveClock
	Store  *metrics.Store
	// DryRun: nobody is told.
	DryRun bool
}

// SetupWithManager starts the controller with the manager.
func (r *SourceReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).Named("datasource-metrics").For(&v1alpha1.DataSource{}).Complete(r)
}

// Reconcile brings one source's series up to date.
func (r *SourceReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	ds := &v1alpha1.DataSource{}
	err := r.Client.Get(ctx, request.NamespacedName, ds)
	if apierrors.IsNotFound(err) || err == nil && !ds.DeletionTimestamp.IsZero() {
		r.Store.Delete(metrics.Key{Kind: alert.Source, Namespace: request.Namespace, Name: request.Name})
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	runs := view.SourceRuns(ds)
	message := ""
	if c := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionComputed); c != nil {
		message = c.Message
	}
	ready := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionReady)
	if !runs.Failed && ready != nil && ready.Status == metav1.ConditionFalse { // no run can come to fail
		runs.Failed, runs.Reason, runs.FailedSince, message = true, ready.Reason, ready.LastTransitionTime.Time, ready.Message
	}
	runs.Failed = runs.Failed && runsAreDue(ds)
	team := ""
	if ds.Spec.Owner != nil {
		team = ds.Spec.Owner.Team
	}
	now := r.Clock.Now()
	alerts, next := alert.SourceAlerts(runs, team, message, now)
	failing := len(alerts) > 0 // the operator's own alert on many of them is told in a dry run too
	muted := view.Telling(nil, time.UTC, r.DryRun).Mute(now)
	if muted != nil {
		alerts = nil
	}
	r.Store.SetSource(metrics.Source{Namespace: ds.Namespace, Name: ds.Name, LastSuccess: runs.LastSuccess, Failing: failing, Alerts: alerts, Muted: muted})
	if next.IsZero() {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{RequeueAfter: next.Sub(now)}, nil
}

// runsAreDue reports whether any run is to come that could succeed again. Where none is, a failure would stand for ever: nobody
// waits for the numbers of a source without indicators, and those of a suspended one are told as stale.
func runsAreDue(ds *v1alpha1.DataSource) bool {
	indicators := ds.Status.Indicators // nil before the first look; claims rest on indicators of the same source
	return !ptr.Deref(ds.Spec.Suspend, false) && (indicators == nil || *indicators > 0)
}
