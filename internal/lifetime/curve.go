package lifetime

import "math"

// curve stands for two smooth functions between two ends: the polynomial through their values at Chebyshev's points, in
// barycentric form (J.-P. Berrut, L. N. Trefethen 2004, Barycentric Lagrange interpolation, SIAM Review 46, 501–517). gonum's
// interpolation is by pieces and would need hundreds of values for the same accuracy.
type curve struct {
	points        [curvePoints]float64
	first, second [curvePoints]float64
}

const curvePoints = 20

func newCurve(from, to float64, f func(float64) (float64, float64)) *curve {
	c := &curve{}
	for i := range c.points {
		c.points[i] = (from+to)/2 + (from-to)/2*math.Cos(math.Pi*float64(i)/(curvePoints-1))
		c.first[i], c.second[i] = f(c.points[i])
	}
	return c
}

func (c *curve) at(x float64) (first, second float64) {
	weight, sum := 1.0, 0.0
	for i, p := range c.points {
		if x == p {
			return c.first[i], c.second[i]
		}
		w := weight / (x - p)
		if i == 0 || i == curvePoints-1 {
			w /= 2
		}
		sum += w
		first += w * c.first[i]
		second += w * c.second[i]
		weight = -weight
	}
	return first / sum, second / sum
}
