package indicator

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// addNeighbours adds to a KPITarget what the other objects of its namespace say of it; of a CPI they say nothing. next is when
// that changes by time alone, zero if it does not.
func (r *Reconciler) addNeighbours(ctx context.Context, in *alert.Indicator, d view.Definition, formula plan.Indicator, now time.Time) (next time.Time, err error) {
	kpi, ok := d.Object.(*v1alpha1.KPITarget)
	if !ok {
		return time.Time{}, nil
	}
	var (
		cpis     v1alpha1.CPIDefinitionList
		kpis     v1alpha1.KPITargetList
		linkages v1alpha1.CPILinkageList
	)
	for _, list := range []client.ObjectList{&cpis, &kpis, &linkages} {
		if err := r.Client.List(ctx, list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
			return time.Time{}, err
		}
	}
	report := func(l *v1alpha1.CPILinkage) (*v1alpha1.IndicatorReport, error) {
		found, err := r.findReport(ctx, l.Namespace, planstep.ReportName(plan.KindLinkage, l.Name))
		if err != nil || found == nil || !metav1.IsControlledBy(found, l) {
			return nil, err
		}
		return found, nil
	}
	return view.Neighbours{CPIs: cpis.Items, KPIs: kpis.Items, Linkages: linkages.Items, Report: report}.AddTo(in, kpi, formula, now)
}

// byLinkage leads from a claim to the KPI that it is on.
func byLinkage(_ context.Context, object client.Object) []reconcile.Request {
	l := object.(*v1alpha1.CPILinkage)
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: l.Namespace, Name: l.Spec.KPIRef.Name}}}
}

// byReport leads from the report of a claim to the KPI that it is on, and from that of a CPI to the goals on it.
func (r *Reconciler) byReport(ctx context.Context, object client.Object) []reconcile.Request {
	ref := object.(*v1alpha1.IndicatorReport).Spec.IndicatorRef
	if ref.Kind != plan.KindLinkage {
		return r.byReportOfCPI(ctx, object)
	}
	l := &v1alpha1.CPILinkage{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: object.GetNamespace(), Name: ref.Name}, l); err != nil {
		return nil // gone: the KPI hears of that as well
	}
	return byLinkage(ctx, l)
}

// neighbours leads from any definition to all KPITargets of its namespace, whose portfolio it is part of.
func (r *Reconciler) neighbours(ctx context.Context, object client.Object) []reconcile.Request {
	return r.definitions(ctx, object.GetNamespace(), func(view.Definition) bool { return true })
}
