package board_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Whatever the state tells, the value of a period that still moves is no result.
func TestValuesOfPeriodsThatMoveAreProvisional(t *testing.T) {
	result := &v1alpha1.ReportResult{Periods: []v1alpha1.PeriodValue{{Label: "2026-09", State: "Settled"}, {Label: "2026-10", State: "Maturing"}, {Label: "2026-11", State: "Running"}}}
	undated := &v1alpha1.ReportResult{Periods: []v1alpha1.PeriodValue{{State: "Undated"}}}
	for _, c := range []struct {
		result        *v1alpha1.ReportResult
		period, state string
		want          bool
	}{
		{result, "2026-09", "OK", false},
		{result, "2026-09", "Failing", false},
		{result, "2026-10", "SuspectData", true},
		{result, "2026-11", "InsufficientSample", true},
		{result, "2026-11", "Failing", true},
		{undated, "", "OK", false},
		{nil, "2026-11", "Running", true}, // of a former formula, only the summary is left
		{nil, "2026-10", "OK", false},
		{result, "2024-01", "Maturing", true},
	} {
		e := board.Entry{Summary: v1alpha1.IndicatorSummary{Period: c.period, State: c.state}, Result: c.result}
		if got := e.Provisional(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
