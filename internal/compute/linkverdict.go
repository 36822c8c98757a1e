package compute

import (
	"cmp"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/linkage"
	"github.com/cpi-operator/cpi-operator/internal/linkage/series"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// conclude turns the evidence of a claim, one of claims on the KPI, into what is told.
func (c *claim) conclude(claims []*claim) {
	for _, s := range c.drivers {
		c.judge(s)
		c.link.Drivers = append(c.link.Drivers, s.finding)
	}
	c.influence()
	c.forecast()
	c.diverge(claims)
	c.keepSeries()
}

// judge one driver.
func (c *claim) judge(s *contender) {
	if s.Step == nil {
		s.Step = new(linkage.StepOf(s.Unit, s.values))
	}
	f := &s.finding
	customers, customersMin := c.customerLevel(s)
	periods, periodsMin := c.periodLevel(s)
	judged, level := linkage.Join(customers, periods, [2]float64{customersMin, periodsMin}, 1-c.Confidence)
	if s.customers == nil {
		judged, level = linkage.Judge(periods, periodsMin, 1-c.Confidence), 1
	} else if s.paired == nil && c.Periods == nil {
		judged, level = linkage.Judge(customers, customersMin, 1-c.Confidence), 0
	}
	f.Verdict, f.Reason = judged.Verdict, cmp.Or(string(judged.Reason), judged.Missing)
	f.Customers, f.Periods = s.customers.told(), c.pairedLink(s)
	if level == 0 {
		c.headCustomers(s, customersMin)
	} else {
		c.headPeriods(s, periodsMin)
	}
	f.Sentence = linkage.Sentence(c.Linkage, s.Driver, *f)
}

// minEffect in the KPI's unit, relative ones of a reference value; 0 if none is declared.
func (c *claim) minEffect(reference float64) float64 {
	switch m := c.MinEffect; {
	case m == nil:
	case m.Absolute != nil:
		return math.Abs(*m.Absolute)
	case m.Relative != nil && !math.IsNaN(reference):
		return math.Abs(*m.Relative * reference)
	}
	return 0
}

// periodLevel is what the series tell, for a step of the driver and turned towards the expectation. A step downwards,
// such as an hour less of waiting, is told as such and expected the other way round, so only its size counts here.
func (c *claim) periodLevel(s *contender) (linkage.Evidence, float64) {
	found := s.paired
	if found == nil {
		reason := "NoSeries"
		for _, refused := range []*plan.Failure{c.movedRefused, s.refused} {
			if refused != nil {
				reason = string(refused.Reason)
			}
		}
		return linkage.Evidence{Reason: reason}, 0
	}
	if found.Reason != "" {
		return linkage.Evidence{Reason: string(found.Reason)}, 0
	}
	size := math.Abs(*s.Step)
	b := turned(found.Slope, size*float64(s.Expected))
	minEffect := c.minEffect(mean(s.outcome))
	within := found.Within(minEffect / size)
	return linkage.Evidence{Effect: b.Value, Lower: b.Lower, Upper: b.Upper, Q: s.pairedQ, RuledOut: &within}, minEffect
}

// headPeriods makes the series' effect the headline.
func (c *claim) headPeriods(s *contender, minEffect float64) {
	f, found := &s.finding, s.paired
	if minEffect > 0 {
		f.MinEffect = &minEffect
	}
	if found == nil {
		return
	}
	needed := found.Needed
	if alpha := 1 - c.Confidence; f.Verdict == plan.InsufficientData && found.Reason == "" && found.P <= alpha && s.pairedQ > alpha {
		needed = found.NeededAt(s.pairedBar) // the other links alone keep it open
	}
	if needed != nil {
		f.Needed = new(int64(*needed))
	}
	if found.Reason != "" {
		if found.Reason == series.TooFewPeriods {
			f.Needed = new(int64(series.Minimum(c.Periods.Season)))
		}
		return
	}
	b := turned(found.Slope, *s.Step)
	f.Effect = &plan.LinkEffect{
		Level: linkage.LevelPeriods, Value: b.Value, Lower: b.Lower, Upper: b.Upper, Per: s.Step, Lag: &found.Lag, N: int64(found.N),
	}
	f.P, f.Q = &found.P, &s.pairedQ
}

// pairedLink is what the series told; nil if they are not compared.
func (c *claim) pairedLink(s *contender) *plan.PeriodLink {
	if c.Periods == nil {
		return nil
	}
	found := s.paired
	if found == nil {
		evidence, _ := c.periodLevel(s)
		out := &plan.PeriodLink{Reason: evidence.Reason}
		for _, refused := range []*plan.Failure{c.movedRefused, s.refused} {
			if refused != nil {
				out.Warnings = append(out.Warnings, refused.Message)
			}
		}
		return out
	}
	out := &plan.PeriodLink{
		Reason: string(found.Reason), N: found.N, Differenced: found.Differenced, Deseasonalised: found.Deseasonalised, Warnings: found.Warnings,
	}
	if found.Reason != "" {
		return out
	}
	out.Lag, out.P, out.Reverse, out.Slope = &found.Lag, &found.P, found.Reverse, bounded(found.Slope)
	for _, lag := range found.Lags {
		out.Lags = append(out.Lags, plan.LagEvidence{Lag: lag.Lag, Statistic: lag.Statistic, Band: lag.Band})
	}
	return out
}

// turned is an effect by factor, its ends in order.
func turned(b interval.Bounded, factor float64) plan.Bounded {
	lower, upper := b.Interval.Lower*factor, b.Interval.Upper*factor
	return plan.Bounded{Value: b.Value * factor, Lower: min(lower, upper), Upper: max(lower, upper)}
}

func bounded(b interval.Bounded) *plan.Bounded {
	out := turned(b, 1)
	return &out
}

// mean of the values that are there; NaN if none is.
func mean(values []float64) float64 {
	n, sum := 0.0, 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			n, sum = n+1, sum+v
		}
	}
	return sum / n
}

// keepSeries leaves the series in the result: for readers, and so that settled periods need not be computed again.
func (c *claim) keepSeries() {
	keep := func(side plan.Series, periods []plan.PeriodResult) {
		one := plan.LinkSeries{Key: side.Key, Periods: periods}
		if side.Indicator != nil {
			one.RequestHash = side.Indicator.RequestHash
		}
		c.link.Series = append(c.link.Series, one)
	}
	if c.Periods == nil {
		return
	}
	keep(c.KPI, c.kpi)
	for _, s := range c.drivers {
		keep(s.Series, s.periods)
	}
	if d := c.ByDecision; d != nil {
		keep(d.Series, c.moved)
		c.link.Series[len(c.link.Series)-1].ByDecision = true
	}
}
