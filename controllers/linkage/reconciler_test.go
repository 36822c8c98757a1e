package linkage_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// claimed is the case of renewals, with outcomes in the periods in which they are due.
const claimed = `{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive, guardrail: {minWorsening: 5}}],
  customerLevel: {unit: account, collapse: Mean, cohorts: {high: {atLeast: 9}, low: {atMost: 6}}, index: OutcomeDecision, exposureWindow: 365d, stratifyBy: [{datasetRef: {name: contracts}, column: plan}]},
  periodLevel: {maxLagPeriods: 6}, minEffect: {absolute: 2%}}`

func supported() *v1alpha1.ReportLink {
	return &v1alpha1.ReportLink{
		Unit: "ratio",
		Drivers: []v1alpha1.LinkFinding{{
			Driver: "support-nps", Verdict: "Supported", Sentence: "Supported. Contract renewals: 91 % against 70 %.",
			Effect: &v1alpha1.LinkEffect{Level: "Customers", LinkInterval: v1alpha1.LinkInterval{Value: "0.21", Lower: "0.13389199", Upper: "0.28419634"}, N: new(int64(400))},
			P:      "0.000000116", Q: "0.000000231",
		}},
		Divergence: &v1alpha1.LinkDivergence{Diverging: new(false), Label: "2026-10"},
	}
}

func TestTheCaseOfRenewalsIsTaken(t *testing.T) {
	w := newWorld(t)
	l := w.apply(manifest(t, "renewal.yaml")).(*v1alpha1.CPILinkage)
	if l.Status.ObservedGeneration != -1 {
		t.Errorf("observedGeneration %d before the first look", l.Status.ObservedGeneration)
	}
	w.reconcile(l)
	w.want(l.Status.Conditions, "Ready", "True", "Ready")
	w.want(l.Status.Conditions, "Supported", "Unknown", "Pending")
	w.want(l.Status.Conditions, "Diverging", "Unknown", "Pending")
	if s := l.Status; s.Stage != "Hypothesised" || s.Summary.Verdict != "Pending" || s.ReportRef.Name != "link-support-drives-renewal" || s.Drivers[0].Stage != "Hypothesised" {
		t.Errorf("status %+v", s)
	}
	report := w.report("link-support-drives-renewal")
	if ref := report.Spec.IndicatorRef; ref.Kind != "CPILinkage" || ref.UID != string(l.UID) || report.Spec.DataSourceRef.Name != "crm" || report.Spec.ServiceAccountName != "crm-cpi" {
		t.Errorf("report %+v", report.Spec)
	}
	if !metav1.IsControlledBy(report, l) {
		t.Error("the report does not go with the claim")
	}
	w.writes.Forget()
	w.reconcile(l)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("a second look writes %v", calls)
	}
}

func TestFindingsAreTold(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", claimed)
	w.told()
	w.publish(l, supported())
	w.want(l.Status.Conditions, "Computed", "True", "Succeeded")
	if message := w.want(l.Status.Conditions, "Supported", "True", "Supported"); message != "support-nps: Supported. Contract renewals: 91 % against 70 %." {
		t.Errorf("message %s", message)
	}
	w.want(l.Status.Conditions, "Diverging", "False", "NotDiverging")
	s := l.Status
	if *s.Summary != (v1alpha1.LinkSummary{Driver: "support-nps", Effect: "+21.0 pp [13.4, 28.4]", Verdict: "Supported"}) {
		t.Errorf("summary %+v", s.Summary)
	}
	if d := s.Drivers[0]; s.Verdict != "Supported" || s.Stage != "Confirmed" || d.Stage != "Confirmed" || d.Q != "2.31e-07" || len(s.Course) != 2 || len(s.Explanation) != 1 {
		t.Errorf("status %+v", s)
	}
	if told := w.told(); !strings.Contains(told, "VerdictChanged Was Hypothesised, is Confirmed.") {
		t.Errorf("events %s", told)
	}
	of := `{namespace="` + w.namespace + `",name="support",kpi="renewal-rate",driver="support-nps"`
	for _, series := range []string{
		"cpi_link_effect" + of + `,unit="ratio"} 0.21`, "cpi_link_effect_lower" + of + `,unit="ratio"} 0.13389199`,
		"cpi_link_q_value" + of + "} 2.31e-07", "cpi_link_verdict" + of + `,verdict="Supported"} 1`,
	} {
		w.wantMetric(series, true)
	}
	w.wantMetric("cpi_link_lag_periods"+of, false)
	w.writes.Forget()
	w.reconcile(l)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("a second look writes %v", calls)
	}

	// What does not leave the API by itself does not leave it by a claim.
	cpi := envtestkit.Reload(t, w.client, &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "support-nps"}})
	cpi.Spec.Publish = &v1alpha1.Publish{Metrics: "None"}
	must(t, w.client.Update(t.Context(), cpi))
	w.reconcile(l)
	w.wantMetric(`name="support"`, false)
	cpi.Spec.Publish = nil
	must(t, w.client.Update(t.Context(), cpi))
	w.reconcile(l)
	w.wantMetric(`name="support"`, true)

	must(t, w.client.Delete(t.Context(), l))
	w.reconcile(l)
	w.wantMetric(`name="support"`, false)
}

// A claim that was confirmed and is no longer is told as an Event, and as an alert for a week.
func TestAnotherVerdictIsTold(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", claimed)
	w.publish(l, supported())
	w.told()
	w.wantMetric(`alert="CPILinkVerdictChanged"`, false)
	w.clock.Step(time.Hour)
	lost := supported()
	lost.Drivers[0].Verdict, lost.Drivers[0].Reason, lost.Drivers[0].Sentence = "Conflicting", "SignFlipsAfterAdjustment", "Conflicting: like compared with like says the opposite."
	w.publish(l, lost)
	w.want(l.Status.Conditions, "Supported", "False", "SignFlipsAfterAdjustment")
	if s := l.Status; s.Stage != "Testing" || !s.Since.Time.Equal(w.clock.Now()) || s.Summary.Verdict != "Conflicting (SignFlipsAfterAdjustment)" || len(s.Course) != 3 {
		t.Errorf("status %+v", s)
	}
	if told := w.told(); !strings.Contains(told, "Warning VerdictChanged Was Confirmed, is Testing.") {
		t.Errorf("events %s", told)
	}
	changed := `kind="CPILinkage",alert="CPILinkVerdictChanged",severity="warning",owner="sales"`
	w.wantMetric(changed, true)
	w.clock.Step(8 * 24 * time.Hour)
	w.reconcile(l)
	w.wantMetric(changed, false)

	// Another claim begins a life of its own.
	l.Spec.MinEffect = &v1alpha1.LinkMinEffect{Relative: new(v1alpha1.Value("10%"))}
	must(t, w.client.Update(t.Context(), l))
	w.reconcile(l)
	if s := l.Status; s.Stage != "Hypothesised" || s.Verdict != "" || len(s.Course) != 1 || s.Drivers[0].Effect != "" {
		t.Errorf("status %+v", s)
	}
	w.want(l.Status.Conditions, "Supported", "Unknown", "Pending")
	w.wantMetric(`cpi_link_effect{`, false)
}

func TestLagInfluenceAndOutlook(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", `{title: Support and tickets, kpiRef: {name: renewal-rate}, periodLevel: {}, review: {every: 90d, lastReviewed: "2026-01-01"},
  drivers: [{cpiRef: {name: tickets}, expected: Negative, influenceable: true}, {cpiRef: {name: support-nps}, expected: Positive, influenceable: true}]}`)
	link := supported()
	link.Divergence = nil
	link.Drivers[0].Effect = &v1alpha1.LinkEffect{
		Level: "Periods", LinkInterval: v1alpha1.LinkInterval{Value: "0.031", Lower: "0.021", Upper: "0.041"}, Per: "10", Lag: new(int32(2)), N: new(int64(33)),
	}
	link.Drivers = append([]v1alpha1.LinkFinding{{Driver: "tickets", Verdict: "InsufficientData", Reason: "Underpowered", Sentence: "Not enough data."}}, link.Drivers...)
	link.Influence = &v1alpha1.LinkInfluence{Method: "LMG", RSquared: "0.412", N: new(int32(33)), TopActions: []string{"tickets"}, Shares: []v1alpha1.LinkShare{
		{Driver: "tickets", LinkInterval: v1alpha1.LinkInterval{Value: "0.63", Lower: "0.4", Upper: "0.8"}, Rank: new(int32(1))},
		{Driver: "support-nps", LinkInterval: v1alpha1.LinkInterval{Value: "0.37", Lower: "0.2", Upper: "0.6"}, Rank: new(int32(2)), Stable: new(true)},
	}}
	link.Forecast = &v1alpha1.LinkForecast{Method: "Drivers", MAE: "0.02", NaiveMAE: "0.03", Level: "0.8", BacktestN: new(int32(16)),
		Goals:  []v1alpha1.LinkGoal{{By: "2027-06-30", AtLeast: "0.9", Label: "2027-06", Probability: "0.004"}},
		WhatIf: []v1alpha1.LinkWhatIf{{Driver: "support-nps", Step: "5", LinkInterval: v1alpha1.LinkInterval{Value: "0.0155", Lower: "0.0105", Upper: "0.0205"}, Lag: new(int32(2))}}}
	w.publish(l, link)
	// The driver with most influence is not the strongest while its own link is open.
	if *l.Status.Summary != (v1alpha1.LinkSummary{Driver: "support-nps", Effect: "+3.1 pp [2.1, 4.1] per +10 points", Lag: "2 months", Verdict: "Supported"}) {
		t.Errorf("summary %+v", l.Status.Summary)
	}
	if message := w.want(l.Status.Conditions, "Supported", "True", "Supported"); !strings.HasPrefix(message, "1 of 2 drivers are supported.") {
		t.Errorf("message %s", message)
	}
	text := strings.Join(l.Status.Explanation, "\n")
	for _, want := range []string{
		"tickets: Not enough data.", "support-nps: Supported.",
		"Together the drivers explain 41 % of the KPI's variance in these 33 periods, as computed, without an interval; of that part: tickets 63 % [40 %, 80 %] (its rank is not settled), support-nps 37 % [20 %, 60 %].",
		"Most influence that an owner can change: tickets.",
		"Target at least 90 % by 2027-06-30: met with a probability of < 1 %, as forecast for 2027-06 (Drivers, 16 backtests).",
		"+5 points in support-nps goes with +1.6 pp [1.1, 2.1] 2 months later.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not told: %s\nin\n%s", want, text)
		}
	}
	w.want(l.Status.Conditions, "ReviewDue", "True", "Overdue")
	of := `{namespace="` + w.namespace + `",name="support",kpi="renewal-rate",driver="support-nps"`
	w.wantMetric("cpi_link_lag_periods"+of+"} 2", true)
	w.wantMetric("cpi_link_influence_ratio"+of+"} 0.37", true)
	if d := l.Status.Drivers; d[0].Name != "tickets" || d[0].Stage != "Testing" || d[1].Stage != "Confirmed" || d[1].Influence != "37 %" {
		t.Errorf("drivers %+v", d)
	}
}

func TestGuardrailsAreToldOnTheKPI(t *testing.T) {
	w := newWorld(t)
	w.want(w.kpi("renewal-rate").Status.Conditions, "Guarded", "False", "Unlinked")
	w.wantMetric(`alert="KPIUnguarded"`, true)
	w.want(w.kpi("loved").Status.Conditions, "Guarded", "Unknown", "Unlinked")
	open := w.claim("open", `{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {}}`)
	w.want(w.kpi("renewal-rate").Status.Conditions, "Guarded", "False", "Unguarded")
	must(t, w.client.Delete(t.Context(), open))
	l := w.claim("support", claimed)
	kpi := w.kpi("renewal-rate")
	w.want(kpi.Status.Conditions, "Guarded", "True", "Guarded")
	w.want(kpi.Status.Conditions, "Diverging", "Unknown", "Pending")
	w.wantMetric(`alert="KPIUnguarded"`, false)

	link := supported()
	link.Divergence = &v1alpha1.LinkDivergence{Diverging: new(true), Label: "2026-10", Since: "2026-09", KPIGood: new(true), Guardrails: []v1alpha1.LinkGuardrailState{
		{Driver: "support-nps", Worse: new(true), Loss: "6.5", MinWorsening: "5", Q: "0.001"}}}
	w.publish(l, link)
	const message = "2026-10: KPITarget renewal-rate looks good, but support-nps got worse by 6.5 points (at least 5 points counts). It has been so since 2026-09."
	if got := w.want(l.Status.Conditions, "Diverging", "True", "Diverging"); got != message {
		t.Errorf("message %s", got)
	}
	if got := w.want(w.kpi("renewal-rate").Status.Conditions, "Diverging", "True", "Diverging"); got != message {
		t.Errorf("message %s", got)
	}
	w.wantMetric(`alert="CPIKPIDivergence",severity="warning",owner="sales"`, true)
	w.publish(l, supported())
	w.want(w.kpi("renewal-rate").Status.Conditions, "Diverging", "False", "NotDiverging")
	w.wantMetric(`alert="CPIKPIDivergence"`, false)
}

func TestAFailedRunLeavesTheFindings(t *testing.T) {
	w := newWorld(t)
	l := w.claim("support", claimed)
	w.publish(l, supported())
	report := w.report("link-support")
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Failed", Reason: "ColumnMissing", Message: "No column plan.", Since: new(metav1.NewTime(w.clock.Now()))}
	must(t, w.client.Status().Update(t.Context(), report))
	w.reconcile(l)
	w.want(l.Status.Conditions, "Computed", "False", "ColumnMissing")
	w.want(l.Status.Conditions, "Supported", "True", "Supported")
	if l.Status.Stage != "Confirmed" {
		t.Errorf("stage %s", l.Status.Stage)
	}
	w.wantMetric(`kind="CPILinkage",alert="CPIComputationFailing"`, true)
}

func TestForeignReportsAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.apply(`{apiVersion: cpi-operator.io/v1alpha1, kind: IndicatorReport, metadata: {name: link-support}, spec: {indicatorRef: {kind: CPILinkage, name: other, uid: x}, requestHash: h, dataSourceRef: {name: crm}, serviceAccountName: a}}`)
	l := w.claim("support", claimed)
	w.want(l.Status.Conditions, "Ready", "False", "Conflict")
	if report := w.report("link-support"); report.Spec.IndicatorRef.Name != "other" {
		t.Errorf("report %+v", report.Spec)
	}
}
