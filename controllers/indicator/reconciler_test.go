package indicator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func withThresholds(cpi *v1alpha1.CPIDefinition) {
	cpi.Spec.Thresholds = &v1alpha1.Thresholds{Warning: new(v1alpha1.Value("30")), Critical: new(v1alpha1.Value("20"))}
}

func TestFromDefinitionToAlert(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("support-nps", withThresholds)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
	w.want(cpi.Status.Conditions, "Stalled", "False", "Progressing")
	w.want(cpi.Status.Conditions, "Computed", "Unknown", "Pending")
	w.want(cpi.Status.Conditions, "WithinThresholds", "Unknown", "NoData")
	if cpi.Status.ObservedGeneration != cpi.Generation || cpi.Status.Summary.State != "Pending" {
		t.Errorf("status = %+v", cpi.Status)
	}
	report := w.report("cpi-support-nps")
	if !metav1.IsControlledBy(report, cpi) || report.Spec.DataSourceRef.Name != "crm" || report.Spec.ServiceAccountName != "crm-cpi" ||
		report.Spec.IndicatorRef.UID != string(cpi.UID) || report.Spec.RequestHash != cpi.Status.Baseline.RequestHash {
		t.Errorf("report = %+v", report)
	}

	w.publish(report.Name, "17.25", "15.1", "19.3")
	w.told()
	w.reconcile(cpi)
	message := w.want(cpi.Status.Conditions, "WithinThresholds", "False", "Critical")
	if !strings.HasPrefix(message, "17.3 [15.1, 19.3], n 1,204, in 2026-10: the whole interval lies below the critical level 20.") {
		t.Errorf("message = %s", message)
	}
	w.want(cpi.Status.Conditions, "Computed", "True", "Succeeded")
	w.want(cpi.Status.Conditions, "Fresh", "True", "UpToDate")
	w.want(cpi.Status.Conditions, "SampleSufficient", "True", "Enough")
	w.want(cpi.Status.Conditions, "Published", "True", "Published")
	if s := cpi.Status.Summary; s.Value != "17.3" || s.Interval != "[15.1, 19.3]" || *s.N != 1204 || s.Period != "2026-10" || s.State != "Critical" {
		t.Errorf("summary = %+v", s)
	}
	object := fmt.Sprintf("namespace=%q,name=%q", w.namespace, "support-nps")
	w.wantMetric("cpi_value{"+object+`,unit="points"} 17.25`, true)
	w.wantMetric("cpi_alert{"+object+`,kind="CPIDefinition",alert="CPIBelowThreshold",severity="critical",owner="support"`, true)
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning Critical 17.3") {
		t.Errorf("events = %q", told)
	}

	w.publish(report.Name, "41", "38", "44")
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "WithinThresholds", "True", "Within")
	w.wantMetric("cpi_alert", false)
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Normal Within") {
		t.Errorf("events = %q", told)
	}
}

func TestSecondReconcileWritesNothing(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds)
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(cpi)
	broken := w.cpi("broken", func(c *v1alpha1.CPIDefinition) { c.Spec.Responses.Entity = "nobody" })
	goal := w.goal("nps", "30")
	w.writes.Forget()
	w.told()
	for _, object := range []client.Object{cpi, broken, goal} {
		w.reconcile(object)
		w.reconcile(object)
	}
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("writes: %q", calls)
	}
	if told := w.told(); len(told) > 0 {
		t.Errorf("events: %q", told)
	}
}

func TestEditsOfTitleAndFormula(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds)
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(cpi)
	first, baseline := w.report("cpi-nps"), *cpi.Status.Baseline

	w.clock.Step(time.Hour)
	w.succeed()
	cpi.Spec.Title, cpi.Spec.Thresholds = "Another title", nil
	w.update(cpi)
	w.reconcile(cpi)
	if now := w.report("cpi-nps"); now.ResourceVersion != first.ResourceVersion {
		t.Errorf("a title changed the report: %+v", now.Spec)
	}
	if b := *cpi.Status.Baseline; b.RequestHash != baseline.RequestHash || !b.Since.Equal(baseline.Since) {
		t.Errorf("a title made a new baseline: %+v, was %+v", b, baseline)
	}
	w.want(cpi.Status.Conditions, "WithinThresholds", "Unknown", "NoThresholds")

	cpi.Spec.Responses.Keep = "All"
	w.update(cpi)
	w.reconcile(cpi)
	now := w.report("cpi-nps")
	if now.Spec.RequestHash == first.Spec.RequestHash || now.UID != first.UID || now.Status.Result == nil {
		t.Errorf("a formula must change the hash and keep report and last result: %+v", now.Spec)
	}
	if b := *cpi.Status.Baseline; b.RequestHash != now.Spec.RequestHash || !b.Since.Time.Equal(w.clock.Now()) {
		t.Errorf("baseline = %+v, want hash %s since %s", b, now.Spec.RequestHash, w.clock.Now())
	}
	w.want(cpi.Status.Conditions, "Computed", "Unknown", "Pending")
	if s := cpi.Status.Summary; s.State != "Pending" || s.Value != "" {
		t.Errorf("the old formula's value is shown under the new one: %+v", s)
	}
	w.wantMetric("cpi_value{", false)
}

func TestInvalidDefinitionSaysWhereAndHeals(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", func(c *v1alpha1.CPIDefinition) { c.Spec.Responses.Entity = "nobody" })
	message := w.want(cpi.Status.Conditions, "Ready", "False", "Invalid")
	if !strings.HasPrefix(message, "spec.responses.entity: ") {
		t.Errorf("message = %s", message)
	}
	w.want(cpi.Status.Conditions, "Stalled", "True", "Invalid")
	w.wantMetric(`state="Invalid"} 1`, true)
	w.wantMetric(`alert="CPIComputationFailing"`, true)
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning Invalid spec.responses") {
		t.Errorf("events = %q", told)
	}
	cpi.Spec.Responses.Entity = "contact"
	w.update(cpi)
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
	w.want(cpi.Status.Conditions, "Stalled", "False", "Progressing")
	w.wantMetric(`alert="CPIComputationFailing"`, false)
	w.report("cpi-nps")
}

func TestBlockedIndicatorKeepsNoGoodNews(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds)
	goal := w.goal("nps", "30")
	w.publish("cpi-nps", "41", "38", "44")
	w.reconcile(cpi)
	w.reconcile(goal)
	w.want(cpi.Status.Conditions, "WithinThresholds", "True", "Within")
	w.want(goal.Status.Conditions, "TargetMet", "True", "OnTarget")
	cpi.Spec.Responses.Entity = "nobody"
	w.update(cpi)
	w.reconcile(cpi)
	w.reconcile(goal)
	w.want(cpi.Status.Conditions, "Ready", "False", "Invalid")
	w.want(cpi.Status.Conditions, "WithinThresholds", "Unknown", "NoData")
	w.want(cpi.Status.Conditions, "Fresh", "Unknown", "Pending")
	w.want(cpi.Status.Conditions, "SampleSufficient", "Unknown", "NoData")
	w.want(cpi.Status.Conditions, "Published", "False", "Withdrawn")
	w.want(goal.Status.Conditions, "TargetMet", "Unknown", "NoData")
	w.wantMetric("_value{", false)
	w.writes.Forget()
	w.reconcile(cpi)
	if calls := w.writes.Calls(); len(calls) > 0 {
		t.Errorf("writes: %q", calls)
	}
	cpi.Spec.Responses.Entity = "contact"
	w.update(cpi)
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "WithinThresholds", "True", "Within")
	w.want(cpi.Status.Conditions, "Published", "True", "Published")
}

// A mistake in a source takes no alert away from its indicators, and raises one alert, not one for each.
func TestSourceNotReadyLeavesTheLastNumbers(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds)
	goal := w.goal("nps", "30")
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(cpi)
	w.source.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "False", Reason: "Invalid", Message: "spec.pod.annotations: not taken",
		ObservedGeneration: w.source.Generation, LastTransitionTime: metav1.NewTime(w.clock.Now())}}
	w.updateStatus(w.source)
	for _, object := range []client.Object{cpi, goal} {
		w.reconcile(object)
	}
	for _, conditions := range [][]metav1.Condition{cpi.Status.Conditions, goal.Status.Conditions} {
		message := w.want(conditions, "Ready", "False", "ReferenceNotReady")
		if !strings.Contains(message, "spec.pod.annotations: not taken") {
			t.Errorf("message = %s", message)
		}
	}
	w.want(cpi.Status.Conditions, "WithinThresholds", "False", "Critical")
	w.want(cpi.Status.Conditions, "Published", "True", "Published")
	w.want(goal.Status.Conditions, "TargetMet", "False", "OffTarget")
	w.wantMetric(`alert="CPIBelowThreshold"`, true)
	w.wantMetric(`alert="CPIComputationFailing"`, false)

	sources := &indicator.SourceReconciler{Client: w.client, Clock: w.clock, Store: w.store}
	look := func() ctrl.Result {
		t.Helper()
		result, err := sources.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.source)})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	w.clock.Step(look().RequeueAfter) // two runs were due
	look()
	if n := strings.Count(w.metrics(), `alert="CPIComputationFailing",severity="critical",owner="platform"`); n != 1 {
		t.Errorf("%d alerts, want 1", n)
	}
}

func TestMissingReferencesHeal(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", func(c *v1alpha1.CPIDefinition) { c.Spec.DatasetRef.Name = "later" })
	if message := w.want(cpi.Status.Conditions, "Ready", "False", "ReferenceNotFound"); message != `spec.datasetRef: Dataset "later" does not exist in this namespace, and references do not lead out of it.` {
		t.Errorf("message = %s", message)
	}
	w.want(cpi.Status.Conditions, "Stalled", "False", "Progressing")
	envtestkit.Create(t, w.client, envtestkit.Dataset(w.namespace, "later", "no-source"))
	w.reconcile(cpi)
	message := w.want(cpi.Status.Conditions, "Ready", "False", "ReferenceNotFound")
	if !strings.Contains(message, `DataSource "no-source"`) {
		t.Errorf("message = %s", message)
	}
	envtestkit.Create(t, w.client, envtestkit.DataSource(w.namespace, "no-source"))
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
}

func TestASecondDatasetMustBeOfTheSameSource(t *testing.T) {
	const field = "spec.measure.rate.exposure.datasetRef: "
	w := newWorld(t)
	cpi := w.cpi("rate", envtestkit.RatePer("orders"))
	goal := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "goal"}, Spec: v1alpha1.KPITargetSpec{
		Title: "g", Category: "Growth", Owner: v1alpha1.Owner{Team: "board"}, CPIRef: &v1alpha1.LocalReference{Name: "rate"},
		Targets: []v1alpha1.Target{{From: "2026-01-01", AtMost: new(v1alpha1.Value("3"))}}}}
	envtestkit.Create(t, w.client, goal)
	want := func(status metav1.ConditionStatus, reason, message string) {
		t.Helper()
		w.reconcile(cpi)
		if got := w.want(cpi.Status.Conditions, "Ready", status, reason); !strings.HasPrefix(got, message) {
			t.Errorf("message = %s, want %s…", got, message)
		}
		w.reconcile(goal)
		if reason != "Ready" {
			reason, message = "ReferenceNotReady", `spec.cpiRef: CPIDefinition "rate" is not ready: its `+message
		}
		if got := w.want(goal.Status.Conditions, "Ready", status, reason); !strings.HasPrefix(got, message) {
			t.Errorf("goal: message = %s, want %s…", got, message)
		}
	}
	want("False", "ReferenceNotFound", field+`Dataset "orders" does not exist`)
	orders := envtestkit.Dataset(w.namespace, "orders", "billing", func(d *v1alpha1.Dataset) { d.Spec.TimeZone = "Mars/Olympus" })
	envtestkit.Create(t, w.client, orders)
	want("False", "ReferenceNotReady", field+`Dataset "orders" is not ready`)
	orders.Spec.TimeZone = "UTC"
	w.update(orders)
	want("False", "Invalid", field+`Dataset "orders" is of DataSource "billing"`)
	orders.Spec.DataSourceRef.Name = "crm"
	w.update(orders)
	want("True", "Ready", "")
	before := w.report("cpi-rate").Spec.RequestHash
	orders.Spec.Filters = []v1alpha1.DatasetFilter{{Name: "tests", Expr: "NOT is_test"}}
	w.update(orders)
	want("True", "Ready", "")
	if w.report("cpi-rate").Spec.RequestHash == before {
		t.Error("another second dataset makes the same numbers")
	}
}

func TestForeignReportIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	other := w.cpi("other")
	foreign := envtestkit.Report(other, "crm", "v1-x", func(r *v1alpha1.IndicatorReport) { r.Name = "cpi-nps" })
	envtestkit.Create(t, w.client, foreign)
	cpi := envtestkit.CPI(w.namespace, "nps", "survey")
	envtestkit.Create(t, w.client, cpi)
	if result := w.reconcile(cpi); result.RequeueAfter != 5*time.Minute {
		t.Errorf("looks again after %s", result.RequeueAfter)
	}
	w.want(cpi.Status.Conditions, "Ready", "False", "Conflict")
	if now := w.report("cpi-nps"); now.ResourceVersion != foreign.ResourceVersion {
		t.Error("the foreign report was changed")
	}
	w.delete(foreign)
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
}

func TestRefusedReportIsTold(t *testing.T) {
	w := newWorld(t)
	refusing := interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("indicatorreports").GroupResource(), "cpi-nps", errors.New("exceeded quota: reports"))
		},
	})
	cpi := envtestkit.CPI(w.namespace, "nps", "survey")
	envtestkit.Create(t, w.client, cpi)
	taking := w.client
	w.client = refusing
	if result := w.reconcile(cpi); result.RequeueAfter != 5*time.Minute {
		t.Errorf("looks again after %s", result.RequeueAfter)
	}
	message := w.want(cpi.Status.Conditions, "Ready", "False", "ChildRefused")
	if !strings.Contains(message, "exceeded quota: reports") {
		t.Errorf("message = %s", message)
	}
	if told := w.told(); len(told) != 1 || !strings.HasPrefix(told[0], "Warning ChildRefused") {
		t.Errorf("events = %q", told)
	}
	w.client = taking
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Ready", "True", "Ready")
}

func TestTimeAloneMakesStale(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps")
	w.publish("cpi-nps", "41", "38", "44")
	result := w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Fresh", "True", "UpToDate")
	if result.RequeueAfter <= time.Hour || result.RequeueAfter > 3*time.Hour {
		t.Fatalf("looks again after %s, want after two hourly runs", result.RequeueAfter)
	}
	w.clock.Step(result.RequeueAfter)
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Fresh", "False", "RunOverdue")
	w.succeed()
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Fresh", "True", "UpToDate")
}

func TestFailedRunKeepsTheLastValue(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps", withThresholds)
	w.publish("cpi-nps", "41", "38", "44", func(s *v1alpha1.IndicatorReportStatus) {
		s.Attempt.Outcome, s.Attempt.Reason, s.Attempt.Message = "Failed", "ColumnMissing", "Column nps is not there."
	})
	w.reconcile(cpi)
	w.want(cpi.Status.Conditions, "Computed", "False", "ColumnMissing")
	if s := cpi.Status.Summary; s.State != "Failing" || s.Value != "41.0" {
		t.Errorf("summary = %+v", s)
	}
	w.wantMetric("cpi_value{", true)
	w.wantMetric(`alert="CPIComputationFailing"`, true)
}

func TestDeletingADefinitionTakesItsSeries(t *testing.T) {
	w := newWorld(t)
	cpi := w.cpi("nps")
	w.publish("cpi-nps", "41", "38", "44")
	w.reconcile(cpi)
	w.wantMetric("cpi_value{", true)
	w.delete(cpi)
	w.reconcile(cpi)
	if text := w.metrics(); text != "" {
		t.Errorf("left: %s", text)
	}
}

// goal is a KPITarget on a CPI.
func (w *world) goal(cpi string, atLeast v1alpha1.Value) *v1alpha1.KPITarget {
	w.Helper()
	kpi := &v1alpha1.KPITarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "goal"},
		Spec: v1alpha1.KPITargetSpec{
			Title: "NPS of at least thirty", Category: "CustomerGoal", Owner: v1alpha1.Owner{Team: "board"},
			CPIRef:  &v1alpha1.LocalReference{Name: cpi},
			Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: &atLeast}},
		},
	}
	envtestkit.Create(w, w.client, kpi)
	w.reconcile(kpi)
	return kpi
}

func TestGoalJudgesTheReportOfItsCPI(t *testing.T) {
	w := newWorld(t)
	goal := w.goal("nps", "30")
	w.want(goal.Status.Conditions, "Ready", "False", "ReferenceNotFound")
	w.cpi("nps")
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	w.reconcile(goal)
	w.want(goal.Status.Conditions, "Ready", "True", "Ready")
	w.want(goal.Status.Conditions, "TargetMet", "False", "OffTarget")
	if s := goal.Status.Summary; s.Value != "17.3" || s.Target != "≥ 30 from 2026-01-01" || s.State != "OffTarget" {
		t.Errorf("summary = %+v", s)
	}
	if goal.Status.ReportRef.Name != "cpi-nps" {
		t.Errorf("reportRef = %+v", goal.Status.ReportRef)
	}
	var reports v1alpha1.IndicatorReportList
	if err := w.client.List(t.Context(), &reports, client.InNamespace(w.namespace)); err != nil || len(reports.Items) != 1 {
		t.Errorf("%d reports, %v; a goal has none of its own", len(reports.Items), err)
	}
	w.wantMetric(`alert="KPITargetMissed",severity="warning",owner="board"`, true)
	w.wantMetric("kpi_target{", true)
}

func TestOwnMeasureThenGoalDropsTheOwnReport(t *testing.T) {
	w := newWorld(t)
	w.cpi("nps")
	kpi := &v1alpha1.KPITarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "own"},
		Spec: v1alpha1.KPITargetSpec{Title: "t", Category: "Growth", Owner: v1alpha1.Owner{Team: "board"},
			Indicator: envtestkit.CPI(w.namespace, "x", "survey").Spec.Indicator,
			Targets:   []v1alpha1.Target{{By: "2027-06-30", AtLeast: new(v1alpha1.Value("40"))}}},
	}
	envtestkit.Create(t, w.client, kpi)
	w.reconcile(kpi)
	w.want(kpi.Status.Conditions, "Ready", "True", "Ready")
	w.report("kpi-own")
	kpi.Spec.Indicator, kpi.Spec.CPIRef = v1alpha1.Indicator{}, &v1alpha1.LocalReference{Name: "nps"}
	w.update(kpi)
	w.reconcile(kpi)
	w.want(kpi.Status.Conditions, "Ready", "True", "Ready")
	if err := w.client.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: "kpi-own"}, &v1alpha1.IndicatorReport{}); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("the own report is still there: %v", err)
	}
}

func TestLongTextsAreCutNotRefused(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("é", 256)
	cpi := w.cpi("nps", func(c *v1alpha1.CPIDefinition) {
		c.Spec.Breakdowns = []v1alpha1.Breakdown{{By: []v1alpha1.Identifier{"plan"}}}
		c.Spec.Overrides = []v1alpha1.SegmentOverride{{Match: map[string]string{"plan": long}, Thresholds: &v1alpha1.Thresholds{Critical: new(v1alpha1.Value("20"))}}}
	})
	w.publish("cpi-nps", "1e+300", "-1e+300", "1.000000000e+301", func(s *v1alpha1.IndicatorReportStatus) {
		s.Result.Segments = []v1alpha1.SegmentValue{{By: []string{"plan"}, Values: []string{long},
			Current: v1alpha1.PeriodValue{Label: "2026-10", State: "Mature", Value: "1", Lower: "0", Upper: "2", N: new(int64(99))}}}
	})
	w.reconcile(cpi)
	if len(cpi.Status.SegmentAlerts) != 1 || cpi.Status.SegmentAlerts[0].Severity != "critical" {
		t.Errorf("segment alerts = %+v", cpi.Status.SegmentAlerts)
	}
	w.wantMetric(`alert="CPIBelowThreshold",severity="critical"`, true)
}
