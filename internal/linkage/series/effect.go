package series

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// effect is the slope of y on x lag periods before, with a HAC interval by Student's t, and the rows it comes from.
func effect(x, y []float64, lag int, confidence float64) (interval.Bounded, int, bool) {
	rows := len(y) - lag
	fit, ok := Regress(y[lag:], Constant(rows), x[:rows])
	if !ok {
		return interval.Bounded{}, 0, false
	}
	slope := fit.Coefficients[1]
	return interval.Bounded{
		Value:    slope,
		Interval: interval.Student(slope, fit.HAC(BartlettLags(rows))[1], float64(fit.Freedom), confidence),
	}, rows, true
}

// slope of y on x at a lag in the gate's own regression. Little is left to carry over there, so that the textbook
// interval holds.
func (g gate) slope(x, y []float64, lag int, confidence float64) (interval.Bounded, bool) {
	start := g.lags[lag].start
	rows := len(y) - start
	columns := [][]float64{x[start-lag : len(x)-lag], Constant(rows), line(rows)}
	for before := 1; before <= g.order; before++ {
		columns = append(columns, y[start-before:len(y)-before], x[start-lag-before:len(x)-lag-before])
	}
	fit, ok := Regress(y[start:], columns...)
	if !ok {
		return interval.Bounded{}, false
	}
	freedom := g.freedom(len(y), lag)
	se := fit.SE[0] * math.Sqrt(float64(fit.Freedom)/float64(freedom)) // seasons took some
	slope := fit.Coefficients[0]
	return interval.Bounded{Value: slope, Interval: interval.Student(slope, se, float64(freedom), confidence)}, true
}

// needed is how many periods would show a partial correlation as strong as the one found with a probability of 80 %,
// with Bonferroni's level for the lags searched, and what the regression itself uses up on top. The square of t is
// taken for one less: that much it has by chance alone. Nil if nothing is left.
func (g gate) needed(n, lag int, statistic, alpha float64) *int {
	const power = 0.8
	freedom := float64(g.freedom(n, lag))
	strength := statistic*statistic - 1
	if !(strength > 0) {
		return nil
	}
	r := math.Sqrt(strength / (strength + freedom))
	used := n - g.freedom(n, lag) - 2
	found := max(n+1, int(MinimumN(r, alpha/float64(len(g.lags)), power))+used)
	return &found
}
