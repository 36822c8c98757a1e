// Package amount writes numbers as people read them: in the unit that fits their size, with as many digits as their interval
// bears, commas between thousands, and a minus sign that nobody takes for a dash. It decides nothing and computes nothing.
package amount

import (
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Kind of numbers.
type Kind struct {
	// Unit is seconds, months, points, ratio, a currency or another one; empty of plain numbers.
	Unit string
	// Percent: they are shares of one, such as 0.265, which people read as 26.5 %.
	Percent bool
}

// Share is the kind of a part of a whole.
var Share = Kind{Unit: "ratio", Percent: true}

// Census stands where people look for the interval of a value that rests on no sample.
const Census = "census"

// Value of an estimate with its unit, such as 26.5 %, 31.4 or 1,204,311 EUR; empty if there is none.
func (k Kind) Value(e measure.Estimate) string {
	if e.Value == nil {
		return ""
	}
	u := k.unitOf(e)
	return u.number(*e.Value, k.digits(e)) + u.suffix
}

// Interval of an estimate in the same digits, such as [25.5, 27.6], or [20.1, ∞) where the data do not tell an end; of a
// census that word; empty if there is none.
func (k Kind) Interval(e measure.Estimate) string {
	switch {
	case e.Value != nil && endless(e) && e.Census:
		return Census
	case e.Value == nil || endless(e):
		return ""
	}
	u, digits := k.unitOf(e), k.digits(e)
	return between(u.end(e.Lower, digits), u.end(e.Upper, digits))
}

// Level is a threshold or target as people write it, without needless digits.
func (k Kind) Level(level float64) string {
	u := k.unit(level)
	return written(round(level/u.size, 9)) + u.suffix
}

// endless estimates have neither end of an interval.
func endless(e measure.Estimate) bool { return e.Lower == nil && e.Upper == nil }

// between two ends, of which an empty one is open.
func between(lower, upper string) string {
	from, to := "(−∞", "∞)"
	if lower != "" {
		from = "[" + lower
	}
	if upper != "" {
		to = upper + "]"
	}
	return from + ", " + to
}

// Count of rows, answers or customers, such as 7,043.
func Count(n int64) string { return signs(strconv.FormatInt(n, 10)) }

// Counted things, such as 1 definition or 7,043 definitions.
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(int64(n)) + " " + many
}

// Plain is a number without a unit and without needless digits, such as 1,204.5.
func Plain(v float64) string { return written(v) }

// leastP is the smallest p value that is written out: below it nothing is gained by digits.
const leastP = 0.001

// P value, such as 0.034, or < 0.001.
func P(p float64) string {
	if p < leastP {
		return "< 0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// Probability of something, or a share of a whole that is known roughly, in whole per cent. It is never told as certain.
func Probability(p float64) string {
	switch {
	case p < 0.01:
		return "< 1 %"
	case p > 0.99:
		return "> 99 %"
	}
	return strconv.FormatFloat(round(100*p, 0), 'f', 0, 64) + " %"
}
