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
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// claims is what the linkages on a KPITarget tell of it.
type claims struct {
	// guards and chances are nil of a CPI, which has neither.
	guards  *alert.Guards
	chances []alert.Chance
	// next is when one of them is told again by time alone; zero if none is.
	next time.Time
}

// linkages tells what the claims on a KPITarget say of it: whether it is guarded, and what chances its targets have. Days
// begin in zone.
func (r *Reconciler) linkages(ctx context.Context, d definition, zone *time.Location, now time.Time) (claims, error) {
	kpi, ok := d.object.(*v1alpha1.KPITarget)
	if !ok {
		return claims{}, nil
	}
	var list v1alpha1.CPILinkageList
	if err := r.Client.List(ctx, &list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return claims{}, err
	}
	guardrails := map[string]bool{} // a CPI counts once, however many claims name it
	out := claims{guards: &alert.Guards{Incentivised: ptr.Deref(kpi.Spec.Incentivised, false)}}
	for i := range list.Items {
		l := &list.Items[i]
		if l.Spec.KPIRef.Name != kpi.Name || !l.DeletionTimestamp.IsZero() {
			continue
		}
		out.guards.Linkages++
		held := guardrailsOf(l)
		if unfit(l) {
			if len(held) > 0 {
				out.guards.Unfit = append(out.guards.Unfit, l.Name)
			}
			continue
		}
		for _, cpi := range held {
			guardrails[cpi] = true
		}
		if err := r.findings(ctx, l, zone, now, &out); err != nil {
			return claims{}, err
		}
	}
	out.guards.Guardrails = len(guardrails)
	return out, nil
}

// guardrailsOf a claim are the CPIs that must not get worse.
func guardrailsOf(l *v1alpha1.CPILinkage) []string {
	var out []string
	for _, driver := range l.Spec.Drivers {
		if driver.Guardrail != nil {
			out = append(out, driver.CPIRef.Name)
		}
	}
	return out
}

// unfit reports whether a claim cannot be tested as it stands: nothing that was found of it holds, and its guardrails hold
// nobody. One that only waits for its source keeps its verdict and what was found.
func unfit(l *v1alpha1.CPILinkage) bool {
	return meta.IsStatusConditionFalse(l.Status.Conditions, v1alpha1.ConditionReady) && l.Status.Verdict == ""
}

// findings adds what the last run found of a claim. What a paused claim says is shown and not told.
func (r *Reconciler) findings(ctx context.Context, l *v1alpha1.CPILinkage, zone *time.Location, now time.Time, out *claims) error {
	found, err := r.foundOf(ctx, l)
	if err != nil {
		return err
	}
	mute := view.Telling(l.Spec.Alerting, zone, false).Mute(now) // a dry run of the operator mutes the KPI itself
	if mute != nil && !mute.Until.IsZero() && (out.next.IsZero() || mute.Until.Before(out.next)) {
		out.next = mute.Until
	}
	switch c := meta.FindStatusCondition(l.Status.Conditions, v1alpha1.ConditionDiverging); {
	case c == nil:
	case c.Status == metav1.ConditionTrue:
		drift := alert.Drift{Message: c.Message, Muted: mute != nil}
		if found != nil {
			drift.CPI, drift.Q = surest(found.Divergence)
		}
		out.guards.Diverging = append(out.guards.Diverging, drift)
	case c.Status == metav1.ConditionFalse:
		out.guards.Steady++
	}
	if found == nil {
		return nil
	}
	for _, chance := range chancesOf(l.Name, found.Forecast, zone) {
		chance.Muted = mute != nil
		out.chances = append(out.chances, chance)
	}
	return nil
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
