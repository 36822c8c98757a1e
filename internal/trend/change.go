package trend

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Change is how the latest period differs from an earlier one.
type Change struct {
	interval.Comparison
	// Clear tells that the interval of the difference excludes zero.
	Clear bool
	// N rows or people of the latest period and of the earlier one.
	N, NThen int64
	Reason   Reason
}

// Against compares the latest period with the one lag periods before: 1 for the previous one, 12 months or 4 quarters
// for the same one of last year. It takes the difference from the two intervals (interval.Between), which must be at
// confidence, so that it serves every measure. Periods of fewer than minimum rows are not compared.
func Against(series Series, lag int, minimum int64, confidence float64) Change {
	if len(series) == 0 {
		return Change{Reason: TooFewPeriods}
	}
	latest := series[len(series)-1]
	found := Change{N: latest.N}
	for _, then := range series[:len(series)-1] {
		if then.Period == latest.Period-lag {
			found.NThen = then.N
			return found.between(latest, then, minimum, confidence)
		}
	}
	found.Reason = NoSuchPeriod
	return found
}

func (c Change) between(now, then Point, minimum int64, confidence float64) Change {
	if now.N < minimum || then.N < minimum {
		c.Reason = TooFewRows
		return c
	}
	var ok bool
	c.Comparison, ok = interval.Between(bounded(now), bounded(then), confidence)
	if !ok {
		c.Reason = NoInterval
		return c
	}
	c.Clear = c.Interval.Lower > 0 || c.Interval.Upper < 0
	return c
}

func bounded(p Point) interval.Bounded {
	return interval.Bounded{Value: p.Value, Interval: p.Interval}
}
