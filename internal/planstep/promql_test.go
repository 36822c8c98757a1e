package planstep_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// A source that forgets hands its mature values on, so that they are not lost; a database's are computed anew.
func TestExpressionsAreThoseOfTheirSource(t *testing.T) {
	named := func(name, source string) v1alpha1.KPITarget {
		kpi := envtestkit.Revenue(namespace, name, source)
		kpi.UID = "uid-revenue"
		return *kpi
	}
	in := planstep.Inputs{
		Source: envtestkit.DataSource(namespace, "prom", envtestkit.Prometheus), Run: "prom-cpi-1", Now: time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC),
		Datasets: []v1alpha1.Dataset{*envtestkit.Dataset(namespace, "survey", "crm")},
		CPIs:     []v1alpha1.CPIDefinition{*envtestkit.CPI(namespace, "nps", "survey")},
		KPIs:     []v1alpha1.KPITarget{named("revenue", "prom"), named("elsewhere", "other")},
	}
	work, skipped, err := planstep.Assemble(in)
	if err != nil || len(skipped) > 0 || len(work.Indicators) != 1 || len(work.Datasets) != 0 || work.Source.Prometheus == nil {
		t.Fatalf("%v, %+v, %+v", err, skipped, work)
	}
	result := &v1alpha1.ReportResult{RequestHash: work.Indicators[0].RequestHash}
	for month, state := range map[time.Month]string{8: "Settled", 9: "Mature", 10: "Maturing", 11: "Running"} {
		start := metav1.Date(2026, month, 1, 0, 0, 0, 0, time.UTC)
		end := metav1.NewTime(start.AddDate(0, 1, 0))
		result.Periods = append(result.Periods, v1alpha1.PeriodValue{Start: &start, End: &end, State: state, Value: "5", Census: new(true)})
	}
	in.Reports = []v1alpha1.IndicatorReport{{
		Spec:   v1alpha1.IndicatorReportSpec{IndicatorRef: v1alpha1.IndicatorReference{Kind: "KPITarget", Name: "revenue", UID: "uid-revenue"}},
		Status: v1alpha1.IndicatorReportStatus{Result: result},
	}}
	frozen := assemble(t, in).Indicators[0].Frozen
	states := map[plan.State]bool{}
	for _, p := range frozen {
		states[p.State] = true
		if !p.Census || p.N != 0 || p.Value == nil || *p.Value != 5 {
			t.Errorf("%+v", p)
		}
	}
	if len(frozen) != 2 || !states[plan.Settled] || !states[plan.Mature] {
		t.Errorf("kept %+v", frozen)
	}
}
