package main

import (
	"math"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

// The program asks a Prometheus as it reads rows: by what the plan's source is.
func TestPlanOnAPrometheus(t *testing.T) {
	from := time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)
	samples := "# TYPE orders counter\n" + prometheustest.Samples("orders_total", from.Add(30*time.Second), from.AddDate(0, 0, 3), time.Minute, func(at time.Time) float64 { return math.Floor(at.Sub(from).Minutes()) })
	work := plan.Plan{
		Run: "shop-1", Now: from.AddDate(0, 0, 3).Add(2 * time.Hour),
		Source: plan.Source{Name: "prom", Namespace: "demo", Limits: plan.Limits{QueryTimeout: time.Minute}, Prometheus: &plan.Prometheus{Address: prometheustest.Start(t, samples).Address}},
		Indicators: []plan.Indicator{{
			Key:     plan.Key{Kind: "KPITarget", Name: "orders"},
			Measure: measure.Spec{PromQL: &measure.PromQL{Expr: "sum(increase(orders_total[$__period]))", Direction: measure.HigherIsBetter}},
			Period:  &plan.Period{Grain: plan.Day, Window: 1, History: 3, TimeZone: "UTC"},
			Quality: plan.Quality{Confidence: 0.95},
		}},
	}
	code, folder, log := execute(t, t.Context(), work)
	if code != exitDone {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	result, err := folder.ReadResult("0-KPITarget-orders.json")
	if err != nil || result.Numbers == nil {
		t.Fatalf("%v %+v", err, result.Failure)
	}
	if p := result.Numbers.Periods[1]; p.Value == nil || math.Abs(*p.Value-1440) > 1e-6 || !p.Census {
		t.Errorf("%+v", p)
	}

	work.Source.Prometheus.CredentialsDir = t.TempDir() // without a password in it
	if code, folder, log = execute(t, t.Context(), work); code != exitSourceFailed {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	if done := doneOf(t, folder); done.Source == nil || done.Source.Reason != plan.SecretMissing {
		t.Errorf("%+v", done)
	}
}
