package cohort

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// DoseResponse is the trend of the outcome over all cohorts.
type DoseResponse struct {
	// Z is positive if better cohorts have the outcome more often; P is two-sided.
	Z, P float64
	// N units are in Levels cohorts.
	N      int64
	Levels int
}

// CochranArmitage tests for a trend over cohorts in order, at equal steps (Cochran 1954, Armitage 1955). It is nil where
// the outcome is constant, or fewer than two cohorts have units.
func CochranArmitage(cohorts []Count) *DoseResponse {
	var n, outcomes, levels, slant float64
	for level, c := range cohorts {
		n += float64(c.N)
		outcomes += float64(c.Outcomes)
		slant += float64(level) * float64(c.N)
		if c.N > 0 {
			levels++
		}
	}
	if levels < 2 || outcomes == 0 || outcomes == n {
		return nil
	}
	share, centre := outcomes/n, slant/n
	var covariance, spread float64
	for level, c := range cohorts {
		away := float64(level) - centre
		covariance += away * (float64(c.Outcomes) - share*float64(c.N))
		spread += away * away * float64(c.N)
	}
	z := covariance / math.Sqrt(share*(1-share)*spread)
	return &DoseResponse{Z: z, P: interval.TwoSided(z), N: int64(n), Levels: int(levels)}
}
