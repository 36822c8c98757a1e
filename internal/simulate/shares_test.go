package simulate

import (
	"fmt"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var proportions = []float64{0.02, 0.1, 0.5, 0.9}

func shareTables() []table {
	over := func(method func(hits, n float64) interval.Interval) func(*rand.Rand, int, int) float64 {
		return func(_ *rand.Rand, row, column int) (covered float64) {
			n, p := sizes[column], proportions[row]
			for k := 0; k <= n; k++ {
				if holds(method(float64(k), float64(n)), p) {
					covered += 100 * binomial(k, n, p)
				}
			}
			return covered
		}
	}
	return []table{
		{
			title:  "Share, Wilson",
			about:  "Exact: every count of hits with its probability. Shares, response rates, conversion, churn, top boxes.",
			corner: "truth", columns: sizeColumns(), rows: claimed(labels(proportions, "p = %g"), map[int][]claim{
				0: {steps(98, 99), ok, steps(92, 93)}, 1: {steps(92, 93), ok, steps(97, 98)},
				2: {steps(97, 98)}, 3: {steps(92, 93), ok, steps(97, 98)},
			}),
			measured: over(func(hits, n float64) interval.Interval { return interval.Wilson(hits/n, n, confidence) }),
		},
		{
			title:  "Share, Clopper–Pearson",
			about:  "Exact. Not the default: it promises at least 95 % for every truth, and pays with width.",
			corner: "truth", columns: sizeColumns(), rows: claimed(labels(proportions, "p = %g"), map[int][]claim{
				0: {exact(98, 99), exact(99, 100), exact(98, 99)}, 1: {exact(98, 99), exact(98, 99), exact(97, 98)},
				2: {exact(97, 98)}, 3: {exact(98, 99), exact(98, 99), exact(97, 98)},
			}),
			measured: over(func(hits, n float64) interval.Interval { return interval.ClopperPearson(hits, n, confidence) }),
		},
	}
}

// netPairs are shares for and against.
var netPairs = [][2]float64{{0.02, 0.02}, {0.3, 0.3}, {0.5, 0.1}, {0.5, 0.2}, {0.7, 0.1}, {0.9, 0.02}, {0.1, 0.9}}

func netTables() []table {
	return []table{{
		title:  "Net score, adjusted Wald",
		about:  "Exact: every pair of counts for and against with its probability. NPS, net satisfaction, net sentiment.",
		corner: "for, against", columns: sizeColumns(), rows: claimed(pairs(netPairs), map[int][]claim{
			0: {rare(99, 100), rare(99, 100), rare(99, 100)}, 5: {steps(92, 93)}, 6: {steps(92, 93)},
		}),
		measured: func(_ *rand.Rand, row, column int) (covered float64) {
			n, p, d := sizes[column], netPairs[row][0], netPairs[row][1]
			for a := 0; a <= n; a++ {
				for b := 0; a+b <= n; b++ {
					if holds(interval.AdjustedWald(float64(a), float64(b), float64(n), confidence), p-d) {
						covered += 100 * trinomial(a, b, n, p, d)
					}
				}
			}
			return covered
		},
	}}
}

var expectedEvents = []float64{0.5, 2, 10, 50, 200}

func rateTables() []table {
	return []table{{
		title:  "Rate or count, Garwood",
		about:  "Exact: every count of events with its probability. Complaints per 1,000 orders, churn per customer-month.",
		corner: "events expected", columns: []string{"coverage"}, rows: claimed(labels(expectedEvents, "%g"), map[int][]claim{
			0: {exact(98, 99)}, 1: {exact(98, 99)}, 2: {exact(97, 98)},
		}),
		measured: func(_ *rand.Rand, row, _ int) (covered float64) {
			mean := expectedEvents[row]
			for k := 0; float64(k) <= mean+20+20*mean; k++ {
				if holds(interval.Garwood(float64(k), 1, confidence), mean) {
					covered += 100 * poisson(k, mean)
				}
			}
			return covered
		},
	}}
}

// labels names truths.
func labels[T any](truths []T, format string) []string {
	var names []string
	for _, truth := range truths {
		names = append(names, fmt.Sprintf(format, truth))
	}
	return names
}

// pairs names truths that come in twos.
func pairs(truths [][2]float64) []string {
	var names []string
	for _, truth := range truths {
		names = append(names, fmt.Sprintf("%g, %g", truth[0], truth[1]))
	}
	return names
}
