package cohort

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Needed is how many units the two cohorts need so that a difference is found with a power of 80 % at a level of 5 %, by
// the comparison as the rows stand. What is held constant can make it more.
type Needed struct {
	// Observed is for the shares as they are; nil where they are the same, or nothing was compared.
	Observed *Sizes
	// Declared is for the smallest difference that matters around the share of both cohorts together; nil where none
	// is declared, or there are no units at all.
	Declared *Sizes
}

// Sizes of the two cohorts, never below the smallest that is compared.
type Sizes struct {
	// Each is the size of both, if they are of one size.
	Each int64
	// Best and Worst are the sizes in the proportion that the cohorts have now; Each, if one of them is empty.
	Best, Worst int64
}

const (
	level = 0.05
	power = 0.80
)

// SampleSize is how many units show that the shares p and q differ, with this power in a two-sided test of this level,
// where the second group is ratio times as large as the first: Fleiss, Tytun and Ury (1980, Biometrics 36:343) without
// correction for continuity, since the test has none. It is false where the shares are equal or nearly so.
func SampleSize(p, q, ratio, level, power float64) (first, second int64, ok bool) {
	if p == q {
		return 0, 0, false
	}
	mean := (p + ratio*q) / (1 + ratio)
	noise := interval.Z(1-level)*math.Sqrt((1+ratio)*mean*(1-mean)) +
		interval.Z(2*power-1)*math.Sqrt(ratio*p*(1-p)+q*(1-q))
	n := noise * noise / (ratio * (p - q) * (p - q))
	const tooMany = 1e12
	if n > tooMany || n*ratio > tooMany {
		return 0, 0, false
	}
	return int64(math.Ceil(n)), int64(math.Ceil(n * ratio)), true
}

// sizes that find shares p in the best cohort and q in the worst.
func (t Table) sizes(p, q float64, minimum int64) *Sizes {
	each, _, ok := SampleSize(p, q, 1, level, power)
	if !ok {
		return nil
	}
	found := &Sizes{Each: max(each, minimum)}
	found.Best, found.Worst = found.Each, found.Each
	if t.Best.N > 0 && t.Worst.N > 0 {
		best, worst, ok := SampleSize(p, q, float64(t.Worst.N)/float64(t.Best.N), level, power)
		if !ok {
			return nil
		}
		found.Best, found.Worst = max(best, minimum), max(worst, minimum)
	}
	return found
}

// declared are the shares, that of the best cohort first, which differ by effect around the share of both together, on
// the side on which they differ now.
func (t Table) declared(effect float64) (p, q float64) {
	effect = min(effect, 1)
	middle := float64(t.Best.Outcomes+t.Worst.Outcomes) / float64(t.n())
	low := min(max(middle-effect/2, 0), 1-effect)
	if t.Best.N > 0 && t.Worst.N > 0 && t.difference() < 0 {
		return low, low + effect
	}
	return low + effect, low
}
