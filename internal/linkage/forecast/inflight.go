package forecast

// InFlight is the probability that at least needed of the open cases will succeed, after so many of those decided did:
// the beta-binomial distribution under Jeffreys' prior. expected is the share of all cases, 0–1, expected in the end. It
// takes open cases to be of the same kind as decided ones. There must be at least one case.
func InFlight(succeeded, decided, open, needed int64) (probability, expected float64) {
	a, b := float64(succeeded)+0.5, float64(decided-succeeded)+0.5
	expected = (float64(succeeded) + float64(open)*a/(a+b)) / float64(decided+open)
	// Weights relative to that of the count expected, from which they fall on both sides: no sum is lost to rounding.
	centre := int64(float64(open) * a / (a + b))
	var enough, all float64
	count := func(successes int64, weight float64) {
		all += weight
		if successes >= needed {
			enough += weight
		}
	}
	// next is how much more probable one success more is.
	next := func(k int64) float64 {
		return float64(open-k) / float64(k+1) * (float64(k) + a) / (float64(open-k-1) + b)
	}
	count(centre, 1)
	for k, weight := centre, 1.0; k < open && weight > 0; k++ {
		weight *= next(k)
		count(k+1, weight)
	}
	for k, weight := centre, 1.0; k > 0 && weight > 0; k-- {
		weight /= next(k - 1)
		count(k-1, weight)
	}
	return enough / all, expected
}
