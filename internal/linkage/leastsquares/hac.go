package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// HAC are standard errors of the coefficients that allow for errors of unequal size that carry over into the next
// periods, up to lags of them: Newey and West (1987) with Bartlett weights, times n/(n−k) for small samples. R:
// sandwich::NeweyWest(lag, prewhite = FALSE, adjust = TRUE); statsmodels: cov_type="HAC", use_correction=True.
// In a few dozen periods they are still too small where much carries over; see package series.
func (f Fit) HAC(lags int) []float64 {
	rows, terms := f.design.Dims()
	scores := mat.NewDense(rows, terms, nil)
	for i := range rows {
		for j := range terms {
			scores.Set(i, j, f.design.At(i, j)*f.Residuals[i])
		}
	}
	var middle mat.Dense
	middle.Mul(scores.T(), scores)
	for lag := 1; lag <= lags && lag < rows; lag++ {
		var cross mat.Dense
		cross.Mul(scores.Slice(lag, rows, 0, terms).T(), scores.Slice(0, rows-lag, 0, terms))
		cross.Scale(1-float64(lag)/float64(lags+1), &cross)
		middle.Add(&middle, &cross)
		middle.Add(&middle, cross.T())
	}
	var covariance mat.Dense
	covariance.Product(f.inverse, &middle, f.inverse)
	covariance.Scale(float64(rows)/float64(f.Freedom), &covariance)
	errors := make([]float64, terms)
	for j := range errors {
		errors[j] = math.Sqrt(max(0, covariance.At(j, j))) / f.lengths[j]
	}
	return errors
}

// BartlettLags is how many lags HAC takes in for n rows: ⌊4(n/100)^(2/9)⌋ (Newey and West 1994).
func BartlettLags(n int) int {
	return int(4 * math.Pow(float64(n)/100, 2.0/9))
}
