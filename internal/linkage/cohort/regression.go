package cohort

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// eventsPerParameter is how many units with the outcome, and how many without, each coefficient but the constant needs
// (Peduzzi et al. 1996, Journal of Clinical Epidemiology 49:1373).
const eventsPerParameter = 10

// model is a logistic regression of the outcome on an exposure, which is the first column, covariates and strata.
type model struct {
	rows []Row
	// redundant covariates were left out.
	redundant []string
	fit       *Fit
	// p is that of the exposure.
	p float64
	// n units are spoken of: those of rows, and those of strata in which all have one outcome. In these no exposure
	// makes a difference, as the likelihood has it in the limit; certain of them have the outcome.
	n, certain float64
}

// regress fits the model to units, which are merged and whose covariates are known.
func regress(units []Unit, exposure func(Unit) float64, opts Options) (*model, Reason) {
	m := &model{}
	var varied [][]Unit
	var total Count
	for _, stratum := range byStratum(units) {
		var c Count
		for _, u := range stratum {
			c.count(u)
		}
		m.n += float64(c.N)
		if c.Outcomes == 0 || c.Outcomes == c.N {
			m.certain += float64(c.Outcomes)
			continue
		}
		varied = append(varied, stratum)
		total.N, total.Outcomes = total.N+c.N, total.Outcomes+c.Outcomes
	}
	if len(varied) == 0 {
		return m, OutcomeConstant
	}
	events := min(total.Outcomes, total.N-total.Outcomes)
	if events < eventsPerParameter*int64(len(varied)) { // the exposure, and a column for each stratum but the first
		return m, TooFewEvents
	}
	m.rows = design(varied, exposure)
	if reason := m.prune(opts.Covariates); reason != "" {
		return m, reason
	}
	if events < eventsPerParameter*int64(len(m.rows[0].X)) {
		return m, TooFewEvents
	}
	var reason Reason
	if m.fit, reason = Regress(m.rows); reason != "" {
		return m, reason
	}
	without, reason := Regress(drop(m.rows, 0))
	if reason != "" {
		return m, reason
	}
	m.p = interval.TwoSided(math.Sqrt(max(0, 2*(m.fit.LogLikelihood-without.LogLikelihood))))
	return m, ""
}

// byStratum cuts merged units into their strata.
func byStratum(units []Unit) [][]Unit {
	var found [][]Unit
	for start := 0; start < len(units); {
		end := start
		for end < len(units) && units[end].Stratum == units[start].Stratum {
			end++
		}
		found = append(found, units[start:end])
		start = end
	}
	return found
}

// design are the columns of units: the exposure, the covariates, and for each stratum but the first whether it is it.
func design(strata [][]Unit, exposure func(Unit) float64) []Row {
	var rows []Row
	for i, stratum := range strata {
		for _, u := range stratum {
			x := make([]float64, 0, 1+len(u.Covariates)+len(strata)-1)
			x = append(append(x, exposure(u)), u.Covariates...)
			for j := 1; j < len(strata); j++ {
				if i == j {
					x = append(x, 1)
				} else {
					x = append(x, 0)
				}
			}
			rows = append(rows, Row{X: x, Outcome: u.Outcome, N: float64(u.N)})
		}
	}
	return rows
}

// prune leaves out covariates that are constant, or combinations of strata and of covariates before them: to hold them
// constant takes nothing more. An exposure that is such a combination cannot be compared.
func (m *model) prune(covariates []string) Reason {
	columns := len(m.rows[0].X)
	order := make([]int, 0, columns) // strata, covariates, the exposure
	for j := 1 + len(covariates); j < columns; j++ {
		order = append(order, j)
	}
	for j := range covariates {
		order = append(order, 1+j)
	}
	var redundant []int
	for _, j := range m.dependent(append(order, 0)) {
		if j == 0 {
			return Collinear
		}
		redundant = append(redundant, j)
		m.redundant = append(m.redundant, covariates[j-1])
	}
	m.rows = drop(m.rows, redundant...)
	return ""
}

// dependent are the columns of which next to nothing is left when what columns before them in the order say is taken
// away: Cholesky's decomposition of their correlations, one column at a time.
func (m *model) dependent(order []int) []int {
	const nothing = 1e-10 // of a variance of 1
	correlations := standardise(m.rows).correlations()
	var found, kept []int
	var factors [][]float64 // a row for each kept column
	for _, j := range order {
		left := correlations.At(j+1, j+1) // the first one is the constant
		row := make([]float64, 0, len(kept)+1)
		for i, k := range kept {
			f := (correlations.At(j+1, k+1) - dot(row, factors[i][:i])) / factors[i][i]
			row = append(row, f)
			left -= f * f
		}
		if left <= nothing {
			found = append(found, j)
			continue
		}
		kept, factors = append(kept, j), append(factors, append(row, math.Sqrt(left)))
	}
	return found
}

// drop are rows without some columns, which ascend.
func drop(rows []Row, columns ...int) []Row {
	if len(columns) == 0 {
		return rows
	}
	found := make([]Row, len(rows))
	for i, r := range rows {
		x := make([]float64, 0, len(r.X)-len(columns))
		next := 0
		for j, v := range r.X {
			if next < len(columns) && columns[next] == j {
				next++
				continue
			}
			x = append(x, v)
		}
		found[i] = Row{X: x, Outcome: r.Outcome, N: r.N}
	}
	return found
}

// cohorts compares what the model expects if all units were in the best cohort, and if all were in the worst
// (g-computation; standardised to the units compared). Intervals are by the delta method.
func (m *model) cohorts(confidence float64) *Effects {
	best, bestSlope := m.expected(1)
	worst, worstSlope := m.expected(0)
	difference, ratio := make([]float64, len(bestSlope)), make([]float64, len(bestSlope))
	for i := range difference {
		difference[i] = bestSlope[i] - worstSlope[i]
		ratio[i] = bestSlope[i]/best - worstSlope[i]/worst
	}
	return &Effects{
		RiskDifference: interval.Bounded{
			Value:    best - worst,
			Interval: interval.Normal(best-worst, m.error(difference), confidence).Clamp(-1, 1),
		},
		RelativeRisk: onLogarithm(math.Log(best/worst), m.error(ratio), confidence),
		OddsRatio:    onLogarithm(m.fit.Coefficients[1], m.fit.Error(1), confidence),
		P:            m.p,
		Test:         LikelihoodRatio,
	}
}

// expected is the mean chance of the outcome with this exposure for all, and its slope in each coefficient.
func (m *model) expected(exposure float64) (mean float64, slope []float64) {
	mean = m.certain / m.n
	slope = make([]float64, len(m.fit.Coefficients))
	for _, r := range m.rows {
		x := append([]float64{exposure}, r.X[1:]...)
		chance := m.fit.Chance(x)
		mean += r.N * chance / m.n
		weight := r.N * chance * (1 - chance) / m.n
		slope[0] += weight
		for j, v := range x {
			slope[j+1] += weight * v
		}
	}
	return mean, slope
}

// marginal is the mean slope of the chance of the outcome in the exposure: the average marginal effect. Its interval is
// by the delta method.
func (m *model) marginal(confidence float64) *Marginal {
	beta := m.fit.Coefficients[1]
	var mean float64
	slope := make([]float64, len(m.fit.Coefficients))
	for _, r := range m.rows {
		chance := m.fit.Chance(r.X)
		weight := r.N * chance * (1 - chance) / m.n
		mean += weight
		bend := beta * weight * (1 - 2*chance)
		slope[0] += bend
		for j, v := range r.X {
			slope[j+1] += bend * v
		}
	}
	slope[1] += mean
	return &Marginal{
		Effect: interval.Bounded{Value: beta * mean, Interval: interval.Normal(beta*mean, m.error(slope), confidence)},
		P:      m.p,
		N:      int64(m.n),
	}
}

// error is the standard error of a function of the coefficients with this slope.
func (m *model) error(slope []float64) float64 {
	v := mat.NewVecDense(len(slope), slope)
	return math.Sqrt(mat.Inner(v, m.fit.Covariance, v))
}
