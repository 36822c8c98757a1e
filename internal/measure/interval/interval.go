// Package interval holds the confidence intervals of the catalogue as pure functions of
// sufficient statistics. A confidence level is 0–1 and two-sided; proportions are 0–1.
package interval

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a closed range of plausible values.
type Interval struct {
	Lower, Upper float64
}

// Finite reports whether both ends are numbers.
func (i Interval) Finite() bool {
	return !math.IsNaN(i.Lower) && !math.IsInf(i.Lower, 0) && !math.IsNaN(i.Upper) && !math.IsInf(i.Upper, 0)
}

// Scale multiplies both ends by a positive factor.
func (i Interval) Scale(factor float64) Interval {
	return Interval{Lower: i.Lower * factor, Upper: i.Upper * factor}
}

// Clamp cuts the interval to the range its quantity can take.
func (i Interval) Clamp(lo, hi float64) Interval {
	return Interval{Lower: min(max(i.Lower, lo), hi), Upper: min(max(i.Upper, lo), hi)}
}

// Around widens the interval where needed to contain value: shrinking methods can miss their own
// point estimate in tiny samples.
func (i Interval) Around(value float64) Interval {
	return Interval{Lower: min(i.Lower, value), Upper: max(i.Upper, value)}
}

// Normal is centre ± z·se.
func Normal(centre, se, confidence float64) Interval {
	margin := Z(confidence) * se
	return Interval{Lower: centre - margin, Upper: centre + margin}
}

// Student is centre ± t·se with the given degrees of freedom, which must be positive.
func Student(centre, se, freedom, confidence float64) Interval {
	margin := T(freedom, confidence) * se
	return Interval{Lower: centre - margin, Upper: centre + margin}
}

// Z is the two-sided critical value of the normal distribution: 1.96 at 0.95.
func Z(confidence float64) float64 {
	return math.Sqrt2 * math.Erfinv(confidence)
}

// manyFreedom is where Student's quantile is taken from its expansion around the normal one, which
// is then good to 1e-15, while inverting the beta function loses digits.
const manyFreedom = 1e5

// T is the two-sided critical value of Student's distribution.
func T(freedom, confidence float64) float64 {
	if freedom > manyFreedom {
		z := Z(confidence)
		return z + (z*z*z+z)/(4*freedom) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*freedom*freedom)
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile((1 + confidence) / 2)
}
