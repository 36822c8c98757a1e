package measure

import (
	"errors"
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Precomputed takes values that something else has computed: one row for each period and segment.
type Precomputed struct {
	Value      string      `json:"value"`
	Lower      string      `json:"lower,omitempty"` // with Upper, the interval at the indicator's confidence
	Upper      string      `json:"upper,omitempty"`
	SampleSize string      `json:"sampleSize,omitempty"` // without it the value is a census
	Format     RatioFormat `json:"format,omitempty"`
	Unit       string      `json:"unit,omitempty"`
	Preset     string      `json:"preset,omitempty"`
	Direction  Direction   `json:"direction"`
}

var precomputedDoc = Doc{
	Name:      "precomputed",
	Title:     "Precomputed values",
	Summary:   "Values that something else has computed: a finance system's revenue, a data team's model.",
	Formula:   "the row's value as it stands; nothing is added up or averaged",
	Unit:      "as declared; with `format: Percent` a ratio, so that 0.85 reads 85 %",
	Direction: "as declared, or the preset's",
	Interval:  "as the rows give it in `lower` and `upper`; none without them",
	Columns: "a column with the value; where there are such, both ends of its interval and the sample size. One row for each period; with breakdowns also one for each segment, " +
		"where NULL in a breakdown's column means all, as SQL's ROLLUP and CUBE write it: the total's row has NULL in every one",
	Pitfalls: "Nobody here can check the value: how it was computed, which rows were dropped, whether the interval is honest. Two rows for one period are an error, not a sum. " +
		"A total is never made up from segments: without a row of its own it has no data. " +
		"Without `sampleSize` the value is told as a census: no sample is too small then, and how many are behind a segment is not known, so breakdowns need `sampleSize` or `quality.minSegmentSize: 1`.",
	Reference: "Gray et al. 1997, Data Cube: A Relational Aggregation Operator, Data Mining and Knowledge Discovery 1:29 (NULL as all)",
}

const methodGiven = "as given"

func (m *Precomputed) doc() Doc { return precomputedDoc }

// formula leaves out preset and format.
func (m *Precomputed) formula() any {
	out := *m
	out.Preset, out.Format = "", ""
	return &out
}

func (m *Precomputed) check() error {
	switch {
	case m.Value == "":
		return errors.New("precomputed: value names no column")
	case (m.Lower == "") != (m.Upper == ""):
		return errors.New("precomputed: lower and upper go together")
	}
	return nil
}

// Describe tells the columns.
func (m *Precomputed) Describe() Description {
	d := Description{Family: precomputedDoc.Name, Unit: m.Unit, Direction: m.Direction, Variant: m.Value + ", computed elsewhere"}
	if d.Unit == "" && m.Format == FormatPercent {
		d.Unit = "ratio"
	}
	if m.SampleSize == "" {
		d.Variant += ", a census"
	}
	return d
}

// optional are the columns that need not be there, in the order of their sums.
func (m *Precomputed) optional() []string {
	var found []string
	for _, column := range []string{m.Lower, m.Upper, m.SampleSize} {
		if column != "" {
			found = append(found, column)
		}
	}
	return found
}

// The sums of a precomputed value: these, and for each optional column whether it is present, and its value.
const (
	precomputedRows = iota
	precomputedPresent
	precomputedUnreadable
	precomputedValue
	precomputedMore
)

// Request asks for the one row there should be. With NULL of an optional column the row still counts.
func (m *Precomputed) Request(Setting) Request {
	terms := []Term{
		{Op: Rows},
		{Op: Present, Column: m.Value},
		{Op: Unreadable, Column: m.Value},
		{Op: SumOf, Column: m.Value},
	}
	for _, column := range m.optional() {
		terms = append(terms, Term{Op: Present, Column: column}, Term{Op: SumOf, Column: column})
	}
	return Request{Combination: Additive, Terms: terms}
}

// Breach tells of a period or segment with more than one row.
func (m *Precomputed) Breach(sums Sums, in Setting) string {
	s := sums.of(m.Request(in))
	if s[precomputedRows] <= 1 {
		return ""
	}
	return fmt.Sprintf("has %d rows where a precomputed value takes exactly one, for nobody can say how to join two values: "+
		"narrow the rows with where, or make one row of them in the dataset's query", count(s[precomputedRows]))
}

// Estimate is in the declared unit.
func (m *Precomputed) Estimate(sums Sums, in Setting, _ float64) Estimate {
	s := sums.of(m.Request(in))
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	e := Estimate{
		Census: m.SampleSize == "",
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    s[precomputedRows] - s[precomputedPresent] - s[precomputedUnreadable],
			RejectedUnreadable: s[precomputedUnreadable],
		}),
	}
	if s[precomputedRows] > 1 || s[precomputedPresent] == 0 {
		return e.none(NoRows)
	}
	e = e.is(s[precomputedValue])
	more := map[string]float64{} // by column, of those that have a value
	for i, column := range m.optional() {
		if at := precomputedMore + 2*i; s[at] > 0 {
			more[column] = s[at+1]
		}
	}
	if m.SampleSize != "" {
		size := more[m.SampleSize] // unknown is none: too small a sample
		if size < 0 {
			return e.none(Contradictory)
		}
		e.N = int64(math.Floor(size))
	}
	lower, low := more[m.Lower]
	upper, high := more[m.Upper]
	if !low || !high {
		return e
	}
	if lower > *e.Value || upper < *e.Value {
		return e.none(Contradictory)
	}
	return e.within(interval.Interval{Lower: lower, Upper: upper}, unbounded, methodGiven)
}
