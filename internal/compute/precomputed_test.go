package compute_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// cube are a month's values as GROUP BY CUBE writes them: NULL means all.
func cube(more ...string) []string {
	return append([]string{
		"month,region,plan,v,lo,hi,answers",
		"2026-09-01,,,0.50,0.40,0.60,90",
		"2026-10-01,,,0.55,0.45,0.65,100",
		"2026-10-01,north,,0.60,0.50,0.70,60",
		"2026-10-01,south,,0.45,0.30,0.60,35",
		"2026-10-01,west,,0.90,0.50,1.00,5",
		"2026-10-01,,pro,0.70,0.60,0.80,40",
		"2026-10-01,,free,0.40,0.30,0.50,60",
		"2026-10-01,north,pro,0.80,0.60,0.90,30",
	}, more...)
}

func precomputed() measure.Spec {
	return measure.Spec{Precomputed: &measure.Precomputed{
		Value: "v", Lower: "lo", Upper: "hi", SampleSize: "answers", Format: measure.FormatPercent, Direction: measure.HigherIsBetter,
	}}
}

func byRegionAndPlan(i *plan.Indicator) {
	i.Breakdowns = []plan.Breakdown{{By: []string{"region"}}, {By: []string{"plan"}}, {By: []string{"region", "plan"}}}
	i.Quality.MinSegmentSize = 10
	i.Quality.MinSampleSize = 95
}

func TestPrecomputedValuesComeFromTheRowsOfTheirOwnCell(t *testing.T) {
	for _, history := range []int{3, 12} { // one statement for both, or one for each
		w := newWorld(t)
		w.csv(t, "cube", cube()...)
		w.dataset("cube", event("month"), nil)
		w.cpi("share", "cube", precomputed(), func(i *plan.Indicator) { byRegionAndPlan(i); i.Period.History = history })
		r := w.run(t)
		total := r.period("share", "2026-10")
		if *total.Value != 0.55 || *total.Lower != 0.45 || *total.Upper != 0.65 || total.N != 100 || total.Flag != "" || total.Method != "as given" {
			t.Errorf("total %+v", total)
		}
		if few := r.period("share", "2026-09"); *few.Value != 0.5 || few.Flag != plan.InsufficientSample {
			t.Errorf("2026-09: %+v", few)
		}
		if none := r.period("share", "2026-11"); none.Value != nil || none.Reason != measure.NoRows {
			t.Errorf("2026-11: %+v", none)
		}
		told := map[string]float64{}
		for _, s := range r.numbers("share").Segments {
			values := make([]string, len(s.Values))
			for i, v := range s.Values {
				values[i] = *v
			}
			told[strings.Join(s.By, "+")+"="+strings.Join(values, "+")] = *s.Current.Value
		}
		for segment, want := range map[string]float64{"region=north": 0.6, "plan=pro": 0.7, "plan=free": 0.4, "region+plan=north+pro": 0.8} {
			if told[segment] != want {
				t.Errorf("%s: %v, want %v", segment, told[segment], want)
			}
			delete(told, segment)
		}
		// West has 5 answers; south, the next smallest, covers it.
		if len(told) > 0 || r.numbers("share").SuppressedSegments != 2 {
			t.Errorf("also told %v; %d suppressed", told, r.numbers("share").SuppressedSegments)
		}
		steps := map[string]int64{}
		for _, step := range r.numbers("share").Waterfall {
			steps[step.Step] = step.Rows
		}
		if steps["segments"] != 6 || steps["used"] != 1 {
			t.Errorf("waterfall %v", steps)
		}
		if sql := r.numbers("share").SQL; !strings.Contains(sql, "IS NULL") {
			t.Errorf("the SQL shown sums the segments too:\n%s", sql)
		}
	}
}

func TestATotalIsNeverMadeUpFromSegments(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "cube", "month,region,v", "2026-10-01,north,5", "2026-10-01,south,6")
	w.dataset("cube", event("month"), nil)
	census := measure.Spec{Precomputed: &measure.Precomputed{Value: "v", Direction: measure.HigherIsBetter}}
	w.cpi("split", "cube", census, func(i *plan.Indicator) {
		i.Breakdowns = []plan.Breakdown{{By: []string{"region"}}}
		i.Quality.MinSegmentSize = 1
	})
	w.cpi("north", "cube", census, func(i *plan.Indicator) {
		i.Where = []measure.Condition{{Column: "region", Operator: measure.In, Values: []string{"north"}}}
	})
	r := w.run(t)
	if total := r.period("split", "2026-10"); total.Value != nil || total.Flag != plan.NoData {
		t.Errorf("total %+v", total)
	}
	north := r.period("north", "2026-10")
	if *north.Value != 5 || !north.Census || north.Flag != "" || north.Lower != nil {
		t.Errorf("a census has no smallest sample: %+v", north)
	}
}

func TestSeveralPrecomputedRowsForOneCellFail(t *testing.T) {
	for name, c := range map[string]struct {
		row, message string
		change       func(*plan.Indicator)
	}{
		"total":                  {"2026-10-01,,,0.1,0,1,90", "2026-10 has 2 rows", byRegionAndPlan},
		"segment":                {"2026-10-01,north,,0.1,0,1,90", "A segment by region of 2026-10 has 2 rows", byRegionAndPlan},
		"crossed":                {"2026-10-01,north,pro,0.1,0,1,90", "A segment by region and plan of 2026-10 has 2 rows", byRegionAndPlan},
		"no breakdowns declared": {"2026-08-01,,,0.1,0,1,90", "2026-10 has 7 rows", nil},
	} {
		w := newWorld(t)
		w.csv(t, "cube", cube(c.row)...)
		w.dataset("cube", event("month"), nil)
		w.cpi("share", "cube", precomputed(), c.change)
		w.cpi("other", "cube", countRows(), nil)
		r := w.run(t)
		if r.reason("share") != plan.SeveralRows || r.reason("other") != "" {
			t.Errorf("%s: reasons %q and %q", name, r.reason("share"), r.reason("other"))
			continue
		}
		if message := r.byName["share"].Failure.Message; !strings.Contains(message, c.message) {
			t.Errorf("%s: %q lacks %q", name, message, c.message)
		}
	}
}
