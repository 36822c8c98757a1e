package measure

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// weighable is a family whose value is a mean over answers, so that strata of them can be weighted.
type weighable interface {
	// weighed tells how to read a stratum's sums.
	weighed() meanKind
}

// meanKind is what a mean is of. Its strata's sums are those of a question.
type meanKind struct {
	of meanOf
	// lo and hi are the ends of the scale that a mean is mapped from to 0–100; both 0 for none.
	lo, hi float64
}

type meanOf int

const (
	ofShares meanOf = iota
	ofNets
	ofValues
)

func (m *NetPromoterScore) weighed() meanKind { return meanKind{of: ofNets} }

func (m *CustomerSatisfaction) weighed() meanKind {
	switch m.Form {
	case CSATNet:
		return meanKind{of: ofNets}
	case CSATMean:
		return meanKind{of: ofValues}
	case CSATRescaled:
		return meanKind{of: ofValues, lo: m.Scale.Min, hi: m.Scale.Max}
	}
	return meanKind{of: ofShares}
}

func (m *CustomerEffortScore) weighed() meanKind {
	switch m.Form {
	case CESNet:
		return meanKind{of: ofNets}
	case CESMean:
		return meanKind{of: ofValues}
	}
	return meanKind{of: ofShares}
}

// Weighable reports whether a family's value can be weighted by strata.
func Weighable(family Family) bool {
	_, ok := family.(weighable)
	return ok
}

// Stratum is a part of the population with the sums of its answers; no sums where nobody answered.
type Stratum struct {
	Population float64 // its size or share; only proportions count
	Sums       Sums
}

// Weighed replaces the value of an estimate, which tells the counts, by the strata's means weighted to the population.
// Nobody's answers stand for another stratum: without answers from each there is no value, nor an interval without two.
// A largest weight above 0 cuts answers' weights to that multiple of the median one (see interval.PostStratify).
// Answers outside the strata are rejected as NoStratum. It panics on a family that is not Weighable.
func Weighed(family Family, e Estimate, strata []Stratum, in Setting, largest, confidence float64) Estimate {
	if e.Value == nil {
		return e
	}
	kind := family.(weighable).weighed()
	var cells []interval.Stratum
	for _, s := range strata {
		cells = append(cells, kind.stratum(s, s.Sums.of(family.Request(in))))
	}
	found, ok := interval.PostStratify(cells, largest)
	if outside := e.N - count(found.N); outside > 0 {
		if e.Rejected == nil {
			e.Rejected = map[Rejection]int64{}
		}
		e.Rejected[RejectedNoStratum] += outside
	}
	e.N = count(found.N)
	if e.Entities != nil {
		e.Entities = new(e.N)
	}
	e.Numerator, e.Denominator, e.Lower, e.Upper, e.Method = nil, nil, nil, nil, ""
	const all = 1 - 1e-12
	if !ok || found.Covered < all {
		return e.none(StratumEmpty)
	}
	e.EffectiveN = known(found.EffectiveN)
	if e.Detail == nil {
		e.Detail = map[string]float64{}
	}
	e.Detail["designEffect"], e.Detail["cappedAnswers"] = found.DesignEffect, found.Capped*found.N
	switch kind.of {
	case ofShares:
		return e.is(found.Value).within(found.Share(confidence), unit, "Wilson on the effective sample size, post-stratified")
	case ofNets:
		return e.is(perPoint*found.Value).within(found.Net(confidence).Scale(perPoint), points, "adjusted Wald on the effective sample size, post-stratified")
	}
	e = e.is(found.Value).within(found.Mean(confidence), unbounded, "Student's t, post-stratified")
	if kind.lo < kind.hi {
		return e.rescaled(kind.lo, kind.hi)
	}
	return e
}

// stratum reads a question's sums.
func (k meanKind) stratum(of Stratum, s Sums) interval.Stratum {
	out := interval.Stratum{Population: of.Population, N: s[askedAnswers]}
	if out.N == 0 {
		return out
	}
	first := s[askedFirst] / out.N
	switch k.of {
	case ofShares:
		out.Mean, out.Variance = first, first*(1-first)
	case ofNets:
		minus := s[askedSecond] / out.N
		out.Mean, out.Extreme = first-minus, first+minus
		out.Variance = out.Extreme - out.Mean*out.Mean
	case ofValues:
		out.Mean, out.Variance = first, math.Max(0, s[askedSecond]/out.N-first*first)
	}
	return out
}

// Moments are number, mean and variance (divisor N) of a cell's answers, shares and nets as parts of 1. It panics on a
// family that is not Weighable.
func Moments(family Family, sums Sums, in Setting) interval.Stratum {
	kind := family.(weighable).weighed()
	return kind.stratum(Stratum{}, sums.of(family.Request(in)))
}
