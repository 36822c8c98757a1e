package measure

import (
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/survival"
)

// Summarise turns a cell's distribution into its sums: the quantile with its interval. It fails only on values
// out of order or not finite, which no engine may return.
func Summarise(request DistributionRequest, d Distribution) (Sums, error) {
	out := make(Sums, distributionCount)
	out[distributionMissing], out[distributionUnreadable], out[distributionOpen] = d.Missing, d.Unreadable, d.Unknown
	counts := make([]survival.Count, 0, len(d.Values))
	for i, v := range d.Values {
		if v < 0 || v > longestCase {
			out[distributionOutOfScale] += d.Ended[i] + d.Open[i]
			continue
		}
		out[distributionEnded] += d.Ended[i]
		out[distributionOpen] += d.Open[i]
		counts = append(counts, survival.Count{Time: v, Events: count(d.Ended[i]), Censored: count(d.Open[i])})
	}
	found, exists, err := quantileOf(counts, request)
	if err != nil || !exists {
		return out, err
	}
	out[distributionHasValue], out[distributionValue] = 1, found.Value
	lower, upper := found.Interval.Ends()
	if lower != nil {
		out[distributionHasLower], out[distributionLower] = 1, *lower
	}
	if upper != nil {
		out[distributionHasUpper], out[distributionUpper] = 1, *upper
	}
	return out, nil
}

// quantileOf is the quantile, false if there is none.
func quantileOf(counts []survival.Count, request DistributionRequest) (interval.Bounded, bool, error) {
	if len(counts) == 0 {
		return interval.Bounded{}, false, nil
	}
	if request.Censor {
		curve, err := survival.Estimate(counts)
		if err != nil {
			return interval.Bounded{}, false, err
		}
		found := curve.Quantile(request.Quantile, request.Confidence)
		return found.Bounded, found.Reached, nil
	}
	var ended []interval.Counted
	for _, c := range counts {
		if c.Events > 0 {
			ended = append(ended, interval.Counted{Value: c.Time, Count: c.Events})
		}
	}
	if len(ended) == 0 {
		return interval.Bounded{}, false, nil
	}
	found, err := interval.QuantileOf(ended, request.Quantile, request.Confidence)
	return found.Bounded, true, err
}
