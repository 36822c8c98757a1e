package trend

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Direction of a trend.
type Direction string

const (
	Rising  Direction = "Rising"
	Falling Direction = "Falling"
	NoTrend Direction = "NoTrend" // none is shown, which does not show that there is none
)

// Minimum is how many periods a trend needs: with 6, the smallest p that the exact test can give is 0.003; with 4 it
// could never fall below 0.08.
const Minimum = 6

// exactly is the largest series without ties whose distribution is computed exactly; beyond it the normal one is as
// good, to three digits.
const exactly = 50

// Trend tells whether a series rises or falls.
type Trend struct {
	Direction Direction
	// Slope is the median of all slopes between two periods, per period (Theil 1950, Sen 1968), with Sen's interval.
	Slope interval.Bounded
	// S is Mann and Kendall's count of pairs that rise less pairs that fall.
	S float64
	// P is the two-sided probability of such an S in a series without trend whose values are independent; Rise and
	// Fall are those of an S as high, and as low.
	P, Rise, Fall float64
	// Exact tells that these are exact: no ties, and no more than 50 periods.
	Exact bool
	// Alike is the correlation of neighbouring periods once the slope is taken out. Dependent tells that it is more
	// than chance: then P is too small, as one surprise carries over into the next period.
	Alike     float64
	Dependent bool
	N         int
	Reason    Reason
}

// Of is the trend of a series: Mann and Kendall's test (1945, 1975) and the Theil–Sen slope. It makes no assumption on
// the distribution of values and shrugs off outliers, but assumes that values are independent once the trend is taken
// out. It names a direction if P is at most 1 − confidence.
func Of(series Series, confidence float64) Trend {
	found := Trend{Direction: NoTrend, N: len(series), Slope: interval.Bounded{Interval: interval.None()}}
	if found.N < Minimum {
		found.Reason = TooFewPeriods
		return found
	}
	values := make([]float64, len(series))
	for i, p := range series {
		values[i] = p.Value
	}
	var variance float64
	var ties bool
	found.S, variance, ties = kendall(values)
	found.Exact = !ties && found.N <= exactly
	if found.Exact {
		found.Rise, found.Fall = exactTails(found.N, found.S)
	} else {
		found.Rise, found.Fall = normalTails(found.S, variance)
	}
	found.P = min(1, 2*min(found.Rise, found.Fall))
	found.Slope = theilSen(series, variance, confidence)
	found.Alike = neighbours(series, found.Slope.Value)
	found.Dependent = found.Alike > interval.Z(0.9)/math.Sqrt(float64(found.N))
	switch {
	case found.P > 1-confidence:
	case found.S > 0 && found.Slope.Value > 0:
		found.Direction = Rising
	case found.S < 0 && found.Slope.Value < 0:
		found.Direction = Falling
	}
	return found
}

// kendall is S with its variance in a series without trend, where ties narrow it.
func kendall(values []float64) (s, variance float64, ties bool) {
	spread := func(n float64) float64 { return n * (n - 1) * (2*n + 5) }
	groups := map[float64]float64{}
	for i, v := range values {
		groups[v]++
		for _, earlier := range values[:i] {
			s += sign(v - earlier)
		}
	}
	variance = spread(float64(len(values)))
	for _, size := range groups {
		variance -= spread(size) // a group of one has none
		ties = ties || size > 1
	}
	return s, variance / 18, ties
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// exactTails are the probabilities of an S at least as high, and at least as low, among all orders of n values: S is
// the number of pairs less twice that of inversions, whose distribution grows value by value (Kendall 1938).
func exactTails(n int, s float64) (high, low float64) {
	inversions := []float64{1}
	for size := 2; size <= n; size++ {
		next := make([]float64, len(inversions)+size-1)
		var window float64
		for k := range next {
			if k < len(inversions) {
				window += inversions[k]
			}
			if k >= size {
				window -= inversions[k-size]
			}
			next[k] = window / float64(size)
		}
		inversions = next
	}
	pairs := len(inversions) - 1
	at := (pairs - int(s)) / 2
	return sumUpTo(inversions, at), sumUpTo(inversions, pairs-at)
}

// sumUpTo adds the probabilities of a symmetric distribution up to place k.
func sumUpTo(probabilities []float64, k int) (sum float64) {
	for _, p := range probabilities[:k+1] {
		sum += p
	}
	return min(1, sum)
}

// normalTails are the same by the normal distribution, corrected for continuity.
func normalTails(s, variance float64) (high, low float64) {
	if variance <= 0 {
		return 1, 1
	}
	sd := math.Sqrt(variance)
	return min(1, interval.Above((s-1)/sd)), min(1, interval.Above((-s-1)/sd))
}
