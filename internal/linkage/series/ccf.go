package series

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// CrossCorrelation of x with y lag periods later, for lags 0 to maxLag: about the means of the whole series and over
// all their periods, as R's ccf.
func CrossCorrelation(x, y []float64, maxLag int) []float64 {
	a, b := demeaned(x), demeaned(y)
	scale := math.Sqrt(floats.Dot(a, a) * floats.Dot(b, b))
	found := make([]float64, 0, maxLag+1)
	for lag := 0; lag <= maxLag && lag < len(b); lag++ {
		found = append(found, floats.Dot(a[:len(a)-lag], b[lag:])/scale)
	}
	return found
}

// Prewhitened is the cross-correlation of two series after the autoregression of the first has been taken out of both
// (Box and Jenkins 1976, 11.1.1): what is left of the first is all but independent from period to period, so that
// correlations by chance stay small.
type Prewhitened struct {
	// Correlations at lags 0, 1, ….
	Correlations []float64
	// Filter are the coefficients of the autoregression.
	Filter []float64
	// Band in which a single correlation lies by chance, as often as the confidence says: z/√n. Of all together
	// (Bonferroni), Wide.
	Band, Wide float64
}

// Prewhiten correlates x with y at lags 0 to maxLag after an autoregression of so many periods. It fails if they are
// too short for it, or constant.
func Prewhiten(x, y []float64, order, maxLag int, confidence float64) (Prewhitened, bool) {
	phi, ok := autoregression(x, order)
	if !ok || len(x) != len(y) {
		return Prewhitened{}, false
	}
	z := func(lags int) float64 {
		return interval.Z(1-(1-confidence)/float64(lags)) / math.Sqrt(float64(len(x)-order))
	}
	return Prewhitened{
		Correlations: CrossCorrelation(filter(x, phi), filter(y, phi), maxLag),
		Filter:       phi,
		Band:         z(1),
		Wide:         z(maxLag + 1),
	}, true
}

// autoregression of x on so many of its periods before, by least squares with a constant.
func autoregression(x []float64, order int) ([]float64, bool) {
	if len(x) <= order {
		return nil, false
	}
	fit, ok := leastsquares.Regress(x[order:], lagged(x, order)...)
	if !ok {
		return nil, false
	}
	return fit.Coefficients[1:], true
}

// lagged are a constant and x one to order periods before, for its rows from order on.
func lagged(x []float64, order int) [][]float64 {
	columns := [][]float64{leastsquares.Constant(len(x) - order)}
	for lag := 1; lag <= order; lag++ {
		columns = append(columns, x[order-lag:len(x)-lag])
	}
	return columns
}

// filter takes the autoregression phi out of x; the first periods go.
func filter(x, phi []float64) []float64 {
	out := append([]float64(nil), x[len(phi):]...)
	for i, coefficient := range phi {
		lag := i + 1
		floats.AddScaled(out, -coefficient, x[len(phi)-lag:len(x)-lag])
	}
	return out
}
