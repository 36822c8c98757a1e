package cohort

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Table is the two cohorts of a comparison, by outcome.
type Table struct {
	Best, Worst Count
}

// cells of the table: outcomes and the rest of the best cohort, outcomes and the rest of the worst.
func (t Table) cells() (a, b, c, d float64) {
	return float64(t.Best.Outcomes), float64(t.Best.N - t.Best.Outcomes),
		float64(t.Worst.Outcomes), float64(t.Worst.N - t.Worst.Outcomes)
}

func (t Table) n() int64 { return t.Best.N + t.Worst.N }

// difference of the shares, from counts, so that equal shares differ by exactly nothing.
func (t Table) difference() float64 {
	a, b, c, d := t.cells()
	return (a*d - b*c) / ((a + b) * (c + d))
}

// constant tells that there is nothing to compare: an empty cohort, or one outcome for all.
func (t Table) constant() bool {
	outcomes := t.Best.Outcomes + t.Worst.Outcomes
	return outcomes == 0 || outcomes == t.n()
}

// Crude compares the two cohorts as they stand: the difference of shares with Newcombe's hybrid interval (1998, method
// 10), their ratio with Katz's (1978), and the ratio of odds with Woolf's (1955). It is nil where a cohort is empty or
// the outcome constant.
func (t Table) Crude(confidence float64) *Effects {
	if t.Best.N == 0 || t.Worst.N == 0 || t.constant() {
		return nil
	}
	a, b, c, d := t.cells()
	found := &Effects{RiskDifference: interval.Newcombe(a, a+b, c, c+d, confidence).Bounded}
	found.RiskDifference.Value = t.difference()
	if a > 0 && c > 0 {
		found.RelativeRisk = onLogarithm(math.Log(a/(a+b)*(c+d)/c), math.Sqrt(1/a-1/(a+b)+1/c-1/(c+d)), confidence)
		found.RelativeRisk.Value = a * (c + d) / (c * (a + b))
	}
	if min(a, b, c, d) == 0 {
		// Haldane 1956 and Anscombe 1956.
		found.HalfAdded = true
		a, b, c, d = a+0.5, b+0.5, c+0.5, d+0.5
	}
	found.OddsRatio = onLogarithm(math.Log(a*d/(b*c)), math.Sqrt(1/a+1/b+1/c+1/d), confidence)
	found.P, found.Test = t.Independence()
	return found
}

// onLogarithm is a ratio whose logarithm has a standard error.
func onLogarithm(log, se, confidence float64) *interval.Bounded {
	ends := interval.Normal(log, se, confidence)
	return &interval.Bounded{
		Value:    math.Exp(log),
		Interval: interval.Interval{Lower: math.Exp(ends.Lower), Upper: math.Exp(ends.Upper)},
	}
}

// Independence is the two-sided p value that both cohorts have one share of outcomes: of Pearson's χ² without
// correction, or of Fisher's exact test where a count below 5 is expected (Cochran 1954).
func (t Table) Independence() (float64, Test) {
	if t.leastExpected() < enoughExpected {
		return exact([]Table{t}), FisherExact
	}
	return interval.TwoSided(math.Sqrt(t.chiSquare())), ChiSquare
}

// enoughExpected is the count from which on a table's differences are taken for normal (Cochran 1954).
const enoughExpected = 5

// leastExpected is the smallest of the four counts if the cohorts had one share.
func (t Table) leastExpected() float64 {
	a, b, c, d := t.cells()
	return min(a+b, c+d) * min(a+c, b+d) / (a + b + c + d)
}

// chiSquare is Pearson's, without correction for continuity.
func (t Table) chiSquare() float64 {
	a, b, c, d := t.cells()
	across := a*d - b*c
	return across / (a + b) * across / (c + d) / (a + c) * (a + b + c + d) / (b + d)
}
