package measure

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Summarise turns a cell's distribution into its sums: the quantile with its interval. It fails only on values
// out of order or not finite, which no engine may return.
func Summarise(request DistributionRequest, d Distribution) (Sums, error) {
	out := make(Sums, distributionCount)
	out[distributionMissing], out[distributionUnreadable] = d.Missing, d.Unreadable
	out[distributionOpen] = d.Unknown
	var ended []interval.Counted
	for i, v := range d.Values {
		if v < 0 || v > longestCase {
			out[distributionOutOfScale] += d.Ended[i] + d.Open[i]
			continue
		}
		out[distributionEnded] += d.Ended[i]
		out[distributionOpen] += d.Open[i]
		if d.Ended[i] > 0 {
			ended = append(ended, interval.Counted{Value: v, Count: count(d.Ended[i])})
		}
	}
	if request.Censor {
		return out, fmt.Errorf("not available")
	}
	if len(ended) == 0 {
		return out, nil
	}
	found, err := interval.QuantileOf(ended, request.Quantile, request.Confidence)
	if err != nil {
		return nil, err
	}
	out.tell(found.Bounded)
	return out, nil
}

// tell notes a value and those ends of its interval that the data tell.
func (s Sums) tell(b interval.Bounded) {
	s[distributionHasValue], s[distributionValue] = 1, b.Value
	lower, upper := b.Interval.Ends()
	if lower != nil {
		s[distributionHasLower], s[distributionLower] = 1, *lower
	}
	if upper != nil {
		s[distributionHasUpper], s[distributionUpper] = 1, *upper
	}
}
