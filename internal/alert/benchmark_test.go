package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

func TestABenchmarkIsComparedOnlyWithTheSameFormula(t *testing.T) {
	const variant = "NPS: 100 × (share of 9–10 less share of 0–6), scale 0–10"
	for name, c := range map[string]struct {
		value   float64
		variant string
		status  alert.Status
		says    string
	}{
		"below":         {value: 20, variant: variant, status: alert.True, says: "20 (Institute, 2026-05-01, B2B software) lies below 31.0 [28.0, 34.0]"},
		"within":        {value: 33, variant: variant, status: alert.True, says: "lies within the interval of 31.0"},
		"above":         {value: 40, variant: variant, status: alert.True, says: "lies above 31.0"},
		"other formula": {value: 40, variant: "NPS on a scale of 5", status: alert.False, says: "the two are not compared"},
	} {
		in := nps(estimate(31, 28, 34, 800))
		in.Result.Variant = variant
		in.Benchmark = &alert.Benchmark{Value: c.value, Variant: c.variant, Source: "Institute", Date: "2026-05-01", Population: "B2B software"}
		d := alert.Decide(in, now)
		got := d.Condition(alert.Comparable)
		if got == nil || got.Status != c.status || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s: %+v", name, got)
		}
		if len(d.Alerts) > 0 {
			t.Errorf("%s: a benchmark alerts: %v", name, d.Alerts)
		}
	}
	without := alert.Decide(nps(estimate(31, 28, 34, 800)), now)
	if got := without.Condition(alert.Comparable); got != nil {
		t.Errorf("without a benchmark: %+v", got)
	}
}
