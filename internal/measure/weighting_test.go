package measure

import (
	"math"
	"testing"
)

// answersOf are the sums of a Net Promoter Score.
func answersOf(n, plus, minus float64) Sums { return Sums{n, n, 0, n, plus, minus} }

// The oracle: small firms are 80 % of the customers and a third of the answers (R's survey, strata).
func TestWeighedOracle(t *testing.T) {
	f, in := &NetPromoterScore{Score: "s"}, Setting{}
	total := f.Estimate(answersOf(150, 80, 25), in, 0.95)
	got := Weighed(f, total, []Stratum{{8000, answersOf(50, 20, 20)}, {2000, answersOf(100, 60, 5)}}, in, 0, 0.95)
	if math.Abs(*total.Value-36.6667) > 1e-4 || math.Abs(*got.Value-11) > 1e-9 {
		t.Errorf("unweighted %v, weighted %v", *total.Value, *got.Value)
	}
	if math.Abs(*got.EffectiveN-75.7576) > 1e-4 || math.Abs(got.Detail["designEffect"]-1.98) > 1e-9 || got.N != 150 {
		t.Errorf("effective n %v, design effect %v, n %d", *got.EffectiveN, got.Detail["designEffect"], got.N)
	}
	// About 11 ± 1.96 × 10.29.
	if *got.Lower < -10 || *got.Lower > -8 || *got.Upper < 29 || *got.Upper > 32 {
		t.Errorf("interval [%v, %v]", *got.Lower, *got.Upper)
	}
}

func TestWeighedNeverStandsInForAnEmptyStratum(t *testing.T) {
	f, in := &NetPromoterScore{Score: "s"}, Setting{}
	total := f.Estimate(answersOf(150, 80, 25), in, 0.95)
	got := Weighed(f, total, []Stratum{{8000, nil}, {2000, answersOf(100, 60, 5)}}, in, 0, 0.95)
	if got.Value != nil || got.Reason != StratumEmpty || got.Rejected[RejectedNoStratum] != 50 || got.N != 100 {
		t.Errorf("%+v", got)
	}
	one := Weighed(f, total, []Stratum{{8000, answersOf(1, 1, 0)}, {2000, answersOf(149, 79, 25)}}, in, 0, 0.95)
	if one.Value == nil || one.Lower != nil {
		t.Errorf("a single answer has no error: %+v", one)
	}
}

func TestWeighedForms(t *testing.T) {
	in := Setting{}
	csat := func(form CSATForm) Family {
		return &CustomerSatisfaction{Score: "s", Scale: Scale{Min: 1, Max: 5}, Form: form, Boxes: 2}
	}
	// 40 answers of 5 and 10 of 1 in one half of the population, 20 of 5 and 20 of 3 in the other.
	for form, c := range map[CSATForm]struct{ a, b, total Sums }{
		CSATTopBox:   {Sums{50, 50, 0, 50, 40}, Sums{40, 40, 0, 40, 20}, Sums{90, 90, 0, 90, 60}},
		CSATMean:     {Sums{50, 50, 0, 50, 210, 1010}, Sums{40, 40, 0, 40, 160, 680}, Sums{90, 90, 0, 90, 370, 1690}},
		CSATRescaled: {Sums{50, 50, 0, 50, 210, 1010}, Sums{40, 40, 0, 40, 160, 680}, Sums{90, 90, 0, 90, 370, 1690}},
		CSATNet:      {answersOf(50, 40, 10), answersOf(40, 20, 0), answersOf(90, 60, 10)},
	} {
		f := csat(form)
		got := Weighed(f, f.Estimate(c.total, in, 0.95), []Stratum{{0.5, c.a}, {0.5, c.b}}, in, 0, 0.95)
		want := map[CSATForm]float64{CSATTopBox: 0.65, CSATMean: 4.1, CSATRescaled: 77.5, CSATNet: 55}[form]
		if math.Abs(*got.Value-want) > 1e-9 || got.Lower == nil || *got.Lower >= want || *got.Upper <= want {
			t.Errorf("%s: %+v, want %v", form, got, want)
		}
	}
}
