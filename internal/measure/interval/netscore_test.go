package interval

import (
	"encoding/json"
	"math"
	"testing"
)

// Intervals of the net score that are not told, beside the one that is: by the normal and by Student's distribution.
func TestNetScoreOracle(t *testing.T) {
	want := read[struct {
		NPS     map[string]json.RawMessage
		Margins map[string]float64 `json:"nps_n_for_margin"`
	}](t, "..", "testdata", "estimates.json")
	var o struct{ n, promoters, detractors, variance, error, sample float64 }
	var wald, student pair
	var adjusted [4]float64
	for name, into := range map[string]any{
		"n": &o.n, "promoters": &o.promoters, "detractors": &o.detractors, "var_unit": &o.variance, "se_plugin": &o.error, "se_nminus1": &o.sample,
		"wald95": &wald, "t_mean_(-1,0,1)_95": &student, "adjusted_wald95_(center,se,lo,hi)": &adjusted,
	} {
		if err := json.Unmarshal(want.NPS[name], into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	s := netStratum(1, o.promoters, o.detractors, o.n)
	near(t, "variance", s.Variance, o.variance, 1e-14)
	plain := 100 * math.Sqrt(s.Variance/s.N)
	near(t, "error", plain, o.error, 1e-13)
	same(t, "normal", Normal(100*s.Mean, plain, 0.95), wald, 1e-12)
	p := Paired{Count: o.n, Y: o.promoters - o.detractors, YY: o.promoters + o.detractors, X: o.n, XX: o.n, XY: o.promoters - o.detractors}
	sample, ok := p.Error()
	if !ok {
		t.Fatal("no error")
	}
	near(t, "error of the sample", 100*sample, o.sample, 1e-13)
	same(t, "Student", Student(100*p.Ratio(), 100*sample, o.n-1, 0.95), student, 1e-10)
	same(t, "adjusted", AdjustedWald(o.promoters, o.detractors, o.n, 0.95).Scale(100), pair{Lower: adjusted[2], Upper: adjusted[3]}, 1e-12)

	// The least answers with which the interval reaches no further than so many points.
	for name, margin := range map[string][2]float64{
		"margin5_var1.0": {5, 1}, "margin5_var0.7": {5, 0.7}, "margin10_var1.0": {10, 1}, "margin10_var0.7": {10, 0.7},
	} {
		half := func(n float64) float64 { return Normal(0, 100*math.Sqrt(margin[1]/n), 0.95).Upper }
		if n := want.Margins[name]; n == 0 || half(n) > margin[0] || half(n-1) <= margin[0] {
			t.Errorf("%s: ±%v with %v answers, ±%v with one less", name, half(n), n, half(n-1))
		}
	}
}

// Strata that agree: weights change nothing, the error is that of the strata.
func TestPostStratifiedAsCounted(t *testing.T) {
	want := read[struct {
		One struct {
			Unweighted float64 `json:"unweighted_nps"`
			Value      float64 `json:"weighted_nps"`
			SE         float64 `json:"se_stratified"`
			Strata     map[string]struct{ N, P, D float64 }
		} `json:"poststrat"`
	}](t, "..", "testdata", "estimates.json").One
	got, ok := PostStratify([]Stratum{netStratum(8000, 60, 10, 100), netStratum(2000, 5, 15, 25)}, 0)
	if !ok || want.Value != 32 {
		t.Fatalf("%+v, want %v", got, want.Value)
	}
	near(t, "value", 100*got.Value, want.Value, 1e-13)
	near(t, "error", 100*got.Error, want.SE, 1e-13)
}

// Of every pair of counts with its probability, p = 0.7 and d = 0.1; the oracle's shares are of simulated samples.
func TestNetScoreCoverage(t *testing.T) {
	want := read[struct {
		Coverage map[int]struct {
			Wald, T  float64
			Adjusted float64 `json:"adj_wald"`
		} `json:"nps_coverage_p.7_d.1"`
	}](t, "..", "testdata", "rates_controls.json").Coverage
	if len(want) != 3 {
		t.Fatalf("%d sizes", len(want))
	}
	for size, want := range want {
		n := float64(size)
		var wald, student, adjusted float64
		for plus := 0.0; plus <= n; plus++ {
			for minus := 0.0; minus <= n-plus; minus++ {
				probability := math.Exp(logBinomial(plus, n, 0.7) + logBinomial(minus, n-plus, 0.1/0.3))
				s := netStratum(1, plus, minus, n)
				for total, i := range map[*float64]Interval{
					&wald:     Normal(s.Mean, math.Sqrt(s.Variance/n), 0.95),
					&student:  Student(s.Mean, math.Sqrt(s.Variance/(n-1)), n-1, 0.95),
					&adjusted: AdjustedWald(plus, minus, n, 0.95),
				} {
					if i.Lower <= 0.6 && 0.6 <= i.Upper {
						*total += probability
					}
				}
			}
		}
		near(t, "Wald", wald, want.Wald, 0.006)
		near(t, "Student", student, want.T, 0.006)
		near(t, "adjusted Wald", adjusted, want.Adjusted, 0.006)
		if adjusted < 0.945 || wald > 0.94 || student > 0.94 {
			t.Errorf("n %d: adjusted Wald %.3f, Wald %.3f, Student %.3f", size, adjusted, wald, student)
		}
	}
}
