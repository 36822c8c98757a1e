package scorecard_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

var (
	monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	spring = metav1.NewTime(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
)

// world is a namespace whose objects were created in spring and stand well.
type world struct{ board.Objects }

func newWorld() *world {
	w := &world{board.Objects{Namespace: "demo", At: monday, Reports: map[string]*v1alpha1.IndicatorReport{}}}
	w.Sources = append(w.Sources, *envtestkit.DataSource("demo", "crm"))
	w.Datasets = append(w.Datasets, *envtestkit.Dataset("demo", "survey", "crm"))
	return w
}

func meta(o *metav1.ObjectMeta) {
	o.CreationTimestamp, o.ResourceVersion, o.Generation = spring, "7", 1
}

func (w *world) cpi(name, theme, state string, conditions ...metav1.Condition) {
	c := envtestkit.CPI("demo", name, "survey")
	meta(&c.ObjectMeta)
	c.Spec.Title, c.Spec.Theme, c.Spec.Owner.Department = "Title of "+name, theme, "Support"
	c.Status = v1alpha1.IndicatorStatus{ObservedGeneration: 1, Conditions: conditions, Summary: &v1alpha1.IndicatorSummary{State: state}}
	w.CPIs = append(w.CPIs, *c)
	w.Reports["CPIDefinition/"+name] = envtestkit.Report(c, "crm", "")
}

// goal is a KPI on a CPI.
func (w *world) goal(name, on, state string, conditions ...metav1.Condition) {
	k := v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name}}
	meta(&k.ObjectMeta)
	k.Spec = v1alpha1.KPITargetSpec{
		Title: "Title of " + name, Category: "CustomerGoal", Owner: v1alpha1.Owner{Team: "sales", Department: "Sales"},
		CPIRef: &v1alpha1.LocalReference{Name: on}, Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("15"))}},
	}
	k.Status = v1alpha1.IndicatorStatus{ObservedGeneration: 1, Conditions: conditions, Summary: &v1alpha1.IndicatorSummary{State: state}}
	w.KPIs = append(w.KPIs, k)
}

// claim that drivers move a KPI; each is supported, and its owner can change it.
func (w *world) claim(name, kpi string, drivers ...string) *v1alpha1.CPILinkage {
	l := v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name}}
	meta(&l.ObjectMeta)
	l.Spec.Title, l.Spec.KPIRef.Name = "Title of "+name, kpi
	l.Status = v1alpha1.CPILinkageStatus{ObservedGeneration: 1, Verdict: "Supported", Stage: "Confirmed", Summary: &v1alpha1.LinkSummary{Driver: drivers[0], Verdict: "Supported"}}
	found := &v1alpha1.ReportLink{}
	for _, d := range drivers {
		l.Spec.Drivers = append(l.Spec.Drivers, v1alpha1.LinkDriver{CPIRef: v1alpha1.LocalReference{Name: d}, Expected: "Positive", Influenceable: new(true)})
		l.Status.Drivers = append(l.Status.Drivers, v1alpha1.LinkDriverStatus{Name: d, Verdict: "Supported", Sentence: "Supported: " + d + " +2 pp [1, 3], n 400."})
		found.Drivers = append(found.Drivers, v1alpha1.LinkFinding{Driver: d, Verdict: "Supported", Sentence: "Supported: " + d + "."})
	}
	w.Linkages = append(w.Linkages, l)
	w.Reports["CPILinkage/"+name] = &v1alpha1.IndicatorReport{Status: v1alpha1.IndicatorReportStatus{Link: found}}
	return &w.Linkages[len(w.Linkages)-1]
}

// card of members: a CPI's name, or a KPI's after a slash.
func (w *world) card(members ...string) *v1alpha1.Scorecard {
	card := &v1alpha1.Scorecard{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "board", Generation: 3}}
	card.Spec = v1alpha1.ScorecardSpec{Title: "Customers", Audience: "The board", Owner: v1alpha1.Owner{Team: "strategy"}}
	for _, name := range members {
		one := v1alpha1.ScorecardMember{CPIRef: &v1alpha1.LocalReference{Name: name}}
		if name[0] == '/' {
			one = v1alpha1.ScorecardMember{KPIRef: &v1alpha1.LocalReference{Name: name[1:]}}
		}
		card.Spec.Members = append(card.Spec.Members, one)
	}
	return card
}

func (w *world) set(members ...string) scorecard.Set {
	return scorecard.Of(w.Objects, w.card(members...))
}

// measured gives a CPI its periods, under the formula in force.
func (w *world) measured(t *testing.T, name string, result *v1alpha1.ReportResult) {
	t.Helper()
	in, err := w.View("CPIDefinition", name)
	if err != nil {
		t.Fatal(err)
	}
	result.RequestHash, result.Direction = in.Formula, v1alpha1.HigherIsBetter
	w.Reports["CPIDefinition/"+name].Status.Result = result
}

func said(condition string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: status, Reason: reason, Message: message, LastTransitionTime: spring}
}

// Conditions that ask for something.
var (
	critical  = said("WithinThresholds", "False", "Critical", "10.3 [3.8, 16.7], n 680: below 20.")
	warning   = said("WithinThresholds", "False", "Warning", "22 [20, 24], n 680: below 25.")
	diverging = said("Diverging", "True", "Diverging", "It looks good, but its guardrail got worse.")
	offTarget = said("TargetMet", "False", "OffTarget", "80.4 % [76.8, 83.5], n 530; target ≥ 85 %.")
	suspect   = said("SampleSufficient", "Unknown", "SuspectData", "The rows collapsed.")
	review    = said("ReviewDue", "True", "Overdue", "A review has been due.")
	advice    = said("Balanced", "False", "NoObjective", "It names no objective.")
)
