package interval

import "gonum.org/v1/gonum/mathext"

// Garwood is the exact interval of a Poisson rate of count events over an exposure, which must be
// positive (Garwood 1936): χ² quantiles, here as quantiles of the gamma distribution.
func Garwood(count, exposure, confidence float64) Interval {
	tail := (1 - confidence) / 2
	found := Interval{Upper: mathext.GammaIncRegCompInv(count+1, tail)}
	if count > 0 {
		found.Lower = mathext.GammaIncRegInv(count, tail)
	}
	return found.Scale(1 / exposure)
}
