package datasource

import (
	"cmp"
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// indicator is a valid definition that the source computes, or a claim that it tests, with its report.
type indicator struct {
	report        *v1alpha1.IndicatorReport
	circumstances planstep.Circumstances
}

func (i indicator) pending() bool { return planstep.Pending(i.report, i.circumstances) }

// indicatorsOf lists the valid indicators and claims of a source: those whose report names it and whose definition
// is not known to be broken. What it returns is the cache's own and must not be changed.
func (r *Reconciler) indicatorsOf(ctx context.Context, ds *v1alpha1.DataSource) ([]indicator, error) {
	var list v1alpha1.IndicatorReportList
	if err := r.Client.List(ctx, &list, client.InNamespace(ds.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	var ours []*v1alpha1.IndicatorReport
	for i := range list.Items {
		if report := &list.Items[i]; report.Spec.DataSourceRef.Name == ds.Name && report.DeletionTimestamp.IsZero() && !reports.RunsAlone(report) {
			ours = append(ours, report)
		}
	}
	if len(ours) == 0 {
		return nil, nil
	}
	definitions, err := r.definitions(ctx, ds.Namespace)
	if err != nil {
		return nil, err
	}
	var out []indicator
	for _, report := range ours {
		if annotations, valid := definitions[types.UID(report.Spec.IndicatorRef.UID)]; valid {
			out = append(out, indicator{report: report, circumstances: planstep.CircumstancesOf(ds, annotations)})
		}
	}
	slices.SortFunc(out, func(a, b indicator) int {
		x, y := a.report.Spec.IndicatorRef, b.report.Spec.IndicatorRef
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return out, nil
}

// definitions are the annotations of a namespace's indicators and claims that are not known to be broken, by UID.
func (r *Reconciler) definitions(ctx context.Context, namespace string) (map[types.UID]map[string]string, error) {
	var cpis v1alpha1.CPIDefinitionList
	var kpis v1alpha1.KPITargetList
	var linkages v1alpha1.CPILinkageList
	for _, list := range []client.ObjectList{&cpis, &kpis, &linkages} {
		if err := r.Client.List(ctx, list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
			return nil, err
		}
	}
	out := map[types.UID]map[string]string{}
	add := func(object metav1.ObjectMeta, conditions []metav1.Condition) {
		if object.DeletionTimestamp.IsZero() && !broken(object, conditions) {
			out[object.UID] = object.Annotations
		}
	}
	for _, cpi := range cpis.Items {
		add(cpi.ObjectMeta, cpi.Status.Conditions)
	}
	for _, kpi := range kpis.Items {
		add(kpi.ObjectMeta, kpi.Status.Conditions)
	}
	for _, linkage := range linkages.Items {
		add(linkage.ObjectMeta, linkage.Status.Conditions)
	}
	return out, nil
}

// broken reports whether a definition was found wanting as it stands now, for a fault of its own. One that
// waits for something else to get ready stays: it may be this source, which must not lose what it computes
// over its own trouble.
func broken(object metav1.ObjectMeta, conditions []metav1.Condition) bool {
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	stalled := meta.FindStatusCondition(conditions, v1alpha1.ConditionStalled)
	return ready != nil && ready.Status == metav1.ConditionFalse && ready.ObservedGeneration == object.Generation &&
		(stalled != nil && stalled.Status == metav1.ConditionTrue || ready.Reason == v1alpha1.ReasonInvalid || ready.Reason == v1alpha1.ReasonReferenceNotFound)
}

// countOf indicators alone: a claim adds none.
func countOf(all []indicator) int32 {
	var count int32
	for _, i := range all {
		if i.report.Spec.IndicatorRef.Kind != plan.KindLinkage {
			count++
		}
	}
	return count
}
