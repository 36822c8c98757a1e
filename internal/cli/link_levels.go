package cli

import (
	"fmt"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// customers that were compared for one driver.
func (e *evidence) customers(f *v1alpha1.LinkFinding) section {
	s := section{heading: "Customers by " + f.Driver, table: listing{headings: []string{"COHORT", "CUSTOMERS", "WITH THE OUTCOME", "SHARE", "INTERVAL"}}}
	c := f.Customers
	if c == nil {
		return s
	}
	if c.Reason != "" {
		s.say(strings.TrimSuffix(fmt.Sprintf("Not compared: %s. %s", uncompared(c.Reason), c.Message), " "))
	}
	for _, cohort := range planstep.Cohorts(c, e.report.ConfidenceLevel) {
		s.table.rows = append(s.table.rows, []string{
			cohort.Name, counted(cohort.N), counted(cohort.Outcomes), amount.Share.Value(cohort.Share), amount.Share.Interval(cohort.Share),
		})
	}
	s.state("As they stand", joined(e.difference(c.RiskDifference), suffixed(times(c.RelativeRisk), " times as often"), prefixed("odds ratio ", times(c.OddsRatio))))
	s.state("Test", joined(c.Test, prefixed("p ", chanceText(c.P))))
	s.state("Over all cohorts", prefixed("trend, p ", chanceText(c.DoseResponse)))
	if a := c.Adjusted; a != nil {
		name := "Like with like, by " + strings.Join(a.By, ", ")
		if a.Reason != "" {
			s.state(name, "not compared: "+uncompared(a.Reason))
		} else {
			s.state(name, joined(a.Method, e.difference(a.RiskDifference), suffixed(times(a.RelativeRisk), " times as often"), prefixed("odds ratio ", times(a.OddsRatio)),
				prefixed("p ", chanceText(a.P)), prefixed("strata differ: p ", chanceText(a.Heterogeneity))))
		}
	} else if c.RiskDifference != nil {
		s.state("Held constant", "nothing: what sets these customers apart otherwise is in the difference")
	}
	if c.From != nil && c.To != nil {
		s.state("From", date(c.From)+" to "+date(c.To))
	}
	return s
}

// counted is empty where a report does not tell.
func counted(n *int64) string {
	if n == nil {
		return ""
	}
	return amount.Count(*n)
}

// rows leads from the rows read for one driver to the customers compared.
func (e *evidence) rows(f *v1alpha1.LinkFinding) section {
	s := section{heading: "From rows read to customers compared: " + f.Driver, table: listing{headings: []string{"STEP", "ROWS"}}}
	if f.Customers != nil {
		for _, step := range f.Customers.Waterfall {
			s.table.rows = append(s.table.rows, []string{step.Step, amount.Count(ptr.Deref(step.Rows, 0))})
		}
	}
	return s
}

// periods that were compared for one driver.
func (e *evidence) periods(f *v1alpha1.LinkFinding) section {
	s := section{heading: "Periods of " + f.Driver}
	p := f.Periods
	if p == nil {
		return s
	}
	if p.Reason != "" {
		s.say(fmt.Sprintf("Not compared: %s, with %s aligned.", uncompared(p.Reason), amount.Counted(int(ptr.Deref(p.N, 0)), "period", "periods")))
		return s
	}
	if b, known := bounded(p.Slope); known {
		s.state("Slope", fmt.Sprintf("%.3g [%.3g, %.3g] of the KPI, in its own unit, for each unit of the CPI", b.Value, b.Lower, b.Upper))
	}
	s.state("Lag", amount.Counted(int(ptr.Deref(p.Lag, 0)), "period", "periods"))
	s.state("N", amount.Counted(int(ptr.Deref(p.N, 0)), "aligned period", "aligned periods"))
	s.state("P", chanceText(p.P))
	s.state("The other way round", prefixed("the KPI before the CPI: p ", chanceText(p.Reverse)))
	s.state("Method", p.Method)
	s.say(p.Warnings...)
	return s
}

// influence is what the drivers explain together.
func (e *evidence) influence() section {
	s := section{heading: "Influence", table: listing{headings: []string{"CPI", "SHARE OF WHAT IS EXPLAINED", "RANK"}}}
	i := e.found.Influence
	if i == nil {
		return s
	}
	if i.Reason != "" {
		s.say("Not told: " + uncompared(i.Reason) + ".")
		return s
	}
	s.state("Explained together", fmt.Sprintf("%s of the KPI's variance in %s, as computed, without an interval (%s)", amount.Probability(i.RSquared), amount.Counted(i.N, "period", "periods"), i.Method))
	for _, share := range i.Shares {
		rank := fmt.Sprint(share.Rank)
		if !share.Stable {
			rank += ", not settled"
		}
		s.table.rows = append(s.table.rows, []string{share.Driver, shares(share.Bounded), rank})
	}
	if i.Collinear {
		s.say("The drivers move together, so what each does by itself is not told apart well.")
	}
	s.state("Actions", strings.Join(i.TopActions, ", "))
	return s
}

// forecast of the KPI with its prediction intervals.
func (e *evidence) forecast() section {
	s := section{heading: "Forecast", table: listing{headings: []string{"PERIOD", "EXPECTED", "INTERVAL", "METHOD"}}}
	f := e.found.Forecast
	if f == nil {
		return s
	}
	if f.Reason != "" {
		s.say("None: " + uncompared(f.Reason) + ".")
		return s
	}
	text := fmt.Sprintf("by %s; mean error %s in %s, %s by the best method that knows no driver", f.Method,
		e.kpiView().Size(f.MAE), amount.Counted(f.BacktestN, "backtest", "backtests"), e.kpiView().Size(f.NaiveMAE))
	if f.Coverage != nil {
		text += fmt.Sprintf("; %s of past values lay within intervals at %s", amount.Probability(*f.Coverage), amount.Probability(f.Level))
	}
	s.state("Forecast", text)
	for _, p := range f.Points {
		estimate := measure.Estimate{Value: &p.Value, Lower: &p.Lower, Upper: &p.Upper}
		s.table.rows = append(s.table.rows, []string{p.Label, e.kpiView().Value(estimate), e.kpiView().Interval(estimate), p.Method})
	}
	return s
}

// goals are the KPI's dated targets with their chances.
func (e *evidence) goals() section {
	s := section{heading: "Targets", table: listing{headings: []string{"TARGET", "DATE", "PERIOD", "CHANCE", "A PERIOD EARLIER"}}}
	if e.report.Forecast == nil {
		return s
	}
	for _, g := range e.report.Forecast.Goals {
		bound := "≥ " + g.AtLeast
		if g.AtMost != "" {
			bound = "≤ " + e.kpiView().Level(float(g.AtMost))
		} else if g.AtLeast != "" {
			bound = "≥ " + e.kpiView().Level(float(g.AtLeast))
		}
		day := prefixed("by ", g.By) + prefixed("from ", g.From)
		earlier, chance := "", "not told: "+uncompared(g.Reason)
		if g.Probability != "" {
			chance = amount.Probability(float(g.Probability))
		}
		if g.Previous != "" {
			earlier = amount.Probability(float(g.Previous))
		}
		s.table.rows = append(s.table.rows, []string{bound, day, g.Label, chance, earlier})
	}
	return s
}

// whatIf tells what goes with a step of each driver, all else as forecast.
func (e *evidence) whatIf() section {
	s := section{heading: "What goes with a step", table: listing{headings: []string{"CPI", "STEP", "KPI", "AFTER"}}}
	if e.report.Forecast == nil {
		return s
	}
	for _, w := range e.report.Forecast.WhatIf {
		step := ""
		if w.Step != "" {
			step = e.view(w.Driver).Declared(float(w.Step))
		}
		if float(w.Step) > 0 {
			step = "+" + step
		}
		s.table.rows = append(s.table.rows, []string{w.Driver, step, e.difference(&w.LinkInterval), amount.Counted(int(ptr.Deref(w.Lag, 0)), "period", "periods")})
	}
	return s
}

// guardrails in the period judged last.
func (e *evidence) guardrails() section {
	s := section{heading: "Guardrails", table: listing{headings: []string{"CPI", "LOST", "COUNTS FROM", "P", "Q", "STATE"}}}
	v := e.report.Divergence
	if v == nil {
		return s
	}
	text := "no: KPI and guardrails do not drift apart"
	switch {
	case ptr.Deref(v.Diverging, false):
		text = "yes, since " + v.Since + ": the KPI looks good while guardrails get worse"
	case v.Reason != "":
		text = "not known: " + unjudged(v.Reason)
	}
	s.state("Diverging", text)
	s.state("Judged", v.Label)
	if v.KPIGood != nil {
		s.state("KPI", map[bool]string{true: "on target or improving", false: "neither on target nor improving"}[*v.KPIGood])
	}
	for _, g := range v.Guardrails {
		view := e.view(g.Driver)
		lost, from, state := "", "", "not worse"
		if g.Loss != "" {
			lost = view.Size(float(g.Loss))
		}
		if g.MinWorsening != "" {
			from = view.Declared(float(g.MinWorsening))
		}
		if ptr.Deref(g.Worse, false) {
			state = "worse"
		}
		if g.Reason != "" {
			state = "not judged: " + unjudged(g.Reason)
		}
		s.table.rows = append(s.table.rows, []string{g.Driver, lost, from, chanceText(g.P), chanceText(g.Q), state})
	}
	return s
}

// joined texts that are not empty.
func joined(texts ...string) string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func suffixed(text, suffix string) string {
	if text == "" {
		return ""
	}
	return text + suffix
}
