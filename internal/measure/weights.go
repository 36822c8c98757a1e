package measure

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// parts are the rows that a mean is over, and what each brings in.
type parts struct {
	// used rows meet every condition; so do those below.
	used []Condition
	// Of a share or a net: rows that count for it, against it, and for both, which cancels out.
	plus, minus, both []Condition
	// Of values: columns whose sum, each times its factor, less floor is the value of a row.
	items []factored
	floor float64
}

type factored struct {
	column string
	factor float64
}

func (q question) band(of Scale) []Condition {
	return []Condition{
		{Column: q.column, Operator: AtLeast, Values: []string{bound(of.Min)}}, {Column: q.column, Operator: AtMost, Values: []string{bound(of.Max)}},
	}
}

func (q question) share(plus Scale) parts { return parts{used: q.band(q.scale), plus: q.band(plus)} }

func (q question) net(plus, minus Scale) parts {
	p := q.share(plus)
	p.minus = q.band(minus)
	return p
}

func (q question) mean() parts {
	return parts{used: q.band(q.scale), items: []factored{{q.column, 1}}}
}

func (m *NetPromoterScore) parts() parts { return m.question(Setting{}).net(promoters, detractors) }

func (m *CustomerSatisfaction) parts() parts {
	q := m.question(Setting{})
	switch m.Form {
	case CSATTopBox, CSATBinary:
		return q.share(m.top())
	case CSATNet:
		return q.net(m.top(), m.bottom())
	}
	return q.mean()
}

func (m *CustomerEffortScore) parts() parts {
	q, w := m.question(Setting{}), cesWordings[m.Version]
	switch m.Form {
	case CESShare:
		return q.share(m.easy())
	case CESNet:
		return q.net(w.easy, w.hard)
	}
	return q.mean()
}

func (m *Share) parts() parts {
	p := parts{plus: m.Of}
	if m.Less != nil {
		p.minus, p.both = m.Less.Of, slices.Concat(m.Of, m.Less.Of)
	}
	return p
}

func (m *Index) parts() parts {
	p := parts{used: m.usable()[0], floor: m.floor()}
	for _, item := range m.Items {
		p.items = append(p.items, factored{item.Column, item.factor()})
	}
	return p
}

// weighted counts each row of a family as much as a column says.
type weighted struct {
	Family
	column string
	kind   meanKind
	parts  parts
}

// WeightedBy is a family whose rows count as much as a column of weights says, such as those of a survey's design. Only
// proportions of weights count. A row without a weight above zero is rejected. It panics on a family that is not Weighable.
func WeightedBy(family Family, column string) Family {
	return &weighted{family, column, kindOf(family), family.(weighable).parts()}
}

// Request adds sums of weights to those of the family.
func (m *weighted) Request(in Setting) Request {
	r := m.Family.Request(in)
	rows := func(conditions []Condition) [][]Condition {
		return [][]Condition{slices.Concat(m.parts.used, conditions, []Condition{{Column: m.column, Operator: GreaterThan, Values: []string{"0"}}})}
	}
	both := func(column string, any [][]Condition) []Term {
		return []Term{{Op: SumOf, Column: column, Any: any}, {Op: SumSquares, Column: column, Any: any}}
	}
	used := rows(nil)
	terms := append([]Term{{Op: Rows, Any: used}}, both(m.column, used)...)
	switch m.kind.of {
	case ofShares:
		terms = append(terms, both(m.column, rows(m.parts.plus))...)
	case ofNets:
		terms = append(terms, both(m.column, rows(m.parts.plus))...)
		terms = append(terms, both(m.column, rows(m.parts.minus))...)
		if m.parts.both != nil {
			terms = append(terms, both(m.column, rows(m.parts.both))...)
		}
	case ofValues:
		products := make([]string, len(m.parts.items))
		for i, item := range m.parts.items {
			product := productOf(m.column, item.column)
			r.Derived = append(slices.Clip(r.Derived), product)
			products[i] = product.Name
		}
		for i, product := range products {
			terms = append(terms, both(product, used)...)
			terms = append(terms, Term{Op: SumProduct, Column: product, Other: m.column, Any: used})
			for _, other := range products[i+1:] {
				terms = append(terms, Term{Op: SumProduct, Column: product, Other: other, Any: used})
			}
		}
	}
	r.Terms = slices.Concat(r.Terms, terms)
	return r
}

// Estimate tells rejections as the family does, and the value by weights.
func (m *weighted) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	s, own := sums.of(m.Request(in)), m.Family.Request(in).Size()
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	e := m.Family.Estimate(s[:own], in, confidence)
	s = s[own:]
	if without := e.N - count(s[0]); without > 0 {
		if e.Rejected == nil {
			e.Rejected = map[Rejection]int64{}
		}
		e.Rejected[RejectedNoWeight] += without
	}
	e.N = count(s[0])
	e.Numerator, e.Denominator, e.Lower, e.Upper, e.Method, e.Detail = nil, nil, nil, nil, "", map[string]float64{}
	if e.Value == nil {
		return e
	}
	found, ok := interval.Weighted(m.paired(s))
	if !ok {
		return e.none(NoRows)
	}
	return m.kind.tell(e, found, "weighted by rows", confidence)
}

// paired are the sums of wy and w over the rows, and the weighted share of those for or against a net.
func (m *weighted) paired(s Sums) (p interval.Paired, extreme float64) {
	p = interval.Paired{Count: s[0], X: s[1], XX: s[2]}
	s = s[3:]
	switch m.kind.of {
	case ofShares:
		p.Y, p.YY, p.XY = s[0], s[1], s[1]
	case ofNets:
		if m.parts.both == nil {
			s = append(slices.Clip(s), 0, 0)
		}
		p.Y, p.YY, p.XY = s[0]-s[2], s[1]+s[3]-2*s[5], s[1]-s[3]
		extreme = (s[0] + s[2] - 2*s[4]) / p.X
	case ofValues:
		floor := m.parts.floor
		p.Y, p.YY, p.XY = -floor*p.X, floor*floor*p.XX, -floor*p.XX
		for i, item := range m.parts.items {
			f, others := item.factor, m.parts.items[i+1:]
			p.Y += f * s[0]
			p.YY += f*f*s[1] - 2*floor*f*s[2]
			p.XY += f * s[2]
			for k, other := range others {
				p.YY += 2 * f * other.factor * s[3+k]
			}
			s = s[3+len(others):]
		}
	}
	return p, extreme
}
