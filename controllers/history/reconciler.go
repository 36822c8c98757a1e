// Package history keeps the former versions of definitions, as ControllerRevisions, and tells in status.changes what was
// edited, when, and whether a new baseline began with it.
package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Reconciler of the history of one kind of definitions. Of their status it writes changes alone.
type Reconciler struct {
	// Kind is alert.CPI, alert.KPI, alert.Link or Card.
	Kind   alert.Kind
	Client client.Client
	// Live reads around the cache, which holds revisions without their specs.
	Live client.Reader
}

// +kubebuilder:rbac:groups=apps,resources=controllerrevisions,verbs=get;list;watch;create;delete
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions;kpitargets;cpilinkages;scorecards;datasets;datasources,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions/status;kpitargets/status;cpilinkages/status;scorecards/status,verbs=patch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions/finalizers;kpitargets/finalizers;cpilinkages/finalizers;scorecards/finalizers,verbs=update

const (
	// kept is how many versions of a definition are kept, as many as the status tells.
	kept = 10
	// fieldOwner tells this writer of a status from the others.
	fieldOwner = "cpi-operator-history"
	// cacheRetry is how soon to look again when the cache lags behind what we did.
	cacheRetry = time.Second
)

// errLagging: the cache does not show yet what is known to be so.
var errLagging = errors.New("the cache lags behind")

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("history-"+strings.ToLower(string(r.Kind))).
		For(define(r.Kind).object, builder.WithPredicates(predicate.Funcs{UpdateFunc: concerns})).
		Complete(r)
}

// concerns: an update shows an edit that has been looked at, a new baseline, or changes that somebody else wrote.
func concerns(e event.UpdateEvent) bool {
	before, after := of(e.ObjectOld), of(e.ObjectNew)
	return before.looked() != after.looked() || before.object.GetGeneration() != after.object.GetGeneration() ||
		before.formula() != after.formula() || !equality.Semantic.DeepEqual(*before.changes, *after.changes)
}

// Reconcile records a version that is new, and tells those that are kept.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	d := define(r.Kind)
	if err := r.Client.Get(ctx, request.NamespacedName, d.object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !d.object.GetDeletionTimestamp().IsZero() || !d.looked() || d.formula() == "" {
		return ctrl.Result{}, nil // what is kept goes with its owner; what nobody has looked at yet comes back here
	}
	err := r.reconcile(ctx, d)
	switch {
	case errors.Is(err, errLagging):
		return ctrl.Result{RequeueAfter: cacheRetry}, nil
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return ctrl.Result{}, nil // everything here is going
	}
	return ctrl.Result{}, err
}

func (r *Reconciler) reconcile(ctx context.Context, d definition) error {
	all, err := r.versions(ctx, d)
	if err != nil {
		return err
	}
	if all, err = r.record(ctx, d, all); err != nil {
		return err
	}
	for len(all) > kept {
		if err := client.IgnoreNotFound(r.Client.Delete(ctx, all[0].revision)); err != nil {
			return err
		}
		all = all[1:]
	}
	return r.tell(ctx, d, all)
}

// record adds the present version to those that are kept, the oldest first, if it is another than the last.
func (r *Reconciler) record(ctx context.Context, d definition, all []version) ([]version, error) {
	var last *version
	next := int64(1)
	if len(all) > 0 {
		last = &all[len(all)-1]
		if last.content.Generation == d.object.GetGeneration() && last.content.Formula == d.formula() {
			return all, nil
		}
		next = last.revision.Revision + 1
	}
	reads, err := r.readsOf(ctx, d)
	if err != nil {
		return nil, err
	}
	now := content{Generation: d.object.GetGeneration(), Formula: d.formula(), Reads: reads}
	if now.Spec, err = specOf(d); err != nil {
		return nil, err
	}
	if last != nil {
		before, err := r.whole(ctx, *last)
		if err != nil {
			return nil, err
		}
		if !now.changedSince(before) {
			return all, nil
		}
	} else {
		now.Fields = []string{"Created"}
	}
	added, err := r.create(ctx, d, next, now)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(all), added), nil
}

// tell writes the changes into the status if they are others, the latest first.
func (r *Reconciler) tell(ctx context.Context, d definition, all []version) error {
	var changes []v1alpha1.DefinitionChange
	for _, v := range slices.Backward(all) {
		changes = append(changes, v.change())
	}
	if equality.Semantic.DeepEqual(*d.changes, changes) {
		return nil
	}
	before := d.object.DeepCopyObject().(client.Object)
	*d.changes = changes
	err := r.Client.Status().Patch(ctx, d.object, client.MergeFrom(before), client.FieldOwner(fieldOwner))
	if err != nil && client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("tell the changes: %w", err)
	}
	return nil
}

// whole is a version with its spec, which the cache leaves out.
func (r *Reconciler) whole(ctx context.Context, v version) (content, error) {
	if v.content.Spec != nil {
		return v.content, nil
	}
	found := &appsv1.ControllerRevision{}
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(v.revision), found)
	if apierrors.IsNotFound(err) {
		return content{}, errLagging
	}
	if err != nil {
		return content{}, err
	}
	return decode(found)
}
