package influence

import (
	"math"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// What is not told as influence: squares of standardised coefficients leave out what drivers explain together, here most
// of it; Pratt's products, which add up, turn negative where such a coefficient has another sign than its correlation;
// ridge coefficients depend on a penalty that somebody must choose.
func TestOtherWaysToShare(t *testing.T) {
	want, drivers := readOracle(t)
	n := len(drivers)
	among, with := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for a := range n {
		with.SetVec(a, stat.Correlation(drivers[a].Values, want.Y, nil))
		for b := a; b < n; b++ {
			among.SetSym(a, b, stat.Correlation(drivers[a].Values, drivers[b].Values, nil))
		}
	}
	// The coefficients of a regression on standardised drivers, with a penalty for their squares.
	coefficients := func(penalty float64) []float64 {
		penalised := mat.NewSymDense(n, nil)
		penalised.CopySym(among)
		for a := range n {
			penalised.SetSym(a, a, 1+penalty/float64(len(want.Y)-1))
		}
		var found mat.VecDense
		if err := found.SolveVec(penalised, with); err != nil {
			t.Fatal(err)
		}
		return found.RawVector().Data
	}
	betas := coefficients(0)
	pratt := make([]float64, n)
	for a, beta := range betas {
		near(t, "correlation", with.AtVec(a), want.Correlations[a], 1e-12)
		near(t, "standardised coefficient", beta, want.Betas[a], 1e-11)
		pratt[a] = beta * with.AtVec(a)
		near(t, "Pratt", pratt[a], want.Pratt[a], 1e-11)
	}
	near(t, "Pratt's sum", floats.Sum(pratt), want.R2, 1e-11)
	if squares := floats.Dot(betas, betas); squares > want.R2/2 {
		t.Errorf("squares add up to %g of %g", squares, want.R2)
	}
	for penalty, ridge := range want.Ridge {
		lambda, err := strconv.ParseFloat(penalty, 64)
		if err != nil {
			t.Fatal(err)
		}
		for a, beta := range coefficients(lambda) {
			near(t, "ridge "+penalty, beta, ridge[a], 1e-11)
		}
	}
	if less := want.Ridge["5.0"][0] / want.Ridge["1.0"][0]; math.Abs(less-1) < 0.1 {
		t.Error("the penalty would not matter")
	}
	for a, share := range Of(want.Y, drivers, Options{}).Shares {
		if part := pratt[a] / want.R2; math.Abs(share.Value-part) < 0.02 {
			t.Errorf("%s: Pratt's %g would pass for %g", share.Driver, part, share.Value)
		}
	}
}
