package survival

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// read reads a file of numbers that R's survival and statsmodels computed.
func read[T any](t *testing.T, file string) T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var into T
	if err := json.Unmarshal(raw, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// count turns durations into counts of their lengths.
func count(times []float64, events []int) []Count {
	found := map[float64]Count{}
	for i, time := range times {
		c := found[time]
		c.Time = time
		if events[i] == 1 {
			c.Events++
		} else {
			c.Censored++
		}
		found[time] = c
	}
	var counts []Count
	for _, c := range found {
		counts = append(counts, c)
	}
	slices.SortFunc(counts, func(a, b Count) int { return int(math.Copysign(1, a.Time-b.Time)) })
	return counts
}

func estimate(t *testing.T, counts []Count) Curve {
	t.Helper()
	curve, err := Estimate(counts)
	if err != nil {
		t.Fatal(err)
	}
	return curve
}

func TestSharedOracle(t *testing.T) {
	want := read[struct {
		KM struct {
			Time  []float64
			Event []int
			T, S  []float64
			SE    []float64
		}
	}](t, "customer_links.json").KM
	curve := estimate(t, count(want.Time, want.Event))
	if len(curve.Steps) != len(want.S) || curve.N != 12 || curve.Events != 7 {
		t.Fatalf("%+v", curve)
	}
	for i, step := range curve.Steps {
		near(t, "survival", step.Survival, want.S[i])
		near(t, "error", step.Error(), want.SE[i])
	}
	if median := curve.Quantile(0.5, 0.95); !median.Reached || median.Value != 30 || median.N != 12 {
		t.Errorf("median %+v", median)
	}
}

func TestAsInR(t *testing.T) {
	type heights struct {
		Time, Survival []float64
		SE             []*float64
		Risk           []int64
		Lower, Upper   []*float64
	}
	for _, want := range read[[]struct {
		Time                   []float64
		Event                  []int
		Level                  float64
		Steps, At              heights
		Q                      []float64
		Quantile, Lower, Upper []*float64
	}](t, "oracle.json") {
		curve := estimate(t, count(want.Time, want.Event))
		if len(curve.Steps) != len(want.Steps.Time) {
			t.Fatalf("%d steps, want %d", len(curve.Steps), len(want.Steps.Time))
		}
		for i, step := range curve.Steps {
			if step.Time != want.Steps.Time[i] || step.AtRisk != want.Steps.Risk[i] {
				t.Errorf("step %+v, want %v at risk at %v", step, want.Steps.Risk[i], want.Steps.Time[i])
			}
			near(t, "survival", step.Survival, want.Steps.Survival[i])
			if se := want.Steps.SE[i]; se != nil {
				near(t, "error", step.Error(), *se)
			}
		}
		for i, at := range want.At.Time {
			got, ok := curve.At(at, want.Level)
			if !ok {
				t.Fatalf("nothing known at %v", at)
			}
			near(t, "height", got.Value, want.At.Survival[i])
			if got.Value < 1 && got.Value > 0 { // elsewhere R has no interval
				near(t, "lower", got.Interval.Lower, *want.At.Lower[i])
				near(t, "upper", got.Interval.Upper, *want.At.Upper[i])
			}
		}
		for i, q := range want.Q {
			got := curve.Quantile(q, want.Level)
			if got.Reached != (want.Quantile[i] != nil) || got.Reached && got.Value != *want.Quantile[i] {
				t.Errorf("n %d, q %v: %+v, want %v", curve.N, q, got, want.Quantile[i])
			}
			lower, upper := got.Interval.Ends()
			for what, ends := range map[string][2]*float64{"lower": {lower, want.Lower[i]}, "upper": {upper, want.Upper[i]}} {
				if (ends[0] == nil) != (ends[1] == nil) || ends[0] != nil && *ends[0] != *ends[1] {
					t.Errorf("n %d, q %v: %s of %+v, want %v", curve.N, q, what, got, ends[1])
				}
			}
		}
	}
}

// Without open durations the curve is the plain share, and the median the plain median.
func TestNothingOpen(t *testing.T) {
	curve := estimate(t, []Count{{Time: 1, Events: 3}, {Time: 2, Events: 1}, {Time: 7, Events: 4}, {Time: 9, Events: 2}})
	for at, want := range map[float64]float64{0.5: 1, 1: 0.7, 2: 0.6, 6.9: 0.6, 7: 0.2, 9: 0, 1000: 0} {
		got, ok := curve.At(at, 0.95)
		if !ok {
			t.Errorf("nothing known at %v", at)
		}
		near(t, "share", got.Value, want)
		if i := got.Interval; !(i.Lower <= got.Value && got.Value <= i.Upper && i.Upper-i.Lower > 0.1 && i.Lower >= 0 && i.Upper <= 1) {
			t.Errorf("at %v: %+v", at, got)
		}
	}
	if got := curve.Quantile(0.5, 0.95); got.Value != 7 {
		t.Errorf("median %+v", got)
	}
	// A product of fractions is a half but for rounding, upwards of 24 and downwards of 12.
	for _, n := range []int{12, 24} {
		var counts []Count
		for i := range n {
			counts = append(counts, Count{Time: float64(i), Events: 1})
		}
		if got := estimate(t, counts).Quantile(0.5, 0.95); got.Value != float64(n-1)/2 {
			t.Errorf("median of 0…%d: %+v", n-1, got)
		}
	}
	even := estimate(t, []Count{{Time: 1, Events: 1}, {Time: 2, Events: 1}, {Time: 4, Events: 1}, {Time: 5, Events: 1}})
	if got := even.Quantile(0.5, 0.95); got.Value != 3 {
		t.Errorf("median of an even number %+v", got)
	}
}

// What was censored before the last event may last for ever: nothing is known beyond it, and no end is invented.
func TestUnknownIsNotInvented(t *testing.T) {
	open := estimate(t, []Count{{Time: 1, Censored: 2}, {Time: 3, Events: 1, Censored: 1}, {Time: 9, Censored: 6}})
	if got, ok := open.At(9.1, 0.95); ok || got.Interval != interval.None() {
		t.Errorf("beyond the last: %+v", got)
	}
	if got, ok := open.At(9, 0.95); !ok || got.Value != 0.875 {
		t.Errorf("at the last: %+v", got)
	}
	median := open.Quantile(0.5, 0.95)
	if lower, upper := median.Interval.Ends(); median.Reached || lower == nil || *lower != 3 || upper != nil {
		t.Errorf("median not reached: %+v", median)
	}
	// Before the first event: two had been censored by then.
	before, ok := open.At(2, 0.95)
	if want := interval.Wilson(1, 8, 0.95); !ok || before.Value != 1 || before.Interval != want {
		t.Errorf("before the first event: %+v, want %v", before, want)
	}
	if at, _ := open.At(1, 0.95); at.Interval != interval.Wilson(1, 10, 0.95) {
		t.Errorf("whoever is censored at a time is still there: %+v", at)
	}
	never := estimate(t, []Count{{Time: 4, Censored: 5}})
	if got := never.Quantile(0.5, 0.95); got.Reached || got.Interval != interval.None() || got.N != 5 {
		t.Errorf("no event at all: %+v", got)
	}
	if got, ok := never.At(5, 0.95); ok {
		t.Errorf("nobody left: %+v", got)
	}
	atOnce := estimate(t, []Count{{Time: 4, Events: 5}})
	if got, ok := atOnce.At(4, 0.95); !ok || got.Value != 0 || got.Interval != interval.Wilson(0, 5, 0.95) {
		t.Errorf("all at once: %+v", got)
	}
}

func TestEstimateRefusesWhatAreNotDurations(t *testing.T) {
	for name, counts := range map[string][]Count{
		"none":         nil,
		"of nobody":    {{Time: 1}},
		"negative":     {{Time: -1, Events: 1}},
		"not a number": {{Time: math.NaN(), Events: 1}},
		"infinite":     {{Time: math.Inf(1), Censored: 1}},
		"out of order": {{Time: 2, Events: 1}, {Time: 1, Events: 1}},
		"repeated":     {{Time: 2, Events: 1}, {Time: 2, Censored: 1}},
		"fewer than 0": {{Time: 2, Events: -1, Censored: 5}},
	} {
		if got, err := Estimate(counts); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
