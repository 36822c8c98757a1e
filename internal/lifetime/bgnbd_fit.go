package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// FitBGNBD finds the parameters of highest likelihood. The error is a *Refusal if these customers cannot tell them.
func FitBGNBD(groups []Group) (BGNBD, error) {
	if err := check(groups); err != nil {
		return BGNBD{}, err
	}
	fit, err := fitBGNBD(groups)
	return fit.model, err
}

type bgnbdFit struct {
	maximum
	model BGNBD
}

const bgnbdAdvice = "these customers do not tell how often one buys from how soon one leaves: more of them, or a longer history, would"

func fitBGNBD(groups []Group) (bgnbdFit, error) {
	if err := enough(groups); err != nil {
		return bgnbdFit{}, err
	}
	var customers, purchases, age float64
	for _, g := range groups {
		n := float64(g.Customers)
		customers += n
		purchases += n * float64(g.Frequency)
		age += n * g.Age
	}
	if age == 0 {
		return bgnbdFit{}, refuse(NotConverged, "every customer has age 0: no time has passed since the first purchases")
	}
	top, err := maximise(func(params, gradient []float64, hessian *mat.SymDense) float64 {
		s := newBGNBDSums(BGNBD{params[0], params[1], params[2], params[3]}, groups)
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
		{"r", 0.5, 1e-3, 1e3},
		{"alpha", 0.5 * age / purchases, 1e-4 * age / customers, 1e4 * age / customers},
		{"a", 1, 1e-3, 1e3},
		{"b", 2, 1e-3, 1e3},
	}, customers, bgnbdAdvice)
	if err != nil {
		return bgnbdFit{}, err
	}
	return bgnbdFit{top, BGNBD{top.params[0], top.params[1], top.params[2], top.params[3]}}, nil
}

// bgnbdSums adds up the log-likelihood of customers and its derivatives by r, alpha, a, b. With the odds that a customer
// has left, Fader, Hardie and Lee's equation 6 is
//
//	Γ(r+x)/Γ(r) · B(a,b+x)/B(a,b) · alpha^r / (alpha+T)^(r+x) · (1 + odds)
type bgnbdSums struct {
	model       BGNBD
	byFrequency []bgnbdTerms
	logAlpha    float64

	value   float64
	score   [4]float64
	hessian [4][4]float64 // upper triangle
}

// bgnbdTerms are what gamma and beta functions contribute. With a whole x their logarithms are sums over k < x, and so are
// their derivatives by the parameters in the names.
type bgnbdTerms struct {
	value, r, rr, a, aa, b, bb float64
}

func newBGNBDSums(m BGNBD, groups []Group) *bgnbdSums {
	terms := make([]bgnbdTerms, 1, 64)
	for x := range largest(groups) {
		k, t := float64(x), terms[x]
		r, b, ab := 1/(m.R+k), 1/(m.B+k), 1/(m.A+m.B+k)
		terms = append(terms, bgnbdTerms{
			value: t.value + math.Log((m.R+k)*(m.B+k)*ab),
			r:     t.r + r, rr: t.rr - r*r,
			a: t.a - ab, aa: t.aa + ab*ab,
			b: t.b + b - ab, bb: t.bb - b*b + ab*ab,
		})
	}
	return &bgnbdSums{model: m, byFrequency: terms, logAlpha: math.Log(m.Alpha)}
}

func largest(groups []Group) (frequency int) {
	for i := range groups {
		frequency = max(frequency, groups[i].Frequency)
	}
	return frequency
}

// add takes in a customer of the group with a weight.
func (s *bgnbdSums) add(g Group, w float64) {
	m, t := s.model, s.byFrequency[g.Frequency]
	x := float64(g.Frequency)
	n, old := m.R+x, m.Alpha+g.Age
	logOld := math.Log(old)
	s.value += w * (t.value + m.R*s.logAlpha - n*logOld)
	s.score[0] += w * (t.r + s.logAlpha - logOld)
	s.score[1] += w * (m.R/m.Alpha - n/old)
	s.hessian[0][0] += w * t.rr
	s.hessian[0][1] += w * (1/m.Alpha - 1/old)
	s.hessian[1][1] += w * (n/(old*old) - m.R/(m.Alpha*m.Alpha))
	if g.Frequency == 0 {
		return
	}
	s.score[2] += w * t.a
	s.score[3] += w * t.b
	s.hessian[2][2] += w * t.aa
	s.hessian[2][3] += w * t.aa
	s.hessian[3][3] += w * t.bb

	// log(1 + odds) and its derivatives by way of log odds, d.
	last, stayed := m.Alpha+g.Recency, m.B+x-1
	logRatio := logOld - math.Log(last)
	logOdds := n*logRatio + math.Log(m.A/stayed)
	small := math.Exp(-math.Abs(logOdds))
	s.value += w * (max(logOdds, 0) + math.Log1p(small))
	left := 1 / (1 + small)
	if logOdds < 0 {
		left *= small
	}
	d := [4]float64{logRatio, n * (1/old - 1/last), 1 / m.A, -1 / stayed}
	first, second := w*left, w*left*(1-left)
	for i := range d {
		s.score[i] += first * d[i]
		for j := i; j < len(d); j++ {
			s.hessian[i][j] += second * d[i] * d[j]
		}
	}
	s.hessian[0][1] += first * (1/old - 1/last)
	s.hessian[1][1] += first * n * (1/(last*last) - 1/(old*old))
	s.hessian[2][2] -= first / (m.A * m.A)
	s.hessian[3][3] += first / (stayed * stayed)
}
