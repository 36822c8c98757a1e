package survival

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Quantile is a length that a given share of durations does not exceed.
type Quantile struct {
	interval.Bounded
	// Reached tells whether there is a value: too many durations may still be open for the curve to fall far enough.
	// The interval's lower end is known even then, if the curve falls far enough within its own interval.
	Reached bool
	N       int64
}

// Quantile is the length that a share q of the durations, 0 < q < 1, does not exceed: the first event at which the
// curve is down to 1 − q, or, where it then stays at exactly that height, the middle of that stretch, as in R's
// survival package and as for the median of an even number of values.
//
// The interval is that of Brookmeyer and Crowley (1982) with the log-log transformation: the times at which the curve's
// own interval holds 1 − q. Its upper end is missing where even the curve's upper bound never gets there.
func (c Curve) Quantile(q, confidence float64) Quantile {
	found := Quantile{Bounded: interval.Bounded{Interval: interval.None()}, N: c.N}
	bounds := make([]interval.Interval, len(c.Steps))
	for i := range c.Steps {
		bounds[i] = c.within(i, confidence)
	}
	if t, ok := c.crossing(1-q, func(i int) float64 { return c.Steps[i].Survival }); ok {
		found.Value, found.Reached = t, true
	}
	if t, ok := c.crossing(1-q, func(i int) float64 { return bounds[i].Lower }); ok {
		found.Interval.Lower = t
	}
	if t, ok := c.crossing(1-q, func(i int) float64 { return bounds[i].Upper }); ok {
		found.Interval.Upper = t
	}
	return found
}

// crossing is the time at which a height falls to target.
func (c Curve) crossing(target float64, height func(int) float64) (float64, bool) {
	// Heights are products of fractions: a half may come out as 0.49999999999999994.
	const rounding = 1e-8
	for i := range c.Steps {
		h := height(i)
		if h > target+rounding {
			continue
		}
		if math.Abs(h-target) > rounding {
			return c.Steps[i].Time, true
		}
		end := c.longest()
		for j := i + 1; j < len(c.Steps); j++ {
			if height(j) < target-rounding {
				end = c.Steps[j].Time
				break
			}
		}
		return (c.Steps[i].Time + end) / 2, true
	}
	return 0, false
}
