package measure

import (
	"errors"
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var aggregateDoc = Doc{
	Name:      "aggregate",
	Title:     "Sum, mean or count",
	Summary:   "A sum or a mean of a column, or a count of rows.",
	Formula:   "Sum: Σ column. Mean: Σ column / rows with a value. Count: rows. Mean with `shrink`: (weight × towards + Σ ratings)/(weight + ratings)",
	Unit:      "as declared",
	Direction: "as declared, or the preset's",
	Interval:  "Mean: Student's t. Sum: normal with the error √Σy², amounts seen as arrivals. Count: Garwood. With clusterBy the error is that of each cluster's total. Mean with `shrink`: normal on the posterior variance, a credible interval",
	Columns:   "the column to sum or average; none for Count; the entity of `clusterBy`, if any",
	Pitfalls:  "Sum and count are a census of the period: their interval says how much they would vary, not that rows were missed. Amounts with heavy tails need many rows: a mean's interval of 95 % holds 84 % with 10 skewed amounts, 89 % with 50 and 94 % with 200, one of five-star ratings 87 % with 10 (docs/coverage.md).",
	Reference: "Garwood 1936, Biometrika 28:437 (counts); Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., 3.4 (shrink)",
}

func (m *Aggregate) doc() Doc { return aggregateDoc }

// formula leaves out the preset.
func (m *Aggregate) formula() any {
	out := *m
	out.Preset = ""
	return &out
}

func (m *Aggregate) entities() []string { return []string{m.ClusterBy} }

func (m *Aggregate) check() error {
	switch m.Function {
	case Count:
		if m.Shrink != nil {
			return errors.New("aggregate: shrink goes with Mean")
		}
		if m.Column != "" {
			return fmt.Errorf("aggregate: Count counts rows; remove column %q, or count with a condition in where", m.Column)
		}
		return nil
	case Sum, Mean:
		if m.Column == "" {
			return fmt.Errorf("aggregate: %s needs a column", m.Function)
		}
		if m.Shrink == nil {
			return nil
		}
		if m.Function != Mean || m.ClusterBy != "" {
			return errors.New("aggregate: shrink goes with Mean, without clusterBy")
		}
		return m.Shrink.check()
	}
	return fmt.Errorf("aggregate: unknown function %q", m.Function)
}

// Describe tells function and column.
func (m *Aggregate) Describe() Description {
	d := Description{Family: aggregateDoc.Name, Unit: m.Unit, Direction: m.Direction}
	switch m.Function {
	case Count:
		d.Variant = "count of rows"
	case Sum:
		d.Variant = "sum of " + m.Column
	case Mean:
		d.Variant = "mean of " + m.Column
	}
	if m.Shrink != nil {
		d.Variant += fmt.Sprintf(", shrunk to %g with the weight of %g ratings, scale %g–%g", m.Shrink.Towards, m.Shrink.Weight, m.Shrink.Scale.Min, m.Shrink.Scale.Max)
	}
	if m.ClusterBy != "" {
		d.Variant += ", errors by " + m.ClusterBy
	}
	return d
}

const (
	aggregateRows = iota
	aggregatePresent
	aggregateUnreadable
	aggregateSum
	aggregateSquares
)

// entity clusters rows, empty where they are independent.
func entity(clusterBy string, in Setting) string {
	if clusterBy != "" {
		return clusterBy
	}
	return in.KeepAll
}

// ratings are the column as answers on a scale.
func (m *Aggregate) ratings() question { return question{column: m.Column, scale: m.Shrink.Scale} }

// Request asks for rows and, of a column, its sum and sum of squares.
func (m *Aggregate) Request(in Setting) Request {
	if m.Shrink != nil {
		return m.ratings().requestMean()
	}
	rows := Term{Op: Rows}
	by := entity(m.ClusterBy, in)
	if m.Function == Count {
		cluster := pair(by, rows, once(rows))
		return Request{Combination: combined(cluster), Terms: []Term{rows}, Cluster: cluster}
	}
	present := Term{Op: Present, Column: m.Column}
	sum := Term{Op: SumOf, Column: m.Column}
	cluster := pair(by, present, once(sum))
	return Request{
		Combination: combined(cluster),
		Terms: []Term{
			rows, present, {Op: Unreadable, Column: m.Column},
			sum, {Op: SumSquares, Column: m.Column},
		},
		Cluster: cluster,
	}
}

// Estimate is in the declared unit. Without rows it has no value: see ZeroWhenComplete.
func (m *Aggregate) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	if m.Shrink != nil {
		return m.Shrink.shrunk(m.ratings(), s, confidence)
	}
	var clusters *interval.Paired
	if request.Cluster != nil {
		c := s.clusters()
		clusters = &c
	}
	if m.Function == Count {
		return countOf(s[aggregateRows], clusters, confidence)
	}
	n := s[aggregatePresent]
	e := Estimate{
		N: count(n),
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    s[aggregateRows] - n - s[aggregateUnreadable],
			RejectedUnreadable: s[aggregateUnreadable],
		}),
	}
	switch {
	case e.N == 0:
		return e.none(NoRows)
	case m.Function == Mean:
		return e.mean(n, s[aggregateSum], s[aggregateSquares], unbounded, clusters, confidence)
	case clusters != nil:
		return e.is(s[aggregateSum]).clustered(*clusters).arrivals(clusters.YY, unbounded, methodArrivalClusters, confidence)
	default:
		return e.is(s[aggregateSum]).arrivals(s[aggregateSquares], unbounded, methodArrival, confidence)
	}
}

// countOf estimates a count of rows.
func countOf(rows float64, clusters *interval.Paired, confidence float64) Estimate {
	e := Estimate{N: count(rows)}
	if e.N == 0 {
		return e.none(NoRows)
	}
	e = e.is(rows)
	if clusters == nil {
		return e.within(interval.Garwood(rows, 1, confidence), notNegative, methodGarwood)
	}
	return e.clustered(*clusters).arrivals(clusters.YY, notNegative, methodArrivalClusters, confidence)
}

// ZeroWhenComplete turns an estimate of no rows into zero: the caller knows that the period is over and
// all its rows are loaded, so that none came. Only a sum or a count can be zero so, and only if no row was
// unusable. A count of zero has an interval, a sum of zero has none: nothing tells how large an amount would have been.
func (m *Aggregate) ZeroWhenComplete(e Estimate, confidence float64) (Estimate, bool) {
	if e.Reason != NoRows || len(e.Rejected) > 0 || m.Function == Mean {
		return e, false
	}
	e.Reason = ""
	e = e.is(0)
	if m.Function == Count {
		e = e.within(interval.Garwood(0, 1, confidence), notNegative, methodGarwood)
	}
	return e, true
}
