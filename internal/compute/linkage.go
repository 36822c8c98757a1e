package compute

import (
	"context"
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/linkage/series"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// claim is a linkage on its way from series and customers to a verdict.
type claim struct {
	plan.Linkage
	place   int
	kpi     []plan.PeriodResult
	refused *plan.Failure // why the KPI has no series
	// moved is what is compared with the drivers: the KPI, by decision where that is asked for.
	moved        []plan.PeriodResult
	movedRefused *plan.Failure
	drivers      []*contender
	link         plan.Link
}

// contender is a driver, with what speaks for it and against it.
type contender struct {
	plan.Driver
	periods []plan.PeriodResult
	refused *plan.Failure
	// outcome and values are the KPI and the driver in the KPI's periods, NaN where either may not be acted on.
	outcome, values []float64
	paired          *series.Finding // nil if series are not compared
	pairedQ         float64
	pairedBar       float64           // the largest p value of paired that would count
	customers       *customerEvidence // nil if customers are not
	finding         plan.DriverFinding
}

// linkages tests the claims, last: all claims on one indicator are corrected together.
func (r *run) linkages(ctx context.Context) error {
	claims := map[plan.Key][]*claim{}
	var order []plan.Key
	for k, l := range r.plan.Linkages {
		c, err := r.gather(ctx, l)
		if err != nil {
			return err
		}
		c.place = k
		if claims[l.Moves] == nil {
			order = append(order, l.Moves)
		}
		claims[l.Moves] = append(claims[l.Moves], c)
	}
	for _, moved := range order {
		correct(claims[moved])
		for _, c := range claims[moved] {
			c.conclude(claims[moved])
			if err := r.tellLinkage(c.place, &c.link, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// gather finds the evidence.
func (r *run) gather(ctx context.Context, l plan.Linkage) (*claim, error) {
	c := &claim{Linkage: l, link: plan.Link{Unit: l.KPI.Unit}}
	c.kpi, c.refused = r.seriesFor(l.KPI)
	if c.moved, c.movedRefused = c.kpi, c.refused; l.ByDecision != nil {
		c.moved, c.movedRefused = r.seriesFor(l.ByDecision.Series)
		c.moved = sinceFirstDue(c.moved, c.kpi, l.KPI.Indicator.Measure.Renewal.Grace)
	}
	for _, d := range l.Drivers {
		s := &contender{Driver: d}
		s.periods, s.refused = r.seriesFor(d.Series)
		if l.Periods != nil {
			s.compare(c)
		}
		if l.Customers != nil {
			var err error
			if s.customers, err = r.customerEvidence(ctx, c, s); err != nil {
				return nil, err
			}
		}
		c.drivers = append(c.drivers, s)
	}
	return c, nil
}

// compare tests whether the KPI's series follows the driver's.
func (s *contender) compare(c *claim) {
	if c.movedRefused != nil || s.refused != nil {
		return
	}
	s.outcome, s.values = aligned(c.moved, s.periods)
	found := series.Test(s.values, s.outcome, series.Options{
		MaxLag: c.Periods.MaxLag, Season: c.Periods.Season, Confidence: c.Confidence,
	})
	s.paired = &found
}

// aligned are a KPI's values and a driver's in the KPI's periods. A value that may not be acted on is NaN.
func aligned(kpi, driver []plan.PeriodResult) (outcome, values []float64) {
	at := map[[2]int64]plan.PeriodResult{}
	span := func(p plan.PeriodResult) [2]int64 { return [2]int64{p.Start.Unix(), p.End.Unix()} }
	for _, p := range driver {
		at[span(p)] = p
	}
	value := func(p plan.PeriodResult) float64 {
		if !state.Actionable(p) {
			return math.NaN()
		}
		return *p.Value
	}
	for _, p := range kpi {
		outcome, values = append(outcome, value(p)), append(values, value(at[span(p)]))
	}
	return outcome, values
}

// correct turns the p values of all tests of one KPI into q values.
func correct(claims []*claim) {
	var all []float64
	var take []func(q, bar float64)
	for _, c := range claims {
		for _, s := range c.drivers {
			s.finding.Driver = s.Name
			if p, ok := s.customers.tested(); ok {
				all, take = append(all, p), append(take, func(q, bar float64) { s.customers.q, s.customers.bar = q, bar })
			}
			if p := s.paired; p != nil && p.Reason == "" {
				all, take = append(all, p.P), append(take, func(q, bar float64) { s.pairedQ, s.pairedBar = q, bar })
			}
		}
	}
	own := len(all)
	for _, c := range claims {
		all = append(all, c.Family...)
		break // the same for all
	}
	for i, q := range series.BenjaminiHochberg(all)[:own] {
		take[i](q, series.Bar(slices.Delete(slices.Clone(all), i, i+1), 1-claims[0].Confidence))
	}
}
