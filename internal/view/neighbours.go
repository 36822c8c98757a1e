package view

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// Neighbours are the objects of a KPITarget's namespace, of which some say something of it. They are only read.
type Neighbours struct {
	CPIs     []v1alpha1.CPIDefinition
	KPIs     []v1alpha1.KPITarget
	Linkages []v1alpha1.CPILinkage
	// Report of a linkage, which is its own; nil if there is none.
	Report func(*v1alpha1.CPILinkage) (*v1alpha1.IndicatorReport, error)
}

// AddTo adds to a KPITarget, whose formula is given, what the others say of it: whether it is guarded, what chances its targets
// have, and what all indicators together leave out. next is when that changes by time alone, zero if it does not. An error is
// one of Report.
func (n Neighbours) AddTo(in *alert.Indicator, kpi *v1alpha1.KPITarget, formula plan.Indicator, now time.Time) (next time.Time, err error) {
	said := sayings{zone: in.Location, now: now, guards: &alert.Guards{Incentivised: ptr.Deref(kpi.Spec.Incentivised, false)}}
	guardrails := map[string]bool{} // a CPI counts once, however many claims name it
	for i := range n.Linkages {
		l := &n.Linkages[i]
		if l.Spec.KPIRef.Name != kpi.Name || !l.DeletionTimestamp.IsZero() {
			continue
		}
		said.guards.Linkages++
		held := guardrailsOf(l)
		if unfit(l) {
			if len(held) > 0 {
				said.guards.Unfit = append(said.guards.Unfit, l.Name)
			}
			continue
		}
		for _, cpi := range held {
			guardrails[cpi] = true
		}
		report, err := n.Report(l)
		if err != nil {
			return time.Time{}, err
		}
		said.take(l, foundOf(report))
	}
	said.guards.Guardrails = len(guardrails)
	in.Guards, in.Chances, in.Imbalances = said.guards, said.chances, n.imbalances(kpi, formula)
	return said.next, nil
}

// sayings of the claims on a KPITarget.
type sayings struct {
	zone    *time.Location
	now     time.Time
	guards  *alert.Guards
	chances []alert.Chance
	// next is when one of them is told again by time alone; zero if none is.
	next time.Time
}

// take adds what the last run found of a claim. What a paused claim says is shown and not told.
func (s *sayings) take(l *v1alpha1.CPILinkage, found *plan.Link) {
	mute := Telling(l.Spec.Alerting, s.zone, false).Mute(s.now) // a dry run of the operator mutes the KPI itself
	if mute != nil && !mute.Until.IsZero() && (s.next.IsZero() || mute.Until.Before(s.next)) {
		s.next = mute.Until
	}
	switch c := meta.FindStatusCondition(l.Status.Conditions, v1alpha1.ConditionDiverging); {
	case c == nil:
	case c.Status == metav1.ConditionTrue:
		drift := alert.Drift{Message: c.Message, Muted: mute != nil}
		if found != nil {
			drift.CPI, drift.Q = surest(found.Divergence)
		}
		s.guards.Diverging = append(s.guards.Diverging, drift)
	case c.Status == metav1.ConditionFalse:
		s.guards.Steady++
	}
	if found == nil {
		return
	}
	for _, chance := range chancesOf(l.Name, found.Forecast, s.zone) {
		chance.Muted = mute != nil
		s.chances = append(s.chances, chance)
	}
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
func foundOf(report *v1alpha1.IndicatorReport) *plan.Link {
	if report == nil || report.Status.Link == nil || report.Status.Link.RequestHash != report.Spec.RequestHash {
		return nil
	}
	return planstep.Found(report.Status.Link)
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
