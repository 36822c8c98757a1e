package cohort

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// draws is a cohort of n units with this probability of the outcome.
func draws(random *rand.Rand, n int64, chance float64) Count {
	found := Count{N: n}
	for range n {
		if random.Float64() < chance {
			found.Outcomes++
		}
	}
	return found
}

// held is 1 if the interval of the difference holds the truth.
func held(e *Effects, truth float64) float64 {
	if ends := e.RiskDifference.Interval; ends.Lower <= truth && truth <= ends.Upper {
		return 1
	}
	return 0
}

// Simulated: how often the intervals of the difference hold the truth, in percent, of which 95 are promised. In sparse
// strata Greenland and Robins' would not, which is why they have another one.
func TestDifferencesAreCovered(t *testing.T) {
	for name, c := range map[string]struct {
		strata     [][2]int64 // sizes of the best cohort and the worst
		from, to   float64    // shares of the worst cohorts
		difference float64
		sparse     bool
	}{
		"one of 200":         {slicesOf(1, [2]int64{200, 200}), 0.7, 0.7, 0.21, false},
		"one of 15":          {slicesOf(1, [2]int64{15, 15}), 0.8, 0.8, 0.1, false},
		"three of 50":        {slicesOf(3, [2]int64{50, 50}), 0.5, 0.8, 0.1, false},
		"paradox":            {[][2]int64{{100, 300}, {300, 100}}, 0.65, 0.95, -0.04, false},
		"none":               {slicesOf(4, [2]int64{40, 25}), 0.1, 0.9, 0, false},
		"rare":               {slicesOf(2, [2]int64{200, 200}), 0.01, 0.02, 0.01, false},
		"thirty against ten": {slicesOf(3, [2]int64{30, 10}), 0.6, 0.8, 0.1, false},
		"twenty of 1 and 9":  {slicesOf(20, [2]int64{1, 9}), 0.3, 0.85, 0.1, true},
		"fifty of 2 and 1":   {slicesOf(50, [2]int64{2, 1}), 0.3, 0.85, 0.1, true},
		"fifty of 1 and 1":   {slicesOf(50, [2]int64{1, 1}), 0.3, 0.85, 0.1, true},
	} {
		t.Run(name, func(t *testing.T) {
			const trials = 4000
			random := rand.New(rand.NewPCG(11, 13))
			var pooled, large, crude, told float64
			for range trials {
				var tables []Table
				for i, n := range c.strata {
					p := c.from
					if len(c.strata) > 1 {
						p += (c.to - c.from) * float64(i) / float64(len(c.strata)-1)
					}
					tables = append(tables, Table{Best: draws(random, n[0], p+c.difference), Worst: draws(random, n[1], p)})
				}
				found, reason := Pool(tables)
				if reason != "" {
					continue
				}
				told++
				pooled += held(found.Effects(0.95), c.difference)
				large += held(&Effects{RiskDifference: interval.Bounded{
					Interval: interval.Normal(found.Difference, found.DifferenceError, 0.95),
				}}, c.difference)
				if len(tables) == 1 {
					crude += held(tables[0].Crude(0.95), c.difference)
				}
			}
			if covered := 100 * pooled / told; covered < 94 || covered > 98 {
				t.Errorf("within strata %.1f %%", covered)
			}
			if covered := 100 * large / told; covered < 90 != c.sparse {
				t.Errorf("Greenland and Robins %.1f %%", covered)
			}
			if covered := 100 * crude / told; len(c.strata) == 1 && (covered < 94 || covered > 98) {
				t.Errorf("Newcombe %.1f %%", covered)
			}
		})
	}
}

// Under no difference, tests say that there is one in at most about 5 %, in cohorts of any shape.
func TestSizeOfTests(t *testing.T) {
	for name, strata := range map[string][][2]int64{
		"even": {{60, 60}, {40, 40}}, "lopsided": {{300, 8}, {200, 5}}, "pairs": slicesOf(30, [2]int64{1, 1}),
	} {
		const trials = 3000
		random := rand.New(rand.NewPCG(17, 19))
		var wrong, heterogeneous, opposed, told float64
		for range trials {
			var tables []Table
			for i, n := range strata {
				p := 0.5 + 0.3*float64(i)/float64(len(strata))
				tables = append(tables, Table{Best: draws(random, n[0], p), Worst: draws(random, n[1], p)})
			}
			found, reason := Pool(tables)
			if reason != "" {
				continue
			}
			told++
			if p, _ := found.Independence(); p <= 0.05 {
				wrong++
			}
			h := found.Heterogeneity()
			if h != nil && h.P <= 0.05 {
				heterogeneous++
			}
			if h.Opposed(0.05) {
				opposed++
			}
		}
		if size := 100 * wrong / told; size > 6.5 {
			t.Errorf("%s: a difference that is not there in %.1f %%", name, size)
		}
		if size := 100 * heterogeneous / told; size > 6.5 {
			t.Errorf("%s: strata that differ in %.1f %%", name, size)
		}
		if size := 100 * opposed / told; size > 2.5 {
			t.Errorf("%s: opposed in %.1f %%", name, size)
		}
	}
}

func slicesOf(n int, stratum [2]int64) [][2]int64 {
	all := make([][2]int64, n)
	for i := range all {
		all[i] = stratum
	}
	return all
}

// The regression's difference, in 300 customers a company.
func TestRegressedDifferenceIsCovered(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 29))
	const trials, truth = 400, 0.5
	var covered, told float64
	for range trials {
		var units []Unit
		var difference float64
		for range 300 {
			age := random.NormFloat64()
			level := 0
			if random.Float64() < logistic(age) {
				level = 1
			}
			eta := 0.7*age - 0.2
			difference += (logistic(eta+truth) - logistic(eta)) / 300
			units = append(units, Unit{Level: level, Covariates: []float64{age}, N: 1,
				Outcome: random.Float64() < logistic(eta+truth*float64(level))})
		}
		found := Compare(units, Options{Levels: 2, Confidence: 0.95, Covariates: []string{"age"}}).Regressed
		if found.Reason != "" {
			continue
		}
		told++
		covered += held(found.Effects, difference)
	}
	if share := 100 * covered / told; share < 92 || math.IsNaN(share) {
		t.Errorf("%.1f %%", share)
	}
}
