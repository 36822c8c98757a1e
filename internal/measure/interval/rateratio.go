package interval

import "math"

// RateRatio compares two Poisson rates of events over exposure.
type RateRatio struct {
	// Ratio is the first rate over the second; infinite where the second has no events.
	Ratio float64
	// Exact is the interval of the ratio from Clopper and Pearson's of the first's share of all events, which is all
	// that matters of two counts given their sum. Its upper end is missing where the second has no events.
	Exact Interval
	// P is the exact two-sided probability that goes with Exact: twice the smaller tail. It is below 1 − confidence
	// if and only if Exact excludes 1.
	P float64
	// Log is the approximate interval, normal on the logarithm, None where either has no events. It is narrower.
	Log Interval
	// PLikelihood is the exact two-sided probability of all splits of the events that are no likelier than the
	// observed one, which R's poisson.test prints. It can fall below 1 − confidence while Exact still holds 1.
	PLikelihood float64
}

// CompareRates is the ratio of events/exposure to eventsThen/exposureThen; exposures must be positive. Without any
// event there is nothing to compare, and it is false.
func CompareRates(events, exposure, eventsThen, exposureThen, confidence float64) (RateRatio, bool) {
	all := events + eventsThen
	if all <= 0 {
		return RateRatio{Exact: None(), Log: None()}, false
	}
	scale := exposureThen / exposure
	odds := func(share float64) float64 {
		return share / (1 - share) * scale // 1 gives +Inf: no upper end
	}
	share := ClopperPearson(events, all, confidence)
	expected := exposure / (exposure + exposureThen)
	found := RateRatio{
		Ratio: odds(events / all),
		Exact: Interval{Lower: odds(share.Lower), Upper: odds(share.Upper)},
		P:     min(1, 2*min(binomialAtMost(events, all, expected), binomialAtLeast(events, all, expected))),
		Log:   None(), PLikelihood: noLikelier(events, all, expected),
	}
	if events > 0 && eventsThen > 0 {
		margin := Z(confidence) * math.Sqrt(1/events+1/eventsThen)
		found.Log = Interval{Lower: found.Ratio * math.Exp(-margin), Upper: found.Ratio * math.Exp(margin)}
	}
	return found, true
}

// noLikelier is the probability of the outcomes of n trials that are no likelier than k.
func noLikelier(k, n, p float64) float64 {
	// Outcomes as likely as k but for rounding count too.
	const rounding = 1e-7
	limit := logBinomial(k, n, p) + math.Log1p(rounding)
	mode := math.Floor((n + 1) * p)
	if k > mode {
		// Mirrored, so that k lies in the lower tail.
		k, p, mode = n-k, 1-p, n-mode
	}
	if logBinomial(mode, n, p) <= limit {
		return 1
	}
	// The other tail begins where likelihoods, falling from the mode on, have come down to k's.
	from, to := mode, n+1
	for to-from > 1 {
		middle := math.Floor((from + to) / 2)
		if logBinomial(middle, n, p) <= limit {
			to = middle
		} else {
			from = middle
		}
	}
	return min(1, binomialAtMost(k, n, p)+binomialAtLeast(to, n, p))
}

// logBinomial is the logarithm of the probability of k successes in n trials, 0 < p < 1.
func logBinomial(k, n, p float64) float64 {
	log := func(v float64) float64 {
		g, _ := math.Lgamma(v + 1)
		return g
	}
	return log(n) - log(k) - log(n-k) + k*math.Log(p) + (n-k)*math.Log1p(-p)
}
