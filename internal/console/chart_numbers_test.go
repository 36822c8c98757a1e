package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// sharesOver months of a year, each with an interval of ± 5 points.
func sharesOver(values ...float64) *alert.Indicator {
	in := &alert.Indicator{Percent: true, Confidence: 0.95, Period: &plan.Period{Grain: plan.Month}, Location: time.UTC, Result: &alert.Result{}}
	for i, v := range values {
		start := time.Date(2026, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC)
		in.Result.Periods = append(in.Result.Periods, plan.PeriodResult{
			Label: start.Format("2006-01"), Start: start, End: start.AddDate(0, 1, 0), State: plan.Mature,
			Estimate: measure.Estimate{Value: new(v), Lower: new(v - 0.05), Upper: new(v + 0.05), N: 100},
		})
	}
	return in
}

// What the script draws are the numbers that the table tells.
func TestTheDrawingHasTheNumbersOfTheTable(t *testing.T) {
	in := sharesOver(0.2, 0.3)
	c := localeOf(t, "en").historyChart(in, nil, false)
	for i, p := range c.Data.Points {
		want := in.Result.Periods[i]
		if *p.Value != *want.Value || *p.Lower != *want.Lower || *p.Upper != *want.Upper || !p.Start.Equal(want.Start) || !p.End.Equal(want.End) || p.Row != i {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
	if want := []string{"2026-02", "30.0 %", "[25.0, 35.0]", "100"}; !slices.Equal(c.Table.Rows[1][:4], want) {
		t.Errorf("%q", c.Table.Rows[1])
	}
}

// How far an undecided value can move is told, from its least to its most, unless it can move no more.
func TestHowFarAValueCanMove(t *testing.T) {
	in := sharesOver(0.2, 0.3, 0.4)
	in.Result.Periods[1].Worst, in.Result.Periods[1].Best = new(0.35), new(0.25)
	in.Result.Periods[2].Worst, in.Result.Periods[2].Best = new(0.4), new(0.4)
	rows := localeOf(t, "en").historyChart(in, nil, false).Table.Rows
	for i, want := range []string{dash, "[25.0, 35.0]", dash} {
		if got := rows[i][5]; got != want {
			t.Errorf("%s: %q, want %q", rows[i][0], got, want)
		}
	}
}

// Lines across a chart are what single periods are held to; a benchmark is one only where it is comparable.
func TestLinesAcross(t *testing.T) {
	in := sharesOver(0.2, 0.3)
	year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	in.Targets = []alert.Target{{From: year, FiscalYear: true, Bound: alert.Bound{Level: 9}}, {From: year, Bound: alert.Bound{Level: 0.1, AtMost: true}}}
	in.Benchmark = &alert.Benchmark{Value: 0.25}
	l := localeOf(t, "en")
	told := func(comparable bool) (out []string) {
		for _, level := range l.historyChart(in, nil, comparable).Data.Levels {
			out = append(out, fmt.Sprint(level.Value, " ", level.Label))
		}
		return out
	}
	target := "0.1 " + l.T("chart.level.target") + " ≤ 10 %"
	if got := told(false); !slices.Equal(got, []string{target}) {
		t.Errorf("%q", got)
	}
	if got := told(true); !slices.Equal(got, []string{target, "0.25 " + l.T("chart.level.benchmark") + " 25 %"}) {
		t.Errorf("%q", got)
	}
}

// Only another formula parts a chart.
func TestWhereAnotherFormulaBegins(t *testing.T) {
	seen := metav1.NewTime(time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC))
	changes := []v1alpha1.DefinitionChange{{Seen: &seen, NewBaseline: new(true)}, {Seen: &seen, NewBaseline: new(false)}, {Seen: &seen}, {NewBaseline: new(true)}}
	if got := localeOf(t, "en").historyChart(sharesOver(0.2, 0.3), changes, false).Data.Changes; len(got) != 1 || !got[0].At.Equal(seen.Time) {
		t.Errorf("%+v", got)
	}
}

func segmentOf(name, value, flag string) v1alpha1.SegmentValue {
	out := v1alpha1.SegmentValue{By: []string{"plan"}, Values: []string{name}}
	out.Current = v1alpha1.PeriodValue{Label: "2026-02", State: "Mature", Value: value, Flag: flag, N: new(int64(100))}
	return out
}

// Parts stand from the highest to the lowest, those without a value last, each beside its own row; one that must not be acted on
// says so, and does not stand out.
func TestOrderOfParts(t *testing.T) {
	in := sharesOver(0.2, 0.3)
	doubtful := segmentOf("few", "0.9", "InsufficientSample")
	doubtful.Standout = &v1alpha1.Standout{Side: "Above", Level: "0.95"}
	result := &v1alpha1.ReportResult{Segments: []v1alpha1.SegmentValue{segmentOf("low", "0.1", ""), segmentOf("none", "", ""), segmentOf("high", "0.4", ""), doubtful}}
	l := localeOf(t, "en")
	c := l.segmentCharts(in, result)[0]
	for i, want := range []string{"few", "high", "low", "none"} {
		if p := c.Data.Points[i]; p.Label != want || c.Table.Rows[p.Row][0] != want || p.Row != i {
			t.Errorf("%d: %+v beside %q, want %s", i, p, c.Table.Rows, want)
		}
	}
	small := l.Word("state", "InsufficientSample")
	if p := c.Data.Points[0]; p.Tone != "muted" || !strings.Contains(p.Told, small) || c.Table.Rows[0][5] != small {
		t.Errorf("%+v %q", p, c.Table.Rows[0])
	}
}

// Of very many parts the chart draws the first, says so, and the table has them all.
func TestVeryManyParts(t *testing.T) {
	result := &v1alpha1.ReportResult{}
	for i := range mostDrawn + 1 {
		result.Segments = append(result.Segments, segmentOf(fmt.Sprint("s", i), "0.5", ""))
	}
	l := localeOf(t, "en")
	c := l.segmentCharts(sharesOver(0.2, 0.3), result)[0]
	if len(c.Data.Points) != mostDrawn || len(c.Table.Rows) != mostDrawn+1 || c.Note != l.T("chart.most", mostDrawn, mostDrawn+1) {
		t.Errorf("%d points, %d rows, %q", len(c.Data.Points), len(c.Table.Rows), c.Note)
	}
}

// What a test shows is told as it is: chance, or more; periods that depend on each other; those who answered, or not.
func TestFactsAndBias(t *testing.T) {
	l := localeOf(t, "en")
	in := sharesOver(0.2, 0.3)
	in.Result.History = &plan.History{
		Trend:   plan.Trend{Direction: "NotShown", N: 12, P: new(0.0002), Dependent: true},
		Changes: []plan.Change{{Against: plan.PreviousPeriod, Label: "2026-01", Difference: new(0.1), Lower: new(-0.1), Upper: new(0.3), P: new(0.4)}},
	}
	told := fmt.Sprint(l.facts(in).Rows)
	for _, want := range []string{l.T("fact.unclear"), l.T("fact.dependent"), "< 0.001", "0.400"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not in %s", want, told)
		}
	}
	if clear := l.T("fact.clear"); strings.Contains(told, clear) {
		t.Errorf("%q is told of a difference that is not clear", clear)
	}
	check := func(suspicious bool) v1alpha1.BiasCheck {
		return v1alpha1.BiasCheck{Check: "LateAnswers", Suspicious: &suspicious, Difference: "0.1", N: new(int64(50))}
	}
	rows := l.bias(in, []v1alpha1.BiasCheck{check(true), check(false)}).Rows
	if rows[0][1] != l.T("bias.suspicious") || rows[1][1] != l.T("bias.unsuspicious") || rows[0][1] == rows[1][1] {
		t.Errorf("%q", rows)
	}
}
