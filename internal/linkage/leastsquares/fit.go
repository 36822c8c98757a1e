// Package leastsquares fits a line, or plane, through rows, and tells how far it can be trusted.
package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"

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

	// design holds the columns, each brought to length 1 so that units do not matter; lengths are what they had.
	design  *mat.Dense
	lengths []float64
	inverse *mat.Dense // of the design's cross products
}

// Collinear is the ratio of a column's length to what those before leave of it from which it counts as dependent on them.
const Collinear = 1e10

// Regress fits y on columns of the same length by QR decomposition. A constant is a column like any other: see Constant.
// It fails if no row is left over, or if columns depend on one another.
func Regress(y []float64, columns ...[]float64) (fit Fit, ok bool) {
	rows, terms := len(y), len(columns)
	if rows <= terms || terms == 0 {
		return Fit{}, false
	}
	x := mat.NewDense(rows, terms, nil)
	lengths := make([]float64, terms)
	for j, column := range columns {
		lengths[j] = floats.Norm(column, 2)
		for i, v := range column {
			x.Set(i, j, v/lengths[j]) // NaN for a column of zeros
		}
	}
	var qr mat.QR
	qr.Factorize(x)
	var r, inverse mat.Dense
	qr.RTo(&r)
	square := r.Slice(0, terms, 0, terms)
	if !regular(square) {
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
		lengths:      lengths,
		inverse:      &inverse,
	}
	floats.SubTo(fit.Residuals, y, fitted.RawVector().Data)
	fit.RSS = floats.Dot(fit.Residuals, fit.Residuals)
	for j := range fit.SE {
		fit.Coefficients[j] /= lengths[j]
		fit.SE[j] = math.Sqrt(fit.RSS/float64(fit.Freedom)*inverse.At(j, j)) / lengths[j]
	}
	fit.RSquared = 1 - fit.RSS/(stat.PopVariance(y, nil)*float64(rows))
	return fit, true
}

// regular reports whether the columns of QR, each of length 1, do not depend on one another: what is left of each after
// those before it must not be all rounding.
func regular(r mat.Matrix) bool {
	_, terms := r.Dims()
	for j := range terms {
		if !(math.Abs(r.At(j, j))*Collinear > 1) { // NaN included
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

// Predict is the value expected of a new row, with the standard error of a prediction: that of the plane, and one
// residual more. Over it, the distance of what comes is Student's on Freedom degrees of freedom.
func (f Fit) Predict(row ...float64) (mean, se float64) {
	place := mat.NewVecDense(len(row), nil)
	for j, v := range row {
		place.SetVec(j, v/f.lengths[j])
	}
	return floats.Dot(f.Coefficients, row), f.Sigma() * math.Sqrt(1+mat.Inner(place, f.inverse, place))
}

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
