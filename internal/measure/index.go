package measure

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Index is the weighted mean of several questions, each mapped from its scale to 0–100, over rows that answer
// all of them.
type Index struct {
	Items  []IndexItem `json:"items"` // in the order of their columns
	Preset string      `json:"preset,omitempty"`
}

// IndexItem is one question. The weights of an index add up to 1.
type IndexItem struct {
	Column string  `json:"column"`
	Weight float64 `json:"weight"`
	Scale  Scale   `json:"scale"`
}

// WeightTolerance is how far weights may miss 1 in all: rounding, not a share of a per cent.
const WeightTolerance = 1e-9

// LowAlpha is the reliability below which the questions of an index hardly measure one thing (Nunnally 1978,
// Psychometric Theory, 2nd ed., p. 245).
const LowAlpha = 0.7

// detailAlpha is Cronbach's alpha (1951, Psychometrika 16:297) of the items, each mapped to its scale and counted once.
const detailAlpha = "alpha"

var indexDoc = Doc{
	Name:      "index",
	Title:     "Weighted index (CSI)",
	Summary:   "The weighted mean of several questions about one experience, such as a customer satisfaction index.",
	Formula:   "for each answer Σ weight × 100 × (item − min)/(max − min), the weights adding up to 1; the index is the mean over answers",
	Unit:      "points, 0 to 100",
	Direction: "HigherIsBetter",
	Interval:  "Student's t over the index of each answer; cluster-robust with every answer of a customer kept",
	Columns:   "one column of numbers for each question; the entity of `responses`",
	Pitfalls: "Only rows that answer every question count: one that many people skip shrinks the sample, and `rejected` tells by how much. " +
		"Below a Cronbach's alpha of 0.7 the questions hardly measure one thing, and a warning says so: look at them one by one. " +
		"Indices of other questions or weights cannot be compared. With three questions (overall satisfaction, comparison with what was expected, comparison with the ideal) on a scale of 1 to 10 " +
		"this has the form of the American Customer Satisfaction Index; its weights come from a model of its owner and its name is a trademark, so an index with weights of your own is not to be called by it.",
	Reference: "ISO 10004:2018; Fornell et al. 1996, Journal of Marketing 60:7; Cronbach 1951, Psychometrika 16:297",
}

func (m *Index) doc() Doc { return indexDoc }

// formula leaves out the preset.
func (m *Index) formula() any {
	out := *m
	out.Preset = ""
	return &out
}

func (m *Index) check() error {
	if len(m.Items) < 2 {
		return errors.New("index: at least two items are needed")
	}
	var total float64
	for _, item := range m.Items {
		switch {
		case item.Column == "":
			return errors.New("index: an item names no column")
		case item.Scale.Min >= item.Scale.Max:
			return fmt.Errorf("index: item %s: scale needs min < max, has %g and %g", item.Column, item.Scale.Min, item.Scale.Max)
		case item.Weight <= 0:
			return fmt.Errorf("index: item %s: weight %g is not above zero", item.Column, item.Weight)
		}
		total += item.Weight
	}
	if math.Abs(total-1) > WeightTolerance {
		return fmt.Errorf("index: weights add up to %.9g, not 1", total)
	}
	return nil
}

// Describe tells items, weights and scales.
func (m *Index) Describe() Description {
	parts := make([]string, len(m.Items))
	for i, item := range m.Items {
		parts[i] = fmt.Sprintf("%s %% %s (%g–%g)", strconv.FormatFloat(100*item.Weight, 'g', 6, 64), item.Column, item.Scale.Min, item.Scale.Max)
	}
	return Description{
		Family: indexDoc.Name, Unit: "points", Direction: HigherIsBetter,
		Variant: "index: mean of " + strings.Join(parts, " + ") + ", each mapped to 0–100",
	}
}

// The sums of an index: these; for each item the answers that cannot be read, those on its scale, and the total;
// and for each two items, in order, the sum of their products.
const (
	indexRows = iota
	indexAnswered
	indexUsed
	indexItems
)

// usable are the conditions that a row meets if every question has an answer on its scale.
func (m *Index) usable() [][]Condition {
	var all []Condition
	for _, item := range m.Items {
		all = append(all,
			Condition{Column: item.Column, Operator: AtLeast, Values: []string{bound(item.Scale.Min)}},
			Condition{Column: item.Column, Operator: AtMost, Values: []string{bound(item.Scale.Max)}})
	}
	return [][]Condition{all}
}

func bound(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// factor is what one point of the item adds to the index.
func (i IndexItem) factor() float64 { return i.Weight * perPoint / (i.Scale.Max - i.Scale.Min) }

// floor is the weighted sum of answers that stands for an index of zero.
func (m *Index) floor() (floor float64) {
	for _, item := range m.Items {
		floor += item.factor() * item.Scale.Min
	}
	return floor
}

// Request asks for the sums and products of all items over the rows that answer them all. A row that does not is
// rejected once: for its first item without a value or, if all have one, for what is out of scale.
func (m *Index) Request(in Setting) Request {
	var unreadable, onScale, sums, products []Term
	var cluster []WeightedTerm
	var before []Condition
	usable := m.usable()
	for i, item := range m.Items {
		gap := Term{Op: Unreadable, Column: item.Column}
		if len(before) > 0 {
			gap.Any = [][]Condition{before}
		}
		unreadable = append(unreadable, gap)
		before = append(before[:i:i], Condition{Column: item.Column, Operator: Exists})
		onScale = append(onScale, Term{Op: InRange, Column: item.Column, Lo: item.Scale.Min, Hi: item.Scale.Max})
		sum := Term{Op: SumOf, Column: item.Column, Any: usable}
		sums = append(sums, sum)
		cluster = append(cluster, WeightedTerm{Weight: item.factor(), Term: sum})
		products = append(products, Term{Op: SumSquares, Column: item.Column, Any: usable})
		for _, other := range m.Items[i+1:] {
			products = append(products, Term{Op: SumProduct, Column: item.Column, Other: other.Column, Any: usable})
		}
	}
	used := Term{Op: Rows, Any: usable}
	terms := []Term{{Op: Rows}, {Op: Rows, Any: [][]Condition{before}}, used}
	for _, more := range [][]Term{unreadable, onScale, sums, products} {
		terms = append(terms, more...)
	}
	by := pair(in.KeepAll, used, cluster...)
	return Request{Combination: combined(by), Terms: terms, Cluster: by}
}

// Estimate is in points 0–100.
func (m *Index) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	k := len(m.Items)
	var unreadable float64
	for i := range k {
		unreadable += s[indexItems+i]
	}
	n := s[indexUsed]
	e := Estimate{
		N: count(n),
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    s[indexRows] - s[indexAnswered] - unreadable,
			RejectedUnreadable: unreadable,
			RejectedOutOfScale: s[indexAnswered] - n,
		}),
	}
	if e.N == 0 {
		return e.none(NoRows)
	}
	totals, products := s[indexItems+2*k:indexItems+3*k], s[indexItems+3*k:]
	sum, squares := m.weighted(totals, products)
	var clusters *interval.Paired
	if request.Cluster != nil {
		c := s.clusters()
		clusters = &c
	}
	floor := m.floor()
	e = e.mean(n, sum, squares, interval.Interval{Lower: floor, Upper: floor + perPoint}, clusters, confidence)
	if alpha, ok := m.alpha(n, totals, products); ok {
		e.Detail = map[string]float64{detailAlpha: alpha}
	}
	return e.over(sum-n*floor, n).rescaled(floor, floor+perPoint)
}

// weighted is Σ and Σ² over rows of the items' weighted sum.
func (m *Index) weighted(totals, products Sums) (sum, squares float64) {
	p := 0
	for i, item := range m.Items {
		sum += item.factor() * totals[i]
		squares += item.factor() * item.factor() * products[p]
		p++
		for _, other := range m.Items[i+1:] {
			squares += 2 * item.factor() * other.factor() * products[p]
			p++
		}
	}
	return sum, squares
}

// alpha is Cronbach's reliability k/(k−1) · (1 − Σ item variances / variance of their sum), items on the same range.
// It does not exist for fewer than two rows, nor where everybody has the same sum.
func (m *Index) alpha(n float64, totals, products Sums) (float64, bool) {
	var items float64
	equal := Index{Items: make([]IndexItem, len(m.Items))}
	p := 0
	for i, item := range m.Items {
		equal.Items[i] = IndexItem{Weight: 1, Scale: item.Scale}
		variance, ok := interval.Variance(n, totals[i], products[p])
		if !ok {
			return 0, false
		}
		factor := equal.Items[i].factor()
		items += factor * factor * variance
		p += len(m.Items) - i
	}
	sum, squares := equal.weighted(totals, products)
	all, ok := interval.Variance(n, sum, squares)
	if !ok || all == 0 {
		return 0, false
	}
	k := float64(len(m.Items))
	alpha := known(k / (k - 1) * (1 - items/all))
	if alpha == nil {
		return 0, false
	}
	return *alpha, true
}

// Cautions tells of questions that hardly measure one thing.
func (m *Index) Cautions(e Estimate) []string {
	alpha, ok := e.Detail[detailAlpha]
	if !ok || alpha >= LowAlpha {
		return nil
	}
	return []string{fmt.Sprintf("Cronbach's alpha of the items is %.2f, below %g: they hardly measure one thing, so look at each by itself.", alpha, LowAlpha)}
}
