package measure

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// question is a survey score on a closed scale. It is read as a share of answers in a band,
// as a net of two bands, or as a mean; the three ask for the same first four sums.
type question struct {
	column string
	scale  Scale
	// entity clusters the answers, empty where they are independent.
	entity string
}

// The sums every reading of a question starts with, by index, and those that follow.
const (
	askedRows = iota
	askedPresent
	askedUnreadable
	askedAnswers // on the scale
	askedFirst   // hits, plus or Σ
	askedSecond  // minus or Σ²
)

func (q question) in(band Scale) Term {
	return Term{Op: InRange, Column: q.column, Lo: band.Min, Hi: band.Max}
}

func (q question) request(y []WeightedTerm, more ...Term) Request {
	terms := []Term{
		{Op: Rows},
		{Op: Present, Column: q.column},
		{Op: Unreadable, Column: q.column},
		q.in(q.scale),
	}
	cluster := pair(q.entity, q.in(q.scale), y...)
	return Request{Combination: combined(cluster), Terms: append(terms, more...), Cluster: cluster}
}

func (q question) requestShare(band Scale) Request {
	hits := q.in(band)
	return q.request([]WeightedTerm{once(hits)}, hits)
}

func (q question) requestNet(plus, minus Scale) Request {
	y := []WeightedTerm{once(q.in(plus)), {Weight: -1, Term: q.in(minus)}}
	return q.request(y, q.in(plus), q.in(minus))
}

func (q question) requestMean() Request {
	sum := Term{Op: SumOf, Column: q.column, Lo: q.scale.Min, Hi: q.scale.Max}
	squares := Term{Op: SumSquares, Column: q.column, Lo: q.scale.Min, Hi: q.scale.Max}
	return q.request([]WeightedTerm{once(sum)}, sum, squares)
}

// answers starts an estimate with the counts of answers and rejections; done says there is no value.
func (q question) answers(s Sums) (e Estimate, clusters *interval.Paired, done bool) {
	if !s.finite() {
		return Estimate{Reason: NotFinite}, nil, true
	}
	e = Estimate{
		N: count(s[askedAnswers]),
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    s[askedRows] - s[askedPresent] - s[askedUnreadable],
			RejectedUnreadable: s[askedUnreadable],
			RejectedOutOfScale: s[askedPresent] - s[askedAnswers],
		}),
	}
	if q.entity != "" {
		c := s.clusters()
		clusters = &c
	}
	if e.N == 0 {
		return e.none(NoRows), clusters, true
	}
	return e, clusters, false
}

func (q question) estimateShare(s Sums, confidence float64) Estimate {
	e, clusters, done := q.answers(s)
	if done {
		return e
	}
	return e.proportion(s[askedFirst], s[askedAnswers], clusters, confidence)
}

// estimateNet names the counts of the bands in its detail by plus, rest and minus.
func (q question) estimateNet(s Sums, names [3]string, confidence float64) Estimate {
	e, clusters, done := q.answers(s)
	if done {
		return e
	}
	plus, minus, n := s[askedFirst], s[askedSecond], s[askedAnswers]
	e.Detail = map[string]float64{names[0]: plus, names[1]: n - plus - minus, names[2]: minus}
	return e.net(plus, minus, n, clusters, confidence)
}

func (q question) estimateMean(s Sums, confidence float64) Estimate {
	e, clusters, done := q.answers(s)
	if done {
		return e
	}
	bounds := interval.Interval{Lower: q.scale.Min, Upper: q.scale.Max}
	return e.mean(s[askedAnswers], s[askedFirst], s[askedSecond], bounds, clusters, confidence)
}
