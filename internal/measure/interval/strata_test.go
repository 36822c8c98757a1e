package interval

import (
	"math"
	"testing"
)

func netStratum(population, plus, minus, n float64) Stratum {
	p, d := plus/n, minus/n
	return Stratum{Population: population, N: n, Mean: p - d, Variance: p + d - (p-d)*(p-d), Extreme: p + d}
}

func TestPostStratifiedNetScore(t *testing.T) {
	want := read[struct {
		Two struct {
			Value float64 `json:"weighted_nps"`
			SE    float64 `json:"se_stratified"`
			CI    pair
			Kish  float64 `json:"kish_neff"`
			Deff  float64
		} `json:"poststrat2"`
	}](t, "..", "testdata", "estimates.json").Two
	strata := []Stratum{netStratum(8000, 20, 20, 50), netStratum(2000, 60, 5, 100)}
	got, ok := PostStratify(strata, 0)
	if !ok || !got.Known {
		t.Fatal("no value")
	}
	near(t, "value", 100*got.Value, want.Value, 1e-13)
	near(t, "error", 100*got.Error, want.SE, 1e-13)
	near(t, "effective n", got.EffectiveN, want.Kish, 1e-13)
	near(t, "design effect", got.DesignEffect, want.Deff, 1e-13)
	same(t, "normal", Normal(got.Value, got.Error, 0.95).Scale(100), want.CI, 1e-12)
	if got.N != 150 || got.Covered != 1 || got.Capped != 0 {
		t.Errorf("%+v", got)
	}
}

func TestPostStratifiedAsInR(t *testing.T) {
	for _, c := range fromR(t).Strata {
		var strata []Stratum
		for h := range c.N {
			strata = append(strata, netStratum(c.Population[h], c.Plus[h], c.Minus[h], c.N[h]))
		}
		got, _ := PostStratify(strata, 0)
		near(t, "value", got.Value, c.Value, 1e-12)
		near(t, "error", got.Error, c.SE, 1e-12)
		near(t, "effective n", got.EffectiveN, c.Kish, 1e-12)
		net, mean := got.Net(0.95), got.Mean(0.95)
		if net.Lower > got.Value || net.Upper < got.Value || !mean.Finite() || mean.Lower > got.Value {
			t.Errorf("%+v: net %v, mean %v", got, net, mean)
		}
	}
}

// One stratum is a plain sample: its intervals are those of the package's other functions.
func TestOneStratumIsAPlainSample(t *testing.T) {
	one, _ := PostStratify([]Stratum{netStratum(7, 30, 10, 60)}, 3)
	want := AdjustedWald(30, 10, 60, 0.95)
	// The error has the divisor n − 1, hence an effective size of 59.
	if got := one.Net(0.95); math.Abs(got.Lower-want.Lower) > 0.003 || math.Abs(got.Upper-want.Upper) > 0.003 {
		t.Errorf("net: %v, want about %v", got, want)
	}
	share := func(p, n float64) Stratum { return Stratum{Population: 1, N: n, Mean: p, Variance: p * (1 - p)} }
	half, _ := PostStratify([]Stratum{share(0.4, 101)}, 0)
	same(t, "share", half.Share(0.95), pair(Wilson(0.4, 100, 0.95)), 1e-12)
	all, _ := PostStratify([]Stratum{share(1, 20), share(1, 30)}, 0)
	if got := all.Share(0.95); got.Upper != 1 || got.Lower <= 0.8 || got.Lower >= 0.95 {
		t.Errorf("all of one mind: %v", got)
	}
	scores := []float64{7, 6, 6, 5, 7, 4, 3, 6, 2, 5}
	p := paired(scores, ones(10))
	mean, _ := PostStratify([]Stratum{{Population: 3, N: 10, Mean: p.Ratio(), Variance: p.YY/10 - p.Ratio()*p.Ratio()}}, 0)
	same(t, "mean", mean.Mean(0.95), pair{Lower: 3.91012540240291, Upper: 6.289874597597089}, 1e-10)
}

// Six answers that speak for most of the population, all alike: no error of their own, but no certainty either.
func TestAFewOfOneMindAreNotCertain(t *testing.T) {
	few, many := Stratum{Population: 0.8, N: 6}, netStratum(0.2, 9, 0, 15)
	got, _ := PostStratify([]Stratum{few, many}, 0)
	same(t, "share", got.Share(0.95), pair(Wilson(0.12, got.EffectiveN, 0.95)), 1e-12)
	n := got.EffectiveN
	same(t, "net", got.Net(0.95), pair(AdjustedWald(0.12*n, 0, n, 0.95)), 1e-12)
}

func TestCappedWeights(t *testing.T) {
	// Weights 1, 1 and 40 a person: the last is cut to 5, and the weights add up to the answers again.
	strata := []Stratum{
		{Population: 50, N: 50, Mean: 0, Variance: 1},
		{Population: 45, N: 45, Mean: 0, Variance: 1},
		{Population: 200, N: 5, Mean: 1, Variance: 1},
	}
	free, _ := PostStratify(strata, 0)
	capped, _ := PostStratify(strata, 5)
	near(t, "free", free.Value, 200.0/295, 1e-15)
	near(t, "capped", capped.Value, 25.0/120, 1e-15)
	near(t, "share of answers cut", capped.Capped, 0.05, 1e-15)
	near(t, "effective n", capped.EffectiveN, Kish(95+5*5, 95+5*25), 1e-12)
	if capped.Error >= free.Error || free.Capped != 0 {
		t.Errorf("free %+v, capped %+v", free, capped)
	}
	if tight, _ := PostStratify(strata, 39); tight.Capped != 0.05 || tight.Value >= free.Value {
		t.Errorf("a cap that one weight just exceeds: %+v", tight)
	}
	if loose, _ := PostStratify(strata, 40); loose != free {
		t.Errorf("a cap that no weight exceeds: %+v, want %+v", loose, free)
	}
	near(t, "median on a boundary", medianWeight([]Stratum{{Population: 2, N: 2}, {Population: 6, N: 2}}), 2, 0)
}

func TestStrataWithoutAnswers(t *testing.T) {
	answered := []Stratum{netStratum(60, 6, 2, 10), netStratum(30, 1, 4, 8)}
	full, _ := PostStratify(answered, 0)
	gap, ok := PostStratify(append([]Stratum{{Population: 10}}, answered...), 0)
	if !ok || gap.Value != full.Value || gap.Error != full.Error {
		t.Errorf("%+v, want %+v", gap, full)
	}
	near(t, "covered", gap.Covered, 0.9, 1e-15)

	lone, ok := PostStratify(append([]Stratum{netStratum(10, 1, 0, 1)}, answered...), 0)
	if !ok || lone.Known || lone.Net(0.95) != None() || lone.Share(0.95) != None() || lone.Mean(0.95) != None() {
		t.Errorf("a stratum of one answer has no error: %+v", lone)
	}
	if got, ok := PostStratify([]Stratum{{Population: 10}, {N: 3, Mean: 1}}, 0); ok {
		t.Errorf("nobody of the population answered: %+v", got)
	}
}
