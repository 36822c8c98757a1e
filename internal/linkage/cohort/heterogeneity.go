package cohort

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Heterogeneity tells whether the effect is one and the same in all strata.
type Heterogeneity struct {
	// BreslowDay is their χ² (1980) that all odds ratios equal the pooled one. Tarone is the same with his correction
	// (1985), and P that one's p value.
	BreslowDay, Tarone, P float64
	// Strata were compared, of which Up have a positive difference and Down a negative one.
	Strata, Up, Down int
	// Crossover is the p value of Gail and Simon's test (1985, Biometrics 41:361) that no two strata have effects of
	// opposite sign.
	Crossover float64
}

// Opposed tells whether strata differ significantly, and lie significantly on both sides of zero.
func (h *Heterogeneity) Opposed(alpha float64) bool {
	return h != nil && h.P <= alpha && h.Crossover <= alpha
}

// leastExpected is how many of each kind a stratum must lead to expect, to be compared with others: from there on the
// test calls at most 7 % of equal strata different, in pairs of customers it would call nine in ten of them so.
const leastExpected = 2

// Heterogeneity compares the strata that are large enough for it. It is nil where those are fewer than two.
func (p Pooled) Heterogeneity() *Heterogeneity {
	var large []Table
	for _, t := range p.Tables {
		if t.leastExpected() >= leastExpected {
			large = append(large, t)
		}
	}
	if len(large) < len(p.Tables) {
		p, _ = Pool(large)
	}
	return p.heterogeneity()
}

func (p Pooled) heterogeneity() *Heterogeneity {
	if len(p.Tables) < 2 || math.IsNaN(p.Odds) {
		return nil
	}
	var found Heterogeneity
	var excess, variance, up, down float64
	for _, t := range p.Tables {
		a, _, _, _ := t.cells()
		expected, spread := t.given(p.Odds)
		found.BreslowDay += (a - expected) * (a - expected) / spread
		excess += a - expected
		variance += spread
		evidence := t.logOdds()
		switch difference := t.difference(); {
		case difference > 0:
			found.Up++
			up += math.Pow(max(0, evidence), 2)
		case difference < 0:
			found.Down++
			down += math.Pow(min(0, evidence), 2)
		}
	}
	found.Strata = len(p.Tables)
	found.Tarone = found.BreslowDay - excess*excess/variance
	found.P = chiSquareAbove(float64(found.Strata-1), found.Tarone)
	found.Crossover = crossover(found.Strata, min(up, down))
	return &found
}

// given is how many outcomes the best cohort is expected to have if the odds ratio is this one, and their variance:
// the root of a quadratic equation that leaves no count below zero.
func (t Table) given(odds float64) (expected, variance float64) {
	a, b, c, d := t.cells()
	n1, n0, outcomes := a+b, c+d, a+c
	square, linear, constant := 1-odds, odds*(n1+outcomes)+n0-outcomes, -odds*n1*outcomes
	root := math.Sqrt(linear*linear - 4*square*constant)
	// Of the two forms of the root, the one in which nothing cancels.
	if linear > 0 {
		expected = -2 * constant / (linear + root)
	} else {
		expected = (root - linear) / (2 * square)
	}
	return expected, 1 / (1/expected + 1/(n1-expected) + 1/(outcomes-expected) + 1/(n0-outcomes+expected))
}

// logOdds is the logarithm of the odds ratio in standard errors, with ½ added to each count, so that a stratum of a
// handful of units cannot seem certain.
func (t Table) logOdds() float64 {
	a, b, c, d := t.cells()
	a, b, c, d = a+0.5, b+0.5, c+0.5, d+0.5
	return math.Log(a*d/(b*c)) / math.Sqrt(1/a+1/b+1/c+1/d)
}

// crossover is the probability of so much evidence on the weaker side if no strata have opposite signs: a mixture of χ²,
// by how many of the other strata fall on that side.
func crossover(strata int, weaker float64) float64 {
	if weaker == 0 {
		return 1
	}
	others := strata - 1
	var p, log float64 // the logarithm of how many ways h of them fall there, which has no bounds
	for h := 1; h <= others; h++ {
		log += math.Log(float64(others-h+1) / float64(h))
		p += math.Exp(log-float64(others)*math.Ln2) * chiSquareAbove(float64(h), weaker)
	}
	return p
}

// chiSquareAbove is the upper tail of the χ² distribution, which keeps its digits far out.
func chiSquareAbove(freedom, x float64) float64 {
	return mathext.GammaIncRegComp(freedom/2, max(0, x)/2)
}
