package lifetime

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The standard error against a bootstrap of customers, by Poisson weights: of customers who differ most in how often they
// buy, and of such who differ most in what they spend.
func TestErrorAsByBootstrap(t *testing.T) {
	const resamples = 150
	random := rand.New(rand.NewPCG(9, 9))
	once := distuv.Poisson{Lambda: 1, Src: random}
	spenders := population{"spenders", BGNBD{3, 30, 1, 1}, GammaGamma{1, 3, 30}}
	for _, p := range []population{populations[1], spenders} {
		groups := p.draw(random, 1000)
		e := mustExpect(t, groups, year)
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
		t.Logf("%s: purchases %.4f, by bootstrap %.4f; value %.3f, by bootstrap %.3f", p.name,
			e.Purchases.StandardError, purchases.deviation(), e.Value.StandardError, value.deviation())
		// Of 150 resamples the deviation is known to 6 %.
		near(t, p.name+" purchases", e.Purchases.StandardError, purchases.deviation(), 0.18)
		near(t, p.name+" value", e.Value.StandardError, value.deviation(), 0.18)
	}
}

// A customer's influence is what the mean gains when there is a little more of that customer.
func TestInfluence(t *testing.T) {
	const many, more = 10_000, 500
	_, groups := fitted(t)
	for i := range groups {
		groups[i].Customers = many
	}
	influence := func() (s *sample, purchases, value influences) {
		s, err := newSample(groups, Horizon{Time: 364, Discount: 0.08, Year: DaysAYear})
		if err != nil {
			t.Fatal(err)
		}
		spend, err := fitGammaGamma(groups)
		if err != nil {
			t.Fatal(err)
		}
		return s, s.purchases(), s.value(&spend)
	}
	s, purchases, value := influence()
	for i := 0; i < len(groups); i += 40 {
		groups[i].Customers = many + more
		_, purchasesUp, valueUp := influence()
		groups[i].Customers = many - more
		_, purchasesDown, valueDown := influence()
		groups[i].Customers = many
		near(t, "purchases", s.customers*(purchasesUp.mean-purchasesDown.mean)/(2*more), purchases.of[s.history[i]], 1e-3)
		near(t, "value", s.customers*(valueUp.mean-valueDown.mean)/(2*more), value.of[i], 1e-3)
	}
}

// One customer of ten stands out: by hand, the variance of the influences is 1 and their kurtosis 73/9.
func TestWithin(t *testing.T) {
	m := influences{mean: 5, of: []float64{3, -1. / 3}, groups: []Group{{Customers: 1}, {Customers: 9}}, customers: 10}.within(0.95)
	near(t, "standard error", m.StandardError, 1./3, digits)
	near(t, "freedom", m.Freedom, 20/(73./9-1), digits)
	near(t, "upper", m.Upper, 5*math.Exp(3.3059040935412347/3/5), digits) // scipy: t.ppf(0.975, 2.8125)
	near(t, "lower", m.Lower, 25/m.Upper, digits)
	m = influences{mean: -5, of: []float64{3, -1. / 3}, groups: []Group{{Customers: 1}, {Customers: 9}}, customers: 10}.within(0.95)
	near(t, "upper end of a loss", m.Upper, -5+3.3059040935412347/3, digits)
}

type moments struct{ n, sum, squares float64 }

func (m *moments) add(v float64) { m.n, m.sum, m.squares = m.n+1, m.sum+v, m.squares+v*v }

func (m *moments) deviation() float64 {
	return math.Sqrt((m.squares - m.sum*m.sum/m.n) / (m.n - 1))
}

// How many 95 % intervals hold the truth, on a grid fixed beforehand. CPI_BENCH=1 draws 2,000 samples for each cell and
// prints the table of docs/performance.md; without it, few samples guard against a mistake in all cells together.
// Where more than half of the samples are refused, the rest is a selection, and not judged.
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
				if judged := each && fitted > float64(samples)/2; judged && (share < 0.93 || share > 0.97) {
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
