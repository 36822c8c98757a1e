package forecast

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

// history is what is known at an origin: the KPI's first periods, and its drivers.
type history struct {
	kpi     []float64
	drivers []Driver
	// ahead is by how many periods each driver is known beyond the KPI, or below 0 by how many less.
	ahead  []int
	season int
}

// look is a forecast of the value so many periods ahead; the reason says why there is none.
type look func(known history, horizon int) (Predictive, Reason)

// minimumFreedom is how many residuals more than coefficients a forecast takes: from fewer, intervals say nothing.
const minimumFreedom = 5

// naive is the last value again. Its error is that of so many steps, each as wide as those seen: Student's, since steps
// are few, where the textbook takes the normal distribution.
func naive(known history, horizon int) (Predictive, Reason) {
	return repeat(known.kpi, 1, horizon)
}

// seasonalNaive is the value of the same period a year before.
func seasonalNaive(known history, horizon int) (Predictive, Reason) {
	return repeat(known.kpi, known.season, horizon)
}

// repeat goes on with the last values, as many as a season has (Hyndman and Athanasopoulos 2021, Forecasting: Principles
// and Practice 5.5).
func repeat(kpi []float64, season, horizon int) (Predictive, Reason) {
	changes := len(kpi) - season
	if changes <= minimumFreedom {
		return Predictive{}, TooFewPeriods
	}
	var squares float64
	for i := season; i < len(kpi); i++ {
		squares += (kpi[i] - kpi[i-season]) * (kpi[i] - kpi[i-season])
	}
	rounds := (horizon-1)/season + 1
	return Predictive{
		Mean:    kpi[len(kpi)-season+(horizon-1)%season],
		Error:   math.Sqrt(squares / float64(changes) * float64(rounds)),
		Freedom: float64(changes),
	}, ""
}

// drift goes on along the line from the first value to the last.
func drift(known history, horizon int) (Predictive, Reason) {
	steps := float64(len(known.kpi) - 1)
	if steps-1 < minimumFreedom {
		return Predictive{}, TooFewPeriods
	}
	last := known.kpi[len(known.kpi)-1]
	slope := (last - known.kpi[0]) / steps
	var squares float64
	for i, v := range known.kpi[1:] {
		squares += (v - known.kpi[i] - slope) * (v - known.kpi[i] - slope)
	}
	h := float64(horizon)
	return Predictive{
		Mean:    last + h*slope,
		Error:   math.Sqrt(squares / (steps - 1) * h * (1 + h/steps)),
		Freedom: steps - 1,
	}, ""
}

// average is the mean of all values: what a regression comes down to whose drivers tell nothing. In a KPI that wavers
// around one level it beats the last value, so that without it, any driver would seem to.
func average(known history, _ int) (Predictive, Reason) {
	n := float64(len(known.kpi))
	if n-1 < minimumFreedom {
		return Predictive{}, TooFewPeriods
	}
	var sum, squares float64
	for _, v := range known.kpi {
		sum += v
	}
	for _, v := range known.kpi {
		squares += (v - sum/n) * (v - sum/n)
	}
	return Predictive{Mean: sum / n, Error: math.Sqrt(squares / (n - 1) * (1 + 1/n)), Freedom: n - 1}, ""
}

// regression is that on the drivers, each at its lag. Further ahead than its lag a driver is not known yet: there the
// KPI is regressed on the latest value that is, a lag longer by as much. The wider residuals of that regression are the
// price of not knowing, and no forecast of the driver is needed.
func regression(known history, horizon int) (Predictive, Reason) {
	lags := make([]int, len(known.drivers))
	for j, d := range known.drivers {
		lags[j] = max(d.Lag, horizon-known.ahead[j])
	}
	asked, ok := lagged(known.drivers, lags, len(known.kpi)+horizon-1)
	if !ok {
		return Predictive{}, NoDriverValue
	}
	fit, reason := fitted(known, lags)
	if reason != "" {
		return Predictive{}, reason
	}
	mean, se := fit.Predict(asked...)
	return Predictive{Mean: mean, Error: se, Freedom: float64(fit.Freedom)}, ""
}

// fitted is the regression of all periods in which every driver is known, on a constant and the drivers.
func fitted(known history, lags []int) (leastsquares.Fit, Reason) {
	columns := make([][]float64, 1+len(lags))
	var y []float64
	for i, v := range known.kpi {
		if row, ok := lagged(known.drivers, lags, i); ok {
			y = append(y, v)
			for j, value := range row {
				columns[j] = append(columns[j], value)
			}
		}
	}
	if len(y)-len(columns) < minimumFreedom {
		return leastsquares.Fit{}, TooFewPeriods
	}
	fit, ok := leastsquares.Regress(y, columns...)
	if !ok {
		return fit, NotDetermined
	}
	return fit, ""
}

// lagged are a one, for the constant, and the drivers' values that go with a period; false where one is unknown.
func lagged(drivers []Driver, lags []int, period int) ([]float64, bool) {
	row := make([]float64, 1+len(drivers))
	row[0] = 1
	for j, d := range drivers {
		at := period - lags[j]
		if at < 0 || at >= len(d.Values) || !finite(d.Values[at]) {
			return nil, false
		}
		row[1+j] = d.Values[at]
	}
	return row, true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
