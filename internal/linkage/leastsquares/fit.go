// Package leastsquares fits a straight line, or plane, through rows and tells how far it can be trusted.
package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Fit is an ordinary least-squares regression with an intercept.
type Fit struct {
	Intercept float64
	// Slopes are in the units of y per unit of each column.
	Slopes []float64
	// Sigma is the standard deviation of the residuals on Freedom degrees of freedom.
	Sigma    float64
	Freedom  float64
	RSquared float64
	N        int

	centre, scale []float64
	residuals     []float64
	rows          *mat.Dense // standardised
	inverse       mat.Dense  // of the cross products of rows
}

// collinear is the squared length that a standardised column must keep once the columns before it are taken out.
const collinear = 1e-10

// Of fits y on rows, each holding one value for every column. It is false where there are too few rows for a residual,
// or a column is constant or follows from the others.
func Of(rows [][]float64, y []float64) (Fit, bool) {
	n := len(rows)
	if n == 0 || n < len(rows[0])+2 {
		return Fit{}, false
	}
	fit := Fit{N: n, Freedom: float64(n - len(rows[0]) - 1)}
	if !fit.standardise(rows) {
		return Fit{}, false
	}
	var qr mat.QR
	qr.Factorize(fit.rows)
	var r mat.Dense
	qr.RTo(&r)
	columns := len(fit.scale)
	upper := mat.NewTriDense(columns, mat.Upper, nil)
	for i := range columns {
		for j := i; j < columns; j++ {
			upper.SetTri(i, j, r.At(i, j))
		}
		// The diagonal is what a column keeps of its length √(n−1).
		if kept := r.At(i, i) * r.At(i, i); kept < collinear*float64(n-1) {
			return Fit{}, false
		}
	}
	var root mat.TriDense
	if root.InverseTri(upper) != nil {
		return Fit{}, false
	}
	fit.inverse.Mul(&root, root.T())
	fit.solve(y)
	return fit, true
}

// standardise centres the columns and brings them to one scale, so that units do not matter; false for a constant one.
func (f *Fit) standardise(rows [][]float64) bool {
	n, columns := len(rows), len(rows[0])
	f.centre, f.scale = make([]float64, columns), make([]float64, columns)
	f.rows = mat.NewDense(n, columns, nil)
	for j := range columns {
		for _, row := range rows {
			f.centre[j] += row[j] / float64(n)
		}
		var squares float64
		for _, row := range rows {
			squares += (row[j] - f.centre[j]) * (row[j] - f.centre[j])
		}
		f.scale[j] = math.Sqrt(squares / float64(n-1))
		if !(f.scale[j] > 1e-12*math.Abs(f.centre[j])) || math.IsInf(f.scale[j], 0) {
			return false
		}
		for i, row := range rows {
			f.rows.Set(i, j, (row[j]-f.centre[j])/f.scale[j])
		}
	}
	return true
}

// solve finds the coefficients and what they leave unexplained.
func (f *Fit) solve(y []float64) {
	n := float64(f.N)
	var mean, total float64
	for _, v := range y {
		mean += v / n
	}
	centred := mat.NewVecDense(f.N, nil)
	for i, v := range y {
		centred.SetVec(i, v-mean)
		total += (v - mean) * (v - mean)
	}
	var products, standard, fitted mat.VecDense
	products.MulVec(f.rows.T(), centred)
	standard.MulVec(&f.inverse, &products)
	fitted.MulVec(f.rows, &standard)
	f.Intercept = mean
	f.Slopes = make([]float64, len(f.scale))
	for j := range f.Slopes {
		f.Slopes[j] = standard.AtVec(j) / f.scale[j]
		f.Intercept -= f.Slopes[j] * f.centre[j]
	}
	f.residuals = make([]float64, f.N)
	var left float64
	for i := range f.residuals {
		f.residuals[i] = centred.AtVec(i) - fitted.AtVec(i)
		left += f.residuals[i] * f.residuals[i]
	}
	f.Sigma = math.Sqrt(left / f.Freedom)
	if total > 0 {
		f.RSquared = max(0, 1-left/total)
	}
}
