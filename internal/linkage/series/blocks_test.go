package series

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// base is what R says: oracle.R.
type base struct {
	BJsales     struct{ Lead, Sales []float64 }
	Prewhitened struct {
		Series36 whitened `json:"series36_ar2"`
		BJsales  whitened `json:"bjsales_ar3"`
	}
	Gate []struct {
		Lag, Order             int
		T, Slope, Lower, Upper float64
	}
	Deseasonalised struct{ X, Month, Quarter []float64 }
	Smallest       []struct{ R, Alpha, N float64 }
}

type whitened struct{ Phi, CCF []float64 }

func TestCrossCorrelation(t *testing.T) {
	o, r := oracle(t), read[base](t, "oracle.json")
	x, y := o.Series36.NPS, o.Series36.Renewal
	all(t, "levels", CrossCorrelation(x, y, 6), byLag(o.CCF), 1e-10)
	near(t, "spurious levels", CrossCorrelation(o.Spurious.CPI, o.Spurious.KPI, 0)[0], o.Spurious.LevelsR, 1e-10)
	near(t, "spurious changes", CrossCorrelation(Difference(o.Spurious.CPI, 1), Difference(o.Spurious.KPI, 1), 0)[0], o.Spurious.DiffR, 1e-10)

	got := must[Prewhitened](t)(Prewhiten(x, y, 1, 6, 0.95))
	all(t, "filter", got.Filter, o.Prewhiten.AR1, 1e-10)
	all(t, "prewhitened", got.Correlations, byLag(o.Prewhiten.CCF), 1e-9)
	near(t, "band", got.Band, o.Prewhiten.Bound, 2e-5) // there z is 1.96
	near(t, "Bonferroni", got.Wide, o.Prewhiten.Bonferroni, 1e-12)
	for lag, correlation := range got.Correlations {
		if (math.Abs(correlation) > got.Wide) != (lag == 2) {
			t.Errorf("lag %d: %g beside ±%g", lag, correlation, got.Wide)
		}
	}

	lead, sales := Difference(r.BJsales.Lead, 1), Difference(r.BJsales.Sales, 1)
	all(t, "BJsales", CrossCorrelation(lead, sales, 8), byLag(o.BJsales.Diff), 1e-9)
	got = must[Prewhitened](t)(Prewhiten(lead, sales, 1, 8, 0.95))
	all(t, "BJsales filter", got.Filter, o.BJsales.AR1, 1e-10)
	all(t, "BJsales prewhitened", got.Correlations, byLag(o.BJsales.Whitened), 1e-9)
	near(t, "BJsales band", got.Band, o.BJsales.Bound, 2e-5)

	for _, longer := range []struct {
		order int
		x, y  []float64
		want  whitened
	}{
		{2, x, y, r.Prewhitened.Series36},
		{3, lead, sales, r.Prewhitened.BJsales},
	} {
		got := must[Prewhitened](t)(Prewhiten(longer.x, longer.y, longer.order, len(longer.want.CCF)-1, 0.95))
		all(t, "coefficients", got.Filter, longer.want.Phi, 1e-9)
		all(t, "after longer filter", got.Correlations, longer.want.CCF, 1e-9)
	}
}

func TestSeveralTests(t *testing.T) {
	o := oracle(t).BH
	all(t, "Benjamini–Hochberg", BenjaminiHochberg(o.P), o.BH, 1e-12)
	all(t, "Benjamini–Yekutieli", BenjaminiYekutieli(o.P), o.BY, 1e-12)
	all(t, "Holm", Holm(o.P), o.Holm, 1e-12)
	if got := BenjaminiHochberg(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	backwards := slices.Clone(o.P)
	slices.Reverse(backwards)
	want := slices.Clone(o.BH)
	slices.Reverse(want)
	all(t, "in another order", BenjaminiHochberg(backwards), want, 1e-12)
}

func TestSampleSizes(t *testing.T) {
	near(t, "effective n", EffectiveN(36, 0.713, 0.6), 14.4, 0.01)
	for r, n := range map[float64]float64{0.3: 85, 0.5: 30, 0.7: 14, 0.9: 7} {
		near(t, "pairs", MinimumN(r, 0.05, 0.8), n, 0)
	}
	for _, want := range read[base](t, "oracle.json").Smallest {
		near(t, "pairs", MinimumN(want.R, want.Alpha, 0.8), want.N, 0)
	}
	if n := MinimumN(0, 0.05, 0.8); !math.IsInf(n, 1) {
		t.Errorf("no correlation is never shown, not by %g", n)
	}
}

func TestSeasons(t *testing.T) {
	want := read[base](t, "oracle.json").Deseasonalised
	month, ok := Deseasonalise(want.X, 12)
	if !ok {
		t.Fatal("refused")
	}
	all(t, "months", month, want.Month, 1e-10)
	quarter, _ := Deseasonalise(want.X, 4)
	all(t, "quarters", quarter, want.Quarter, 1e-10)
	if _, ok := Deseasonalise(want.X[:23], 12); ok {
		t.Error("of less than two years")
	}

	// What draws have taken out is the same but for a level and a line.
	out := slices.Clone(want.X)
	for _, q := range seasonal(len(out), 12) {
		rest := floats.Dot(q, out)
		for i := range out {
			out[i] -= rest * q[i]
		}
	}
	a, _ := detrended(out)
	b, _ := detrended(want.Month)
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			t.Fatalf("period %d: %g, not %g", i, a[i], b[i])
		}
	}
}

func TestGateIsTheRegressionItStandsFor(t *testing.T) {
	o := oracle(t)
	for _, want := range read[base](t, "oracle.json").Gate {
		x, y := o.Series36.NPS, o.Series36.Renewal
		if want.Order == 3 {
			x, y = y, x
		}
		g := must[gate](t)(newGate(x, want.Order, 6, 0))
		z, _ := detrended(y)
		near(t, "t", g.statistic(z, want.Lag), want.T, 1e-8)
		slope := must[effect](t)(g.slope(x, y, want.Lag, 0.95))
		near(t, "slope", slope.Value, want.Slope, 1e-8)
		near(t, "lower", slope.Interval.Lower, want.Lower, 1e-8)
		near(t, "upper", slope.Interval.Upper, want.Upper, 1e-8)
	}
}

func TestOutcomeUnderNoLinkKeepsItsPersistence(t *testing.T) {
	// Second-order, near a random walk: least squares alone would see less of it.
	y := oracle(t).Series36.NPS
	z, _ := detrended(y)
	fit, _ := persistence(z, 1, 1)
	m := must[null](t)(newNull(y, 1))
	least := fit.Coefficients[2]
	near(t, "persistence", m.phi[0], least+(2+4*least)/36, 1e-12)

	random := rand.New(rand.NewPCG(11, 1))
	for _, phi := range []float64{0, 0.5, 0.8} {
		const pairs, n = 2000, 150
		var sum float64
		for range pairs {
			z, _ := detrended(autoregressive(random, n, phi))
			fit, _ := persistence(z, 1, 1)
			sum += fit.Coefficients[2]
		}
		if bias := phi - sum/pairs; math.Abs(bias-(2+4*phi)/n) > 0.005 {
			t.Errorf("φ %.1f: least squares misses %.3f of it, not %.3f", phi, bias, (2+4*phi)/n)
		}
	}

	all(t, "levels", levels(0.9, []float64{0.3, -0.1}), []float64{1.2, -0.4, 0.1}, 1e-12)

	// Drawn with its surprises in their own order, the series comes back.
	same := null{phi: m.phi, start: m.start, surprises: filter(z, m.phi)}
	out := slices.Clone(z)
	for i := range out[1:] {
		out[i+1] = m.phi[0]*out[i] + same.surprises[i]
	}
	all(t, "series", out, z, 1e-9)
}
