package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Mean is the mean over the customers of what each is expected to do, with its interval.
//
// Customers are taken as drawn from many alike, so two things vary: who is among them, and with them the fitted
// parameters. Each customer's influence on the mean is the own deviation from it plus what the own score moves by way of
// the parameters (the sandwich of M-estimators; Huber 1967, Stefanski and Boos 2002). The standard error is that of the
// mean of the influences. It costs a few passes over the data, where a bootstrap costs a fit for each resample, and is the
// same (a test compares them). The interval is on a logarithmic scale, because the mean is positive and its error grows
// with it, and uses Student's t with the degrees of freedom that the influences' kurtosis leaves to their variance
// (Satterthwaite): a few large customers make it less sure than their number says.
//
// The models being true, 94 to 97 % of nominal 95 % intervals held the truth, in samples of 100 to 1,000 customers from
// four populations (the table is in docs/performance.md). If they are not, no interval tells.
type Mean struct {
	Value, StandardError float64
	Lower, Upper         float64
	// Freedom is the degrees of freedom of the standard error.
	Freedom float64
}

// influences are what the customers of each group do to a mean.
type influences struct {
	mean float64
	// each group's influence, with how many customers have it
	of        []float64
	groups    []Group
	customers float64
}

func (in influences) within(confidence float64) Mean {
	var second, fourth float64
	for i, g := range in.groups {
		share, e := float64(g.Customers)/in.customers, in.of[i]
		second += share * e * e
		fourth += share * e * e * e * e
	}
	m := Mean{
		Value:         in.mean,
		StandardError: math.Sqrt(second / (in.customers - 1)),
		Freedom:       2 * in.customers / (fourth/(second*second) - 1),
	}
	if m.Value <= 0 { // more returned than bought
		linear := interval.Student(m.Value, m.StandardError, m.Freedom, confidence)
		m.Lower, m.Upper = linear.Lower, linear.Upper
		return m
	}
	factor := math.Exp(interval.T(m.Freedom, confidence) * m.StandardError / m.Value)
	m.Lower, m.Upper = m.Value/factor, m.Value*factor
	return m
}

// pull is how far the mean moves for each unit of a customer's score by the parameters; slope is the mean's derivative by
// their logarithms.
func (f *maximum) pull(slope []float64) []float64 {
	u := mat.NewVecDense(len(slope), nil)
	// It was solvable with this matrix when the fit converged.
	_ = f.information.SolveVecTo(u, mat.NewVecDense(len(slope), slope))
	for i, p := range f.params {
		u.SetVec(i, u.AtVec(i)*p)
	}
	return u.RawVector().Data
}

// purchases are the influences on the mean number of purchases.
func (s *sample) purchases() influences {
	mean, slope := 0.0, make([]float64, 4)
	for i, g := range s.histories {
		w := s.share(g)
		mean += w * s.expected.count[i]
		for k := range slope {
			slope[k] += w * (s.up[k].count[i] - s.down[k].count[i]) / (2 * step)
		}
	}
	of := s.byFit(slope)
	for i := range of {
		of[i] += s.expected.count[i] - mean
	}
	return influences{mean, of, s.histories, s.customers}
}

// byFit is the influence of a customer of each history by way of BG/NBD's parameters.
func (s *sample) byFit(slope []float64) []float64 {
	pull, sums := s.fit.pull(slope), newBGNBDSums(s.fit.model, s.histories)
	of := make([]float64, len(s.histories))
	for i, g := range s.histories {
		sums.score = [4]float64{}
		sums.add(g, 1)
		for k, p := range pull {
			of[i] += p * sums.score[k]
		}
	}
	return of
}

// value are the influences on the mean discounted value.
func (s *sample) value(spend *gammaGammaFit) influences {
	m := spend.model
	mean, slope := 0.0, make([]float64, 3)
	spent := make([]float64, len(s.histories)) // by the groups of a history, weighted by share
	for i, g := range s.groups {
		w, of := s.share(g), m.Of(g)
		spent[s.history[i]] += w * of
		w *= s.expected.discounted[s.history[i]]
		mean += w * of
		// The derivatives of p(v + xz)/(px + q − 1).
		weight := m.P*float64(g.Frequency) + m.Q - 1
		slope[0] += w * of * (m.Q - 1) / weight
		slope[1] -= w * of * m.Q / weight
		slope[2] += w * m.P * m.V / weight
	}
	bySpend, sums := spend.pull(slope), newGammaGammaSums(m, s.groups)

	slope = make([]float64, 4)
	for i := range s.histories {
		for k := range slope {
			slope[k] += spent[i] * (s.up[k].discounted[i] - s.down[k].discounted[i]) / (2 * step)
		}
	}
	byFit := s.byFit(slope)

	of := make([]float64, len(s.groups))
	for i, g := range s.groups {
		h := s.history[i]
		of[i] = s.expected.discounted[h]*m.Of(g) - mean + byFit[h]
		sums.score = [3]float64{}
		sums.add(g, s.customers/spend.customers) // the fit's information is that of a mean customer among fewer
		for k, p := range bySpend {
			of[i] += p * sums.score[k]
		}
	}
	return influences{mean, of, s.groups, s.customers}
}
