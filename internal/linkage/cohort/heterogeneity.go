package cohort

// Heterogeneity tells whether the effect is one and the same in all strata.
type Heterogeneity struct {
	// BreslowDay is their χ² of equal odds ratios, Tarone the same with his correction, to which P belongs.
	BreslowDay, Tarone, P float64
	// Up strata have a positive difference, Down strata a negative one.
	Up, Down int
	// Crossover is the p value of Gail and Simon's test that no strata have effects of opposite sign.
	Crossover float64
}

// Opposed tells whether strata differ significantly, and lie significantly on both sides of zero.
func (h *Heterogeneity) Opposed(alpha float64) bool {
	return h != nil && h.P <= alpha && h.Crossover <= alpha
}
