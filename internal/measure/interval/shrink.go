package interval

import "math"

// Prior is what is known of ratings before the first one of an item: those of all items. It weighs as much as Weight
// ratings of the item itself.
type Prior struct {
	Weight float64
	// Mean and Variance are those of single ratings; where only the mean is known, LargestVariance bounds the other.
	Mean, Variance float64
}

// Shrink is the mean of an item's n ratings, from their sum and sum of squares, drawn to that of all:
// (weight·mean + sum)/(weight + n). Few ratings say little about an item, so that a single best one does not put it on
// top. The interval is normal on the exact posterior variance under a Dirichlet prior over the rating's steps (Gelman
// and others 2013, Bayesian Data Analysis 3.4): it is a credible one, right on average over items that differ as the
// prior says, not for each item. Weight + n must be positive.
func (p Prior) Shrink(n, sum, squares, confidence float64) Bounded {
	weight := p.Weight + n
	mean := (p.Weight*p.Mean + sum) / weight
	second := (p.Weight*(p.Variance+p.Mean*p.Mean) + squares) / weight
	variance := centred(second, 2*mean*mean, mean*mean) / (weight + 1)
	return Bounded{Value: mean, Interval: Normal(mean, math.Sqrt(variance), confidence)}
}

// LargestVariance is the largest that values between lo and hi with a mean can have, (hi−mean)(mean−lo) (Bhatia and
// Davis 2000, American Mathematical Monthly 107:353): all of them at one end or the other.
func LargestVariance(mean, lo, hi float64) float64 {
	return max(0, (hi-mean)*(mean-lo))
}
