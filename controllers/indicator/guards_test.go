package indicator_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// guarded is a goal by which people are paid, and a claim on it that forecasts badly and whose guardrail got worse.
func (w *world) guarded() (*v1alpha1.KPITarget, *v1alpha1.CPILinkage) {
	w.Helper()
	w.cpi("nps")
	w.publish("cpi-nps", "45", "44", "46")
	goal := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "goal"}, Spec: v1alpha1.KPITargetSpec{
		Title: "g", Category: "Growth", Owner: v1alpha1.Owner{Team: "board"}, CPIRef: &v1alpha1.LocalReference{Name: "nps"}, Incentivised: new(true),
		Targets: []v1alpha1.Target{{By: "2099-12-31", AtLeast: new(v1alpha1.Value("50"))}}}}
	claim := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "claim"}, Spec: v1alpha1.CPILinkageSpec{
		KPIRef: v1alpha1.LocalReference{Name: "goal"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
		Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "effort"}, Expected: "Positive", Guardrail: &v1alpha1.LinkGuardrail{MinWorsening: new(v1alpha1.Value("2"))}}}}}
	envtestkit.Create(w, w.client, goal, claim)
	report, err := reports.Ensure(w.Context(), w.client, claim, plan.KindLinkage, "hash", "crm")
	if err != nil {
		w.Fatal(err)
	}
	report.Status.Link = &v1alpha1.ReportLink{RequestHash: "hash", Unit: "points", Forecast: &v1alpha1.LinkForecast{
		Method: "Drivers", MAE: "1", NaiveMAE: "2", Level: "0.8",
		Points: []v1alpha1.LinkForecastPoint{{Label: "2099-12", Method: "Drivers", LinkInterval: v1alpha1.LinkInterval{Value: "40", Lower: "35", Upper: "45"}}},
		Goals:  []v1alpha1.LinkGoal{{By: "2099-12-31", AtLeast: "50", Label: "2099-12", Probability: "0.1", Previous: "0.2"}}}}
	w.updateStatus(report)
	return goal, claim
}

// stand is how the claim's controller says that it stands: valid with a verdict, or blocked.
func (w *world) stand(claim *v1alpha1.CPILinkage, ready metav1.ConditionStatus, verdict string, diverging metav1.ConditionStatus) {
	w.Helper()
	claim.Status.Verdict, claim.Status.Conditions = verdict, nil
	for kind, status := range map[string]metav1.ConditionStatus{v1alpha1.ConditionReady: ready, v1alpha1.ConditionDiverging: diverging} {
		claim.Status.Conditions = append(claim.Status.Conditions, metav1.Condition{Type: kind, Status: status, Reason: "Said", Message: "Said so.", LastTransitionTime: metav1.NewTime(w.clock.Now())})
	}
	w.updateStatus(claim)
}

// What was found of a claim that cannot be tested any more holds no longer, and nobody watches its guardrails. One that only
// waits for its source keeps what was found.
func TestAClaimThatCannotBeTestedTellsNothing(t *testing.T) {
	w := newWorld(t)
	goal, claim := w.guarded()
	for name, c := range map[string]struct {
		ready                    metav1.ConditionStatus
		verdict                  string
		diverging                metav1.ConditionStatus
		inReach, guarded, drifts string
	}{
		"valid":   {"True", "Supported", "True", "AtRisk", "Guarded", "Diverging"},
		"waiting": {"False", "Supported", "True", "AtRisk", "Guarded", "Diverging"},
		"blocked": {"False", "", "Unknown", "NoForecast", "Unguarded", "Pending"},
	} {
		w.stand(claim, c.ready, c.verdict, c.diverging)
		w.reconcile(goal)
		for condition, reason := range map[string]string{"TargetInReach": c.inReach, "Guarded": c.guarded, "Diverging": c.drifts} {
			if got := reasonOf(goal.Status.Conditions, condition); got != reason {
				t.Errorf("%s: %s is %q, want %q", name, condition, got, reason)
			}
		}
		for alert, want := range map[string]bool{"KPITargetAtRisk": c.inReach == "AtRisk", "CPIKPIDivergence": c.drifts == "Diverging", "KPIUnguarded": c.guarded == "Unguarded"} {
			w.wantMetric("cpi_alert{namespace=\""+w.namespace+"\",name=\"goal\",kind=\"KPITarget\",alert=\""+alert+"\"", want)
		}
	}
}

func reasonOf(conditions []metav1.Condition, kind string) string {
	for _, c := range conditions {
		if c.Type == kind {
			return c.Reason
		}
	}
	return ""
}

// What a muted claim finds is shown on its KPI and told by nobody; a pause ends by time alone.
func TestAMutedClaimIsNotToldOnItsKPI(t *testing.T) {
	w := newWorld(t)
	goal, claim := w.guarded()
	w.stand(claim, "True", "Supported", "True")
	end := w.clock.Now().UTC().AddDate(0, 0, 1).Truncate(24 * time.Hour)
	for name, c := range map[string]struct {
		alerting *v1alpha1.Alerting
		told     bool
	}{
		"told":    {nil, true},
		"dry run": {&v1alpha1.Alerting{Mode: "DryRun"}, false},
		"paused":  {&v1alpha1.Alerting{PausedUntil: end.Format(time.DateOnly)}, false},
	} {
		claim.Spec.Alerting = c.alerting
		w.update(claim)
		w.clock.SetTime(end.Add(-time.Hour))
		w.succeed()
		result := w.reconcile(goal)
		w.want(goal.Status.Conditions, "TargetInReach", "False", "AtRisk")
		w.want(goal.Status.Conditions, "Diverging", "True", "Diverging")
		for _, alert := range []string{"KPITargetAtRisk", "CPIKPIDivergence"} {
			w.wantMetric("cpi_alert{namespace=\""+w.namespace+"\",name=\"goal\",kind=\"KPITarget\",alert=\""+alert+"\"", c.told)
		}
		if name != "paused" {
			continue
		}
		if result.RequeueAfter > time.Hour || result.RequeueAfter == 0 {
			t.Errorf("looks again after %s, and the pause ends in an hour", result.RequeueAfter)
		}
		w.clock.SetTime(end)
		w.reconcile(goal)
		w.wantMetric(`alert="KPITargetAtRisk"`, true)
		w.wantMetric(`alert="CPIKPIDivergence"`, true)
	}
}
