package forecast

// InFlight is the probability that at least needed of the open cases will succeed, after so many of those decided did:
// the beta-binomial distribution under Jeffreys' prior. expected is the share of all cases, 0–1, expected in the end. It
// takes open cases to be of the same kind as decided ones.
func InFlight(succeeded, decided, open, needed int64) (probability, expected float64) {
	panic("not written yet")
}
