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

// Tails are the probabilities of what was seen in a series without trend.
type Tails struct {
	// Rise and Fall are those of an S at least as high, and at least as low; P is the two-sided one.
	Rise, Fall, P float64
}

// Trend tells whether a series rises or falls.
type Trend struct {
	Direction Direction
	// Slope is the median of all slopes between two periods, per period (Theil 1950), with Sen's interval (1968).
	Slope interval.Bounded
	// S is Mann and Kendall's count of pairs that rise less pairs that fall.
	S float64
	// Tails, and the slope's interval, allow for what a period carries over into the next.
	Tails
	// Independent are the tails of the textbook test, which takes periods to be independent. They are exact without
	// ties and up to 50 periods.
	Independent Tails
	Exact       bool
	// Carried is the part of a period's surprise that the next one takes over, 0–1, as estimated. Dependent tells
	// that there is more of it than chance brings.
	Carried   float64
	Dependent bool
	N         int
	Reason    Reason
}

// Of is the trend of a series: Mann and Kendall's test (1945, 1975) and the Theil–Sen slope, which make no assumption
// on the distribution of values and shrug off outliers. It names a direction if P is at most 1 − confidence.
//
// A series in which surprises last looks like a trend: of steady ones that carry over half of each, the textbook test
// calls one in five rising or falling. So the variance of S is enlarged for what is carried over once the slope is
// taken out (Yue and Wang 2004, Water Resources Management 18:201), which halves that over two years of months:
// docs/coverage.md has the rates.
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
	s, variance, ties := kendall(values)
	found.S = s
	found.Exact = !ties && found.N <= exactly
	if found.Exact {
		found.Independent = exactTails(found.N, s)
	} else {
		found.Independent = normalTails(s, variance)
	}
	slopes := slopesOf(series)
	found.Slope.Value = median(slopes)
	found.Carried, found.Dependent = carried(series, found.Slope.Value)
	found.Tails = found.Independent
	if found.Carried > 0 {
		variance *= enlarged(found.N, found.Carried)
		found.Tails = found.Independent.widest(normalTails(s, variance))
	}
	found.Slope.Interval = sen(slopes, variance, confidence)
	switch {
	case found.P > 1-confidence:
	case s > 0 && found.Slope.Value > 0:
		found.Direction = Rising
	case s < 0 && found.Slope.Value < 0:
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
func exactTails(n int, s float64) Tails {
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
	return tails(sumUpTo(inversions, at), sumUpTo(inversions, pairs-at))
}

// sumUpTo adds the probabilities of a symmetric distribution up to place k.
func sumUpTo(probabilities []float64, k int) (sum float64) {
	for _, p := range probabilities[:k+1] {
		sum += p
	}
	return sum
}

// normalTails are the same by the normal distribution, corrected for continuity.
func normalTails(s, variance float64) Tails {
	if variance <= 0 {
		return tails(1, 1)
	}
	sd := math.Sqrt(variance)
	return tails(interval.Above((s-1)/sd), interval.Above((-s-1)/sd))
}

func tails(rise, fall float64) Tails {
	return Tails{Rise: min(1, rise), Fall: min(1, fall), P: min(1, 2*min(rise, fall))}
}

// widest takes the larger of each probability.
func (t Tails) widest(o Tails) Tails {
	return Tails{Rise: max(t.Rise, o.Rise), Fall: max(t.Fall, o.Fall), P: max(t.P, o.P)}
}
