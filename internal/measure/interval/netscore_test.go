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
