package lifetime

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The standard error against a bootstrap of customers, by Poisson weights.
func TestErrorAsByBootstrap(t *testing.T) {
	const resamples = 150
	random := rand.New(rand.NewPCG(9, 9))
	groups := populations[1].draw(random, 1000)
	e := mustExpect(t, groups, year)
	once := distuv.Poisson{Lambda: 1, Src: random}
	var purchases, value moments
	for range resamples {
		resample := make([]Group, len(groups))
		for i, g := range groups {
			g.Customers = int64(once.Rand())
			resample[i] = g
		}
		r := mustExpect(t, resample, year)
		purchases.add(r.Purchases.Value)
		value.add(r.Value.Value)
	}
	t.Logf("purchases %.4f, by bootstrap %.4f; value %.3f, by bootstrap %.3f", e.Purchases.StandardError, purchases.deviation(), e.Value.StandardError, value.deviation())
	// Of 150 resamples the deviation is known to 6 %.
	near(t, "purchases", e.Purchases.StandardError, purchases.deviation(), 0.18)
	near(t, "value", e.Value.StandardError, value.deviation(), 0.18)
}

type moments struct{ n, sum, squares float64 }

func (m *moments) add(v float64) { m.n, m.sum, m.squares = m.n+1, m.sum+v, m.squares+v*v }

func (m *moments) deviation() float64 {
	return math.Sqrt((m.squares - m.sum*m.sum/m.n) / (m.n - 1))
}

// How many 95 % intervals hold the truth, on a grid fixed beforehand. CPI_BENCH=1 draws 2,000 samples for each cell and
// prints the table of docs/performance.md; without it, few samples guard against a mistake in all cells together.
func TestCoverage(t *testing.T) {
	samples, each := 60, false
	if os.Getenv("CPI_BENCH") != "" {
		samples, each = 2000, true
	}
	t.Log("| population | n | purchases | value | refused |")
	var all, held float64
	for i, p := range populations {
		purchases, value := p.ahead(year)
		for _, n := range []int{100, 200, 400, 1000} {
			random := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			var fitted, purchasesHeld, valueHeld float64
			for range samples {
				e, err := ExpectValue(p.draw(random, n), year, 0.95)
				if err != nil {
					continue
				}
				fitted++
				if e.Purchases.Lower <= purchases && purchases <= e.Purchases.Upper {
					purchasesHeld++
				}
				if e.Value.Lower <= value && value <= e.Value.Upper {
					valueHeld++
				}
			}
			t.Logf("| %s | %d | %.1f | %.1f | %.0f %% |", p.name, n, 100*purchasesHeld/fitted, 100*valueHeld/fitted, 100*(1-fitted/float64(samples)))
			for _, share := range []float64{purchasesHeld / fitted, valueHeld / fitted} {
				if each && (share < 0.93 || share > 0.97) {
					t.Errorf("%s, %d customers: %.1f %% of 95 %% intervals hold the truth", p.name, n, 100*share)
				}
			}
			all += 2 * fitted
			held += purchasesHeld + valueHeld
		}
	}
	if share := held / all; share < 0.93 || share > 0.97 {
		t.Errorf("over all, %.1f %% of 95 %% intervals hold the truth", 100*share)
	}
}
