// Package trend judges series of finished periods: whether they rise or fall, whether the latest value is more than the
// usual noise, how it differs from an earlier one, and which of several teams stand out. Each verdict carries the n it
// rests on, or the reason why there is none.
package trend

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Point is the value of one finished period. Periods must not share rows: trailing windows do, and trend by themselves.
type Point struct {
	// Period is its number; neighbours differ by 1, so that a gap shows.
	Period int
	Value  float64
	// Interval at the confidence of the question asked, interval.None where there is none. Only changes need it.
	Interval interval.Interval
	// N rows or people.
	N int64
}

// Series are points in the order of their periods.
type Series []Point

// Reason is why there is no verdict.
type Reason string

const (
	TooFewPeriods Reason = "TooFewPeriods" // fewer than the verdict needs
	TooFewRows    Reason = "TooFewRows"    // one of the two periods, or a unit, rests on too few rows
	TooFewUnits   Reason = "TooFewUnits"   // too few teams or segments to have an overall value apart from each
	NoSuchPeriod  Reason = "NoSuchPeriod"  // the period to compare with has no value
	NoVariation   Reason = "NoVariation"   // history never varied: nothing tells how far is far
	NoInterval    Reason = "NoInterval"    // a value has no interval on the side that matters
)

// Side is where a value lies.
type Side string

const (
	Within Side = "Within"
	Above  Side = "Above"
	Below  Side = "Below"
)

// side compares value with limits.
func side(value float64, limits interval.Interval) Side {
	switch {
	case value > limits.Upper:
		return Above
	case value < limits.Lower:
		return Below
	}
	return Within
}
