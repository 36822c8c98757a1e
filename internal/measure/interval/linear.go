package interval

import "math"

// Paired are the sums over Count units (rows or clusters) of two quantities. They suffice for the
// ratio ΣY/ΣX; a mean is the ratio with X = 1 for every row.
type Paired struct {
	Count float64 // units
	Y, X  float64 // ΣY, ΣX
	// YY, XX and XY are the sums of squares and products within units.
	YY, XX, XY float64
}

// Ratio is ΣY/ΣX; X must not be zero.
func (p Paired) Ratio() float64 { return p.Y / p.X }

// Error is the linearised standard error of the ratio, √(m/(m−1)·Σe²)/|ΣX| with e = y − R·x over m units
// (Cochran 1977). With clusters as units it is the cluster-robust CR1 error; with X = 1 it is s/√n.
// It does not exist for fewer than 2 units.
func (p Paired) Error() (float64, bool) {
	if p.Count < 2 || p.X == 0 {
		return 0, false
	}
	r := p.Ratio()
	residual := centred(p.YY, 2*r*p.XY, r*r*p.XX)
	return math.Sqrt(p.Count/(p.Count-1)*residual) / math.Abs(p.X), true
}

// Variance is the sample variance of n values from their sum and sum of squares, never negative.
// It does not exist for fewer than 2 values.
func Variance(n, sum, squares float64) (float64, bool) {
	if n < 2 {
		return 0, false
	}
	return centred(squares, 2*sum*sum/n, sum*sum/n) / (n - 1), true
}

// centred is a − b + c, a sum of squares about a centre. What cancels to within rounding is zero:
// a constant column has no variance, and a negative one does not exist.
func centred(a, b, c float64) float64 {
	const rounding = 16 * 0x1p-52
	residual := a - b + c
	if residual <= rounding*(math.Abs(a)+math.Abs(b)+math.Abs(c)) {
		return 0
	}
	return residual
}
