package simulate

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/survival"
)

func quantileTables() []table {
	type of struct {
		q     float64
		value func(*rand.Rand) float64
		truth float64
	}
	wholeDays := func(random *rand.Rand) float64 { return math.Ceil(5 * random.ExpFloat64()) }
	quantiles := []of{
		{0.5, logNormal, 1}, {0.9, logNormal, math.Exp(1.2815515655446004)},
		{0.5, wholeDays, math.Ceil(5 * math.Ln2)}, {0.9, wholeDays, math.Ceil(5 * math.Ln10)},
	}
	return []table{
		{
			title: "Quantile, order statistics",
			about: "Simulated. An upper end that the sample is too small for is missing and bounds nothing: the median needs 6 " +
				"values, the 90th percentile 36.",
			corner: "values", columns: sizeColumns(),
			rows: []row{
				{label: "median, lognormal", claims: []claim{ranks(97, 99)}},
				{label: "p90, lognormal", claims: []claim{ranks(98, 99.5), ranks(98, 99.5), ranks(97, 98.5)}},
				{label: "median, exponential in whole days", claims: []claim{tied(97, 100), tied(97, 100), tied(97, 100), tied(97, 100)}},
				{label: "p90, exponential in whole days", claims: []claim{tied(97, 100), tied(97, 100), tied(97, 100), tied(97, 100)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					values := make([]float64, sizes[column])
					for i := range values {
						values[i] = quantiles[row].value(random)
					}
					found, err := interval.QuantileOf(counted(values), quantiles[row].q, confidence)
					return err == nil && holds(found.Interval, quantiles[row].truth)
				})
			},
		},
		{
			title: "Durations still open, Kaplan–Meier",
			about: "Simulated: exponential durations, cut by an independent exponential time where some are open. The interval of " +
				"the median is Brookmeyer and Crowley's; its upper end may be missing. The share still open is taken where it is " +
				"truly a half, with the log-log interval.",
			corner: "durations", columns: sizeColumns(),
			rows: []row{
				{label: "median, none open"}, {label: "median, 3 in 10 open"},
				{label: "share still open, none cut", claims: []claim{ok, steps(97, 98.5)}}, {label: "share still open, 3 in 10 cut"},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				var cut float64 // rate of cutting, where events have the rate 1
				if row%2 == 1 {
					cut = 3.0 / 7
				}
				return share(random, func(random *rand.Rand) bool {
					curve, err := survival.Estimate(durations(random, sizes[column], cut))
					if err != nil {
						return false
					}
					if row < 2 {
						return holds(curve.Quantile(0.5, confidence).Interval, math.Ln2)
					}
					found, ok := curve.At(math.Ln2, confidence)
					return !ok || holds(found.Interval, 0.5)
				})
			},
		},
	}
}

// counted are values with their counts.
func counted(values []float64) []interval.Counted {
	slices.Sort(values)
	var found []interval.Counted
	for _, v := range values {
		if n := len(found); n > 0 && found[n-1].Value == v {
			found[n-1].Count++
			continue
		}
		found = append(found, interval.Counted{Value: v, Count: 1})
	}
	return found
}

func durations(random *rand.Rand, n int, cut float64) []survival.Count {
	found := make([]survival.Count, n)
	for i := range found {
		event, end := random.ExpFloat64(), math.Inf(1)
		if cut > 0 {
			end = random.ExpFloat64() / cut
		}
		found[i] = survival.Count{Time: min(event, end)}
		if event <= end {
			found[i].Events = 1
		} else {
			found[i].Censored = 1
		}
	}
	slices.SortFunc(found, func(a, b survival.Count) int {
		if a.Time < b.Time {
			return -1
		}
		return 1
	})
	return found
}
