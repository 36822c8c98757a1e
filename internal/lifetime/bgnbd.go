package lifetime

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// BGNBD are the parameters of the beta-geometric/negative binomial model of purchases.
type BGNBD struct {
	// A customer who has not left buys at random at a rate that varies over customers as a gamma distribution of shape R
	// and rate Alpha; Alpha is in time units.
	R, Alpha float64
	// After each repeat purchase a customer leaves for good with a probability that varies over customers as a beta
	// distribution.
	A, B float64
}

// Alive is the probability that a customer of the group has not left yet. It is 1 without a repeat purchase, because in
// this model one leaves after a repeat purchase only: it tells nothing of those who never came back.
func (m BGNBD) Alive(g Group) float64 {
	if g.Frequency == 0 {
		return 1
	}
	x := float64(g.Frequency)
	odds := m.A / (m.B + x - 1) * math.Pow((m.Alpha+g.Age)/(m.Alpha+g.Recency), m.R+x)
	return 1 / (1 + odds)
}

// Purchases is how many purchases a customer of the group makes on average in the coming time (equation 10).
func (m BGNBD) Purchases(g Group, time float64) float64 {
	count, _ := m.ifAlive(g, time, 0)
	return m.Alive(g) * count
}

// PurchasesOfNew is how many repeat purchases a new customer makes on average in the time after the first (equation 9).
func (m BGNBD) PurchasesOfNew(time float64) float64 {
	return m.Purchases(Group{}, time)
}

// Gauss and Legendre's nodes and weights for an integral from 0 to 1: enough for nine digits and more where a history is not
// absurd under its model.
var nodes, weights = func() (x, w [16]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// ifAlive is the expected number of purchases of a customer known to be alive, plain, and each discounted by
// e^(−discount·t). It integrates their rate on a logarithmic scale of time, where it is smooth. Equation 10 is the plain
// integral in closed form; but that has no value at a = 1, loses digits near it, and knows no discount.
func (m BGNBD) ifAlive(g Group, time, discount float64) (count, discounted float64) {
	old := m.Alpha + g.Age
	length := math.Log1p(time / old)
	for i, node := range nodes {
		t := old * math.Expm1(node*length)
		c := weights[i] * length * (old + t) * m.rate(float64(g.Frequency), old, t)
		count += c
		discounted += c * math.Exp(-discount*t)
	}
	return count, discounted
}

// rate is the expected rate of purchases at time t from now of a customer with x repeat purchases who is alive now; old is
// alpha and the age. It is the mean of λ·e^(−λpt) over λ, a gamma variable of shape r+x and rate old, and p, a beta variable
// of a and b+x: (r+x)/old · ₂F₁(r+x+1, a; a+b+x; −t/old). Of Pfaff's two transformations it takes one whose terms do not
// cancel out.
func (m BGNBD) rate(x, old, t float64) float64 {
	n, z := m.R+x, t/(old+t)
	var log float64
	if m.A+m.B-m.R > -9 && n+1 >= m.A {
		log = m.A*math.Log1p(-z) + logHypergeometric(m.A+m.B-m.R-1, m.A, m.A+m.B+x, z)
	} else {
		log = (n+1)*math.Log1p(-z) + logHypergeometric(n+1, m.B+x, m.A+m.B+x, z)
	}
	return n / old * math.Exp(log)
}

// logHypergeometric is the logarithm of Gauss's hypergeometric function at 0 ≤ z < 1 by its series, where it is positive.
// It does not overflow, for a power of 1−z is about to bring large values down again.
//
// gonum's mathext.Hypergeo returned NaN for some parameters that a fit can visit, and did not return for others.
func logHypergeometric(a, b, c, z float64) float64 {
	const large = 0x1p500
	sum, term, log := 1.0, 1.0, 0.0
	for k := 0.0; math.Abs(term) > 1e-17*(1-z)*sum; k++ {
		term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z
		sum += term
		if sum > large {
			sum, term, log = sum/large, term/large, log+math.Log(large)
		}
	}
	return log + math.Log(sum)
}
