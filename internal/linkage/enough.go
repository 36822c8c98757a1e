package linkage

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Enough is about how many units would show with a probability of 80 % a difference as large as that which n of them show
// at the two-sided p, if its p value must be at most bar: the statistic grows with the root of n, so
// n·((z(1−bar/2) + z(0.8)) / z(1−p/2))², rounded up (Fleiss, Statistical Methods for Rates and Proportions, 3rd ed.,
// section 4.2). At least n.
func Enough(n int64, p, bar float64) int64 {
	const power = 0.8
	z := (interval.Z(1-bar) + interval.Z(2*power-1)) / interval.Z(1-p)
	return max(n, int64(math.Ceil(float64(n)*z*z)))
}
