package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/cpi-operator/cpi-operator/internal/linkage/cohort"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// cohortPairs are the shares of outcomes in the best cohort and the worst.
var cohortPairs = [][2]float64{{0.05, 0.05}, {0.2, 0.1}, {0.5, 0.5}, {0.91, 0.7}}

// strata of a comparison: their sizes, best cohort and worst, with shares that run from the first to the last.
var stratified = []struct {
	label      string
	sizes      [][2]int64
	from, to   float64 // shares of the worst cohort
	difference float64
}{
	{"3 of 50 and 50, 50 % to 80 %, +10 points", repeated(3, 50, 50), 0.5, 0.8, 0.1},
	{"paradox: 100 and 300 against 300 and 100, −4 points", [][2]int64{{100, 300}, {300, 100}}, 0.65, 0.95, -0.04},
	{"4 of 40 and 25, 10 % to 90 %, no difference", repeated(4, 40, 25), 0.1, 0.9, 0},
	{"50 of 2 and 1, 30 % to 85 %, +10 points", repeated(50, 2, 1), 0.3, 0.85, 0.1},
}

func linkTables() []table {
	var labels []row
	for _, s := range stratified {
		labels = append(labels, row{label: s.label})
	}
	return []table{
		{
			title: "Linkages: two cohorts of customers",
			about: "Exact: every pair of counts, both cohorts of 50 or of 200; pairs in which all or none have the outcome are not " +
				"compared and left out; of ratios also those in which a cohort has none.",
			corner: "truths", columns: []string{"difference, n = 50", "n = 200", "ratio (Katz), n = 50", "n = 200", "odds (Woolf), n = 50", "n = 200"},
			rows: claimed(pairs(cohortPairs), map[int][]claim{
				0: {scarce(97, 100), ok, scarce(97, 100), ok, scarce(97, 100)}, 1: {ok, ok, scarce(97, 98)}, 3: {ok, ok, ok, ok, scarce(97, 98)},
			}),
			measured: func(_ *rand.Rand, row, column int) float64 {
				return crude([]int{50, 200}[column%2], cohortPairs[row], column/2)
			},
		},
		{
			title: "Linkages: within strata, Mantel–Haenszel",
			about: "Simulated: the difference of the shares of two cohorts, compared only within strata, among which the outcome is more " +
				"frequent in some than in others.",
			corner: "strata", columns: []string{"within strata"}, rows: labels,
			measured: func(random *rand.Rand, row, _ int) float64 { return withinStrata(random, row) },
		},
		{
			title: "Linkages: by regression",
			about: "Simulated: the difference of the shares of two cohorts with a covariate held constant that moves both, by logistic " +
				"regression and averaging over the customers seen.",
			corner: "covariate", columns: []string{"100 customers", "300 customers"}, rows: []row{{label: "age, one standard deviation doubles the odds"}},
			measured: func(random *rand.Rand, _, column int) float64 {
				return regressed(random, []int{100, 300}[column])
			},
		},
	}
}

func repeated(n int, best, worst int64) [][2]int64 {
	all := make([][2]int64, n)
	for i := range all {
		all[i] = [2]int64{best, worst}
	}
	return all
}

// crude is how often the interval of a difference (0), a ratio (1) or a ratio of odds (2) holds.
func crude(n int, p [2]float64, effect int) float64 {
	truth := []float64{p[0] - p[1], p[0] / p[1], p[0] / (1 - p[0]) / (p[1] / (1 - p[1]))}[effect]
	var covered, all float64
	for a := 0; a <= n; a++ {
		for b := 0; b <= n; b++ {
			table := cohort.Table{Best: cohort.Count{N: int64(n), Outcomes: int64(a)}, Worst: cohort.Count{N: int64(n), Outcomes: int64(b)}}
			found := table.Crude(confidence)
			if found == nil {
				continue
			}
			told := []*interval.Bounded{&found.RiskDifference, found.RelativeRisk, found.OddsRatio}[effect]
			if told == nil {
				continue
			}
			weight := binomial(a, n, p[0]) * binomial(b, n, p[1])
			all += weight
			if holds(told.Interval, truth) {
				covered += 100 * weight
			}
		}
	}
	return covered / all
}

// withinStrata is how often the interval of the pooled difference holds the one of all strata.
func withinStrata(random *rand.Rand, row int) float64 {
	s := stratified[row]
	return share(random, func(random *rand.Rand) bool {
		var tables []cohort.Table
		for i, n := range s.sizes {
			p := s.from + (s.to-s.from)*float64(i)/float64(len(s.sizes)-1)
			tables = append(tables, cohort.Table{Best: drawn(random, n[0], p+s.difference), Worst: drawn(random, n[1], p)})
		}
		found, reason := cohort.Pool(tables)
		if reason != "" {
			panic(fmt.Sprintf("%s: %s", s.label, reason))
		}
		return holds(found.Effects(confidence).RiskDifference.Interval, s.difference)
	})
}

func drawn(random *rand.Rand, n int64, p float64) cohort.Count {
	found := cohort.Count{N: n}
	for range n {
		if random.Float64() < p {
			found.Outcomes++
		}
	}
	return found
}

// regressed is how often the interval of the difference holds the truth of the customers drawn.
func regressed(random *rand.Rand, n int) float64 {
	const step = 0.5 // of the log odds, between the cohorts
	logistic := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	return share(random, func(random *rand.Rand) bool {
		var units []cohort.Unit
		var truth float64
		for range n {
			age := random.NormFloat64()
			level := int(indicator(random.Float64() < logistic(age)))
			eta := math.Ln2*age - 0.2
			truth += (logistic(eta+step) - logistic(eta)) / float64(n)
			units = append(units, cohort.Unit{
				Level: level, Covariates: []float64{age}, N: 1, Outcome: random.Float64() < logistic(eta+step*float64(level)),
			})
		}
		found := cohort.Compare(units, cohort.Options{Levels: 2, Confidence: confidence, Covariates: []string{"age"}}).Regressed
		return found.Reason == "" && holds(found.Effects.RiskDifference.Interval, truth)
	})
}
