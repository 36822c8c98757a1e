package interval

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// BinomialRange is the range of counts that n trials of probability p yield: a count falls below its lower end, and
// above its upper one, with a probability of at most (1 − confidence)/2 each.
func BinomialRange(n, p, confidence float64) Interval {
	sd := math.Sqrt(n * p * (1 - p))
	atMost := func(k float64) float64 { return binomialAtMost(k, n, p) }
	z := Z(confidence)
	return Interval{
		Lower: smallest(atMost, (1-confidence)/2, n*p-z*sd, n),
		Upper: smallest(atMost, (1+confidence)/2, n*p+z*sd, n),
	}
}

// PoissonRange is the range of counts where mean events are expected, as BinomialRange is for trials.
func PoissonRange(mean, confidence float64) Interval {
	atMost := func(k float64) float64 { return poissonAtMost(k, mean) }
	margin := Z(confidence) * math.Sqrt(mean)
	return Interval{
		Lower: smallest(atMost, (1-confidence)/2, mean-margin, math.Inf(1)),
		Upper: smallest(atMost, (1+confidence)/2, mean+margin, math.Inf(1)),
	}
}

// smallest is the smallest count from 0 to n whose distribution function reaches p. The search starts at a guess that
// the normal distribution makes, a few steps away: far from the tails the incomplete beta function of huge counts
// cannot be trusted, so that a bisection might go astray.
func smallest(atMost func(float64) float64, p, guess, n float64) float64 {
	k := min(max(math.Floor(guess), 0), n)
	for k < n && atMost(k) < p {
		k++
	}
	for k > 0 && atMost(k-1) >= p {
		k--
	}
	return k
}

// binomialAtMost is the probability of at most k successes in n trials.
func binomialAtMost(k, n, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return mathext.RegIncBeta(n-k, k+1, 1-p)
}

// binomialAtLeast is the probability of at least k successes in n trials.
func binomialAtLeast(k, n, p float64) float64 {
	return binomialAtMost(n-k, n, 1-p)
}

// poissonAtMost is the probability of at most k events where mean are expected.
func poissonAtMost(k, mean float64) float64 {
	if k < 0 {
		return 0
	}
	if mean <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(k+1, mean)
}

// ClopperPearson is the exact interval of a proportion of hits out of n, which must be positive (Clopper and Pearson
// 1934). It covers at least the confidence whatever the proportion, and is wider for that than Wilson's.
func ClopperPearson(hits, n, confidence float64) Interval {
	found := Interval{Upper: 1}
	if hits > 0 {
		found.Lower = mathext.InvRegIncBeta(hits, n-hits+1, (1-confidence)/2)
	}
	if hits < n {
		found.Upper = mathext.InvRegIncBeta(hits+1, n-hits, (1+confidence)/2)
	}
	return found
}
