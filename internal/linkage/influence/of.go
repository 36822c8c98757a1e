package influence

import (
	"cmp"
	"math"
	"slices"
)

// Of shares out what drivers explain of the KPI. Rows that lack a value are left out. Series that wander must come as
// differences: levels that drift explain each other by chance.
//
// From few periods the bootstrap promises too much: of 36 or 120 independent rows its 95 % intervals hold the true share
// in 91 to 94 of 100 series, and in 86 to 93 where half of each row is carried over into the next; two drivers of equal
// influence are told apart in 9 of 100 series of 36 rows.
func Of(kpi []float64, drivers []Driver, options Options) Influence {
	found := Influence{Needed: Needed(len(drivers))}
	data := complete(kpi, drivers)
	found.N = len(data.rows)
	if found.N < found.Needed {
		return found.none(TooFewPeriods)
	}
	constant := data.standardise()
	if slices.Contains(constant, len(drivers)) {
		return found.none(ConstantSeries)
	}
	if len(constant) > 0 {
		var varying []Driver
		for j, d := range drivers {
			if slices.Contains(constant, j) {
				found.Constant = append(found.Constant, d.Name)
			} else {
				varying = append(varying, d)
			}
		}
		drivers = varying
		data = complete(kpi, drivers)
		found.N = len(data.rows)
		data.standardise()
	}
	if len(drivers) < 2 {
		return found.none(TooFewDrivers)
	}
	return found.share(data, drivers, options.withDefaults(len(data.rows)))
}

func (i Influence) none(reason Reason) Influence {
	i.Reason = reason
	return i
}

func (o Options) withDefaults(rows int) Options {
	if o.Confidence == 0 {
		o.Confidence = 0.95
	}
	if o.Resamples == 0 {
		o.Resamples = 1000
	}
	if o.Block == 0 {
		o.Block = int(math.Ceil(math.Cbrt(float64(rows))))
	}
	return o
}

// share fills in the shares of drivers that vary.
func (i Influence) share(data table, drivers []Driver, options Options) Influence {
	i.Method = RelativeWeights
	split := relativeWeights
	if len(drivers) <= MaximumLMG {
		i.Method = LMG
		split = newShapley(len(drivers)).parts
	}
	correlations, parts := newSquare(data.columns), make([]float64, len(drivers))
	data.correlations(slices.Repeat([]int{1}, len(data.rows)), correlations)
	axes, ok := spectrumOf(correlations)
	if !ok || !split(correlations, parts) {
		return i.none(NothingExplained)
	}
	drawn := resample(data, split, options)
	i.Resamples = drawn.n
	i.RSquared = sum(parts)
	if i.RSquared <= alike || drawn.n == 0 {
		return i.none(NothingExplained)
	}
	n, p := float64(len(data.rows)), float64(len(drivers))
	i.Adjusted = 1 - (1-i.RSquared)*(n-1)/(n-p-1)
	factors, condition := axes.inflation()
	i.Condition = condition
	i.Collinear = condition == 0 || condition > 30 || slices.Max(factors) > 10
	for j, d := range drivers {
		s := Share{
			Driver: d.Name, RSquared: parts[j], VIF: factors[j], Influenceable: d.Influenceable,
			Rank: drawn.rank(j, options.Confidence), column: j,
		}
		s.Value = parts[j] / i.RSquared
		s.Interval = drawn.bounds(j, options.Confidence).Around(s.Value)
		i.Shares = append(i.Shares, s)
	}
	i.order(drawn)
	return i
}

// order sorts shares by falling influence, ranks never falling, and tells which ranks are stable.
func (i Influence) order(drawn resampled) {
	slices.SortStableFunc(i.Shares, func(a, b Share) int { return cmp.Compare(b.RSquared, a.RSquared) })
	sharing := map[int]int{}
	for k := range i.Shares {
		s := &i.Shares[k]
		if k > 0 {
			s.Rank = max(s.Rank, i.Shares[k-1].Rank)
		}
		sharing[s.Rank]++
	}
	for k := range i.Shares {
		s := &i.Shares[k]
		s.Agreement = drawn.agreement(s.column, s.Rank, sharing[s.Rank])
		s.Stable = s.Agreement >= agree
	}
}
