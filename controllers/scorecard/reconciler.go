// Package scorecard tells how the members of Scorecards stand together. It computes nothing: it reads what the other
// controllers told of each member.
package scorecard

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// Reconciler of Scorecards.
type Reconciler struct {
	Client client.Client
	Events events.EventRecorder
	Clock  clock.PassiveClock
	// Settle is how long changes of members are gathered before a card is looked at: a run may bring a thousand.
	Settle time.Duration
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=scorecards;cpidefinitions;kpitargets;cpilinkages;datasets;datasources;indicatorreports,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=scorecards/status,verbs=update

// cacheRetry is how soon to look again when the cache lags behind what we did.
const cacheRetry = time.Second

// Reconcile brings one Scorecard's status up to date.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	card := &v1alpha1.Scorecard{}
	if err := r.Client.Get(ctx, request.NamespacedName, card); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !card.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	now := r.Clock.Now()
	objects, err := board.Read(ctx, r.Client, card.Namespace, now)
	if err != nil {
		return ctrl.Result{}, err
	}
	set := scorecard.Of(objects, card)
	status, next := set.Status(now)
	result := ctrl.Result{}
	if !next.IsZero() {
		result.RequeueAfter = max(next.Sub(now), time.Millisecond)
	}
	before := card.Status
	if equality.Semantic.DeepEqual(before, status) {
		return result, nil
	}
	card.Status = status
	if err := r.Client.Status().Update(ctx, card); err != nil {
		if apierrors.IsConflict(err) {
			return ctrl.Result{RequeueAfter: cacheRetry}, nil
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	r.tell(card, before.Conditions)
	return result, nil
}

// tell sends an Event when a member went missing, or a review fell due, and when that is over.
func (r *Reconciler) tell(card *v1alpha1.Scorecard, before []metav1.Condition) {
	for condition, bad := range map[string]metav1.ConditionStatus{v1alpha1.ConditionReady: metav1.ConditionFalse, v1alpha1.ConditionReviewDue: metav1.ConditionTrue} {
		now, was := meta.FindStatusCondition(card.Status.Conditions, condition), meta.FindStatusCondition(before, condition)
		switch {
		case now == nil, was != nil && was.Status == now.Status && was.Reason == now.Reason:
		case now.Status == bad:
			r.Events.Eventf(card, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%.1000s", now.Message)
		case was != nil && was.Status == bad:
			r.Events.Eventf(card, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%.1000s", now.Message)
		}
	}
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	all := r.beside()
	return ctrl.NewControllerManagedBy(mgr).
		Named("scorecard").
		For(&v1alpha1.Scorecard{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		// How members stand is in the statuses of what they are and rest on.
		Watches(&v1alpha1.CPIDefinition{}, all).
		Watches(&v1alpha1.KPITarget{}, all).
		Watches(&v1alpha1.CPILinkage{}, all).
		Watches(&v1alpha1.Dataset{}, all).
		Watches(&v1alpha1.DataSource{}, all).
		// The source that a report names; its results come back as the statuses above.
		Watches(&v1alpha1.IndicatorReport{}, all, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}

// beside leads from an object to all cards of its namespace, which are looked at together a little later.
func (r *Reconciler) beside() handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	add := func(ctx context.Context, object client.Object, q queue) {
		for _, request := range r.inNamespace(ctx, object) {
			q.AddAfter(request, r.Settle)
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) { add(ctx, e.Object, q) },
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) { add(ctx, e.ObjectNew, q) },
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { add(ctx, e.Object, q) },
	}
}

// inNamespace are all cards beside an object. They are few, and each is judged from the cache alone.
func (r *Reconciler) inNamespace(ctx context.Context, object client.Object) []reconcile.Request {
	var list v1alpha1.ScorecardList
	if err := r.Client.List(ctx, &list, client.InNamespace(object.GetNamespace()), client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "list scorecards")
		return nil
	}
	var out []reconcile.Request
	for i := range list.Items {
		out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return out
}
