package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

var noon = time.Date(2026, time.November, 16, 12, 0, 0, 0, time.UTC)

// claim on KPI goal with guardrails, which stands as told.
func claim(name string, verdict string, ready, diverging metav1.ConditionStatus, guardrails ...string) v1alpha1.CPILinkage {
	l := v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "goal"}}}
	for _, cpi := range guardrails {
		l.Spec.Drivers = append(l.Spec.Drivers, v1alpha1.LinkDriver{CPIRef: v1alpha1.LocalReference{Name: cpi}, Guardrail: &v1alpha1.LinkGuardrail{}})
	}
	l.Status.Verdict = verdict
	l.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: ready}, {Type: "Diverging", Status: diverging, Message: name + " drifts."}}
	return l
}

// What claims say of a KPI: a CPI guards once, however many claims name it; a claim that cannot be tested guards nothing; one
// that is paused is shown and not told, and until when.
func TestNeighbours(t *testing.T) {
	paused := claim("paused", "Supported", "True", "True", "nps")
	paused.Spec.Alerting = &v1alpha1.Alerting{PausedUntil: "2026-11-20"}
	other := claim("other", "Supported", "True", "True", "nps")
	other.Spec.KPIRef.Name = "another"
	n := Neighbours{
		CPIs: []v1alpha1.CPIDefinition{{ObjectMeta: metav1.ObjectMeta{Name: "nps"}, Spec: v1alpha1.CPIDefinitionSpec{Theme: "Advocacy"}}},
		Linkages: []v1alpha1.CPILinkage{
			claim("steady", "Supported", "True", "False", "nps", "effort"), paused, other,
			claim("unfit", "", "False", "Unknown", "time"), claim("waiting", "Supported", "False", "Unknown", "effort"),
		},
		Report: func(l *v1alpha1.CPILinkage) (*v1alpha1.IndicatorReport, error) {
			if l.Name != "steady" {
				return nil, nil
			}
			return &v1alpha1.IndicatorReport{
				Spec: v1alpha1.IndicatorReportSpec{RequestHash: "h"},
				Status: v1alpha1.IndicatorReportStatus{Link: &v1alpha1.ReportLink{RequestHash: "h", Forecast: &v1alpha1.LinkForecast{
					MAE: "0.02", NaiveMAE: "0.03", Level: "0.8",
					Points: []v1alpha1.LinkForecastPoint{
						{Label: "2026-12", Method: "Drivers", LinkInterval: v1alpha1.LinkInterval{Value: "0.4", Lower: "0.3", Upper: "0.5"}},
						{Label: "2027-01", Method: "Drift", LinkInterval: v1alpha1.LinkInterval{Value: "0.4", Lower: "0.3", Upper: "0.5"}},
					},
					Goals: []v1alpha1.LinkGoal{
						{By: "2026-12-31", AtLeast: "0.5", Label: "2026-12", Probability: "0.2"},
						{By: "2027-01-31", AtLeast: "0.5", Label: "2027-01", Probability: "0.1"}, // of no claim's making
					},
				}}},
			}, nil
		},
	}
	kpi := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "goal"}, Spec: v1alpha1.KPITargetSpec{Category: "Growth", Incentivised: new(true)}}
	n.KPIs = []v1alpha1.KPITarget{*kpi}
	in := &alert.Indicator{Location: time.UTC}
	next, err := n.AddTo(in, kpi, plan.Indicator{}, noon)
	if err != nil || !next.Equal(time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("next %v, %v", next, err)
	}
	want := &alert.Guards{
		Incentivised: true, Linkages: 4, Guardrails: 2, Unfit: []string{"unfit"}, Steady: 1,
		Diverging: []alert.Drift{{Message: "paused drifts.", Muted: true}},
	}
	if diff := cmp.Diff(want, in.Guards); diff != "" {
		t.Error(diff)
	}
	if len(in.Chances) != 1 || in.Chances[0].Label != "2026-12" || in.Chances[0].Probability != 0.2 || in.Chances[0].Linkage != "steady" {
		t.Errorf("chances %+v", in.Chances)
	}
	if len(in.Imbalances) == 0 || in.Imbalances[0].Reason != "NoObjective" {
		t.Errorf("its own part is not first: %+v", in.Imbalances)
	}
}

// An alert, the page and a report call a claim by one name.
func TestTitleOfAClaim(t *testing.T) {
	for _, c := range []struct {
		own     string
		drivers []string
		want    string
	}{
		{"Ease pays", []string{"Ease"}, "Ease pays"}, {"", []string{"Ease"}, "Ease → Renewals"},
		{"", []string{"Ease", "NPS"}, "Ease and others → Renewals"}, {"", nil, "Renewals"},
	} {
		if got := ClaimTitle(c.own, c.drivers, "Renewals"); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
