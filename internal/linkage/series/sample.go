package series

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// EffectiveN is how many independent pairs n pairs are worth for a correlation, if the series carry the shares a and b
// of each value over into the next period: n(1−ab)/(1+ab) (Bartlett 1935).
func EffectiveN(n int, a, b float64) float64 {
	return float64(n) * (1 - a*b) / (1 + a*b)
}

// MinimumN is how many independent pairs show a correlation r with the power stated, at the two-sided level alpha:
// ((z(1−α/2) + z(power)) / artanh r)² + 3 (Fisher 1921), rounded up. Infinite for r = 0; at least 4.
func MinimumN(r, alpha, power float64) float64 {
	z := interval.Z(1-alpha) + quantile(power)
	distance := z / math.Atanh(math.Abs(r))
	return max(4, math.Ceil(distance*distance+3))
}

// quantile of the standard normal distribution.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
