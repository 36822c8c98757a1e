package interval

import (
	"math"
	"testing"
)

// 25 complaints in 5,000 orders after 12 in 4,800.
func TestRateRatioOracle(t *testing.T) {
	want := read[struct {
		Ratio struct {
			RR     float64
			Log    pair    `json:"log_ci"`
			ExactP float64 `json:"exact_p"`
		} `json:"rate_ratio"`
	}](t, "testdata", "rates_bootstrap.json").Ratio
	got, ok := CompareRates(25, 5000, 12, 4800, 0.95)
	if !ok {
		t.Fatal("not comparable")
	}
	near(t, "ratio", got.Ratio, want.RR, 1e-14)
	same(t, "log", got.Log, want.Log, 1e-12)
	near(t, "p", got.PLikelihood, want.ExactP, 1e-11)
	// The two exact tests disagree here, and the interval goes with its own.
	if got.P < 0.05 || got.Exact.Lower > 1 {
		t.Errorf("%v with p %g", got.Exact, got.P)
	}
}

func TestRateRatiosAsInR(t *testing.T) {
	for _, c := range fromR(t).Rates {
		got, ok := CompareRates(c.Input[0], c.Input[1], c.Input[2], c.Input[3], 0.95)
		if !ok {
			t.Fatal("not comparable")
		}
		same(t, "exact", got.Exact, c.Exact, 1e-9)
		near(t, "likelihood", got.PLikelihood, c.Likelihood, 1e-8)
		near(t, "central", got.P, c.Central, 1e-8)
		if zero := c.Input[0] == 0 || c.Input[2] == 0; zero != (got.Log == None()) {
			t.Errorf("%v: log interval %v", c.Input, got.Log)
		}
	}
	if got, ok := CompareRates(0, 10, 0, 10, 0.95); ok {
		t.Errorf("no events: %+v", got)
	}
}

func TestExactIntervalAgreesWithItsProbability(t *testing.T) {
	for a := 0.0; a < 40; a++ {
		for b := 0.0; b < 40; b++ {
			if got, ok := CompareRates(a, 3, b, 2, 0.95); ok {
				if excluded := got.Exact.Lower > 1 || got.Exact.Upper < 1; excluded != (got.P < 0.05) {
					t.Errorf("%g of 3 against %g of 2: %v with p %g", a, b, got.Exact, got.P)
				}
			}
		}
	}
}

// noLikelier against the definition, outcome by outcome.
func TestNoLikelier(t *testing.T) {
	for _, p := range []float64{0.02, 0.31, 0.5, 0.77} {
		for n := 1.0; n <= 25; n++ {
			for k := 0.0; k <= n; k++ {
				var want float64
				for j := 0.0; j <= n; j++ {
					if logBinomial(j, n, p) <= logBinomial(k, n, p)+1e-7 {
						want += math.Exp(logBinomial(j, n, p))
					}
				}
				near(t, "probability", noLikelier(k, n, p), want, 1e-12)
			}
		}
	}
}

func TestRangesOfCountsAsInR(t *testing.T) {
	want := fromR(t).Ranges
	for _, c := range want.Binomial {
		same(t, "binomial 95", BinomialRange(c.N, c.P, 0.95), c.R95, 0)
		same(t, "binomial 99.8", BinomialRange(c.N, c.P, 0.998), c.R998, 0)
	}
	for _, c := range want.Poisson {
		same(t, "Poisson 95", PoissonRange(c.Mean, 0.95), c.R95, 0)
		same(t, "Poisson 99.8", PoissonRange(c.Mean, 0.998), c.R998, 0)
	}
}

func TestClopperPearson(t *testing.T) {
	type share struct {
		CP pair `json:"clopper_pearson"`
	}
	want := read[struct {
		P42 share `json:"prop_42_50"`
		P0  share `json:"prop_0_10"`
		P3  share `json:"prop_3_24"`
		P24 share `json:"prop_24_24"`
	}](t, "..", "testdata", "estimates.json")
	same(t, "42 of 50", ClopperPearson(42, 50, 0.95), want.P42.CP, 1e-12)
	same(t, "0 of 10", ClopperPearson(0, 10, 0.95), want.P0.CP, 1e-12)
	same(t, "3 of 24", ClopperPearson(3, 24, 0.95), want.P3.CP, 1e-12)
	same(t, "24 of 24", ClopperPearson(24, 24, 0.95), want.P24.CP, 1e-12)
}

func TestFieller(t *testing.T) {
	shared := read[struct {
		Rows struct {
			Rows [][]any
		} `json:"nrr_grr"`
		Fieller struct{ G, Lo, Hi, Ratio float64 } `json:"fieller_nrr"`
	}](t, "..", "testdata", "estimates.json")
	var end, start []float64
	for _, row := range shared.Rows.Rows {
		if s := row[1].(float64); s > 0 { // opening customers
			start, end = append(start, s), append(end, row[2].(float64))
		}
	}
	got, g := paired(end, start).Fieller(0.95)
	near(t, "g", g, shared.Fieller.G, 1e-9)
	same(t, "NRR", got, pair{Lower: shared.Fieller.Lo, Upper: shared.Fieller.Hi}, 1e-9)

	for _, c := range fromR(t).Fieller {
		p := paired(c.Y, c.X)
		got, g := p.Fieller(0.95)
		near(t, "g", g, c.G, 1e-12)
		if c.G >= 1 {
			if got != None() {
				t.Errorf("g %g: %v", c.G, got)
			}
			continue
		}
		same(t, "roots", got, c.Interval, 1e-11)
	}

	// A denominator that does not vary: the ratio is a mean, and the interval Student's.
	y := []float64{7, 6, 6, 5, 7, 4, 3, 6, 2, 5}
	mean, g := paired(y, ones(len(y))).Fieller(0.95)
	near(t, "g of a mean", g, 0, 0)
	same(t, "mean", mean, pair{Lower: 3.91012540240291, Upper: 6.289874597597089}, 1e-10)
	if got, g := paired([]float64{1}, []float64{2}).Fieller(0.95); got != None() || !math.IsInf(g, 1) {
		t.Errorf("one unit: %v, g %v", got, g)
	}
}
