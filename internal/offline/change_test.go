package offline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

var noon = time.Date(2026, time.November, 16, 12, 0, 0, 0, time.UTC)

// standing CPI of a formula, which says why it cannot be computed, if so.
func standing(formula, state, blocked string) v1alpha1.CPIDefinition {
	out := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "nps"}, Spec: v1alpha1.CPIDefinitionSpec{Title: "NPS"}}
	out.Status.Summary, out.Status.Baseline = &v1alpha1.IndicatorSummary{Value: "25.0", State: state}, &v1alpha1.Baseline{RequestHash: formula}
	if blocked != "" {
		out.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "False", Reason: "Invalid", Message: blocked}}
	}
	return out
}

// What an edit does is told by the gravest that it does; that somebody else is told is no change of judgement.
func TestWhatAnEditDoes(t *testing.T) {
	below := alert.Alert{Name: "CPIBelowThreshold", Severity: alert.Warning, Team: "support", Segment: "plan=pro", Message: "x"}
	with := func(change func(*alert.Alert)) alert.Alert { out := below; change(&out); return out }
	told := func(alerts ...alert.Alert) []alert.Alert { return alerts }
	good, other, invalid := standing("one", "OK", ""), standing("two", "OK", ""), standing("one", "Invalid", "spec.measure: no")
	for name, c := range map[string]struct {
		was, is       v1alpha1.CPIDefinition
		before, after []alert.Alert
		want          string // what, and how many alerts begin, end and move
	}{
		"nothing":               {good, good, told(below), told(below), "unchanged 0 0 0"},
		"another formula":       {good, other, nil, nil, "new formula 0 0 0"},
		"it breaks":             {good, invalid, nil, nil, "broken 0 0 0"},
		"it was broken before":  {invalid, invalid, nil, nil, "unchanged 0 0 0"},
		"it is mended":          {invalid, good, nil, nil, "judged otherwise 0 0 0"},
		"an alert of a segment": {good, good, nil, told(below), "judged otherwise 1 0 0"},
		"another segment":       {good, good, told(below), told(with(func(a *alert.Alert) { a.Segment = "plan=basic" })), "judged otherwise 1 1 0"},
		"graver":                {good, good, told(below), told(with(func(a *alert.Alert) { a.Severity = alert.Critical })), "judged otherwise 1 1 0"},
		"another team":          {good, good, told(below), told(with(func(a *alert.Alert) { a.Team = "sales" })), "unchanged 0 0 1"},
		"the same in new words": {good, good, told(below), told(with(func(a *alert.Alert) { a.Message = "y" })), "unchanged 0 0 0"},
	} {
		e := &Edited{
			Before: board.Objects{CPIs: []v1alpha1.CPIDefinition{c.was}}, After: board.Objects{CPIs: []v1alpha1.CPIDefinition{c.is}},
			AlertsBefore: Alerts{"CPIDefinition/nps": c.before}, AlertsAfter: Alerts{"CPIDefinition/nps": c.after},
		}
		found := e.Changes()[0]
		if got := fmt.Sprintf("%s %d %d %d", found.What, len(found.Begin), len(found.End), len(found.Moved)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A goal has the variant of its CPI.
func TestVariantOfAGoal(t *testing.T) {
	goal := v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "grow"}, Spec: v1alpha1.KPITargetSpec{CPIRef: &v1alpha1.LocalReference{Name: "nps"}}}
	goal.Status.Summary = &v1alpha1.IndicatorSummary{State: "OnTarget"}
	o := board.Objects{KPIs: []v1alpha1.KPITarget{goal}, Reports: map[string]*v1alpha1.IndicatorReport{
		"CPIDefinition/nps": {Status: v1alpha1.IndicatorReportStatus{Result: &v1alpha1.ReportResult{Variant: "share"}}},
	}}
	if got := (&Edited{Before: o, After: o}).Changes()[0]; got.Is.Variant != "share" || got.What != Unchanged {
		t.Errorf("%+v", got)
	}
}

// An object that is edited stays the one that it is, and its generation goes on; what is not among the edits stays unless they are
// the whole; what is new was made now.
func TestPut(t *testing.T) {
	made := metav1.NewTime(noon.AddDate(0, -1, 0))
	there := func(name, title string) v1alpha1.CPIDefinition {
		out := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: name, UID: "u-x", Generation: 4, CreationTimestamp: made}, Spec: v1alpha1.CPIDefinitionSpec{Title: title}}
		out.Status.ObservedGeneration = 4
		return out
	}
	edit := func(name, title string) v1alpha1.CPIDefinition {
		return v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: name, UID: "file", Generation: 1}, Spec: v1alpha1.CPIDefinitionSpec{Title: title}}
	}
	old := []v1alpha1.CPIDefinition{there("same", "a"), there("edited", "a"), there("other", "a")}
	edits := []v1alpha1.CPIDefinition{edit("same", "a"), edit("edited", "b"), edit("new", "a")}
	for whole, want := range map[bool][]string{
		false: {"edited b u-x 5 4 10-16", "new a file 1 0 11-16", "other a u-x 4 4 10-16", "same a u-x 4 4 10-16"},
		true:  {"edited b u-x 5 4 10-16", "new a file 1 0 11-16", "same a u-x 4 4 10-16"},
	} {
		var got []string
		for _, c := range put(edits, old, whole, noon, func(to, from *v1alpha1.CPIDefinition) bool { to.Status = from.Status; return same(to.Spec, from.Spec) }) {
			got = append(got, fmt.Sprintf("%s %s %s %d %d %s", c.Name, c.Spec.Title, c.UID, c.Generation, c.Status.ObservedGeneration, c.CreationTimestamp.UTC().Format("01-02")))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("whole %t: %s", whole, diff)
		}
	}
}

// Nobody is told of what is only tried out.
func TestADryRunTellsNobody(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("id,score\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%d,0\n", i)
	}
	bind := "crm/answers=file:" + write(t, "answers.csv", rows.String())
	for alerting, want := range map[string]int{"": 1, "  alerting: {mode: DryRun}\n": 0} {
		n := load(t, write(t, "nps.yaml", survey+"  thresholds: {warning: 10, critical: 0}\n"+alerting))
		_, alerts := n.Objects(compute(t, n, bind), noon)
		if got := alerts["CPIDefinition/nps"]; len(got) != want || (want == 0) != (len(alerts) == 0) {
			t.Errorf("%q: %+v", alerting, alerts)
		}
	}
}
