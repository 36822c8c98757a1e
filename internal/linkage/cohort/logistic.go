package cohort

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Row of a logistic regression: N units with the same columns.
type Row struct {
	X       []float64
	Outcome bool
	N       float64
}

// Fit is a logistic regression by maximum likelihood: the log odds of the outcome are a constant plus a sum of the
// columns times their coefficients.
type Fit struct {
	// Coefficients are the constant, then one for each column; Covariance is theirs, from the expected information.
	Coefficients []float64
	Covariance   *mat.SymDense
	// LogLikelihood, and that of the constant alone.
	LogLikelihood, Null float64
}

// Error is the standard error of a coefficient.
func (f *Fit) Error(i int) float64 { return math.Sqrt(f.Covariance.At(i, i)) }

// P is the two-sided p value of Wald's test that a coefficient is zero.
func (f *Fit) P(i int) float64 { return interval.TwoSided(f.Coefficients[i] / f.Error(i)) }

// Chance is the fitted probability of the outcome.
func (f *Fit) Chance(x []float64) float64 {
	sum := f.Coefficients[0]
	for j, v := range x {
		sum += f.Coefficients[j+1] * v
	}
	return logistic(sum)
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// logChance is the logarithm of logistic(x), which keeps its digits far out.
func logChance(x float64) float64 {
	if x > 0 {
		return -math.Log1p(math.Exp(-x))
	}
	return x - math.Log1p(math.Exp(x))
}

// maxSteps of Newton's method; it takes five to ten where there is a maximum.
const maxSteps = 40

// Regress fits by Newton's method, which for this model is iteratively reweighted least squares. Columns must be
// finite, and none may be constant or a combination of others: then it is Collinear. Where columns tell some outcomes
// for certain, coefficients grow for ever (Albert and Anderson 1984): Separation.
func Regress(rows []Row) (*Fit, Reason) {
	var outcomes, n float64
	for _, r := range rows {
		n += r.N
		if r.Outcome {
			outcomes += r.N
		}
	}
	if outcomes == 0 || outcomes == n {
		return nil, OutcomeConstant
	}
	s := standardise(rows)
	if slices.Contains(s.sd, 0) {
		return nil, Collinear
	}
	beta := make([]float64, len(s.mean)+1)
	beta[0] = math.Log(outcomes / (n - outcomes))
	at := s.at(beta)
	null := at.logLikelihood
	var step mat.VecDense
	for i := range maxSteps {
		var information mat.Cholesky
		if !information.Factorize(at.information) || information.Cond() > 1e12 {
			if i == 0 {
				return nil, Collinear
			}
			break
		}
		if information.SolveVecTo(&step, at.score) != nil {
			break
		}
		if mat.Norm(&step, math.Inf(1)) < 1e-9 { // Newton's next step would be below rounding
			var covariance mat.SymDense
			if information.InverseTo(&covariance) != nil {
				break
			}
			return s.unscaled(at, &covariance, null), ""
		}
		at = s.climb(at, step.RawVector().Data)
	}
	if s.separates(step.RawVector().Data) {
		return nil, Separation
	}
	return nil, NoConvergence
}

// scaled are rows whose columns have mean 0 and variance 1, with a 1 before them: so that years and pence are solved for
// with the same number of digits.
type scaled struct {
	rows     []Row
	n        float64
	mean, sd []float64
}

// standardise leaves a constant column at 0, with a standard deviation of 0.
func standardise(rows []Row) scaled {
	k := len(rows[0].X)
	s := scaled{rows: make([]Row, len(rows)), mean: make([]float64, k), sd: make([]float64, k)}
	for _, r := range rows {
		s.n += r.N
	}
	for j := range k {
		for _, r := range rows {
			s.mean[j] += r.N * r.X[j] / s.n
		}
		for _, r := range rows {
			s.sd[j] += r.N * (r.X[j] - s.mean[j]) * (r.X[j] - s.mean[j]) / s.n
		}
		s.sd[j] = math.Sqrt(s.sd[j])
		if s.sd[j] <= 1e-12*math.Abs(s.mean[j]) { // nothing but rounding
			s.sd[j] = 0
		}
	}
	for i, r := range rows {
		x := make([]float64, k+1)
		x[0] = 1
		for j, v := range r.X {
			if s.sd[j] > 0 {
				x[j+1] = (v - s.mean[j]) / s.sd[j]
			}
		}
		s.rows[i] = Row{X: x, Outcome: r.Outcome, N: r.N}
	}
	return s
}

// correlations of all columns, with a 1 before them as in rows.
func (s scaled) correlations() *mat.SymDense {
	k := len(s.mean) + 1
	found := mat.NewSymDense(k, nil)
	upper := found.RawSymmetric().Data
	for _, r := range s.rows {
		weigh(upper, r.X, r.N/s.n)
	}
	return found
}

// weigh adds a row's products, times a weight, to the upper half of a matrix.
func weigh(upper, x []float64, weight float64) {
	for i, v := range x {
		row := upper[i*len(x) : (i+1)*len(x)]
		for j := i; j < len(x); j++ {
			row[j] += weight * v * x[j]
		}
	}
}

// point is the likelihood at some coefficients, with its slope and its curvature.
type point struct {
	beta          []float64
	logLikelihood float64
	score         *mat.VecDense
	information   *mat.SymDense
}

func (s scaled) at(beta []float64) point {
	k := len(beta)
	p := point{beta: beta, score: mat.NewVecDense(k, nil), information: mat.NewSymDense(k, nil)}
	score, information := p.score.RawVector().Data, p.information.RawSymmetric().Data
	for _, r := range s.rows {
		eta := dot(r.X, beta)
		chance := logistic(eta)
		residual := -r.N * chance
		if r.Outcome {
			p.logLikelihood += r.N * logChance(eta)
			residual = r.N * logistic(-eta)
		} else {
			p.logLikelihood += r.N * logChance(-eta)
		}
		for i, x := range r.X {
			score[i] += residual * x
		}
		weigh(information, r.X, r.N*chance*logistic(-eta))
	}
	return p
}

// climb takes a step, or as much of it as does not lose likelihood.
func (s scaled) climb(from point, step []float64) point {
	for part := 1.0; ; part /= 2 {
		beta := make([]float64, len(from.beta))
		for i := range beta {
			beta[i] = from.beta[i] + part*step[i]
		}
		next := s.at(beta)
		// Rounding of a sum of many terms is no loss.
		if next.logLikelihood >= from.logLikelihood*(1+1e-12) || part < 1e-6 {
			return next
		}
	}
}

// separates tells that in this direction no row's outcome becomes less likely, and some become more so.
func (s scaled) separates(direction []float64) bool {
	if len(direction) == 0 {
		return false
	}
	var largest float64
	for _, v := range direction {
		largest = max(largest, math.Abs(v))
	}
	tells := false
	for _, r := range s.rows {
		towards := dot(r.X, direction) / largest
		if !r.Outcome {
			towards = -towards
		}
		if towards < -1e-6 {
			return false
		}
		tells = tells || towards > 1e-6
	}
	return tells
}

// unscaled is the fit in the columns' own units.
func (s scaled) unscaled(at point, covariance *mat.SymDense, null float64) *Fit {
	k := len(at.beta)
	back := mat.NewDense(k, k, nil)
	back.Set(0, 0, 1)
	for j := 1; j < k; j++ {
		back.Set(j, j, 1/s.sd[j-1])
		back.Set(0, j, -s.mean[j-1]/s.sd[j-1])
	}
	var coefficients mat.VecDense
	coefficients.MulVec(back, mat.NewVecDense(k, at.beta))
	var half, whole mat.Dense
	half.Mul(back, covariance)
	whole.Mul(&half, back.T())
	found := &Fit{
		Coefficients: coefficients.RawVector().Data, Covariance: mat.NewSymDense(k, nil),
		LogLikelihood: at.logLikelihood, Null: null,
	}
	for i := range k {
		for j := i; j < k; j++ {
			found.Covariance.SetSym(i, j, whole.At(i, j))
		}
	}
	return found
}

func dot(a, b []float64) float64 {
	var sum float64
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
