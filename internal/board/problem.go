package board

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Gravity of a problem.
type Gravity string

// Gravities: a Grave one calls for action now, a Notable one for action; Advice may wait.
const (
	Grave   Gravity = "critical"
	Notable Gravity = "warning"
	Advice  Gravity = "note"
)

var gravities = []Gravity{Grave, Notable, Advice}

// Problem is something that is not as it should be, in the operator's words.
type Problem struct {
	Gravity Gravity
	// Kind and Name of the object, and its Title; all empty of what concerns the whole namespace.
	Kind, Name, Title string
	// Segment as column=value, comma separated; empty of the whole.
	Segment string
	// Condition and Reason that say so.
	Condition, Reason string
	// Message of the operator: what is wrong, with the numbers, and what to do.
	Message string
	Team    string
	// Since when; zero if it is not known.
	Since time.Time
}

// reasonUnseen: nobody has looked at the definitions.
const reasonUnseen = "NotObserved"

// Problems of the namespace, the gravest first. What several objects tell of one fault stands once, where it can be mended.
func (o Objects) Problems() []Problem {
	var c collector
	for i := range o.Sources {
		s := &o.Sources[i]
		c.object(Problem{Kind: string(alert.Source), Name: s.Name, Team: o.keeper(s.Name)}, s.Generation, s.Status.ObservedGeneration, s.Status.Conditions)
	}
	for i := range o.Datasets {
		d := &o.Datasets[i]
		c.object(Problem{Kind: "Dataset", Name: d.Name, Team: o.keeper(d.Spec.DataSourceRef.Name)}, d.Generation, d.Status.ObservedGeneration, d.Status.Conditions)
	}
	for i := range o.CPIs {
		d := &o.CPIs[i]
		c.indicator(Problem{Kind: resolve.KindCPIDefinition, Name: d.Name, Title: d.Spec.Title, Team: d.Spec.Owner.Team}, d.Generation, &d.Status, false)
	}
	for i := range o.KPIs {
		d := &o.KPIs[i]
		c.indicator(Problem{Kind: resolve.KindKPITarget, Name: d.Name, Title: d.Spec.Title, Team: d.Spec.Owner.Team}, d.Generation, &d.Status, d.Spec.CPIRef != nil)
	}
	for i := range o.Linkages {
		l := &o.Linkages[i]
		from := Problem{Kind: plan.KindLinkage, Name: l.Name, Title: l.Spec.Title}
		if owner := l.Spec.Owner; owner != nil {
			from.Team = owner.Team
		} else if kpi, _ := o.KPI(l.Spec.KPIRef.Name); kpi != nil {
			from.Team = kpi.Spec.Owner.Team
		}
		c.object(from, l.Generation, l.Status.ObservedGeneration, slices.DeleteFunc(slices.Clone(l.Status.Conditions), toldByKPI))
	}
	c.imbalances(o)
	for i := range o.Scorecards {
		s := &o.Scorecards[i]
		from := Problem{Kind: "Scorecard", Name: s.Name, Title: s.Spec.Title, Team: s.Spec.Owner.Team}
		c.object(from, s.Generation, s.Status.ObservedGeneration, slices.DeleteFunc(slices.Clone(s.Status.Conditions), toldByReport))
	}
	return c.sorted()
}

// keeper is the team that keeps a source, and answers for what is read from it; empty where nobody is named.
func (o Objects) keeper(source string) string {
	if s, _ := o.Source(source); s != nil && s.Spec.Owner != nil {
		return s.Spec.Owner.Team
	}
	return ""
}

// toldByReport: what a set leaves out is advice for those who look at the set.
func toldByReport(c metav1.Condition) bool {
	return c.Type == v1alpha1.ConditionCovered || c.Type == v1alpha1.ConditionBalanced
}

// toldByKPI: a divergence is told on the KPI, and that a claim is not supported is a finding, not a fault.
func toldByKPI(c metav1.Condition) bool {
	return c.Type == v1alpha1.ConditionDiverging || c.Type == v1alpha1.ConditionSupported
}

// toldByCPI are conditions of a goal that say what those of its CPI say.
func toldByCPI(c metav1.Condition) bool {
	switch c.Type {
	case v1alpha1.ConditionComputed, v1alpha1.ConditionFresh, v1alpha1.ConditionSampleSufficient, v1alpha1.ConditionComparable:
		return true
	}
	return c.Type == v1alpha1.ConditionReady && c.Reason == v1alpha1.ReasonReferenceNotReady
}

type collector struct {
	found  []Problem
	unseen int
}

// object adds what the conditions of an object say. from holds what it has of the object.
func (c *collector) object(from Problem, generation, observed int64, conditions []metav1.Condition) {
	if observed < generation {
		c.unseen++
	}
	for _, condition := range conditions {
		if gravity, wrong := gravityOf(condition); wrong {
			from.Gravity, from.Condition, from.Reason = gravity, condition.Type, condition.Reason
			from.Message, from.Since = condition.Message, condition.LastTransitionTime.Time
			c.found = append(c.found, from)
		}
	}
}

// imbalances adds what the indicators of the namespace leave out: once, and not as the condition of each KPI repeats it.
func (c *collector) imbalances(o Objects) {
	for _, f := range (view.Neighbours{CPIs: o.CPIs, KPIs: o.KPIs, Linkages: o.Linkages}).Imbalances() {
		p := Problem{Gravity: Advice, Condition: v1alpha1.ConditionBalanced, Reason: string(f.Rule), Message: f.Message}
		if kpi, _ := o.KPI(f.KPI); kpi != nil {
			p.Kind, p.Name, p.Title, p.Team = resolve.KindKPITarget, kpi.Name, kpi.Spec.Title, kpi.Spec.Owner.Team
		}
		c.found = append(c.found, p)
	}
}

func (c *collector) indicator(from Problem, generation int64, status *v1alpha1.IndicatorStatus, goal bool) {
	conditions := status.Conditions
	if goal {
		conditions = slices.DeleteFunc(slices.Clone(conditions), toldByCPI)
	}
	c.object(from, generation, status.ObservedGeneration, conditions)
	c.empty(from, status, goal)
	condition := v1alpha1.ConditionWithinThresholds
	if from.Kind == resolve.KindKPITarget {
		condition = v1alpha1.ConditionTargetMet
	}
	for _, a := range status.SegmentAlerts {
		p := from
		p.Gravity, p.Condition, p.Reason, p.Segment, p.Message = Gravity(a.Severity), condition, "Segment", a.Segment, a.Message
		p.Team = cmp.Or(a.Team, from.Team)
		if judged := meta.FindStatusCondition(conditions, condition); judged != nil && judged.Message == a.Message {
			continue // the total's own words
		}
		c.found = append(c.found, p)
	}
}

// empty adds that there are no data where there should be; before the first run, or within the first period, none are
// missed. Of a goal its CPI tells.
func (c *collector) empty(from Problem, status *v1alpha1.IndicatorStatus, goal bool) {
	said := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionSampleSufficient)
	if goal || said == nil || said.Status != metav1.ConditionUnknown || status.Summary == nil || status.Summary.State != string(alert.StateNoData) {
		return
	}
	from.Gravity, from.Condition, from.Reason, from.Message, from.Since = Notable, said.Type, said.Reason, said.Message, said.LastTransitionTime.Time
	c.found = append(c.found, from)
}

// trueIsWrong are conditions of which True is the news.
var trueIsWrong = []string{v1alpha1.ConditionReviewDue, v1alpha1.ConditionDiverging, v1alpha1.ConditionDeteriorating}

// gravityOf what a condition says; wrong is false where it says that all is well, or not yet, or what another one says.
func gravityOf(c metav1.Condition) (gravity Gravity, wrong bool) {
	if c.Type == v1alpha1.ConditionSampleSufficient && c.Reason == v1alpha1.ReasonSuspectData {
		return Notable, true // nobody can tell whether the sample suffices, and somebody must look why
	}
	bad := metav1.ConditionFalse
	if slices.Contains(trueIsWrong, c.Type) {
		bad = metav1.ConditionTrue
	}
	if c.Status != bad {
		return "", false
	}
	switch c.Type {
	case v1alpha1.ConditionStalled: // says what Ready says
		return "", false
	case v1alpha1.ConditionReady:
		return Grave, true
	case v1alpha1.ConditionComputed:
		if c.Reason == string(alert.ReasonSourceFailed) {
			return "", false // the source's own, told there
		}
		return Grave, true
	case v1alpha1.ConditionDiverging:
		return Grave, true
	case v1alpha1.ConditionWithinThresholds, v1alpha1.ConditionPromiseKept:
		if c.Reason == string(alert.ReasonCritical) || c.Reason == "BurningFast" {
			return Grave, true
		}
		return Notable, true
	case v1alpha1.ConditionBalanced: // see imbalances
		return Advice, c.Reason == string(portfolio.OneIndicatorCarriesAll)
	case v1alpha1.ConditionComparable, v1alpha1.ConditionAlerting:
		return Advice, true
	case v1alpha1.ConditionPublished:
		return Advice, c.Reason == v1alpha1.ReasonSeriesCapped
	}
	return Notable, true
}

// sorted gives what was found, the gravest first; what is alike in that by what must be mended first, then in order of kind
// and name.
func (c *collector) sorted() []Problem {
	if c.unseen > 0 {
		c.found = append(c.found, Problem{
			Gravity: Notable, Reason: reasonUnseen,
			Message: fmt.Sprintf("%s not been looked at since the last edit. If this stays, the operator does not run, or does not watch this namespace.", amount.Counted(c.unseen, "definition has", "definitions have")),
		})
	}
	slices.SortStableFunc(c.found, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(gravities, a.Gravity), slices.Index(gravities, b.Gravity)),
			cmp.Compare(slices.Index(urgency, a.Condition), slices.Index(urgency, b.Condition)),
		)
	})
	return c.found
}

// urgency of conditions: what keeps numbers from being believed is mended before what they say; the divergence, which no
// other number shows, comes first among what they say.
var urgency = []string{
	"", v1alpha1.ConditionReady, v1alpha1.ConditionComputed, v1alpha1.ConditionDiverging, v1alpha1.ConditionWithinThresholds, v1alpha1.ConditionPromiseKept,
	v1alpha1.ConditionTargetMet, v1alpha1.ConditionDeteriorating, v1alpha1.ConditionTargetInReach, v1alpha1.ConditionGuarded,
	v1alpha1.ConditionFresh, v1alpha1.ConditionSampleSufficient, v1alpha1.ConditionResponding, v1alpha1.ConditionReviewDue,
	v1alpha1.ConditionBalanced, v1alpha1.ConditionComparable, v1alpha1.ConditionPublished, v1alpha1.ConditionAlerting,
}
