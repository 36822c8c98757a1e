package measure

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Opposed is the share that a net takes away.
type Opposed struct {
	Of         []Condition `json:"of"`
	Classifier *Classifier `json:"classifier,omitempty"`
}

// The sums of a net, by index.
const (
	netRows = iota
	netPlus
	netMinus
	netBoth    // rows that meet both, and so count for neither
	netMissing // only where a condition can meet NULL unawares
)

// requestNet asks for both sides. Of clusters, y is the difference of both sides as their corrections stretch them.
func (m *Share) requestNet(in Setting) Request {
	rows := Term{Op: Rows}
	plus := Term{Op: Rows, Any: [][]Condition{m.Of}}
	minus := Term{Op: Rows, Any: [][]Condition{m.Less.Of}}
	both := Term{Op: Rows, Any: [][]Condition{slices.Concat(m.Of, m.Less.Of)}}
	terms := []Term{rows, plus, minus, both}
	if missing := missing(slices.Concat(m.Of, m.Less.Of)); len(missing) > 0 {
		terms = append(terms, Term{Op: Rows, Any: missing})
	}
	a, b := m.Classifier.slope(), m.Less.Classifier.slope()
	cluster := pair(in.KeepAll, rows, WeightedTerm{Weight: a, Term: plus}, WeightedTerm{Weight: -b, Term: minus}, WeightedTerm{Weight: b - a, Term: both})
	return Request{Combination: combined(cluster), Terms: terms, Cluster: cluster}
}

// estimateNet is in points −100..100.
func (m *Share) estimateNet(s Sums, request Request, confidence float64) Estimate {
	n := s[netRows]
	e := Estimate{N: count(n)}
	if e.N == 0 {
		return e.none(NoRows)
	}
	plus, minus := s[netPlus]-s[netBoth], s[netMinus]-s[netBoth]
	e.Detail = map[string]float64{"plus": plus, "minus": minus}
	if neither := known(n - plus - minus); neither != nil {
		e.Detail["neither"] = *neither
	}
	if len(request.Terms) > netMissing && s[netMissing] > 0 {
		e.Detail["missing"] = s[netMissing]
	}
	var clusters *interval.Paired
	if request.Cluster != nil {
		c := s.clusters()
		clusters = &c
	}
	if m.Classifier == nil && m.Less.Classifier == nil {
		return e.net(plus, minus, n, clusters, confidence)
	}
	e = e.over(plus-minus, n)
	e.Detail[detailObserved] = (plus - minus) / n
	var clustered *float64
	method := methodCorrectedNet
	if clusters != nil {
		e = e.clustered(*clusters)
		se, ok := clusters.Error()
		if !ok || se == 0 {
			// Nobody differs from anybody: no more is known than as many answers as clusters would tell.
			few := max(1, clusters.Count)
			plus, minus, n = plus/n*few, minus/n*few, few
			e.EffectiveN = new(few)
		} else {
			clustered, method = &se, methodNormalClusters
		}
	}
	found := interval.Net(m.Classifier.labelled(plus), m.Less.Classifier.labelled(minus), n, confidence, clustered)
	if found.Cut {
		e.Detail[detailCut] = 1
	}
	return e.is(perPoint*found.Value).within(found.Interval.Scale(perPoint), points, method)
}
