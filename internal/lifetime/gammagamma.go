package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// GammaGamma are the parameters of the Gamma–Gamma model of spend.
type GammaGamma struct {
	// The value of a purchase varies around its customer's mean as a gamma distribution of shape P. That mean varies over
	// customers as P divided by a gamma variable of shape Q and rate V; V is in the unit of spend.
	P, Q, V float64
}

// Mean is the mean value of a purchase over all customers.
func (m GammaGamma) Mean() float64 { return m.Of(Group{}) }

// Of is the expected value of a purchase of a customer of the group: the own mean, drawn the more towards that of all
// customers the fewer purchases it rests on.
func (m GammaGamma) Of(g Group) float64 {
	x := float64(g.Frequency)
	if g.Frequency == 0 {
		g.Spend = 0
	}
	return m.P * (m.V + x*g.Spend) / (m.P*x + m.Q - 1)
}

// FitGammaGamma finds the parameters of highest likelihood from the repeat buyers with a positive spend. The error is a
// *Refusal if they cannot tell them.
func FitGammaGamma(groups []Group) (GammaGamma, error) {
	if err := check(groups); err != nil {
		return GammaGamma{}, err
	}
	fit, err := fitGammaGamma(groups)
	return fit.model, err
}

type gammaGammaFit struct {
	maximum
	model     GammaGamma
	customers float64 // it rests on
}

// spends tells whether the group says something of how spend varies.
func (g Group) spends() bool { return g.Frequency > 0 && g.Spend > 0 }

const spendAdvice = "customers, or the purchases of each, differ too little in value for this model of spend, or too few bought often"

func fitGammaGamma(groups []Group) (gammaGammaFit, error) {
	var customers, spend float64
	for _, g := range groups {
		if g.spends() {
			customers += float64(g.Customers)
			spend += float64(g.Customers) * g.Spend
		}
	}
	if customers < MinRepeatBuyers {
		return gammaGammaFit{}, refuse(TooFewRepeatBuyers, "%.0f repeat buyers with a positive spend: at least %d are needed", customers, MinRepeatBuyers)
	}
	mean := spend / customers
	top, err := maximise(func(params, gradient []float64, hessian *mat.SymDense) float64 {
		s := newGammaGammaSums(GammaGamma{params[0], params[1], params[2]}, groups)
		for _, g := range groups {
			s.add(g, float64(g.Customers)/customers)
		}
		copy(gradient, s.score[:])
		for i := range s.hessian {
			for j := i; j < len(s.hessian); j++ {
				hessian.SetSym(i, j, s.hessian[i][j])
			}
		}
		return s.value
	}, []parameter{
		{"p", 2, 1e-3, 1e3},
		{"q", 3, 1e-3, 1e3},
		{"v", mean, 1e-5 * mean, 1e5 * mean},
	}, customers, spendAdvice)
	if err != nil {
		return gammaGammaFit{}, err
	}
	m := GammaGamma{top.params[0], top.params[1], top.params[2]}
	if m.Q <= 1 {
		return gammaGammaFit{}, refuse(NoMeanSpend, "q is %.3g: spend is so unequal that its distribution has no mean; a few very large amounts may be errors", m.Q)
	}
	return gammaGammaFit{top, m, customers}, nil
}

// gammaGammaSums adds up the log-likelihood of customers' mean spend and its derivatives by p, q, v (equation 1a).
type gammaGammaSums struct {
	model       GammaGamma
	byFrequency []gammaGammaTerms
	logV        float64

	value   float64
	score   [3]float64
	hessian [3][3]float64 // upper triangle
}

// gammaGammaTerms are what gamma functions contribute, with derivatives by the parameters in the names.
type gammaGammaTerms struct {
	value, p, q, pp, pq, qq float64
}

func newGammaGammaSums(m GammaGamma, groups []Group) *gammaGammaSums {
	s := &gammaGammaSums{model: m, byFrequency: make([]gammaGammaTerms, largest(groups)+1), logV: math.Log(m.V)}
	logQ, _ := math.Lgamma(m.Q)
	first, second := mathext.Digamma(m.Q), mathext.Zeta(2, m.Q)
	for _, g := range groups {
		if !g.spends() || s.byFrequency[g.Frequency].qq != 0 {
			continue
		}
		x := float64(g.Frequency)
		own, all := m.P*x, m.P*x+m.Q
		logOwn, _ := math.Lgamma(own)
		logAll, _ := math.Lgamma(all)
		s.byFrequency[g.Frequency] = gammaGammaTerms{
			value: logAll - logOwn - logQ,
			p:     x * (mathext.Digamma(all) - mathext.Digamma(own)),
			q:     mathext.Digamma(all) - first,
			pp:    x * x * (mathext.Zeta(2, all) - mathext.Zeta(2, own)),
			pq:    x * mathext.Zeta(2, all),
			qq:    mathext.Zeta(2, all) - second,
		}
	}
	return s
}

// add takes in a customer of the group with a weight.
func (s *gammaGammaSums) add(g Group, w float64) {
	if !g.spends() {
		return
	}
	m, t := s.model, s.byFrequency[g.Frequency]
	x := float64(g.Frequency)
	spent := x * g.Spend
	sum, n := m.V+spent, m.P*x+m.Q
	logSum, logSpent := math.Log(sum), math.Log(spent)
	s.value += w * (t.value + m.Q*(s.logV-logSum) + m.P*x*(logSpent-logSum) - math.Log(g.Spend))
	s.score[0] += w * (t.p + x*(logSpent-logSum))
	s.score[1] += w * (t.q + s.logV - logSum)
	s.score[2] += w * (m.Q/m.V - n/sum)
	s.hessian[0][0] += w * t.pp
	s.hessian[0][1] += w * t.pq
	s.hessian[0][2] -= w * x / sum
	s.hessian[1][1] += w * t.qq
	s.hessian[1][2] += w * (1/m.V - 1/sum)
	s.hessian[2][2] += w * (n/(sum*sum) - m.Q/(m.V*m.V))
}
