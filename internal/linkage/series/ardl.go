package series

import (
	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

// LaggedFit is an autoregression of the outcome with one lag of the driver, and what it says of the long run.
type LaggedFit struct {
	// Fit of y on, in this order: a constant, y one period before, x lag periods before.
	leastsquares.Fit
	// LongRun is the sum of all that follows a lasting rise of x by one: β/(1−φ).
	LongRun float64
}

// Distributed fits y on itself one period before and x lag periods before (autoregressive distributed lag). Taken at
// the best of several lags its p value is too small, and so it is where both series carry much over: see Test.
func Distributed(x, y []float64, lag int) (LaggedFit, bool) {
	start := max(lag, 1)
	if lag < 0 || len(x) != len(y) || len(y) <= start {
		return LaggedFit{}, false
	}
	n := len(y)
	fit, ok := leastsquares.Regress(y[start:], leastsquares.Constant(n-start), y[start-1:n-1], x[start-lag:n-lag])
	if !ok {
		return LaggedFit{}, false
	}
	return LaggedFit{Fit: fit, LongRun: fit.Coefficients[2] / (1 - fit.Coefficients[1])}, true
}

// Precedence is the outcome of Granger.
type Precedence struct {
	// F that the lags of x, together, matter for y once its own are known; P its p value.
	F, P float64
	// Lags of each series, and the degrees of freedom left.
	Lags, Freedom int
}

// Granger tests whether x helps to tell y beforehand (Granger 1969): y on a constant and so many lags of both. It fails
// if fewer periods are left than the lags need, or if y's own past leaves nothing of it to tell.
func Granger(x, y []float64, lags int) (Precedence, bool) {
	rows := len(y) - lags
	if lags < 1 || len(x) != len(y) || rows <= 2*lags+1 {
		return Precedence{}, false
	}
	columns := [][]float64{leastsquares.Constant(rows)}
	for _, series := range [][]float64{y, x} {
		for lag := 1; lag <= lags; lag++ {
			columns = append(columns, series[lags-lag:len(series)-lag])
		}
	}
	without, ok := leastsquares.Regress(y[lags:], columns[:lags+1]...)
	if about := demeaned(y[lags:]); !ok || !(without.RSS > rounding*floats.Dot(about, about)) {
		return Precedence{}, false
	}
	with, ok := leastsquares.Regress(y[lags:], columns...)
	if !ok {
		return Precedence{}, false
	}
	found := Precedence{Lags: lags, Freedom: with.Freedom}
	found.F, found.P = with.Against(without)
	return found, true
}
