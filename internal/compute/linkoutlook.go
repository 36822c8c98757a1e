package compute

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/calendar"
	"github.com/cpi-operator/cpi-operator/internal/linkage/forecast"
	"github.com/cpi-operator/cpi-operator/internal/linkage/influence"
	"github.com/cpi-operator/cpi-operator/internal/linkage/series"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// influence shares out what several drivers explain together, each at its own lag, over the periods that all of them cover.
func (c *claim) influence() {
	var compared []*contender
	first, last := 0, len(c.moved)-1
	changes, season := false, 0
	for _, d := range c.drivers {
		if d.paired == nil || d.paired.Reason != "" {
			continue
		}
		compared = append(compared, d)
		first, last = max(first, d.paired.First+d.paired.Lag), min(last, d.paired.Last)
		changes = changes || d.paired.Differenced
		if d.paired.Deseasonalised {
			season = c.Periods.Season
		}
	}
	if len(compared) < 2 {
		return
	}
	last = max(last, first-1) // nothing, where they have no periods in common
	kpi := prepared(compared[0].outcome[first:last+1], season, changes)
	var drivers []influence.Driver
	for _, d := range compared {
		values := d.values[first-d.paired.Lag : last+1-d.paired.Lag]
		drivers = append(drivers, influence.Driver{Name: d.Name, Values: prepared(values, season, changes), Influenceable: d.advisable()})
	}
	found := influence.Of(kpi, drivers, influence.Options{Confidence: c.Confidence})
	out := &plan.Influence{
		Method: string(found.Method), RSquared: found.RSquared, N: found.N, Collinear: found.Collinear,
		TopActions: found.TopActions(), Reason: string(found.Reason),
	}
	for _, name := range found.Constant {
		c.warn("%s never varied in these periods and has no influence to share.", name)
	}
	for _, s := range found.Shares {
		out.Shares = append(out.Shares, plan.InfluenceShare{
			Driver: s.Driver, Bounded: *bounded(s.Bounded), Rank: s.Rank, Stable: s.Stable, VIF: s.VIF,
		})
	}
	c.link.Influence = out
}

// advisable reports whether the driver may be named as an action: its owner can change it, and its own link is supported.
// Influence alone says neither that the link is more than chance nor in which direction it goes.
func (d *contender) advisable() bool {
	return d.Influenceable && d.finding.Verdict == plan.Supported
}

// prepared takes seasons out of values without a gap, if there are any, and turns them into changes, as the test of
// series does.
func prepared(values []float64, season int, changes bool) []float64 {
	if plain, ok := series.Deseasonalise(values, season); ok {
		values = plain
	}
	if changes {
		return series.Difference(values, 1)
	}
	return values
}

// Periods that a forecast looks ahead: as far as the last dated target, within these.
const fewestAhead, mostAhead = 3, 12

// forecast looks ahead along the KPI, by the drivers that are supported.
func (c *claim) forecast() {
	if c.Periods == nil || c.refused != nil || c.Calendar == nil {
		return
	}
	outcome, _ := aligned(c.kpi, nil)
	last := len(outcome) - 1
	for last >= 0 && math.IsNaN(outcome[last]) {
		last--
	}
	if last < 0 {
		c.link.Forecast = &plan.Forecast{Reason: "NoPeriods"}
		return
	}
	ahead := c.ahead(c.kpi[last].End)
	q := forecast.Question{
		KPI: outcome[:last+1], Season: c.Periods.Season, Horizon: len(ahead), Confidence: c.Confidence,
	}
	if c.isShare() {
		q.Range = &interval.Interval{Lower: 0, Upper: 1}
	}
	for _, s := range c.drivers {
		if s.leads() && c.ByDecision == nil {
			q.Drivers = append(q.Drivers, forecast.Driver{Name: s.Name, Lag: s.paired.Lag, Values: s.values, Step: *s.Step})
		}
	}
	found := forecast.Of(q)
	out := &plan.Forecast{Reason: string(found.Reason), Level: .8}
	if len(found.Points) > 0 {
		first := found.Points[0]
		out.Method, out.MAE, out.NaiveMAE, out.BacktestN = string(first.Method), first.Backtest.MAE, first.Naive.MAE, first.Backtest.N
		out.Coverage = &first.Backtest.Coverage
		for _, candidate := range first.Candidates {
			if candidate.Method == forecast.Drivers && candidate.Refused != "" {
				c.warn("The forecast does without the drivers: %s.", withoutDrivers(candidate.Refused))
			}
		}
	}
	for _, p := range found.Points {
		at := ahead[p.Horizon-1]
		out.Points = append(out.Points, plan.ForecastPoint{
			Label: at.Label, Start: at.Start, End: at.End, Method: string(p.Method),
			Bounded: plan.Bounded{Value: p.Value, Lower: p.Interval.Lower, Upper: p.Interval.Upper},
		})
	}
	for _, w := range found.WhatIf {
		if slope := c.onlySlope(w.Driver); slope != nil { // one number for one thing: that of the verdict
			w.Bounded, w.Reason = forecast.Times(*slope, w.Step), ""
		}
		if w.Reason == "" {
			out.WhatIf = append(out.WhatIf, plan.WhatIf{Driver: w.Driver, Step: w.Step, Lag: w.Lag, Bounded: *bounded(w.Bounded)})
		}
	}
	if c.ByDecision != nil && slices.ContainsFunc(c.drivers, (*contender).leads) {
		c.warn("The forecast does without the drivers: it tells the KPI as its targets are judged, by due date, and they lead the decisions.")
	}
	out.Goals = c.chances(found, ahead)
	c.before(q, c.kpi[last].Start, out.Goals)
	c.link.Forecast = out
}

// before adds what the chances would have been one period earlier, so that "two forecasts in a row" needs no memory: the
// forecast is made anew without the last value of the KPI and of each driver. Where a target stands or falls with naive
// methods, no driver had a part in it and there is nothing to add.
func (c *claim) before(q forecast.Question, last time.Time, goals []plan.GoalChance) {
	if len(goals) == 0 || len(q.Drivers) == 0 {
		return
	}
	q.KPI = q.KPI[:len(q.KPI)-1]
	drivers := slices.Clone(q.Drivers)
	for i := range drivers {
		known := drivers[i].Values
		for len(known) > 0 && math.IsNaN(known[len(known)-1]) {
			known = known[:len(known)-1]
		}
		drivers[i].Values = known[:max(0, len(known)-1)]
	}
	ahead := c.ahead(last)
	q.Drivers, q.Horizon = drivers, len(ahead)
	found := forecast.Of(q)
	led := map[string]bool{}
	for _, p := range found.Points {
		led[ahead[p.Horizon-1].Label] = p.Method == forecast.Drivers
	}
	for _, was := range c.chances(found, ahead) {
		for i := range goals {
			if goals[i].Goal == was.Goal && led[was.Label] {
				goals[i].Previous = was.Probability
			}
		}
	}
}

// leads reports whether a forecast may use the driver: it is supported, and its series tells at which lag.
func (d *contender) leads() bool {
	return d.finding.Verdict == plan.Supported && d.paired != nil && d.paired.Reason == ""
}

// onlySlope is the slope that the verdict on a driver rests on, if no other driver shares in it.
func (c *claim) onlySlope(name string) *interval.Bounded {
	if len(c.drivers) == 1 && c.drivers[0].Name == name && c.drivers[0].paired != nil && c.drivers[0].paired.Reason == "" {
		return &c.drivers[0].paired.Slope
	}
	return nil
}

// withoutDrivers says why.
func withoutDrivers(why forecast.Reason) string {
	switch why {
	case forecast.NoBetterThanNaive:
		return "looking back, it would have erred as much or more with them"
	case forecast.IntervalsMiss:
		return "looking back, its intervals held too seldom with them"
	}
	return string(why)
}

// isShare reports whether the KPI is a share of rows or customers, which cannot leave 0 to 1.
func (c *claim) isShare() bool {
	if c.KPI.Indicator == nil || c.KPI.Unit != "ratio" {
		return false
	}
	m := c.KPI.Indicator.Measure
	return m.Share != nil && m.Share.Less == nil || m.Renewal != nil || m.Churn != nil || m.Retention != nil || m.Conversion != nil
}

// warn adds a sentence for people.
func (c *claim) warn(format string, args ...any) {
	c.link.Warnings = append(c.link.Warnings, fmt.Sprintf(format, args...))
}

// ahead are the periods after the last mature one.
func (c *claim) ahead(from time.Time) []calendar.Period {
	var far time.Time
	for _, g := range c.Goals {
		for _, day := range []*time.Time{g.From, g.By} {
			if day != nil && day.After(far) {
				far = *day
			}
		}
	}
	var out []calendar.Period
	for at := from; len(out) < mostAhead && (len(out) < fewestAhead || !at.After(far)); {
		p, err := calendar.At(*c.Calendar, at)
		if err != nil || !p.End.After(at) {
			break
		}
		out, at = append(out, p), p.End
	}
	return out
}

// chances are how probable it is that the dated targets that are still to come are met.
func (c *claim) chances(found forecast.Forecast, ahead []calendar.Period) []plan.GoalChance {
	var out []plan.GoalChance
	for i, g := range c.Goals {
		var at int
		switch {
		case len(ahead) == 0:
			continue
		case g.By != nil && g.By.Before(ahead[0].Start):
			continue // judged already
		case g.By != nil:
			at = slices.IndexFunc(ahead, func(p calendar.Period) bool { return !g.By.Before(p.Start) && g.By.Before(p.End) })
		case g.From.After(ahead[0].Start):
			at = slices.IndexFunc(ahead, func(p calendar.Period) bool { return g.From.Before(p.End) })
		case c.replaced(i, ahead[0].Start):
			continue // another bound stands by now
		default:
			at = 0
		}
		chance := plan.GoalChance{Goal: g, Reason: string(forecast.TooFar)}
		if at >= 0 {
			chance.Label = ahead[at].Label
			probability, reason := found.Chance(at+1, g.AtLeast, g.AtMost)
			if chance.Reason = string(reason); reason == "" {
				chance.Probability = &probability
			}
		}
		out = append(out, chance)
	}
	return out
}

// replaced reports whether a later standing bound is in force at an instant.
func (c *claim) replaced(goal int, at time.Time) bool {
	return slices.ContainsFunc(c.Goals[goal+1:], func(g plan.Goal) bool { return g.From != nil && !g.From.After(at) })
}
