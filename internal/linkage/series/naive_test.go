package series

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// How often ways that Test does not take call series linked at 5 %, against the shares that simulations with statsmodels
// found. Where it says nothing else, the series have nothing to do with one another.

const simulated = 2000

// tally counts, by way, the pairs called linked.
type tally map[string]int

func (c tally) add(way string, linked bool) {
	if linked {
		c[way]++
	}
}

// is allows for what chance makes of two simulations of equal size.
func (c tally) is(t *testing.T, way string, want float64) {
	t.Helper()
	got, luck := float64(c[way])/simulated, 4*math.Sqrt(2*want*(1-want)/simulated)
	if !(math.Abs(got-want) <= luck) {
		t.Errorf("%s: %.1f %%, want %.1f %%", way, 100*got, 100*want)
	}
}

type simulations struct {
	Best struct {
		Naive       float64 `json:"naive_best_lag"`
		Prewhitened float64 `json:"prewhitened_bonferroni"`
	} `json:"fp_sim_AR1_0.7_n36_7lags"`
	Walks struct {
		Levels, Diff float64
		HAC          float64 `json:"levels_HAC"`
	} `json:"fp_sim_random_walk_n36"`
	HAC struct {
		OLS float64
		Z   float64 `json:"hac_z"`
		T   float64 `json:"hac_t"`
	} `json:"hac_size_n36_phi.5"`
	EffectiveN float64 `json:"neff"`
}

func rejected(t *testing.T) simulations {
	return read[simulations](t, "../../../measure/testdata/rates_controls.json")
}

// Of sluggish series over 36 periods, the best of seven plain correlations finds a link more often than not.
func TestBestOfSevenLags(t *testing.T) {
	t.Parallel()
	want := rejected(t)
	near(t, "effective n", EffectiveN(36, 0.713, 0.6), want.EffectiveN, 1e-12)
	random := rand.New(rand.NewPCG(12, 1))
	linked := tally{}
	const tested = 300 // Test draws hundreds of series for a pair
	var ours int
	for i := range simulated {
		x, y := autoregressive(random, 36, 0.7), autoregressive(random, 36, 0.7)
		least := 1.0
		for lag := range 7 {
			r, freedom := stat.Correlation(x[:36-lag], y[lag:], nil), float64(34-lag)
			least = min(least, interval.TwoSidedT(r*math.Sqrt(freedom/(1-r*r)), freedom))
		}
		linked.add("best lag", least <= 0.05)
		whitened := must[Prewhitened](t)(Prewhiten(x, y, 1, 6, 0.95))
		linked.add("prewhitened", largest(whitened.Correlations) > whitened.Wide)
		if i < tested && shown(compare(x, y, Options{MaxLag: 6}, quick)) {
			ours++
		}
	}
	linked.is(t, "best lag", want.Best.Naive)
	linked.is(t, "prewhitened", want.Best.Prewhitened)
	if linked["best lag"] < simulated/2 {
		t.Errorf("the best lag is wrong in only %d of %d pairs", linked["best lag"], simulated)
	}
	if share := float64(ours) / tested; share > 0.05+2*math.Sqrt(0.05*0.95/tested) {
		t.Errorf("of the same pairs, Test calls %.1f %% linked", 100*share)
	}
}

// Of random walks over 36 periods, levels seem linked more often than not, whatever the standard error.
func TestWalksOnWalks(t *testing.T) {
	t.Parallel()
	want := rejected(t).Walks
	random := rand.New(rand.NewPCG(12, 2))
	linked := tally{}
	for range simulated {
		x, y := autoregressive(random, 36, 1), autoregressive(random, 36, 1)
		levels := must[leastsquares.Fit](t)(leastsquares.Regress(y, leastsquares.Constant(36), x))
		changes := must[leastsquares.Fit](t)(leastsquares.Regress(Difference(y, 1), leastsquares.Constant(35), Difference(x, 1)))
		linked.add("levels", levels.P(1) <= 0.05)
		linked.add("Newey–West", interval.TwoSided(levels.Coefficients[1]/levels.HAC(3)[1]) <= 0.05)
		linked.add("changes", changes.P(1) <= 0.05)
	}
	linked.is(t, "levels", want.Levels)
	linked.is(t, "Newey–West", want.HAC)
	linked.is(t, "changes", want.Diff)
}

// cosines is the p value of the slope on x by equally weighted cosines (Lazarus, Lewis, Stock and Watson 2018), and how
// many of them.
func cosines(fit leastsquares.Fit, x []float64) (p float64, terms int) {
	n, about := float64(len(x)), demeaned(x)
	terms = int(0.4 * math.Pow(n, 2.0/3))
	var variance float64 // of what the slope's scores add up to in the long run
	for j := 1; j <= terms; j++ {
		var sum float64
		for i, v := range about {
			sum += v * fit.Residuals[i] * math.Cos(math.Pi*float64(j)*(float64(i)+0.5)/n)
		}
		variance += 2 * sum * sum / float64(terms)
	}
	return interval.TwoSidedT(fit.Coefficients[1]*floats.Dot(about, about)/math.Sqrt(variance), float64(terms)), terms
}

// Of series that carry φ of each value over, standard errors that should allow for it do so only in part, and a single
// lag of the outcome (Distributed) does not at φ 0.8. With a link at a lag that is known, it finds more than they do.
func TestErrorsThatAllowForPersistence(t *testing.T) {
	t.Parallel()
	type found struct{ OLS, NW3, EWC, ARDL float64 }
	want := read[struct {
		Size24a found `json:"size_n24_phi0.5"`
		Size24b found `json:"size_n24_phi0.8"`
		Size36a found `json:"size_n36_phi0.5"`
		Size36b found `json:"size_n36_phi0.8"`
		Size60a found `json:"size_n60_phi0.5"`
		Size60b found `json:"size_n60_phi0.8"`
		Power24 found `json:"power_n24_beta.5"`
		Power36 found `json:"power_n36_beta.5"`
		Power60 found `json:"power_n60_beta.5"`
		EWC     struct {
			P float64
			B int
		} `json:"ewc_series36_lag2"`
	}](t, "../../../measure/testdata/simulations.json")
	series := oracle(t).Series36
	p, terms := cosines(must[leastsquares.Fit](t)(leastsquares.Regress(series.Renewal[2:], leastsquares.Constant(34), series.NPS[:34])), series.NPS[:34])
	if near(t, "p by cosines", p, want.EWC.P, 1e-9); terms != want.EWC.B {
		t.Errorf("%d cosines, want %d", terms, want.EWC.B)
	}

	random := rand.New(rand.NewPCG(12, 3))
	for _, c := range []struct {
		n    int
		phi  float64
		want found
	}{
		{24, 0.5, want.Size24a}, {24, 0.8, want.Size24b}, {36, 0.5, want.Size36a},
		{36, 0.8, want.Size36b}, {60, 0.5, want.Size60a}, {60, 0.8, want.Size60b},
	} {
		linked := tally{}
		n := float64(c.n)
		for range simulated {
			x, y := autoregressive(random, c.n, c.phi), autoregressive(random, c.n, c.phi)
			fit := must[leastsquares.Fit](t)(leastsquares.Regress(y, leastsquares.Constant(c.n), x))
			byHAC := fit.Coefficients[1] / fit.HAC(3)[1]
			byCosines, _ := cosines(fit, x)
			linked.add("least squares", fit.P(1) <= 0.05)
			linked.add("Newey–West, uncorrected", interval.TwoSided(byHAC*math.Sqrt(n/(n-2))) <= 0.05)
			linked.add("Newey–West", interval.TwoSided(byHAC) <= 0.05)
			linked.add("Newey–West, Student", interval.TwoSidedT(byHAC, n-2) <= 0.05)
			linked.add("cosines", byCosines <= 0.05)
			linked.add("lag of the outcome", must[LaggedFit](t)(Distributed(x, y, 0)).P(2) <= 0.05)
		}
		linked.is(t, "least squares", c.want.OLS)
		linked.is(t, "Newey–West, uncorrected", c.want.NW3)
		linked.is(t, "cosines", c.want.EWC)
		linked.is(t, "lag of the outcome", c.want.ARDL)
		if c.n == 36 && c.phi == 0.5 {
			again := rejected(t).HAC
			linked.is(t, "least squares", again.OLS)
			linked.is(t, "Newey–West", again.Z)
			linked.is(t, "Newey–West, Student", again.T)
		}
		if wrong := float64(linked["Newey–West, Student"]) / simulated; c.n <= 36 && wrong < 0.1 {
			t.Errorf("n %d, φ %g: Newey and West are wrong in only %.1f %%", c.n, c.phi, 100*wrong)
		}
	}
	for _, c := range []struct {
		n    int
		want found
	}{{24, want.Power24}, {36, want.Power36}, {60, want.Power60}} {
		linked := tally{}
		for range simulated {
			x, y := following(random, c.n, 0.5, 0.5, true)
			byCosines, _ := cosines(must[leastsquares.Fit](t)(leastsquares.Regress(y[2:], leastsquares.Constant(c.n-2), x[:c.n-2])), x[:c.n-2])
			linked.add("cosines, of linked series", byCosines <= 0.05)
			linked.add("lag of the outcome, of linked series", must[LaggedFit](t)(Distributed(x, y, 2)).P(2) <= 0.05)
		}
		linked.is(t, "cosines, of linked series", c.want.EWC)
		linked.is(t, "lag of the outcome, of linked series", c.want.ARDL)
	}
}
