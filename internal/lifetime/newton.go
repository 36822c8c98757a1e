package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// likelihood is the mean log-likelihood of a customer at params, which are positive. It sets its derivatives: gradient,
// and the upper triangle of hessian.
type likelihood func(params, gradient []float64, hessian *mat.SymDense) float64

// parameter is one to be estimated: where to start, and the range outside of which it means nothing.
type parameter struct {
	name                string
	start, lower, upper float64
}

// maximum is where a likelihood is highest.
type maximum struct {
	params []float64
	value  float64 // of a mean customer
	// information is minus the second derivative of value by the logarithms of params, factorised.
	information mat.Cholesky
}

const (
	maxIterations = 200
	maxStep       = 2.0   // in logarithms: a factor of 7
	rounding      = 1e-10 // of the likelihood, relative: differences of large gamma functions are not better
	// Newton's gain in the whole log-likelihood at which the next step is a millionth of a standard error.
	closeEnough = 1e-12
)

// maximise climbs by Newton's steps in the logarithms of the parameters, damped, and kept within the ranges.
// gonum's optimisers know no ranges, and these likelihoods have ridges that lead to infinity. A refusal ends with advice.
func maximise(of likelihood, parameters []parameter, customers float64, advice string) (maximum, error) {
	here, next, step := newPoint(of, parameters), newPoint(of, parameters), make([]float64, len(parameters))
	for i, p := range parameters {
		next.logs[i] = math.Log(p.start)
	}
	here.move(next, step, 0)
	if math.IsNaN(here.value) || math.IsInf(here.value, 0) {
		return maximum{}, refuse(NotConverged, "the likelihood of these customers is not a number; %s", advice)
	}
	for range maxIterations {
		information, concave := here.direction(step)
		gain, longest := 0.0, 0.0
		for i, s := range step {
			gain += s * here.gradient[i]
			longest = max(longest, math.Abs(s))
		}
		if concave && gain*customers < closeEnough {
			return maximum{here.params, here.value, information}, nil
		}
		scale, floor := min(1, maxStep/longest), here.value-rounding*math.Abs(here.value)
		for next.move(here, step, scale); !(next.value >= floor); next.move(here, step, scale) {
			if scale /= 2; scale < 1e-9 {
				return maximum{}, refuse(NotConverged, "the likelihood has no clear maximum; %s", advice)
			}
		}
		here, next = next, here
		if name, at := here.outward(); name != "" {
			return maximum{}, refuse(AtBound, "the likelihood keeps rising as %s goes to %.3g; %s", name, at, advice)
		}
	}
	return maximum{}, refuse(NotConverged, "no maximum of the likelihood after %d steps; %s", maxIterations, advice)
}

// point is a place on a likelihood, with its derivatives by the logarithms of the parameters.
type point struct {
	of         likelihood
	parameters []parameter

	logs, params, gradient []float64
	curvature              *mat.SymDense // minus the second derivative
	value                  float64
}

func newPoint(of likelihood, parameters []parameter) *point {
	k := len(parameters)
	return &point{
		of: of, parameters: parameters,
		logs: make([]float64, k), params: make([]float64, k), gradient: make([]float64, k),
		curvature: mat.NewSymDense(k, nil),
	}
}

// move goes to from + scale·step, within the ranges.
func (p *point) move(from *point, step []float64, scale float64) {
	for i, q := range p.parameters {
		p.logs[i] = min(max(from.logs[i]+scale*step[i], math.Log(q.lower)), math.Log(q.upper))
		p.params[i] = math.Exp(p.logs[i])
	}
	p.value = p.of(p.params, p.gradient, p.curvature)
	for i, x := range p.params {
		p.gradient[i] *= x
		for j := i; j < len(p.params); j++ {
			h := p.curvature.At(i, j) * x * p.params[j]
			if i == j {
				h += p.gradient[i]
			}
			p.curvature.SetSym(i, j, -h)
		}
	}
}

// outward names a parameter that stands at an end of its range and would go on.
func (p *point) outward() (name string, at float64) {
	for i, q := range p.parameters {
		if p.logs[i] >= math.Log(q.upper) && p.gradient[i] > 0 || p.logs[i] <= math.Log(q.lower) && p.gradient[i] < 0 {
			return q.name, p.params[i]
		}
	}
	return "", 0
}

// direction sets step to Newton's, and tells whether the likelihood is concave here. Where it is not, the step is bent
// towards the gradient until it climbs.
func (p *point) direction(step []float64) (information mat.Cholesky, concave bool) {
	k := len(step)
	a := mat.NewSymDense(k, nil)
	a.CopySym(p.curvature)
	to, gradient := mat.NewVecDense(k, step), mat.NewVecDense(k, p.gradient)
	for bend := 0.0; bend < 1e12; {
		if information.Factorize(a) && information.SolveVecTo(to, gradient) == nil {
			return information, bend == 0
		}
		bend = max(10*bend, 1e-6)
		for i := range k {
			a.SetSym(i, i, p.curvature.At(i, i)+bend)
		}
	}
	copy(step, p.gradient)
	return information, false
}
