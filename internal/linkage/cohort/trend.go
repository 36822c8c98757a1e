package cohort

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
	return nil
}
