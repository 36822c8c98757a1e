package indicator

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// guards are what the linkages of a KPITarget tell of it; nil for a CPI.
func (r *Reconciler) guards(ctx context.Context, d definition) (*alert.Guards, error) {
	kpi, ok := d.object.(*v1alpha1.KPITarget)
	if !ok {
		return nil, nil
	}
	var list v1alpha1.CPILinkageList
	if err := r.Client.List(ctx, &list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	guardrails := map[string]bool{} // a CPI counts once, however many claims name it
	out := &alert.Guards{Incentivised: ptr.Deref(kpi.Spec.Incentivised, false)}
	for i := range list.Items {
		l := &list.Items[i]
		if l.Spec.KPIRef.Name != kpi.Name || !l.DeletionTimestamp.IsZero() {
			continue
		}
		out.Linkages++
		for _, driver := range l.Spec.Drivers {
			if driver.Guardrail != nil {
				guardrails[driver.CPIRef.Name] = true
			}
		}
		switch c := meta.FindStatusCondition(l.Status.Conditions, v1alpha1.ConditionDiverging); {
		case c == nil:
		case c.Status == metav1.ConditionTrue:
			drift := alert.Drift{Message: c.Message}
			found, err := r.foundOf(ctx, l)
			if err != nil {
				return nil, err
			}
			if found != nil {
				drift.CPI, drift.Q = surest(found.Divergence)
			}
			out.Diverging = append(out.Diverging, drift)
		case c.Status == metav1.ConditionFalse:
			out.Steady++
		}
	}
	out.Guardrails = len(guardrails)
	return out, nil
}

// foundOf is what the last run found of a claim; nil if nothing has been, or only of another formula.
func (r *Reconciler) foundOf(ctx context.Context, l *v1alpha1.CPILinkage) (*plan.Link, error) {
	report, err := r.findReport(ctx, l.Namespace, planstep.ReportName(plan.KindLinkage, l.Name))
	if err != nil || report == nil || !metav1.IsControlledBy(report, l) || report.Status.Link == nil {
		return nil, err
	}
	if report.Status.Link.RequestHash != report.Spec.RequestHash {
		return nil, nil
	}
	return planstep.Found(report.Status.Link), nil
}

// surest is the guardrail whose loss is the least likely to be chance.
func surest(d *plan.Divergence) (cpi string, q float64) {
	if d == nil {
		return "", 0
	}
	for _, g := range d.Guardrails {
		if g.Worse && g.Q != nil && (cpi == "" || *g.Q < q) {
			cpi, q = g.Driver, *g.Q
		}
	}
	return cpi, q
}

// byLinkage leads from a claim to the KPI that it is on.
func byLinkage(_ context.Context, object client.Object) []reconcile.Request {
	l := object.(*v1alpha1.CPILinkage)
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: l.Namespace, Name: l.Spec.KPIRef.Name}}}
}
