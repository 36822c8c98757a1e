package interval

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Garwood is the exact interval of a Poisson rate of count events over an exposure, which must be
// positive (Garwood 1936): χ² quantiles, here as quantiles of the gamma distribution.
func Garwood(count, exposure, confidence float64) Interval {
	z := Z(confidence)
	found := Interval{Upper: gammaQuantile(count+1, (1+confidence)/2, z)}
	if count > 0 {
		found.Lower = gammaQuantile(count, (1-confidence)/2, -z)
	}
	return found.Scale(1 / exposure)
}

// manyEvents is where the gamma quantile is taken from its Cornish–Fisher expansion, then good to 1e-12:
// inverting the incomplete gamma function never ends for huge counts.
const manyEvents = 1e6

// gammaQuantile is the quantile of the gamma distribution of a shape at p, where the normal one is z.
func gammaQuantile(shape, p, z float64) float64 {
	if shape < manyEvents {
		return mathext.GammaIncRegInv(shape, p)
	}
	root := math.Sqrt(shape)
	return shape + z*root + (z*z-1)/3 + (z*z*z-7*z)/(36*root)
}
