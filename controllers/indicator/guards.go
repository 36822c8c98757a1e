package indicator

import (
	"context"
	"time"

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

// linkages tells what the claims on a KPITarget say of it: whether it is guarded, and what chances its targets have. Days
// begin in zone. A CPI has neither.
func (r *Reconciler) linkages(ctx context.Context, d definition, zone *time.Location) (*alert.Guards, []alert.Chance, error) {
	kpi, ok := d.object.(*v1alpha1.KPITarget)
	if !ok {
		return nil, nil, nil
	}
	var list v1alpha1.CPILinkageList
	if err := r.Client.List(ctx, &list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, nil, err
	}
	guardrails := map[string]bool{} // a CPI counts once, however many claims name it
	out := &alert.Guards{Incentivised: ptr.Deref(kpi.Spec.Incentivised, false)}
	var chances []alert.Chance
	for i := range list.Items {
		l := &list.Items[i]
		if l.Spec.KPIRef.Name != kpi.Name || !l.DeletionTimestamp.IsZero() {
			continue
		}
		found, err := r.foundOf(ctx, l)
		if err != nil {
			return nil, nil, err
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
			if found != nil {
				drift.CPI, drift.Q = surest(found.Divergence)
			}
			out.Diverging = append(out.Diverging, drift)
		case c.Status == metav1.ConditionFalse:
			out.Steady++
		}
		if found != nil {
			chances = append(chances, chancesOf(l.Name, found.Forecast, zone)...)
		}
	}
	out.Guardrails = len(guardrails)
	return out, chances, nil
}

// byDrivers is the method of a forecast that confirmed drivers lead.
const byDrivers = "Drivers"

// chancesOf targets are those that a claim's forecast gives by its drivers. What naive methods foresee is no claim's doing.
func chancesOf(linkage string, f *plan.Forecast, zone *time.Location) []alert.Chance {
	if f == nil {
		return nil
	}
	led := map[string]bool{}
	for _, p := range f.Points {
		led[p.Label] = p.Method == byDrivers
	}
	day := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
	}
	var out []alert.Chance
	for _, g := range f.Goals {
		if g.Probability == nil || !led[g.Label] {
			continue
		}
		target := alert.Target{From: day(g.From), By: day(g.By)}
		if g.AtMost != nil {
			target.Bound = alert.Bound{Level: *g.AtMost, AtMost: true}
		} else if g.AtLeast != nil {
			target.Bound = alert.Bound{Level: *g.AtLeast}
		}
		out = append(out, alert.Chance{Linkage: linkage, Target: target, Label: g.Label, Probability: *g.Probability, Previous: g.Previous})
	}
	return out
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

// surest is the guardrail whose loss is the least likely to be chance, as it was when last seen: it stays while the
// divergence clears, or cannot be judged.
func surest(d *plan.Divergence) (cpi string, q float64) {
	if d == nil {
		return "", 0
	}
	lost := d.Lost
	if len(lost) == 0 { // as results before this field have it
		lost = d.Guardrails
	}
	for _, g := range lost {
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
