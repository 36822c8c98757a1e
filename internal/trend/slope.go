package trend

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// slopesOf are the slopes of all pairs of periods, in ascending order.
func slopesOf(series Series) []float64 {
	var slopes []float64
	for i, p := range series {
		for _, earlier := range series[:i] {
			slopes = append(slopes, (p.Value-earlier.Value)/float64(p.Period-earlier.Period))
		}
	}
	slices.Sort(slopes)
	return slopes
}

// sen is the interval of the median slope by ranks among all slopes; variance is that of Kendall's S. An end is missing
// where no slope is far enough out.
func sen(slopes []float64, variance, confidence float64) interval.Interval {
	pairs := float64(len(slopes))
	reach := interval.Z(confidence) * math.Sqrt(variance)
	// Ranks from 0, rounded as scipy does.
	lower := int(math.RoundToEven((pairs-reach)/2)) - 1
	upper := int(math.RoundToEven((pairs + reach) / 2))
	found := interval.None()
	if lower >= 0 {
		found.Lower = slopes[lower]
	}
	if upper < len(slopes) {
		found.Upper = slopes[upper]
	}
	return found
}

// median of values in ascending order, at least one.
func median(sorted []float64) float64 {
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// carried is the part of each period's surprise that the next one takes over: the correlation of neighbours once the
// slope is taken out, at least 0. It is noticeable above the 90th percentile of independent periods.
func carried(series Series, slope float64) (part float64, noticeable bool) {
	alike := neighbours(series, slope)
	return max(0, alike), alike > interval.Z(0.8)/math.Sqrt(float64(len(series)))
}

// enlarged is by how much a part carried over, and over again, enlarges the variance of a mean of n periods.
func enlarged(n int, carried float64) float64 {
	factor, power := 1.0, 1.0
	for k := 1; k < n; k++ {
		power *= carried
		factor += 2 * (1 - float64(k)/float64(n)) * power
	}
	return factor
}

// neighbours is the correlation of each period with the next once the slope is taken out, 0 where there is nothing to
// correlate.
func neighbours(series Series, slope float64) float64 {
	rest := make([]float64, len(series))
	var mean float64
	for i, p := range series {
		rest[i] = p.Value - slope*float64(p.Period)
		mean += rest[i] / float64(len(series))
	}
	var together, all float64
	for i, r := range rest {
		all += (r - mean) * (r - mean)
		if i > 0 && series[i].Period == series[i-1].Period+1 {
			together += (r - mean) * (rest[i-1] - mean)
		}
	}
	if all == 0 {
		return 0
	}
	return together / all
}
