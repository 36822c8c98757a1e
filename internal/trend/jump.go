package trend

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

const (
	// MinimumJump is how many earlier periods it takes to call a value far out.
	MinimumJump = 8
	// JumpFactor is how many robust standard deviations from the median are far out.
	JumpFactor = 8
	// normalMAD turns the median distance from the median into the standard deviation of a normal distribution.
	normalMAD = 1.482602218505602
)

// Jump tells whether the latest value is so far from all history that the data are the first suspect.
type Jump struct {
	Far  bool
	Side Side
	// Distance from the median of earlier periods, in Spreads.
	Distance       float64
	Median, Spread float64
	// N earlier periods.
	N      int
	Reason Reason
}

// FarOut holds the latest value against the median of the periods before it. A value is far out beyond JumpFactor times
// their spread: 1.4826 × the median absolute deviation (Hampel 1974; Iglewicz and Hoaglin 1993, who take 3.5 for
// outliers to look at; to suspect the data asks for more). An earlier jump hardly moves it. Where the latest rests on so few
// rows that its own margin of error is larger than the spread, the margin counts: its interval must be at confidence.
func FarOut(series Series, confidence float64) Jump {
	if len(series) < MinimumJump+1 {
		return Jump{N: max(0, len(series)-1), Reason: TooFewPeriods}
	}
	latest := series[len(series)-1]
	earlier := make([]float64, len(series)-1)
	for i := range earlier {
		earlier[i] = series[i].Value
	}
	found := Jump{Side: Within, N: len(earlier)}
	slices.Sort(earlier)
	found.Median = median(earlier)
	distances := earlier
	for i, v := range distances {
		distances[i] = math.Abs(v - found.Median)
	}
	slices.Sort(distances)
	found.Spread = normalMAD * median(distances)
	if latest.Interval.Finite() {
		half := (latest.Interval.Upper - latest.Interval.Lower) / 2
		found.Spread = max(found.Spread, half/interval.Z(confidence))
	}
	if found.Spread == 0 {
		found.Reason = NoVariation
		return found
	}
	found.Distance = (latest.Value - found.Median) / found.Spread
	found.Far = math.Abs(found.Distance) > JumpFactor
	if found.Far {
		found.Side = Above
		if found.Distance < 0 {
			found.Side = Below
		}
	}
	return found
}
