package series

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
)

// maxOrder is the most periods of its own past that the outcome is regressed on.
const maxOrder = 4

// gate holds the regressions, one a lag k, in which the driver is tested:
//
//	y(t) ~ 1 + t + y(t−1) … y(t−p) + x(t−k) + x(t−k−1) … x(t−k−p)
//
// Only x(t−k) is tested. The straight line keeps two series from going together because both rise. The past of y, and
// as much of x before t−k, keep them from going together because both are sluggish: without x(t−k−1) that succeeds in
// part only, and a true effect is found less often.
//
// Everything but y is the same in all resamples, so it is projected out of the rest once (Frisch and Waugh 1933).
type gate struct {
	order int
	lags  []lagGate
	// taken are degrees of freedom that preparing the series used up.
	taken int
}

// lagGate is one lag's regression.
type lagGate struct {
	start int // first row
	// basis are orthonormal columns that span all but y's past and the tested term; term is what they leave of it,
	// of length 1.
	basis [][]float64
	term  []float64
}

// newGate prepares lags 0 to maxLag of x. It fails where x leaves nothing to test with.
func newGate(x []float64, order, maxLag, taken int) (gate, bool) {
	g := gate{order: order, taken: taken}
	for lag := 0; lag <= maxLag; lag++ {
		start := lag + order
		rows := len(x) - start
		if rows <= 2*order+3+taken {
			return gate{}, false
		}
		columns := [][]float64{leastsquares.Constant(rows), line(rows)}
		for before := 1; before <= order; before++ {
			columns = append(columns, x[start-lag-before:len(x)-lag-before])
		}
		basis, ok := orthonormal(append(columns, x[start-lag:len(x)-lag]))
		if !ok {
			return gate{}, false
		}
		last := len(basis) - 1
		g.lags = append(g.lags, lagGate{start: start, basis: basis[:last], term: basis[last]})
	}
	return g, true
}

// orthonormal makes columns so, each of what the ones before leave of it (Gram–Schmidt, done twice for its digits).
// It fails if one depends on those before.
func orthonormal(columns [][]float64) ([][]float64, bool) {
	var basis [][]float64
	for _, column := range columns {
		q := append([]float64(nil), column...)
		length := floats.Norm(q, 2)
		for range 2 {
			for _, earlier := range basis {
				floats.AddScaled(q, -floats.Dot(q, earlier), earlier)
			}
		}
		left := floats.Norm(q, 2)
		if !(left*leastsquares.Collinear > length) {
			return nil, false
		}
		floats.Scale(1/left, q)
		basis = append(basis, q)
	}
	return basis, true
}

// freedom of the t statistic at a lag of series of n periods.
func (g gate) freedom(n, lag int) int {
	return n - g.lags[lag].start - 3 - 2*g.order - g.taken
}

// statistics writes Student's t of the driver at each lag into out, and returns the largest without its sign.
func (g gate) statistics(y, out []float64) float64 {
	var largest float64
	for lag := range g.lags {
		out[lag] = g.statistic(y, lag)
		largest = max(largest, math.Abs(out[lag]))
	}
	return largest
}

// rounding is the share of a sum of squares below which what is left of it is rounding.
const rounding = 1e-12

// statistic is t at a lag: y and its past less what the basis holds of them, then by Cholesky. y must be about zero.
func (g gate) statistic(y []float64, lag int) float64 {
	l := &g.lags[lag]
	p := g.order
	var past [maxOrder + 1][]float64 // y and y so many periods before
	for i := 0; i <= p; i++ {
		past[i] = y[l.start-i : len(y)-i]
	}
	var cross [maxOrder + 1][maxOrder + 1]float64
	var term [maxOrder + 1]float64
	for i := 0; i <= p; i++ {
		term[i] = floats.Dot(l.term, past[i])
		for j := 0; j <= i; j++ {
			cross[i][j] = floats.Dot(past[i], past[j])
		}
	}
	whole := cross[0][0]
	for _, q := range l.basis {
		var parts [maxOrder + 1]float64
		for i := 0; i <= p; i++ {
			parts[i] = floats.Dot(q, past[i])
			for j := 0; j <= i; j++ {
				cross[i][j] -= parts[i] * parts[j]
			}
		}
	}
	// y's past is eliminated one period at a time, from the farthest on.
	length := 1.0
	for i := p; i >= 1; i-- {
		pivot := cross[i][i]
		if !(pivot > rounding*whole) {
			continue // follows from the driver to the last digit: adds nothing
		}
		length -= term[i] * term[i] / pivot
		for j := range i {
			share := cross[i][j] / pivot
			for k := 0; k <= j; k++ {
				cross[j][k] -= share * cross[i][k]
			}
			term[j] -= share * term[i]
		}
	}
	own, both := cross[0][0], term[0]
	if !(own > rounding*whole) || !(length > rounding) {
		return 0 // nothing left to tell, or to tell it by
	}
	rest := max(own*length-both*both, rounding*own*length) // a perfect link has a t, too
	return both * math.Sqrt(float64(g.freedom(len(y), lag))/rest)
}
