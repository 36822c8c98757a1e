package series

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// effect is a slope with its interval, the p value of the hypothesis that it is 0, and the rows it comes from.
type effect struct {
	interval.Bounded
	p    float64
	rows int
}

func newEffect(slope, se float64, freedom, rows int, confidence float64) effect {
	return effect{
		Bounded: interval.Bounded{Value: slope, Interval: interval.Student(slope, se, float64(freedom), confidence)},
		p:       interval.TwoSidedT(slope/se, float64(freedom)),
		rows:    rows,
	}
}

// changes is the slope of changes of y on those of x lag periods before, by HAC.
func changes(x, y []float64, lag int, confidence float64) (effect, bool) {
	dx, dy := Difference(x, 1), Difference(y, 1)
	rows := len(dy) - lag
	fit, ok := leastsquares.Regress(dy[lag:], leastsquares.Constant(rows), dx[:rows])
	if !ok {
		return effect{}, false
	}
	return newEffect(fit.Coefficients[1], fit.HAC(leastsquares.BartlettLags(rows))[1], fit.Freedom, rows, confidence), true
}

// slope of y on x at a lag in the gate's own regression, where little is left to carry over: its textbook standard
// error holds. Where y's past follows from x to the last digit, it is left out.
func (g gate) slope(x, y []float64, lag int, confidence float64) (effect, bool) {
	start := g.lags[lag].start
	rows := len(y) - start
	columns := [][]float64{x[start-lag : len(x)-lag], leastsquares.Constant(rows), line(rows)}
	for before := 1; before <= g.order; before++ {
		columns = append(columns, x[start-lag-before:len(x)-lag-before])
	}
	without := len(columns)
	for before := 1; before <= g.order; before++ {
		columns = append(columns, y[start-before:len(y)-before])
	}
	fit, ok := leastsquares.Regress(y[start:], columns...)
	if !ok {
		fit, ok = leastsquares.Regress(y[start:], columns[:without]...)
	}
	if !ok {
		return effect{}, false
	}
	freedom := g.freedom(len(y), lag)
	se := fit.SE[0] * math.Sqrt(float64(fit.Freedom)/float64(freedom)) // seasons took some
	return newEffect(fit.Coefficients[0], se, freedom, rows, confidence), true
}

// seen is what a gate saw at the best lag of series of so many periods.
type seen struct {
	periods, freedom, lags int
	statistic              float64
}

// needed is how many periods would show a partial correlation as strong as the one found with a probability of 80 %,
// with Bonferroni's level for the lags searched, and what the regression itself uses up on top. The square of t is
// taken for one less: that much it has by chance alone. Nil if nothing is left.
func (s seen) needed(alpha float64) *int {
	const power = 0.8
	strength := s.statistic*s.statistic - 1
	if !(strength > 0) {
		return nil
	}
	r := math.Sqrt(strength / (strength + float64(s.freedom)))
	used := s.periods - s.freedom - 2
	found := max(s.periods+1, int(MinimumN(r, alpha/float64(s.lags), power))+used)
	return &found
}
