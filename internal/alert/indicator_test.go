package alert_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// What is broken down and led back to its rows is a period to stand on, which the judged one need not be.
func TestExplainedPeriod(t *testing.T) {
	good := estimate(40, 37, 43, 900)
	for says, c := range map[string]struct {
		change func(*alert.Indicator)
		want   string
	}{
		"the judged one":                {func(*alert.Indicator) {}, "2026-10"},
		"that before suspect data":      {func(in *alert.Indicator) { in.Result.Periods[1].Flag = plan.SuspectData }, "2026-09"},
		"that before a month of none":   {func(in *alert.Indicator) { in.Result.Periods[1].Flag = plan.NoData }, "2026-09"},
		"also of a small sample":        {func(in *alert.Indicator) { in.Result.Periods[1].Flag = plan.InsufficientSample }, "2026-10"},
		"the last before any is mature": {func(in *alert.Indicator) { in.Result.Periods = in.Result.Periods[2:] }, "2026-11"},
		"none of a former formula":      {func(in *alert.Indicator) { in.Formula = "v1-b" }, ""},
	} {
		in := nps(good)
		c.change(in)
		got := ""
		if p := in.Explained(); p != nil {
			got = p.Label
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", says, got, c.want)
		}
	}
}
