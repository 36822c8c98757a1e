package board_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// The number for programs is the one that the summary shows, with its own interval, and none where none is shown.
func TestNumberOfAnEntry(t *testing.T) {
	result := &v1alpha1.ReportResult{Unit: "ratio", ConfidenceLevel: "0.95", Periods: []v1alpha1.PeriodValue{
		{Label: "2026-08"},
		{Label: "2026-09", Value: "0.265", Lower: "0.255", Upper: "0.276"},
		{Label: "2026-10", Value: "0.3", Upper: "0.4"},
		{Label: "2026-11", Value: "0.5"},
	}}
	for _, c := range []struct {
		period, shown string
		result        *v1alpha1.ReportResult
		want          *board.Number
	}{
		{"2026-09", "26.5 %", result, &board.Number{Value: "0.265", Lower: "0.255", Upper: "0.276", ConfidenceLevel: "0.95", Unit: "ratio"}},
		{"2026-10", "30.0 %", result, &board.Number{Value: "0.3", Upper: "0.4", ConfidenceLevel: "0.95", Unit: "ratio"}},
		{"2026-11", "50.0 %", result, &board.Number{Value: "0.5", Unit: "ratio"}}, // without an interval there is no confidence in one
		{"2026-08", "", result, nil},
		{"2026-09", "", result, nil}, // the state keeps it from being shown
		{"2026-07", "26.5 %", result, nil},
		{"2026-09", "26.5 %", nil, nil},
	} {
		e := board.Entry{Summary: v1alpha1.IndicatorSummary{Period: c.period, Value: c.shown}, Result: c.result}
		if diff := cmp.Diff(c.want, e.Number()); diff != "" {
			t.Errorf("%s %q: %s", c.period, c.shown, diff)
		}
	}
}

// The number of a claim is the effect of its strongest driver, in the unit of its KPI; of a goal, that of its CPI.
func TestNumberOfAClaim(t *testing.T) {
	effect := func(value, lower, upper string) *v1alpha1.LinkEffect {
		return &v1alpha1.LinkEffect{LinkInterval: v1alpha1.LinkInterval{Value: value, Lower: lower, Upper: upper}}
	}
	findings := &v1alpha1.ReportLink{ConfidenceLevel: "0.9", Drivers: []v1alpha1.LinkFinding{
		{Driver: "ease", Effect: effect("1", "0", "2")}, {Driver: "nps", Effect: effect("-0.113", "-0.138", "-0.088")}, {Driver: "none"},
	}}
	objects := board.Objects{
		KPIs:    []v1alpha1.KPITarget{goal("churn-goal", "churn")},
		Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/churn": {Status: v1alpha1.IndicatorReportStatus{Result: &v1alpha1.ReportResult{Unit: "ratio"}}}},
	}
	claim := func(driver, shown string, findings *v1alpha1.ReportLink) board.Claim {
		return board.Claim{KPI: "churn-goal", Findings: findings, Summary: v1alpha1.LinkSummary{Driver: driver, Effect: shown}}
	}
	for name, c := range map[string]struct {
		claim board.Claim
		want  *board.Number
	}{
		"the strongest":            {claim("nps", "−11.3 pp [−13.8, −8.8]", findings), &board.Number{Value: "-0.113", Lower: "-0.138", Upper: "-0.088", ConfidenceLevel: "0.9", Unit: "ratio"}},
		"no effect is told":        {claim("nps", "", findings), nil},
		"the driver has no effect": {claim("none", "x", findings), nil},
		"nothing was found":        {claim("nps", "−11.3 pp", nil), nil},
	} {
		if diff := cmp.Diff(c.want, objects.Number(c.claim)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A claim is told to its own team or, where it names none, to the KPI's.
func TestTeamOfAClaim(t *testing.T) {
	claim := func(name string, owner *v1alpha1.Owner) v1alpha1.CPILinkage {
		return v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "grow"}, Owner: owner}}
	}
	objects := board.Objects{KPIs: []v1alpha1.KPITarget{goal("grow", "nps")}, Linkages: []v1alpha1.CPILinkage{claim("a", &v1alpha1.Owner{Team: "research"}), claim("b", nil)}}
	for i, want := range []string{"research", "sales"} {
		if got := objects.Claims()[i]; got.Team != want || got.Verdict != "" || got.Summary.Verdict != "Pending" {
			t.Errorf("%+v, want team %s", got, want)
		}
	}
}
