package divergence

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// survey is a month's net promoter score of so many answers, with the interval that the product gives it.
func survey(random *rand.Rand, number, answers int, promoters, detractors float64) Period {
	var plus, minus float64
	for range answers {
		switch u := random.Float64(); {
		case u < promoters:
			plus++
		case u < promoters+detractors:
			minus++
		}
	}
	n := float64(answers)
	return Period{
		Number: number, Value: 100 * (plus - minus) / n, N: int64(answers),
		Interval: interval.AdjustedWald(plus/n, minus/n, n, 0.95).Scale(100),
	}
}

// How often the whole rule, over 24 months with a KPI that is always on target, says at least once that a company's
// CPIs got worse. Of the steady ones nothing changes but by chance.
func TestSimulated(t *testing.T) {
	for _, c := range []struct {
		name        string
		guardrails  int
		minimum     float64 // loss that counts, in points
		wander      float64 // standard deviation of the true score, in points, of which half is carried over
		fall        float64 // of the true score from month 12 on, in points
		companies   int
		least, most float64
	}{
		{"steady, one guardrail", 1, 0, 0, 0, 400, 0, 0.1},
		{"steady, five guardrails", 5, 0, 0, 0, 200, 0, 0.1},
		{"steady, a loss of 15 points counts", 1, 15, 0, 0, 400, 0, 0.05},
		{"wanders by 5 points", 1, 5, 5, 0, 400, 0, 0.25},
		{"falls by 20 points", 1, 5, 0, 20, 400, 0.6, 1},
		{"falls by 30 points", 1, 5, 0, 30, 400, 0.9, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(4, 24))
			var raised, delay float64
			for range c.companies {
				question := Question{Guardrails: make([]Guardrail, c.guardrails)}
				onTarget := true
				wanders := make([]float64, c.guardrails)
				for month := range 24 {
					question.KPI = append(question.KPI, Period{Number: month, OnTarget: &onTarget})
					for j := range question.Guardrails {
						g := &question.Guardrails[j]
						g.MinWorsening = c.minimum
						wanders[j] = 0.5*wanders[j] + math.Sqrt(0.75)*random.NormFloat64()
						shift := c.wander * wanders[j]
						if month >= 12 {
							shift -= c.fall
						}
						promoters, detractors := 0.5+shift/200, 0.2-shift/200
						g.Periods = append(g.Periods, survey(random, month, 100, promoters, detractors))
					}
				}
				first := math.Inf(1)
				for month, e := range Of(question).Evaluations {
					if e.Diverging {
						first = min(first, float64(month))
					}
				}
				if !math.IsInf(first, 1) {
					raised++
					delay += first - 12
				}
			}
			rate := raised / float64(c.companies)
			t.Logf("raised for %.1f %%", 100*rate)
			if c.fall > 0 {
				t.Logf("on average %.1f months after", delay/raised)
			}
			if rate < c.least || rate > c.most {
				t.Errorf("raised for %v", rate)
			}
		})
	}
}
