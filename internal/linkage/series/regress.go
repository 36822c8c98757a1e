package series

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Fit is a linear regression by least squares. Coefficients and all that belongs to them stand in the order of the
// columns.
type Fit struct {
	Coefficients []float64
	// SE are textbook standard errors, which take the errors of periods as independent; HAC does not.
	SE []float64
	// Residuals in the order of the rows.
	Residuals []float64
	// RSS is the sum of their squares, RSquared the share of the variance explained, about the mean.
	RSS, RSquared float64
	// Freedom is rows less columns.
	Freedom int

	design  *mat.Dense
	inverse *mat.Dense // of X'X
}

// collinear is the ratio of the largest to the smallest diagonal element of R from which columns count as linearly
// dependent.
const collinear = 1e10

// Regress fits y on columns of the same length by QR decomposition. A constant is a column like any other: see Constant.
// It fails if no row is left over, or if columns depend on one another.
func Regress(y []float64, columns ...[]float64) (fit Fit, ok bool) {
	rows, terms := len(y), len(columns)
	if rows <= terms || terms == 0 {
		return Fit{}, false
	}
	x := mat.NewDense(rows, terms, nil)
	for j, column := range columns {
		x.SetCol(j, column)
	}
	var qr mat.QR
	qr.Factorize(x)
	var r, inverse mat.Dense
	qr.RTo(&r)
	square := r.Slice(0, terms, 0, terms)
	if !regular(square, x) {
		return Fit{}, false
	}
	var beta mat.VecDense
	if qr.SolveVecTo(&beta, false, mat.NewVecDense(rows, y)) != nil {
		return Fit{}, false
	}
	var root mat.Dense
	if root.Inverse(square) != nil {
		return Fit{}, false
	}
	inverse.Mul(&root, root.T())

	var fitted mat.VecDense
	fitted.MulVec(x, &beta)
	fit = Fit{
		Coefficients: append([]float64(nil), beta.RawVector().Data...),
		SE:           make([]float64, terms),
		Residuals:    make([]float64, rows),
		Freedom:      rows - terms,
		design:       x,
		inverse:      &inverse,
	}
	floats.SubTo(fit.Residuals, y, fitted.RawVector().Data)
	fit.RSS = floats.Dot(fit.Residuals, fit.Residuals)
	for j := range fit.SE {
		fit.SE[j] = math.Sqrt(fit.RSS / float64(fit.Freedom) * inverse.At(j, j))
	}
	about := demeaned(y)
	fit.RSquared = 1 - fit.RSS/floats.Dot(about, about)
	return fit, true
}

// regular reports whether the columns of x = QR do not depend on one another: whatever their units, what is left of
// each after those before it must not be all rounding.
func regular(r mat.Matrix, x *mat.Dense) bool {
	for j := range r.(*mat.Dense).RawMatrix().Cols {
		length := mat.Norm(x.ColView(j), 2)
		if !(math.Abs(r.At(j, j))*collinear > length) { // NaN included
			return false
		}
	}
	return true
}

// Constant is a column of n ones.
func Constant(n int) []float64 {
	column := make([]float64, n)
	for i := range column {
		column[i] = 1
	}
	return column
}

// Sigma is the standard deviation of the errors, estimated.
func (f Fit) Sigma() float64 { return math.Sqrt(f.RSS / float64(f.Freedom)) }

// T is Student's t of a coefficient, P its two-sided p value.
func (f Fit) T(column int) float64 { return f.Coefficients[column] / f.SE[column] }

// P of T.
func (f Fit) P(column int) float64 { return interval.TwoSidedT(f.T(column), float64(f.Freedom)) }

// Against is the F test of f against a fit of the same y on fewer of its columns: whether those left out matter.
func (f Fit) Against(smaller Fit) (statistic, p float64) {
	restrictions := float64(smaller.Freedom - f.Freedom)
	freedom := float64(f.Freedom)
	statistic = max(0, (smaller.RSS-f.RSS)/restrictions) / (f.RSS / freedom)
	// The complement keeps the digits of small p values, which one minus the distribution function loses.
	return statistic, mathext.RegIncBeta(freedom/2, restrictions/2, freedom/(freedom+restrictions*statistic))
}

// DurbinWatson of residuals: about 2 if each is independent of the one before, towards 0 if they carry over (Durbin
// and Watson 1950).
func DurbinWatson(residuals []float64) float64 {
	var steps float64
	for i := 1; i < len(residuals); i++ {
		step := residuals[i] - residuals[i-1]
		steps += step * step
	}
	return steps / floats.Dot(residuals, residuals)
}

// demeaned is x less its mean.
func demeaned(x []float64) []float64 {
	mean := floats.Sum(x) / float64(len(x))
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v - mean
	}
	return out
}
