package measure

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// weighable is a family whose value is a mean over rows, so that strata of them can be weighted.
type weighable interface {
	// weighed tells how to read a stratum's sums, of a request without clusters; false of a variant that is no plain mean.
	weighed() (meanKind, bool)
	// parts are the rows that the mean is over.
	parts() parts
}

// meanKind is what a mean is of.
type meanKind struct {
	of meanOf
	// lo and hi are the ends of the scale that a mean is mapped from to 0–100; both 0 for none.
	lo, hi float64
	// read finds the rows in the sums; nil where they are those of a question.
	read func(Sums) counted
}

type meanOf int

const (
	ofShares meanOf = iota
	ofNets
	ofValues
)

// counted are n rows: hits of a share, rows for and against of a net, Σ and Σ² of values.
type counted struct{ n, first, second float64 }

func (m *NetPromoterScore) weighed() (meanKind, bool) { return meanKind{of: ofNets}, true }

func (m *CustomerSatisfaction) weighed() (meanKind, bool) {
	switch m.Form {
	case CSATNet:
		return meanKind{of: ofNets}, true
	case CSATMean:
		return meanKind{of: ofValues}, true
	case CSATRescaled:
		return meanKind{of: ofValues, lo: m.Scale.Min, hi: m.Scale.Max}, true
	case CSATTopBox, CSATBinary:
		return meanKind{of: ofShares}, true
	}
	return meanKind{}, false
}

func (m *CustomerEffortScore) weighed() (meanKind, bool) {
	switch m.Form {
	case CESNet:
		return meanKind{of: ofNets}, true
	case CESMean:
		return meanKind{of: ofValues}, true
	case CESShare:
		return meanKind{of: ofShares}, true
	}
	return meanKind{}, false
}

// A share corrected for its classifier is no plain mean any more.
func (m *Share) weighed() (meanKind, bool) {
	if m.Less != nil {
		return meanKind{of: ofNets, read: func(s Sums) counted {
			return counted{s[netRows], s[netPlus] - s[netBoth], s[netMinus] - s[netBoth]}
		}}, m.Classifier == nil && m.Less.Classifier == nil
	}
	return meanKind{of: ofShares, read: func(s Sums) counted { return counted{n: s[shareRows], first: s[shareHits]} }}, m.Classifier == nil
}

func (m *Index) weighed() (meanKind, bool) {
	return meanKind{of: ofValues, lo: 0, hi: perPoint, read: func(s Sums) counted {
		k, n, floor := len(m.Items), s[indexUsed], m.floor()
		sum, squares := m.weighted(s[indexItems+2*k:indexItems+3*k], s[indexItems+3*k:])
		return counted{n, sum - n*floor, squares - 2*floor*sum + n*floor*floor}
	}}, true
}

// Weighable reports whether a family's value can be weighted by strata.
func Weighable(family Family) bool {
	f, ok := family.(weighable)
	if ok {
		_, ok = f.weighed()
	}
	return ok
}

// kindOf panics on a family that is not Weighable.
func kindOf(family Family) meanKind {
	kind, _ := family.(weighable).weighed()
	return kind
}

// Stratum is a part of the population with the sums of its answers; no sums where nobody answered.
type Stratum struct {
	Population float64 // its size or share; only proportions count
	Sums       Sums
}

// Weighed replaces the value of an estimate, which tells the rejections, by the strata's means weighted to the population;
// counts are of the strata.
// Nobody's answers stand for another stratum: without answers from each there is no value, nor an interval without two.
// A largest weight above 0 cuts answers' weights to that multiple of the median one (see interval.PostStratify).
// Answers outside the strata are rejected as NoStratum. It panics on a family that is not Weighable.
func Weighed(family Family, e Estimate, strata []Stratum, in Setting, largest, confidence float64) Estimate {
	if e.Value == nil {
		return e
	}
	kind, request := kindOf(family), family.Request(in)
	var cells []interval.Stratum
	inside := make(Sums, request.Size())
	for _, s := range strata {
		sums := s.Sums.of(request)
		cells = append(cells, kind.stratum(s, sums))
		for i, v := range sums {
			inside[i] += v
		}
	}
	e.Detail = family.Estimate(inside, in, confidence).Detail
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
	if e.Detail == nil {
		e.Detail = map[string]float64{}
	}
	e.Detail["cappedAnswers"] = found.Capped * found.N
	return kind.tell(e, found, "post-stratified", confidence)
}

// tell completes e, which has a detail, with a weighted mean.
func (k meanKind) tell(e Estimate, found interval.PostStratified, how string, confidence float64) Estimate {
	e.EffectiveN, e.Detail[detailDesignEffect] = known(found.EffectiveN), found.DesignEffect
	switch k.of {
	case ofShares:
		return e.is(found.Value).within(found.Share(confidence), unit, "Wilson on the effective sample size, "+how)
	case ofNets:
		return e.is(perPoint*found.Value).within(found.Net(confidence).Scale(perPoint), points, "adjusted Wald on the effective sample size, "+how)
	}
	bounds := unbounded
	if k.lo < k.hi {
		bounds = interval.Interval{Lower: k.lo, Upper: k.hi}
	}
	e = e.is(found.Value).within(found.Mean(confidence), bounds, "Student's t, "+how)
	if k.lo < k.hi {
		return e.rescaled(k.lo, k.hi)
	}
	return e
}

// detailDesignEffect is how many times fewer answers of equal weight would be worth as much: the price of unequal weights.
const detailDesignEffect = "designEffect"

// stratum reads its sums.
func (k meanKind) stratum(of Stratum, s Sums) interval.Stratum {
	rows := k.counted(s)
	out := interval.Stratum{Population: of.Population, N: rows.n}
	if out.N == 0 {
		return out
	}
	first, second := rows.first/rows.n, rows.second/rows.n
	switch k.of {
	case ofShares:
		out.Mean, out.Variance = first, first*(1-first)
	case ofNets:
		out.Mean, out.Extreme = first-second, first+second
		out.Variance = out.Extreme - out.Mean*out.Mean
	case ofValues:
		out.Mean, out.Variance = first, math.Max(0, second-first*first)
	}
	return out
}

func (k meanKind) counted(s Sums) counted {
	if k.read != nil {
		return k.read(s)
	}
	if k.of == ofShares {
		return counted{n: s[askedAnswers], first: s[askedFirst]}
	}
	return counted{s[askedAnswers], s[askedFirst], s[askedSecond]}
}

// Moments are number, mean and variance (divisor N) of a cell's answers, shares and nets as parts of 1. It panics on a
// family that is not Weighable.
func Moments(family Family, sums Sums, in Setting) interval.Stratum {
	return kindOf(family).stratum(Stratum{}, sums.of(family.Request(in)))
}
