package trend

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// MinimumControl is how many earlier periods control limits need.
const MinimumControl = 8

// Control tells whether the latest value is more than the usual noise.
type Control struct {
	// Centre and Limits of what earlier periods make usual.
	Centre float64
	Limits interval.Interval
	Side   Side
	// N earlier periods.
	N      int
	Reason Reason
}

// xmrFactor is 3/1.128: three standard deviations, from the mean distance of neighbours.
const xmrFactor = 2.66

// Individuals holds the latest value against the limits of an individuals (XmR) chart of the periods before it: their
// mean ± 2.66 times the mean distance of neighbours (Shewhart; Wheeler 1993). The latest has no part in its own limits.
// Limits from few periods are themselves unsure: see docs/coverage.md for how often a steady series is called out.
func Individuals(series Series) Control {
	if len(series) < MinimumControl+1 {
		return Control{N: max(0, len(series)-1), Reason: TooFewPeriods}
	}
	latest := series[len(series)-1]
	found := individuals(series[:len(series)-1])
	if found.Reason == "" {
		found.Side = side(latest.Value, found.Limits)
	}
	return found
}

// individuals are the limits that a series of at least two periods sets.
func individuals(series Series) Control {
	var sum, distance, neighbours float64
	for i, p := range series {
		sum += p.Value
		if i > 0 && p.Period == series[i-1].Period+1 {
			distance += math.Abs(p.Value - series[i-1].Value)
			neighbours++
		}
	}
	found := Control{Centre: sum / float64(len(series)), N: len(series)}
	switch {
	case neighbours == 0:
		found.Reason = TooFewPeriods
	case distance == 0:
		found.Reason = NoVariation
	default:
		margin := xmrFactor * distance / neighbours
		found.Limits = interval.Interval{Lower: found.Centre - margin, Upper: found.Centre + margin}
	}
	return found
}

// Shares holds the latest share against the limits of a p-chart of the shares before it: their pooled share ± three
// standard errors of a share of the latest's size. With thousands of rows a period the limits lie so close that every
// real wobble is outside: then Individuals fits better. With fewer than 5 hits or misses to expect the normal
// distribution fails: TooFewRows.
func Shares(series []interval.Share) Control {
	if len(series) < MinimumControl+1 {
		return Control{N: max(0, len(series)-1), Reason: TooFewPeriods}
	}
	earlier, latest := series[:len(series)-1], series[len(series)-1]
	found := shares(earlier, latest.N)
	if found.Reason == "" {
		found.Side = side(latest.Hits/latest.N, found.Limits)
	}
	return found
}

// shares are the limits that shares set for one of n.
func shares(series []interval.Share, n float64) Control {
	var pooled interval.Share
	for _, s := range series {
		pooled.Hits, pooled.N = pooled.Hits+s.Hits, pooled.N+s.N
	}
	p := pooled.Hits / pooled.N
	found := Control{Centre: p, N: len(series)}
	const expected = 5
	if !(n*min(p, 1-p) >= expected) { // no rows at all included
		found.Reason = TooFewRows
		return found
	}
	margin := 3 * math.Sqrt(p*(1-p)/n)
	found.Limits = interval.Interval{Lower: p - margin, Upper: p + margin}.Clamp(0, 1)
	return found
}
