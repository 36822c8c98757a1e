package indicator_test

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func TestExpressionIsToldAsACensus(t *testing.T) {
	w := newWorld(t)
	kpi := envtestkit.Revenue(w.namespace, "revenue-live", "prom")
	envtestkit.Create(w, w.client, kpi)
	w.reconcile(kpi)
	if message := w.want(kpi.Status.Conditions, "Ready", "False", "ReferenceNotFound"); !strings.Contains(message, `spec.dataSourceRef: DataSource "prom"`) {
		t.Errorf("message %s", message)
	}

	source := envtestkit.DataSource(w.namespace, "prom", envtestkit.Prometheus)
	envtestkit.Create(w, w.client, source)
	w.reconcile(kpi)
	w.want(kpi.Status.Conditions, "Ready", "True", "Ready")
	report := w.report("kpi-revenue-live")
	if report.Spec.DataSourceRef.Name != "prom" || report.Spec.ServiceAccountName != "prom-cpi" {
		t.Errorf("report %+v", report.Spec)
	}

	w.publish(report.Name, "1204311.5", "", "", func(status *v1alpha1.IndicatorReportStatus) {
		status.Result.Unit = "EUR"
		p := &status.Result.Periods[0]
		p.N, p.Census = nil, new(true)
	})
	w.reconcile(kpi)
	if s := kpi.Status.Summary; s.Value != "1,204,312 EUR" || s.Interval != "census" || s.N != nil || s.State != "OnTarget" {
		t.Errorf("summary %+v", s)
	}
	w.want(kpi.Status.Conditions, "SampleSufficient", "True", "Enough")
	message := w.want(kpi.Status.Conditions, "TargetMet", "True", "OnTarget")
	if message != "1,204,312 EUR, a census, in 2026-10; target ≥ 1,000,000 EUR from 2026-01-01: met." {
		t.Errorf("message %s", message)
	}
	object := fmt.Sprintf("namespace=%q,name=%q", w.namespace, "revenue-live")
	w.wantMetric("kpi_value{"+object+`,unit="EUR"} 1.2043115e+06`, true)
	w.wantMetric("kpi_sample_size{"+object, false)

	w.publish(report.Name, "900000", "", "", func(status *v1alpha1.IndicatorReportStatus) {
		p := &status.Result.Periods[0]
		p.N, p.Census, p.Flag, p.Reason = nil, new(true), "SuspectData", "Incomplete"
	})
	w.reconcile(kpi)
	if message := w.want(kpi.Status.Conditions, "TargetMet", "Unknown", "SuspectData"); !strings.Contains(message, "no data at the start or the end of 2026-10") {
		t.Errorf("message %s", message)
	}
}

// The schema and the controller together: promql names a data source, everything else a dataset.
func TestExpressionOnTheWrongSource(t *testing.T) {
	w := newWorld(t)
	kpi := envtestkit.Revenue(w.namespace, "revenue-live", "crm")
	envtestkit.Create(w, w.client, kpi)
	w.reconcile(kpi)
	if message := w.want(kpi.Status.Conditions, "Ready", "False", "Invalid"); !strings.Contains(message, "is not a Prometheus") {
		t.Errorf("message %s", message)
	}
	kpi.Spec.DatasetRef = &v1alpha1.LocalReference{Name: "survey"}
	if err := w.client.Update(w.Context(), kpi, &client.UpdateOptions{}); err == nil {
		t.Error("both a dataset and a data source are taken")
	}
}
