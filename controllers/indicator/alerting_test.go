package indicator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
)

// twoMonths puts an earlier month of the same value before the latest.
func twoMonths(status *v1alpha1.IndicatorReportStatus) {
	october := status.Result.Periods[0]
	september := october
	september.Label, september.State = "2026-09", "Settled"
	september.Start, september.End = new(metav1.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)), october.Start
	status.Result.Periods = []v1alpha1.PeriodValue{september, october}
}

func TestEvaluationsOfADefinition(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds, func(c *v1alpha1.CPIDefinition) { c.Spec.Alerting = &v1alpha1.Alerting{Evaluations: 2} })
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(cpi)
	if message := w.want(cpi.Status.Conditions, "WithinThresholds", "False", "Critical"); !strings.Contains(message, "level 20 (1 of 2 evaluations)") {
		t.Errorf("message %s", message)
	}
	w.want(cpi.Status.Conditions, "Alerting", "True", "Telling")
	w.wantMetric("cpi_alert{", false)

	w.publish("cpi-nps", "17.25", "15.1", "19.3", twoMonths)
	w.reconcile(cpi)
	message := w.want(cpi.Status.Conditions, "WithinThresholds", "False", "Critical")
	w.wantMetric(fmt.Sprintf("cpi_alert_message{namespace=%q,name=\"nps\",kind=\"CPIDefinition\",alert=\"CPIBelowThreshold\",segment=\"\",message=%q} 1", w.namespace, message), true)
}

// A segment is told when its present and its previous period are beyond, which are all that are kept.
func TestEvaluationsOfASegment(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds, func(c *v1alpha1.CPIDefinition) {
		c.Spec.Breakdowns = []v1alpha1.Breakdown{{By: []v1alpha1.Identifier{"plan"}}}
		c.Spec.Overrides = []v1alpha1.SegmentOverride{{Match: map[string]string{"plan": "pro"}}}
		c.Spec.Alerting = &v1alpha1.Alerting{Evaluations: 3}
	})
	for _, before := range []string{"35", "17"} {
		w.publish("cpi-nps", "35", "31", "39", func(status *v1alpha1.IndicatorReportStatus) {
			part := status.Result.Periods[0]
			part.Value, part.Lower, part.Upper = "17", "15", "19"
			previous := part
			previous.Label, previous.Value, previous.Lower, previous.Upper = "2026-09", before, before, before
			status.Result.Segments = []v1alpha1.SegmentValue{{By: []string{"plan"}, Values: []string{"pro"}, Current: part, Previous: &previous}}
		})
		w.reconcile(cpi)
		w.wantMetric(`alert="CPIBelowThreshold",severity="critical",owner="support",theme="Advocacy",title="NPS",segment="plan=pro"`, before == "17")
		if (len(cpi.Status.SegmentAlerts) == 1) != (before == "17") {
			t.Errorf("%s before: %+v", before, cpi.Status.SegmentAlerts)
		}
	}
	w.dryRun = true
	w.reconcile(cpi)
	if w.wantMetric("cpi_alert{", false); len(cpi.Status.SegmentAlerts) != 1 {
		t.Errorf("in a dry run the status tells no less: %+v", cpi.Status.SegmentAlerts)
	}
}

// A pause hides nothing, keeps even what Prometheus tells by its own clock from being told, and ends by time alone.
func TestAPauseOfADefinition(t *testing.T) {
	w := newWorld(t)
	end := w.clock.Now().UTC().AddDate(0, 0, 2).Truncate(24 * time.Hour)
	cpi := w.cpi("nps", withThresholds, func(c *v1alpha1.CPIDefinition) {
		c.Spec.Alerting = &v1alpha1.Alerting{PausedUntil: end.Format(time.DateOnly), Severities: []v1alpha1.AlertSeverity{
			{Alert: "CPIBelowThreshold", Severity: "Warning"}, {Alert: "CPIDataStale", Severity: "Critical"}}}
	})
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.told()
	result := w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "WithinThresholds", "False", "Critical")
	if message := w.want(cpi.Status.Conditions, "Alerting", "False", "Paused"); !strings.HasSuffix(message, "Would be told now: CPIBelowThreshold (warning).") {
		t.Errorf("message %s", message)
	}
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning Critical") {
		t.Errorf("a pause as asked for is no Event: %q", told)
	}
	object := fmt.Sprintf("namespace=%q,name=%q", w.namespace, "nps")
	w.wantMetric("cpi_alert", false)
	w.wantMetric(fmt.Sprintf("cpi_muted_until_timestamp_seconds{%s,kind=\"CPIDefinition\",reason=\"Paused\"} %v\n", object, float64(end.Unix())), true)
	w.wantMetric("cpi_stale_after_timestamp_seconds{"+object+`,severity="critical"}`, true)

	for range 4 { // runs go on, so that the numbers stay fresh
		if w.clock.Step(min(result.RequeueAfter, end.Sub(w.clock.Now()))); !w.clock.Now().Before(end) {
			break
		}
		w.succeed()
		result = w.reconcile(cpi)
	}
	w.clock.SetTime(end)
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Alerting", "True", "Telling")
	w.wantMetric(`alert="CPIBelowThreshold",severity="warning"`, true)
	w.wantMetric("cpi_muted", false)
}

func TestADryRunOfTheOperator(t *testing.T) {
	w := newWorld(t)
	w.dryRun = true
	cpi := w.cpi("nps", withThresholds)
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(cpi)
	const says = "Nobody is told anything: the operator runs with --dry-run. Would be told now: "
	if message := w.want(cpi.Status.Conditions, "Alerting", "False", "DryRun"); message != says+"CPIBelowThreshold (critical)." {
		t.Errorf("message %s", message)
	}
	w.wantMetric(`kind="CPIDefinition",reason="DryRun"} +Inf`, true)

	blocked := w.cpi("blocked", func(c *v1alpha1.CPIDefinition) { c.Spec.DatasetRef.Name = "nowhere" })
	if message := w.want(blocked.Status.Conditions, "Alerting", "False", "DryRun"); message != says+"CPIComputationFailing (warning)." {
		t.Errorf("message %s", message)
	}

	w.source.Status.Conditions = []metav1.Condition{{Type: "Computed", Status: "False", Reason: "SourceUnreachable", Message: "no route", LastTransitionTime: metav1.NewTime(w.clock.Now().AddDate(0, 0, -1))}}
	w.updateStatus(w.source)
	w.source.Spec.Owner = &v1alpha1.Owner{Team: "databases"}
	status := w.source.Status
	w.update(w.source)
	w.source.Status = status
	w.updateStatus(w.source)
	for _, dry := range []bool{true, false} {
		sources := &indicator.SourceReconciler{Client: w.client, Clock: w.clock, Store: w.store, DryRun: dry}
		if _, err := sources.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.source)}); err != nil {
			t.Fatal(err)
		}
		w.wantMetric(`kind="DataSource",reason="DryRun"} +Inf`, dry)
		w.wantMetric(`kind="DataSource",alert="CPIComputationFailing",severity="critical",owner="databases"`, !dry)
	}

	w.dryRun = false
	w.reconcile(cpi)
	for _, c := range cpi.Status.Conditions {
		if c.Type == "Alerting" {
			t.Errorf("told as ever: %+v", c)
		}
	}
	w.wantMetric(`alert="CPIBelowThreshold",severity="critical"`, true)
}

func TestASeverityOfAnAlertThatTheKindNeverHas(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", func(c *v1alpha1.CPIDefinition) {
		c.Spec.Alerting = &v1alpha1.Alerting{Severities: []v1alpha1.AlertSeverity{{Alert: "KPITargetMissed", Severity: "None"}}}
	})
	if message := w.want(cpi.Status.Conditions, "Ready", "False", "Invalid"); !strings.HasPrefix(message, "spec.alerting.severities[0].alert: a CPIDefinition never has KPITargetMissed") {
		t.Errorf("message %s", message)
	}
}

// What a report says of answers and of history reaches the decisions.
func TestAnswersAndHistoryOfAReport(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", func(c *v1alpha1.CPIDefinition) {
		c.Spec.Quality = &v1alpha1.Quality{ResponseRate: &v1alpha1.ResponseRate{Invited: "EveryRow", Minimum: "20%"}}
		c.Spec.Review = &v1alpha1.Review{Every: "90d", LastReviewed: "2026-01-01"}
	})
	w.publish("cpi-nps", "35", "31", "39", func(status *v1alpha1.IndicatorReportStatus) {
		status.Result.Periods[0].Invited, status.Result.Periods[0].Answered = new(int64(10000)), new(int64(1204))
		status.Result.History = &v1alpha1.ReportHistory{Label: "2026-10", Trend: &v1alpha1.ReportTrend{
			Direction: "Falling", Slope: "-1.25", Lower: "-2", Upper: "-0.4", P: "0.0042", N: new(int32(12))}}
	})
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Responding", "False", "TooFewAnswers")
	w.want(cpi.Status.Conditions, "Deteriorating", "True", "Worsening")
	w.want(cpi.Status.Conditions, "ReviewDue", "True", "Overdue")
	for _, alert := range []string{"CPIResponseRateLow", "CPIDeteriorating", "CPIReviewDue"} {
		w.wantMetric(`alert="`+alert+`",severity="warning",owner="support"`, true)
	}
}
