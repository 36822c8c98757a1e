package simulate

import (
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

func correctionTables() []table {
	truths := []float64{0.1, 0.3, 0.5}
	const se, sp = 0.8, 0.9
	seen := func(truth float64) float64 { return truth*se + (1-truth)*(1-sp) }
	return []table{
		{
			title:  "Share corrected for classification, accuracy known",
			about:  "Exact: Rogan and Gladen with Wilson's ends; sensitivity 0.8, specificity 0.9.",
			corner: "truth", columns: sizeColumns(),
			rows: claimed(labels(truths, "p = %g"), map[int][]claim{0: {steps(98, 99)}, 1: {steps(92, 93)}}),
			measured: func(_ *rand.Rand, row, column int) (covered float64) {
				n := sizes[column]
				for k := 0; k <= n; k++ {
					found, ok := interval.RoganGladen(interval.Share{Hits: float64(k), N: float64(n)}, se, sp, confidence)
					if ok && holds(found.Interval, truths[row]) {
						covered += 100 * binomial(k, n, seen(truths[row]))
					}
				}
				return covered
			},
		},
		{
			title:  "Share corrected for classification, accuracy measured",
			about:  "Simulated: Lang and Reiczigel; sensitivity 0.8 and specificity 0.9, measured on 50 rows each.",
			corner: "truth", columns: sizeColumns(), rows: claimed(labels(truths, "p = %g"), nil),
			measured: func(random *rand.Rand, row, column int) float64 {
				return share(random, func(random *rand.Rand) bool {
					found, ok := interval.RoganGladenEstimated(shareOf(random, sizes[column], seen(truths[row])),
						shareOf(random, 50, se), shareOf(random, 50, sp), confidence)
					return ok && holds(found.Interval, truths[row])
				})
			},
		},
		{
			title: "Rating drawn to the mean of all",
			about: "Simulated: items whose shares of 1 to 5 stars are a Dirichlet draw worth 20 ratings around the shares of all. " +
				"The interval is right on average over such items.",
			corner: "ratings of the item", columns: []string{"coverage"}, rows: claimed(labels([]int{2, 8, 50, 200}, "%d"), nil),
			measured: func(random *rand.Rand, row, _ int) float64 {
				return share(random, func(random *rand.Rand) bool { return shrunk(random, []int{2, 8, 50, 200}[row]) })
			},
		},
	}
}

func shareOf(random *rand.Rand, n int, p float64) interval.Share {
	s := interval.Share{N: float64(n)}
	for range n {
		s.Hits += indicator(random.Float64() < p)
	}
	return s
}

func shrunk(random *rand.Rand, n int) bool {
	prior := interval.Prior{Weight: 20, Mean: 3.9, Variance: 1.19}
	var shares [5]float64
	var all, truth float64
	for i, share := range []float64{0.05, 0.05, 0.2, 0.35, 0.35} {
		shares[i] = gamma(random, 20*share)
		all += shares[i]
		truth += float64(i+1) * shares[i]
	}
	truth /= all
	s := sample(random, n, func(random *rand.Rand) float64 {
		u := random.Float64() * all
		for i, share := range shares {
			if u -= share; u < 0 {
				return float64(i + 1)
			}
		}
		return 5
	})
	return holds(prior.Shrink(s.n, s.sum, s.squares, confidence).Interval, truth)
}
