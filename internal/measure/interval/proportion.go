package interval

import "math"

// Wilson is the score interval of a proportion p of n, where n may be an effective, fractional size
// and must be positive (Wilson 1927; recommended by Brown, Cai and DasGupta 2001).
func Wilson(p, n, confidence float64) Interval {
	z := Z(confidence)
	z2n := z * z / n
	centre := (p + z2n/2) / (1 + z2n)
	margin := z / (1 + z2n) * math.Sqrt(p*(1-p)/n+z2n/(4*n))
	found := Interval{Lower: centre - margin, Upper: centre + margin}
	// The ends are exact at the edges; rounding must not say 1e-17 or 0.9999999999999999.
	if p <= 0 {
		found.Lower = 0
	}
	if p >= 1 {
		found.Upper = 1
	}
	return found.Clamp(0, 1).Around(p)
}

// AdjustedWald is the interval of the difference of two shares of one sample, −1 to 1, as of promoters
// less detractors: three answers are added, ¾ to each share (Rocks 2016, The American Statistician 70:365).
// It keeps its coverage from n of 10 on, where the plain Wald interval does not.
func AdjustedWald(plus, minus, n, confidence float64) Interval {
	size := n + 3
	p, d := (plus+0.75)/size, (minus+0.75)/size
	centre := p - d
	se := math.Sqrt(max(0, p+d-centre*centre) / size)
	return Normal(centre, se, confidence).Clamp(-1, 1).Around((plus - minus) / n)
}

// EffectiveSize is how many independent answers would give a proportion p the standard error se:
// p(1−p)/se², no more than the n rows there are. Where the error vanishes, as when every cluster is
// of one mind, nothing but the number of clusters is known to be independent.
func EffectiveSize(p, se, n, clusters float64) float64 {
	if se <= 0 || p <= 0 || p >= 1 {
		return clusters
	}
	return min(p*(1-p)/(se*se), n)
}
