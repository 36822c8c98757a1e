package interval

import "math"

// Fieller is the interval of the ratio that stays right where the denominator is uncertain, by Fieller's theorem
// (1954) with Student's quantile on m−1 degrees of freedom. g tells how uncertain it is: the square of its margin of
// error over its mean. Far below 1 the interval is close to the linearised one; from 1 on the denominator may be zero,
// every ratio is possible, and the interval is None. So it is for fewer than 2 units or a denominator of zero, with an
// infinite g.
func (p Paired) Fieller(confidence float64) (found Interval, g float64) {
	if p.Count < 2 || p.X == 0 {
		return None(), math.Inf(1)
	}
	r := p.Ratio()
	// Variances and covariance of the two totals.
	total := p.Count / (p.Count - 1)
	yy := total * centred(p.YY, 2*p.Y*p.Y/p.Count, p.Y*p.Y/p.Count)
	xx := total * centred(p.XX, 2*p.X*p.X/p.Count, p.X*p.X/p.Count)
	xy := total * (p.XY - p.X*p.Y/p.Count)
	t := T(p.Count-1, confidence)
	g = t * t * xx / (p.X * p.X)
	if g >= 1 {
		return None(), g
	}
	centre, spread := r, yy-2*r*xy+r*r*xx
	if xx > 0 {
		centre = r - g*xy/xx
		spread -= g * (yy - xy*xy/xx)
	}
	margin := t / math.Abs(p.X) * math.Sqrt(max(0, spread))
	return Interval{Lower: (centre - margin) / (1 - g), Upper: (centre + margin) / (1 - g)}, g
}
