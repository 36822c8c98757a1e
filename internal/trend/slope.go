package trend

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// theilSen is the median slope with Sen's interval, by ranks among all slopes; variance is that of Kendall's S.
func theilSen(series Series, variance, confidence float64) interval.Bounded {
	var slopes []float64
	for i, p := range series {
		for _, earlier := range series[:i] {
			slopes = append(slopes, (p.Value-earlier.Value)/float64(p.Period-earlier.Period))
		}
	}
	slices.Sort(slopes)
	pairs := float64(len(slopes))
	reach := interval.Z(confidence) * math.Sqrt(variance)
	// Ranks from 0, rounded as scipy does.
	lower := max(int(math.RoundToEven((pairs-reach)/2))-1, 0)
	upper := min(int(math.RoundToEven((pairs+reach)/2)), len(slopes)-1)
	return interval.Bounded{
		Value:    median(slopes),
		Interval: interval.Interval{Lower: slopes[lower], Upper: slopes[upper]},
	}
}

// median of values in ascending order, at least one.
func median(sorted []float64) float64 {
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// neighbours is the correlation of each period with the next once the slope is taken out, 0 where nothing is left.
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
