package spark_test

import (
	"strconv"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/spark"
)

func period(label, state, value, lower, upper string) v1alpha1.PeriodValue {
	return v1alpha1.PeriodValue{Label: label, State: state, Value: value, Lower: lower, Upper: upper}
}

func TestDrawing(t *testing.T) {
	flagged := period("2026-04", "Mature", "9", "9", "9")
	flagged.Flag = "SuspectData"
	result := &v1alpha1.ReportResult{Periods: []v1alpha1.PeriodValue{
		period("2026-01", "Settled", "", "", ""), // from before the data begins
		period("2026-02", "Settled", "2", "1", "3"),
		period("2026-03", "Mature", "1", "0", "2"),
		flagged, // a gap, not the line's next point
		period("2026-05", "Mature", "3", "2", "4"),
		period("2026-06", "Maturing", "4", "3", "4"),
	}}
	got := spark.Of(result)
	want := spark.Drawing{
		Line: "M3 16L31.5 22.5M88.5 9.5h0", Band: "M3 9.5L31.5 16L31.5 29L3 22.5ZM88.5 3L88.5 16Z",
		Last: &spark.Dot{X: "88.5", Y: "9.5"}, Later: []spark.Dot{{X: "117", Y: "3"}}, First: "2026-02", Until: "2026-06",
	}
	if got == nil || got.Line != want.Line || got.Band != want.Band || *got.Last != *want.Last || len(got.Later) != 1 || got.Later[0] != want.Later[0] || got.First != want.First || got.Until != want.Until {
		t.Errorf("%+v, want %+v", got, want)
	}
	for name, r := range map[string]*v1alpha1.ReportResult{
		"no result": nil, "one period": {Periods: result.Periods[1:2]}, "one value": {Periods: result.Periods[:2]},
	} {
		if spark.Of(r) != nil {
			t.Errorf("%s is drawn", name)
		}
	}
}

// A flat course lies in the middle; an interval with an open end has no band; what is no finite number is a gap; of very many
// periods the latest are drawn.
func TestDrawingAtItsEdges(t *testing.T) {
	of := func(periods ...v1alpha1.PeriodValue) *spark.Drawing {
		return spark.Of(&v1alpha1.ReportResult{Periods: periods})
	}
	if got := of(period("a", "Mature", "5", "", ""), period("b", "Mature", "5", "", "")); got == nil || got.Line != "M3 16L117 16" || got.Band != "" {
		t.Errorf("flat: %+v", got)
	}
	for _, open := range []v1alpha1.PeriodValue{period("b", "Mature", "5", "", "6"), period("b", "Mature", "5", "4", "")} {
		if got := of(period("a", "Mature", "5", "4", "6"), open); got == nil || got.Band != "" {
			t.Errorf("open: %+v", got)
		}
	}
	if got := of(period("a", "Mature", "1", "0", "2"), period("b", "Mature", "+Inf", "0", "2"), period("c", "Mature", "1", "0", "2")); got == nil || got.Line != "M3 16h0M117 16h0" {
		t.Errorf("infinite: %+v", got)
	}
	var many []v1alpha1.PeriodValue
	for i := range 50 {
		many = append(many, period(strconv.Itoa(i), "Mature", "1", "0", "2"))
	}
	if got := of(many...); got.First != "14" || got.Until != "49" {
		t.Errorf("from %s until %s", got.First, got.Until)
	}
}
