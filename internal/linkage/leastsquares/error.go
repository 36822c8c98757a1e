package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Predict is the value expected of a new row, with the standard error of a prediction: that of the plane, and one
// residual more. Over it, the distance of what comes is Student's on Freedom degrees of freedom.
func (f Fit) Predict(row []float64) (mean, se float64) {
	mean = f.Intercept
	place := mat.NewVecDense(len(row), nil)
	for j, v := range row {
		mean += f.Slopes[j] * v
		place.SetVec(j, (v-f.centre[j])/f.scale[j])
	}
	return mean, f.Sigma * math.Sqrt(1+1/float64(f.N)+mat.Inner(place, &f.inverse, place))
}

// Errors are the slopes' standard errors where residuals are independent and equally wide.
func (f Fit) Errors() []float64 {
	errors := make([]float64, len(f.Slopes))
	for j := range errors {
		errors[j] = f.Sigma * math.Sqrt(f.inverse.At(j, j)) / f.scale[j]
	}
	return errors
}

// NeweyWestLags is how many lags Errors of a series of n periods should allow for (Newey and West 1994).
func NeweyWestLags(n int) int {
	return int(4 * math.Pow(float64(n)/100, 2.0/9))
}

// NeweyWest are the slopes' standard errors where residuals may depend on those up to lags rows before, and be wider at
// some times than at others (Newey and West 1987), with the n/(n−k) correction for small samples.
func (f Fit) NeweyWest(lags int) []float64 {
	columns := len(f.Slopes)
	scores := mat.NewDense(f.N, columns, nil)
	for i := range f.N {
		for j := range columns {
			scores.Set(i, j, f.rows.At(i, j)*f.residuals[i])
		}
	}
	middle := mat.NewDense(columns, columns, nil)
	middle.Mul(scores.T(), scores)
	for lag := 1; lag <= min(lags, f.N-1); lag++ {
		weight := 1 - float64(lag)/float64(lags+1)
		var across mat.Dense
		across.Mul(scores.Slice(lag, f.N, 0, columns).T(), scores.Slice(0, f.N-lag, 0, columns))
		for a := range columns {
			for b := range columns {
				middle.Set(a, b, middle.At(a, b)+weight*(across.At(a, b)+across.At(b, a)))
			}
		}
	}
	var half, covariance mat.Dense
	half.Mul(&f.inverse, middle)
	covariance.Mul(&half, &f.inverse)
	errors := make([]float64, columns)
	for j := range errors {
		errors[j] = math.Sqrt(covariance.At(j, j)*float64(f.N)/f.Freedom) / f.scale[j]
	}
	return errors
}
