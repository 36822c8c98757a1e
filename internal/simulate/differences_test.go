package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var sharePairs = [][2]float64{{0.02, 0.02}, {0.02, 0.1}, {0.1, 0.5}, {0.5, 0.5}, {0.5, 0.9}, {0.02, 0.9}}

var ratePairs = [][2]float64{{2, 2}, {2, 5}, {10, 10}, {20, 40}}

func differenceTables() []table {
	return []table{
		{
			title:  "Difference of two shares, Newcombe",
			about:  "Exact: every pair of counts, both periods of n. Changes of shares, driver comparisons.",
			corner: "truths", columns: sizeColumns(),
			rows: claimed(pairs(sharePairs), map[int][]claim{
				0: {rareHits(99, 100), rareHits(99, 100), rareHits(99, 100)}, 1: {rareHits(99, 100), rareHits(99, 100), rareHits(97, 98)},
			}),
			measured: func(_ *rand.Rand, row, column int) float64 { return newcombe(sizes[column], sharePairs[row]) },
		},
		{
			title: "Difference of two periods from their intervals",
			about: "Simulated, both periods of n: how a period is held against the one before it or last year's, whatever the " +
				"measure.",
			corner: "measure", columns: sizeColumns(),
			rows: []row{
				{label: "means, normal"}, {label: "means, normal, second three times as spread"},
				{label: "means, stars 1–5"}, {label: "net scores, .5/.2 and .4/.3"},
				{label: "medians, lognormal", claims: []claim{wider(98, 100), wider(97, 99), wider(97, 99)}},
			},
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool { return between(random, row, sizes[column]) })
			},
		},
		{
			title:  "Difference of two means, Welch",
			about:  "Simulated, both of n; the second three times as spread.",
			corner: "values", columns: sizeColumns(), rows: []row{{label: "normal"}},
			measured: func(random *rand.Rand, _, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					a, b := sample(random, sizes[column], normal), sample(random, sizes[column], wide)
					found, ok := interval.Compare(a.measured(), b.measured(), confidence)
					return ok && holds(found.Interval, 0)
				})
			},
		},
		{
			title:  "Ratio of two rates",
			about:  "Exact: every pair of counts with its probability, but for two counts of 0, which are left out.",
			corner: "events expected", columns: []string{"exact", "log"},
			rows: claimed(pairs(ratePairs), map[int][]claim{
				0: {exact(99, 100), steps(99, 100)}, 1: {exact(98, 99), steps(98, 99)}, 2: {exact(97, 98)},
			}),
			measured: func(_ *rand.Rand, row, column int) float64 { return rateRatio(ratePairs[row], column) },
		},
	}
}

func newcombe(n int, p [2]float64) (covered float64) {
	for a := 0; a <= n; a++ {
		for b := 0; b <= n; b++ {
			found := interval.Newcombe(float64(a), float64(n), float64(b), float64(n), confidence)
			if holds(found.Interval, p[0]-p[1]) {
				covered += 100 * binomial(a, n, p[0]) * binomial(b, n, p[1])
			}
		}
	}
	return covered
}

func rateRatio(mean [2]float64, method int) float64 {
	most := func(mean float64) int { return int(mean + 10*math.Sqrt(mean) + 10) }
	var covered, all float64
	for a := 0; a <= most(mean[0]); a++ {
		for b := 0; b <= most(mean[1]); b++ {
			found, ok := interval.CompareRates(float64(a), 1, float64(b), 1, confidence)
			if !ok {
				continue
			}
			p := poisson(a, mean[0]) * poisson(b, mean[1])
			all += p
			if holds([]interval.Interval{found.Exact, found.Log}[method], mean[0]/mean[1]) {
				covered += 100 * p
			}
		}
	}
	return covered / all
}

// wide is normal, with three times its spread.
func wide(random *rand.Rand) float64 { return 10 + 9*random.NormFloat64() }

// between draws two periods and holds the difference of their truths against the interval of theirs.
func between(random *rand.Rand, kind, n int) bool {
	var now, then interval.Bounded
	var truth float64
	mean := func(value func(*rand.Rand) float64) interval.Bounded {
		s := sample(random, n, value)
		return interval.Bounded{Value: s.sum / s.n, Interval: s.student()}
	}
	switch kind {
	case 0:
		now, then = mean(normal), mean(normal)
	case 1:
		now, then = mean(normal), mean(wide)
	case 2:
		now, then = mean(stars), mean(stars)
	case 3:
		truth = 0.2
		now, then = netScore(random, n, 0.5, 0.2), netScore(random, n, 0.4, 0.3)
	case 4:
		now, then = medianOf(random, n), medianOf(random, n)
	}
	found, _ := interval.Between(now, then, confidence)
	return holds(found.Interval, truth)
}

func netScore(random *rand.Rand, n int, p, d float64) interval.Bounded {
	var plus, minus float64
	for range n {
		u := random.Float64()
		plus, minus = plus+indicator(u < p), minus+indicator(u > 1-d)
	}
	size := float64(n)
	return interval.Bounded{Value: (plus - minus) / size, Interval: interval.AdjustedWald(plus, minus, size, confidence)}
}

func medianOf(random *rand.Rand, n int) interval.Bounded {
	values := make([]float64, n)
	for i := range values {
		values[i] = logNormal(random)
	}
	found, err := interval.QuantileOf(counted(values), 0.5, confidence)
	if err != nil {
		panic(err)
	}
	return found.Bounded
}
