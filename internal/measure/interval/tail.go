package interval

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// TwoSided is the probability that a standard normal variable lies at least as far from zero as z. It keeps its digits
// in the far tail, where one minus a distribution function has none left.
func TwoSided(z float64) float64 {
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}

// Above is the probability that a standard normal variable is at least z; that it is at most z is Above(-z).
func Above(z float64) float64 {
	return math.Erfc(z/math.Sqrt2) / 2
}

// TwoSidedT is TwoSided for Student's distribution with the given degrees of freedom, which must be positive.
func TwoSidedT(t, freedom float64) float64 {
	if freedom > manyFreedom {
		// Wallace (1959), then good to 1e-10.
		return TwoSided((8*freedom + 1) / (8*freedom + 3) * math.Sqrt(freedom*math.Log1p(t*t/freedom)))
	}
	return mathext.RegIncBeta(freedom/2, 0.5, freedom/(freedom+t*t))
}
