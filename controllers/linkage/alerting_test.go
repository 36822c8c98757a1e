package linkage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// forecasting is a claim whose confirmed drivers, or not, forecast the target of June 2027.
func forecasting(method, probability, previous string) *v1alpha1.ReportLink {
	link := supported()
	link.Forecast = &v1alpha1.LinkForecast{
		Method: method, MAE: "0.02", NaiveMAE: "0.03", Level: "0.8", Points: []v1alpha1.LinkForecastPoint{{Label: "2027-06", Method: method, LinkInterval: v1alpha1.LinkInterval{Value: "0.8", Lower: "0.7", Upper: "0.85"}}},
		Goals: []v1alpha1.LinkGoal{{By: "2027-06-30", AtLeast: "0.9", Label: "2027-06", Probability: probability, Previous: previous}},
	}
	return link
}

func TestATargetAtRiskIsToldOnTheKPI(t *testing.T) {
	w := newWorld(t)
	const alert = `kind="KPITarget",alert="KPITargetAtRisk",severity="warning",owner="sales"`
	l, other := w.claim("support", claimed), w.claim("other", claimed)
	w.want(w.kpi("renewal-rate").Status.Conditions, "TargetInReach", "Unknown", "NoForecast")

	for _, c := range []struct {
		link   *v1alpha1.ReportLink
		status string
		reason string
	}{
		{forecasting("Drivers", "0.3", ""), "Unknown", "Inconclusive"},
		{forecasting("Drivers", "0.3", "0.4"), "False", "AtRisk"},
		{forecasting("Naive", "0.3", "0.4"), "Unknown", "NoForecast"},
		{forecasting("Drivers", "0.7", "0.4"), "True", "InReach"},
	} {
		w.publish(l, c.link)
		kpi := w.kpi("renewal-rate")
		message := ""
		for _, condition := range kpi.Status.Conditions {
			if condition.Type == "TargetInReach" {
				message = condition.Message
				if string(condition.Status) != c.status || condition.Reason != c.reason {
					t.Errorf("%+v: %s %s (%s)", c.link.Forecast.Goals, condition.Status, condition.Reason, condition.Message)
				}
			}
		}
		w.wantMetric(alert, c.reason == "AtRisk")
		w.wantMetric(fmt.Sprintf("message=%q", message), c.reason == "AtRisk")
	}

	// Of several claims the one with the smallest chance names itself; another limit is the KPI's own choice.
	w.publish(l, forecasting("Drivers", "0.3", "0.4"))
	w.publish(other, forecasting("Drivers", "0.2", "0.4"))
	kpi := w.kpi("renewal-rate")
	if message := w.want(kpi.Status.Conditions, "TargetInReach", "False", "AtRisk"); !strings.Contains(message, "probability of 20 %, as CPILinkage other forecasts") {
		t.Errorf("message %s", message)
	}
	kpi.Spec.AtRiskBelow = new(v1alpha1.Value("10%"))
	must(t, w.client.Update(t.Context(), kpi))
	w.want(w.kpi("renewal-rate").Status.Conditions, "TargetInReach", "True", "InReach")
}

// A divergence names the guardrail that lost most surely, so that what that CPI tells itself can wait.
func TestADivergenceNamesItsGuardrail(t *testing.T) {
	w := newWorld(t)
	link := supported()
	link.Divergence = &v1alpha1.LinkDivergence{Diverging: new(true), Label: "2026-10", Since: "2026-09", KPIGood: new(true), Guardrails: []v1alpha1.LinkGuardrailState{
		{Driver: "unharmed", Worse: new(false), Q: "0.0001", MinWorsening: "5"},
		{Driver: "tickets", Worse: new(true), Loss: "30", MinWorsening: "5", Q: "0.04"},
		{Driver: "support-nps", Worse: new(true), Loss: "6.5", MinWorsening: "5", Q: "0.001"}}}
	l := w.claim("support", claimed)
	w.publish(l, link)
	w.kpi("renewal-rate")
	w.wantMetric(`alert="CPIKPIDivergence",severity="warning",owner="sales",theme="Growth",title="Contract renewals",segment="",source="crm",cpi="support-nps"`, true)

	// While it clears it is the same alert, by the loss that showed it last.
	link.Divergence.Lost, link.Divergence.LostIn, link.Divergence.Clean = link.Divergence.Guardrails, "2026-09", new(int32(1))
	link.Divergence.Guardrails = []v1alpha1.LinkGuardrailState{{Driver: "support-nps", Worse: new(false), Q: "0.6", MinWorsening: "5"}}
	w.publish(l, link)
	if got := w.want(w.kpi("renewal-rate").Status.Conditions, "Diverging", "True", "Diverging"); !strings.Contains(got, "1 of the 2 clean evaluations") {
		t.Errorf("message %s", got)
	}
	w.wantMetric(`alert="CPIKPIDivergence",severity="warning",owner="sales",theme="Growth",title="Contract renewals",segment="",source="crm",cpi="support-nps"`, true)
}

func TestAlertingOfAClaim(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", `{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {},
  review: {every: 90d, lastReviewed: "2026-01-01"}, alerting: {mode: DryRun}}`)
	if message := w.want(l.Status.Conditions, "ReviewDue", "True", "Overdue"); !strings.Contains(message, "since 2026-04-01. Team sales should ask") {
		t.Errorf("message %s", message)
	}
	if message := w.want(l.Status.Conditions, "Alerting", "False", "DryRun"); !strings.HasSuffix(message, "Would be told now: CPIReviewDue (warning). By what it finds, KPITarget renewal-rate tells neither CPIKPIDivergence nor KPITargetAtRisk meanwhile.") {
		t.Errorf("message %s", message)
	}
	const review = `kind="CPILinkage",alert="CPIReviewDue"`
	w.wantMetric(review, false)
	l.Spec.Alerting = &v1alpha1.Alerting{Severities: []v1alpha1.AlertSeverity{{Alert: "CPIReviewDue", Severity: "Critical"}}}
	must(t, w.client.Update(t.Context(), l))
	w.reconcile(l)
	w.wantMetric(review+`,severity="critical",owner="sales"`, true)

	l.Spec.Alerting.Severities[0].Alert = "CPIBelowThreshold"
	must(t, w.client.Update(t.Context(), l))
	w.reconcile(l)
	if message := w.want(l.Status.Conditions, "Ready", "False", "Invalid"); !strings.Contains(message, "a CPILinkage never has CPIBelowThreshold; it has CPIComputationFailing, CPILinkVerdictChanged, CPIReviewDue") {
		t.Errorf("message %s", message)
	}
	w.wantMetric(`kind="CPILinkage",alert="CPIComputationFailing",severity="warning",owner="sales"`, true)
}
