package planstep_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// A number that a report does not have is not zero: what lacks one is not told, and the rest is.
func TestFoundHasNoZeroForWhatIsAbsent(t *testing.T) {
	whole, open := v1alpha1.LinkInterval{Value: "0.2", Lower: "0.1", Upper: "0.3"}, v1alpha1.LinkInterval{Value: "0.2", Lower: "0.1"}
	report := &v1alpha1.ReportLink{
		Unit:    "ratio",
		Drivers: []v1alpha1.LinkFinding{{Driver: "a", Verdict: "Supported", Effect: &v1alpha1.LinkEffect{Level: "Periods", LinkInterval: open}}},
		Influence: &v1alpha1.LinkInfluence{RSquared: "0.4", Shares: []v1alpha1.LinkShare{
			{Driver: "a", LinkInterval: open}, {Driver: "b", LinkInterval: whole},
		}},
		Forecast: &v1alpha1.LinkForecast{
			Method: "Drift", MAE: "1", NaiveMAE: "2", Level: "0.9",
			Points: []v1alpha1.LinkForecastPoint{{Label: "2026-11", LinkInterval: open}, {Label: "2026-12", LinkInterval: whole}},
			WhatIf: []v1alpha1.LinkWhatIf{{Driver: "a", Step: "5", LinkInterval: open}, {Driver: "b", LinkInterval: whole}, {Driver: "c", Step: "5", LinkInterval: whole}},
		},
		Divergence: &v1alpha1.LinkDivergence{Guardrails: []v1alpha1.LinkGuardrailState{{Driver: "a", Worse: new(true), Loss: "3"}}},
	}
	b := plan.Bounded{Value: 0.2, Lower: 0.1, Upper: 0.3}
	want := &plan.Link{
		Unit:      "ratio",
		Drivers:   []plan.DriverFinding{{Driver: "a", Verdict: "Supported"}},
		Influence: &plan.Influence{RSquared: 0.4, Shares: []plan.InfluenceShare{{Driver: "b", Bounded: b}}},
		Forecast: &plan.Forecast{
			Method: "Drift", MAE: 1, NaiveMAE: 2, Level: 0.9,
			Points: []plan.ForecastPoint{{Label: "2026-12", Bounded: b}}, WhatIf: []plan.WhatIf{{Driver: "c", Step: 5, Bounded: b}},
		},
		Divergence: &plan.Divergence{Guardrails: []plan.GuardrailState{{Driver: "a", Worse: true}}},
	}
	if diff := cmp.Diff(want, planstep.Found(report)); diff != "" {
		t.Error(diff)
	}

	report.Influence.RSquared, report.Forecast.MAE = "", ""
	if found := planstep.Found(report); found.Influence != nil || found.Forecast != nil {
		t.Errorf("%+v %+v", found.Influence, found.Forecast)
	}
	report.Influence.Reason, report.Forecast.Reason = "TooFewPeriods", "TooFewPeriods"
	if found := planstep.Found(report); found.Influence.Reason == "" || found.Forecast.Reason == "" {
		t.Errorf("%+v %+v: what is not known has its reason", found.Influence, found.Forecast)
	}
}
