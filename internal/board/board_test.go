package board_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

func said(conditionType string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message}
}

func cpi(name, theme, state string, conditions ...metav1.Condition) v1alpha1.CPIDefinition {
	return v1alpha1.CPIDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: name, Generation: 1},
		Spec:       v1alpha1.CPIDefinitionSpec{Title: "Title of " + name, Theme: theme, Owner: v1alpha1.Owner{Team: "support"}},
		Status:     v1alpha1.IndicatorStatus{ObservedGeneration: 1, Conditions: conditions, Summary: &v1alpha1.IndicatorSummary{State: state}},
	}
}

func goal(name, on string, conditions ...metav1.Condition) v1alpha1.KPITarget {
	return v1alpha1.KPITarget{
		ObjectMeta: metav1.ObjectMeta{Name: name, Generation: 1},
		Spec:       v1alpha1.KPITargetSpec{Title: "Title of " + name, CPIRef: &v1alpha1.LocalReference{Name: on}, Owner: v1alpha1.Owner{Team: "sales"}},
		Status:     v1alpha1.IndicatorStatus{ObservedGeneration: 1, Conditions: conditions},
	}
}

func places(problems []board.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, string(p.Gravity)+" "+p.Kind+"/"+p.Name+" "+p.Condition+" "+p.Segment)
	}
	return out
}

func TestProblems(t *testing.T) {
	failing := cpi("errors", "Time", "Failing", said("Computed", "False", "SourceFailed", "DataSource crm: Unreachable."))
	noisy := cpi("nps", "Advocacy", "Critical",
		said("Ready", "True", "Ready", "The definition is valid."), said("WithinThresholds", "False", "Critical", "10.3 is below 20."),
		said("Computed", "True", "Succeeded", "The last run gave numbers."))
	noisy.Status.SegmentAlerts = []v1alpha1.SegmentAlert{{Segment: "plan=basic", Severity: "warning", Team: "basic", Message: "4.1 is below 15."}}
	edited := cpi("edited", "Time", "OK")
	edited.Generation = 2
	objects := board.Objects{
		Sources: []v1alpha1.DataSource{{
			ObjectMeta: metav1.ObjectMeta{Name: "crm", Generation: 1},
			Status:     v1alpha1.DataSourceStatus{ObservedGeneration: 1, Conditions: []metav1.Condition{said("Computed", "False", "Unreachable", "The server does not answer.")}},
		}},
		CPIs: []v1alpha1.CPIDefinition{edited, failing, noisy},
		KPIs: []v1alpha1.KPITarget{
			goal("nps-goal", "nps", said("Computed", "False", "SourceFailed", "x"), said("SampleSufficient", "False", "TooSmall", "told by the CPI"),
				said("TargetMet", "False", "OffTarget", "10.3, target ≥ 15"), said("Diverging", "True", "Diverging", "Customers do worse."),
				said("Balanced", "False", "ThemeUnmeasured", "No CPI has the theme Time.")),
			goal("other-goal", "nps", said("Balanced", "False", "ThemeUnmeasured", "No CPI has the theme Time."), said("Diverging", "Unknown", "Pending", "Not judged.")),
		},
		Linkages: []v1alpha1.CPILinkage{{
			ObjectMeta: metav1.ObjectMeta{Name: "claim", Generation: 1},
			Spec:       v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "nps-goal"}},
			Status: v1alpha1.CPILinkageStatus{ObservedGeneration: 1, Conditions: []metav1.Condition{
				said("Diverging", "True", "Diverging", "Customers do worse."), said("Supported", "False", "NotSupported", "x"), said("ReviewDue", "True", "Overdue", "Look again.")}},
		}},
	}
	problems := objects.Problems()
	want := []string{
		"critical DataSource/crm Computed ",
		"critical KPITarget/nps-goal Diverging ",
		"critical CPIDefinition/nps WithinThresholds ",
		"warning /  ",
		"warning CPIDefinition/nps WithinThresholds plan=basic",
		"warning KPITarget/nps-goal TargetMet ",
		"warning CPILinkage/claim ReviewDue ",
		"note / Balanced ",
		"note KPITarget/nps-goal Balanced ",
		"note KPITarget/other-goal Balanced ",
	}
	if diff := cmp.Diff(want, places(problems)); diff != "" {
		t.Error(diff)
	}
	teams := map[string]string{"WithinThresholds plan=basic": "basic", "ReviewDue ": "sales"}
	for _, p := range problems {
		if team, named := teams[p.Condition+" "+p.Segment]; named && p.Team != team {
			t.Errorf("%s %s is told to %q, not %q", p.Condition, p.Segment, p.Team, team)
		}
	}
}

func TestDoubtfulDataIsAProblem(t *testing.T) {
	objects := board.Objects{CPIs: []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "SuspectData", said("SampleSufficient", "Unknown", "SuspectData", "The rows collapsed."))}}
	if diff := cmp.Diff([]string{"warning CPIDefinition/nps SampleSufficient "}, places(objects.Problems())); diff != "" {
		t.Error(diff)
	}
}

func TestASetWithoutAMemberIsAProblem(t *testing.T) {
	objects := board.Objects{Scorecards: []v1alpha1.Scorecard{{
		ObjectMeta: metav1.ObjectMeta{Name: "board", Generation: 1},
		Status: v1alpha1.ScorecardStatus{ObservedGeneration: 1, Conditions: []metav1.Condition{
			said("Ready", "False", "ReferenceNotFound", "CPIDefinition nps does not exist."), said("Covered", "False", "ThemeUnmeasured", "x"),
			said("Balanced", "False", "OnlyInternal", "x"), said("ReviewDue", "True", "Overdue", "Look again."),
		}},
	}}}
	if diff := cmp.Diff([]string{"critical Scorecard/board Ready ", "warning Scorecard/board ReviewDue "}, places(objects.Problems())); diff != "" {
		t.Error(diff)
	}
}

func TestNothingWrong(t *testing.T) {
	objects := board.Objects{CPIs: []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "OK", said("Stalled", "False", "Progressing", ""), said("Deteriorating", "False", "NotWorsening", "x"))}}
	if got := objects.Problems(); len(got) != 0 {
		t.Errorf("problems where there are none: %+v", got)
	}
}

func TestEntries(t *testing.T) {
	pending := cpi("pending", "Time", "")
	pending.Status.Summary = nil
	result := &v1alpha1.ReportResult{Variant: "share"}
	objects := board.Objects{
		CPIs:    []v1alpha1.CPIDefinition{cpi("calm", "Advocacy", "OK"), pending, cpi("worst", "Time", "Invalid")},
		KPIs:    []v1alpha1.KPITarget{goal("calm-goal", "calm")},
		Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/calm": {Status: v1alpha1.IndicatorReportStatus{Result: result}}},
	}
	entries := objects.Entries()
	if entries[3].Result != result || entries[3].GoalOn != "calm" {
		t.Errorf("a goal has the result of its CPI, not %+v", entries[3])
	}
	if entries[1].Summary.State != "Pending" {
		t.Errorf("before the operator has looked, the state is %q", entries[1].Summary.State)
	}
	board.GravestFirst(entries)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	if diff := cmp.Diff([]string{"worst", "pending", "calm-goal", "calm"}, names); diff != "" {
		t.Error(diff)
	}
	groups := board.ByTheme(entries)
	if len(groups) != 2 || groups[0].Theme != "Time" || len(groups[0].Entries) != 2 || groups[1].Theme != "Advocacy" {
		t.Errorf("themes: %+v", groups)
	}
}

// Every state that the operator can tell has its standing, and no news is good news.
func TestEveryStateStands(t *testing.T) {
	for standing, states := range map[board.Standing]string{
		board.Broken: "Invalid Failing", board.Critical: "Critical", board.Warned: "Warning OffTarget", board.Doubtful: "NoData InsufficientSample SuspectData",
		board.Open: "Inconclusive NotYet Running Maturing Pending Unheard-of", board.Good: "OK OnTarget Undated",
	} {
		for state := range strings.FieldsSeq(states) {
			e := board.Entry{Summary: v1alpha1.IndicatorSummary{State: state}}
			if got := board.StandingOf(state); got != standing || e.Standing() != standing || !slices.Contains(board.Standings, got) {
				t.Errorf("%s stands as %s, want %s", state, got, standing)
			}
		}
	}
}

// An empty period is not calm; before the first run nothing is missed.
func TestNoDataIsAProblem(t *testing.T) {
	empty := cpi("empty", "Time", "NoData", said("SampleSufficient", "Unknown", "NoData", "2026-10 has no rows."))
	first := cpi("first", "Time", "Pending", said("SampleSufficient", "Unknown", "NoData", "No run has finished."))
	objects := board.Objects{CPIs: []v1alpha1.CPIDefinition{empty, first}}
	if diff := cmp.Diff([]string{"warning CPIDefinition/empty SampleSufficient "}, places(objects.Problems())); diff != "" {
		t.Error(diff)
	}
}

// What a former formula or claim gave is not shown as what the present one gives.
func TestFormerNumbersAreNotShown(t *testing.T) {
	report := func(result, link string) *v1alpha1.IndicatorReport {
		out := &v1alpha1.IndicatorReport{Spec: v1alpha1.IndicatorReportSpec{RequestHash: "present"}}
		out.Status.Result, out.Status.Link = &v1alpha1.ReportResult{RequestHash: result}, &v1alpha1.ReportLink{RequestHash: link}
		return out
	}
	for hash, shown := range map[string]bool{"present": true, "former": false} {
		objects := board.Objects{
			CPIs:    []v1alpha1.CPIDefinition{cpi("nps", "Advocacy", "Failing")},
			Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/nps": report(hash, hash), "CPILinkage/claim": report(hash, hash)},
		}
		if got := objects.Entries()[0].Result != nil; got != shown {
			t.Errorf("the result of the %s formula is shown: %t", hash, got)
		}
		if got := objects.Found("claim") != nil; got != shown {
			t.Errorf("what was found of the %s claim is shown: %t", hash, got)
		}
	}
}
