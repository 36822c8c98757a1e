package interval

import "math"

// None is the interval of which nothing is known. An end that the data do not tell is infinite, never invented.
func None() Interval {
	return Interval{Lower: math.Inf(-1), Upper: math.Inf(1)}
}

// Ends are the interval's ends, nil where the data do not tell one.
func (i Interval) Ends() (lower, upper *float64) {
	return end(i.Lower), end(i.Upper)
}

func end(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return new(v)
}

// Bounded is a value with its interval.
type Bounded struct {
	Value    float64
	Interval Interval
}
