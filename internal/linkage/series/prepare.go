package series

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

// Difference is x less x so many periods before, shorter by as many: 1 for changes from period to period, 12 for those
// from the same month of last year.
func Difference(x []float64, periods int) []float64 {
	if len(x) <= periods {
		return nil
	}
	out := make([]float64, len(x)-periods)
	floats.SubTo(out, x[periods:], x[:len(x)-periods])
	return out
}

// Deseasonalise takes out of x what each month of the year (or quarter) has of its own: the coefficients, about their
// mean, of month dummies in a regression that also holds a straight line, so that a rising series does not make
// Decembers high. Level and line stay. It fails with less than two years.
func Deseasonalise(x []float64, season int) ([]float64, bool) {
	if season < 2 || len(x) < 2*season {
		return nil, false
	}
	months := make([][]float64, season)
	for m := range months {
		months[m] = make([]float64, len(x))
		for i := m; i < len(x); i += season {
			months[m][i] = 1
		}
	}
	fit, ok := leastsquares.Regress(x, append(months, line(len(x)))...)
	if !ok {
		return nil, false
	}
	effects := demeaned(fit.Coefficients[:season])
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] - effects[i%season]
	}
	return out, true
}

// line rises by one each period, about zero.
func line(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i) - float64(n-1)/2
	}
	return out
}

// overlap is the longest stretch of periods in which both series have a value, the latest of several equally long:
// from first to before end. Periods are never made up to fill a gap.
func overlap(driver, outcome []float64) (first, end int) {
	start := 0
	for i := range min(len(driver), len(outcome)) {
		if !finite(driver[i]) || !finite(outcome[i]) {
			start = i + 1
			continue
		}
		if i+1-start >= end-first {
			first, end = start, i+1
		}
	}
	return first, end
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// varies reports whether x is anything but a constant or a straight line, the rounding of values up to largest aside.
func varies(x []float64, largest float64) bool {
	const rounding = 1e-9
	rest, ok := detrended(x)
	return ok && floats.Norm(rest, math.Inf(1)) > rounding*largest
}

// largest value of x, without its sign.
func largest(x []float64) float64 { return floats.Norm(x, math.Inf(1)) }

// seasonal are orthonormal columns of what Deseasonalise takes out, but for a level and a line.
func seasonal(n, season int) [][]float64 {
	columns := [][]float64{leastsquares.Constant(n), line(n)}
	for m := 1; m < season; m++ {
		month := make([]float64, n)
		for i := m; i < n; i += season {
			month[i] = 1
		}
		columns = append(columns, month)
	}
	basis, ok := orthonormal(columns)
	if !ok {
		return nil
	}
	return basis[2:]
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
