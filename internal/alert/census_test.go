package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func census(value float64) measure.Estimate { return measure.Estimate{Value: &value, Census: true} }

// A census has neither interval nor n; it is told so, is no small sample, and adds up to one.
func TestCensus(t *testing.T) {
	in := kpi([]alert.Target{{By: day("2026-10-31"), Bound: alert.Bound{Level: 700}, FiscalYear: true}})
	in.Unit, in.Period.FiscalYearStartMonth = "EUR", 9
	in.Result.Periods = []plan.PeriodResult{month("2026-09", plan.Settled, census(300)), month("2026-10", plan.Mature, census(400.5))}
	d := alert.Decide(in, now)
	if s := d.Summary; s.Value != "400.5 EUR" || s.Interval != "census" || s.N != nil || s.State != alert.StateOnTarget {
		t.Errorf("%+v", s)
	}
	if c := d.Condition(alert.TargetMet); c.Message != "700.5 EUR, a census, in 2026-09-01 to 2026-10; target ≥ 700 EUR in the fiscal year by 2026-10-31: met." {
		t.Errorf("%+v", c)
	}
	if c := d.Condition(alert.SampleSufficient); c.Status != alert.True || strings.Contains(c.Message, "30") {
		t.Errorf("%+v", c)
	}
	// With an interval that something else has computed, it is shown.
	both := census(400)
	both.Lower, both.Upper = new(390.0), new(410.0)
	if got := in.Interval(both); got != "[390.0, 410.0]" {
		t.Errorf("interval %q", got)
	}
	in.Targets = []alert.Target{{From: day("2026-01-01"), Bound: alert.Bound{Level: 700}}}
	for reason, says := range map[measure.NoValueReason]string{measure.Incomplete: "begins within it", measure.NoRows: "this is not zero", measure.ZeroDenominator: "what it is divided by is zero (ZeroDenominator)"} {
		in.Result.Periods = []plan.PeriodResult{flagged(month("2026-10", plan.Mature, measure.Estimate{Census: true, Reason: reason}), plan.NoData)}
		d = alert.Decide(in, now)
		if c := d.Condition(alert.TargetMet); c.Status != alert.Unknown || !strings.Contains(c.Message, says) {
			t.Errorf("%s: %+v", reason, c)
		}
	}
}
