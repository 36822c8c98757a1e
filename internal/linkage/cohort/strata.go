package cohort

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Pooled compares the cohorts within strata and takes the differences together, each stratum weighted by what it can
// tell (Mantel and Haenszel 1959). The formulas are in Rothman, Greenland and Lash, Modern Epidemiology.
type Pooled struct {
	// Tables are the strata with units of both cohorts. OneSided ones have units of one cohort only and say nothing.
	Tables   []Table
	OneSided int
	// Difference of shares, Ratio of shares and Odds ratio. Ratio is NaN where a cohort has no outcomes, Odds where the
	// data do not bound it.
	Difference, Ratio, Odds float64
	// DifferenceError is the standard error by Greenland and Robins (1985), for strata that are not sparse.
	DifferenceError float64
	// LogRatioError is that of the ratio's logarithm by Greenland and Robins (1985), and LogOddsError of the odds
	// ratio's by Robins, Breslow and Greenland (1986). Both hold for few large strata and for many small ones.
	LogRatioError, LogOddsError float64
	// ChiSquare is Cochran–Mantel–Haenszel's without correction for continuity, Corrected the one with it.
	ChiSquare, Corrected float64
	// Sparse tells that a stratum has a count of zero, or one below 5 is expected there.
	Sparse bool
}

// Pool takes strata together. It has a reason where there is nothing to compare: no stratum holds units of both cohorts,
// or the outcome is constant in each of those that do.
func Pool(strata []Table) (Pooled, Reason) {
	found := Pooled{Difference: math.NaN(), Ratio: math.NaN(), Odds: math.NaN()}
	constant := true
	for _, t := range strata {
		if t.Best.N == 0 || t.Worst.N == 0 {
			found.OneSided++
			continue
		}
		found.Tables = append(found.Tables, t)
		constant = constant && t.constant()
	}
	switch {
	case len(found.Tables) == 0:
		return found, NoSharedStratum
	case constant:
		return found, OutcomeConstant
	}
	var weight, difference, variance float64 // of the difference
	var best, worst, shares float64          // of the ratio
	var with, against, pr, psqr, qs float64  // of the odds ratio
	var excess, chance float64               // of the test
	for _, t := range found.Tables {
		a, b, c, d := t.cells()
		n1, n0 := a+b, c+d
		n, outcomes := n1+n0, a+c

		w := n1 * n0 / n
		weight += w
		difference += (a*n0 - c*n1) / n
		variance += w * w * (a*b/(n1*n1*n1) + c*d/(n0*n0*n0))

		best += a * n0 / n
		worst += c * n1 / n
		shares += (outcomes*n1*n0 - a*c*n) / (n * n)

		p, q, r, s := (a+d)/n, (b+c)/n, a*d/n, b*c/n
		with += r
		against += s
		pr += p * r
		psqr += p*s + q*r
		qs += q * s

		excess += a - n1*outcomes/n
		chance += n1 * n0 * outcomes * (n - outcomes) / (n * n * (n - 1))
		found.Sparse = found.Sparse || min(a, b, c, d) == 0 || t.leastExpected() < enoughExpected
	}
	found.Difference, found.DifferenceError = difference/weight, math.Sqrt(variance)/weight
	if best > 0 && worst > 0 {
		found.Ratio, found.LogRatioError = best/worst, math.Sqrt(shares/(best*worst))
	}
	if with > 0 && against > 0 {
		found.Odds = with / against
		found.LogOddsError = math.Sqrt(pr/(2*with*with) + psqr/(2*with*against) + qs/(2*against*against))
	}
	found.ChiSquare = excess * excess / chance
	found.Corrected = math.Pow(max(0, math.Abs(excess)-0.5), 2) / chance
	return found, ""
}

// Effects of the best cohort against the worst within strata. The difference has Greenland and Robins' interval, in
// sparse strata Klingenberg's (2014, Statistics in Medicine 33:2968), which covers there too. A stratum in which all
// have one outcome has no difference, and counts for that.
func (p Pooled) Effects(confidence float64) *Effects {
	found := &Effects{RiskDifference: interval.Bounded{Value: p.Difference}}
	if p.Sparse {
		found.RiskDifference.Interval = p.klingenberg(confidence)
	} else {
		found.RiskDifference.Interval = interval.Normal(p.Difference, p.DifferenceError, confidence).Clamp(-1, 1)
	}
	if !math.IsNaN(p.Ratio) {
		found.RelativeRisk = onLogarithm(math.Log(p.Ratio), p.LogRatioError, confidence)
	}
	if !math.IsNaN(p.Odds) {
		found.OddsRatio = onLogarithm(math.Log(p.Odds), p.LogOddsError, confidence)
	}
	found.P, found.Test = p.Independence()
	return found
}

// klingenberg is the interval of differences δ that lie within z standard errors of the estimate, where the squared
// error is Sato's (1989), linear in δ: (δP + Q)/W².
func (p Pooled) klingenberg(confidence float64) interval.Interval {
	var slope, constant, weight float64
	for _, t := range p.Tables {
		a, b, c, d := t.cells()
		n1, n0 := a+b, c+d
		n := n1 + n0
		slope += (n1*n1*c - n0*n0*a + n1*n0*(n0-n1)/2) / (n * n)
		constant += (a*d + b*c) / (2 * n)
		weight += n1 * n0 / n
	}
	z := interval.Z(confidence)
	scale := z * z / (weight * weight)
	middle := p.Difference + scale*slope/2
	margin := math.Sqrt(max(0, middle*middle-p.Difference*p.Difference+scale*constant))
	return interval.Interval{Lower: middle - margin, Upper: middle + margin}.Clamp(-1, 1).Around(p.Difference)
}

// Independence is the two-sided p value that no stratum has a difference: of Cochran, Mantel and Haenszel's χ² without
// correction, or of the exact conditional test where the sum of outcomes is expected within 5 of its bounds, so that
// the χ² is not good (Mantel and Fleiss 1980).
func (p Pooled) Independence() (float64, Test) {
	var below, above float64
	for _, t := range p.Tables {
		outcomes := t.Best.Outcomes + t.Worst.Outcomes
		expected := float64(t.Best.N) * float64(outcomes) / float64(t.n())
		below += expected - float64(max(0, outcomes-t.Worst.N))
		above += float64(min(outcomes, t.Best.N)) - expected
	}
	if min(below, above) < 5 {
		return exact(p.Tables), ExactConditional
	}
	return interval.TwoSided(math.Sqrt(p.ChiSquare)), CochranMantelHaenszel
}
