// Package rules keeps the fixed alert rules in every namespace that has definitions: as a PrometheusRule, or
// as a ConfigMap where that API is absent. Rules stand in the definitions' own namespace so that tenancy
// labels and AlertmanagerConfigs apply to them.
package rules

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/rules"
)

// Reconciler of namespaces: a request's name is that of a namespace.
type Reconciler struct {
	// Client reads definitions from the cache and writes rules.
	Client client.Client
	// Live reads rules around the cache: of ConfigMaps we want to see only our own.
	Live client.Reader
	// APIs are asked whether there are PrometheusRules. The client's own mapper would not do: it remembers what has gone.
	APIs   discovery.ServerResourcesInterface
	Events events.EventRecorder
	// Namespace of the operator, which gets the rule that watches the operator; empty for none.
	Namespace string
	// Namespaces that are looked after; empty for all. The cache knows no others.
	Namespaces []string
	// Labels are added to the rules, for a Prometheus that selects them by label.
	Labels map[string]string
	// Timing of the alerts; the zero value is rules.DefaultTiming.
	Timing rules.Timing

	told sync.Map // namespace → UID of the foreign object that was told about
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=cpidefinitions;kpitargets;cpilinkages;datasources,verbs=get;list;watch
// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=prometheusrules,verbs=list;create
// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=prometheusrules,verbs=get;update;delete,resourceNames=cpi-operator
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=create
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;update;delete,resourceNames=cpi-operator-rules
// +kubebuilder:rbac:groups="",resources=events,verbs=list
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

const (
	// again is how soon to look for drift.
	again = 10 * time.Minute
	// soon is when to ask what became of rules that nobody has told of yet.
	soon = time.Minute
)

// Reconcile brings one namespace's rules in line.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	namespace := request.Name
	groups, err := r.groups(ctx, namespace)
	if err != nil {
		return ctrl.Result{}, err
	}
	served, err := r.served()
	if err != nil {
		return ctrl.Result{}, err
	}
	forOperator, forFile := groups, []rules.Group(nil)
	if !served {
		forOperator, forFile = nil, groups
	}
	var became, file state
	if served {
		became, err = r.ensure(ctx, prometheusRule(namespace, forOperator, r.Labels), len(forOperator) > 0)
	}
	if err == nil {
		file, err = r.ensure(ctx, configMap(namespace, forFile, r.Labels), len(forFile) > 0)
	}
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		err, became, file = nil, "", "" // everything here is going
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	became = cmp.Or(became, file)
	metrics.RulesStand(namespace, string(became))
	switch became {
	case "":
		return ctrl.Result{}, nil
	case written:
		return ctrl.Result{RequeueAfter: soon}, nil
	}
	return ctrl.Result{RequeueAfter: again}, nil
}

// groups that a namespace needs.
func (r *Reconciler) groups(ctx context.Context, namespace string) ([]rules.Group, error) {
	var out []rules.Group
	any, err := r.anyDefinition(ctx, namespace)
	if any {
		out = append(out, rules.Namespace(namespace).At(r.Timing))
	}
	if namespace == r.Namespace {
		out = append(out, rules.Operator().At(r.Timing).Within(namespace))
	}
	return out, err
}

// anyDefinition reports whether a namespace holds anything that can have alerts: a data source or a claim can outlive the
// indicators that it was made for.
func (r *Reconciler) anyDefinition(ctx context.Context, namespace string) (bool, error) {
	if len(r.Namespaces) > 0 && !slices.Contains(r.Namespaces, namespace) {
		return false, nil
	}
	for _, list := range []client.ObjectList{&v1alpha1.CPIDefinitionList{}, &v1alpha1.KPITargetList{}, &v1alpha1.CPILinkageList{}, &v1alpha1.DataSourceList{}} {
		if err := r.Client.List(ctx, list, client.InNamespace(namespace), client.Limit(1), client.UnsafeDisableDeepCopy); err != nil {
			return false, err
		}
		if meta.LenList(list) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// ensure makes, corrects or removes an object and tells what became of it, nothing if it is not wanted. One that is not
// ours is left alone.
func (r *Reconciler) ensure(ctx context.Context, want ruleObject, wanted bool) (state, error) {
	got := want.empty()
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(want.object), got)
	switch {
	case apierrors.IsNotFound(err) && !wanted:
		return "", nil
	case apierrors.IsNotFound(err):
		return written, r.Client.Create(ctx, want.object)
	case err != nil:
		return "", err
	case got.GetLabels()[labelManagedBy] != managedBy:
		if !wanted {
			return "", nil
		}
		r.tellForeign(ctx, got)
		return foreign, nil
	case !wanted:
		uid := got.GetUID()
		return "", client.IgnoreNotFound(r.Client.Delete(ctx, got, client.Preconditions{UID: &uid}))
	case want.same(got):
		return r.becameOf(ctx, got)
	}
	want.object.SetResourceVersion(got.GetResourceVersion())
	return written, r.Client.Update(ctx, want.object)
}

// tellForeign leaves an Event on the object that stands in the way.
func (r *Reconciler) tellForeign(ctx context.Context, foreign client.Object) {
	if was, _ := r.told.Swap(foreign.GetNamespace(), foreign.GetUID()); was == foreign.GetUID() {
		return
	}
	message := fmt.Sprintf("%s %q was not made by cpi-operator and is left alone, so the namespace has no rules for its indicators. Delete or rename it, or label it %s=%s to have it overwritten.",
		foreign.GetObjectKind().GroupVersionKind().Kind, foreign.GetName(), labelManagedBy, managedBy)
	r.Events.Eventf(foreign, nil, corev1.EventTypeWarning, v1alpha1.ReasonConflict, "Rules", "%s", message)
	ctrl.LoggerFrom(ctx).Info(message, "namespace", foreign.GetNamespace())
}
