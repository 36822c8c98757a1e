package compute

import (
	"github.com/cpi-operator/cpi-operator/internal/linkage/divergence"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// diverge tells whether the KPI looks good while a guardrail gets worse.
func (c *claim) diverge() {
	q := divergence.Question{KPIHigherIsWorse: c.KPI.Direction == measure.LowerIsBetter, Confidence: c.Confidence}
	numbers := map[int64]int{} // of a period's start
	for i, p := range c.kpi {
		numbers[p.Start.Unix()] = i
	}
	for i, p := range c.kpi {
		if period, ok := judged(p, i); ok {
			period.OnTarget = c.onTarget(p)
			q.KPI = append(q.KPI, period)
		}
	}
	for _, s := range c.drivers {
		if s.Guardrail == nil {
			continue
		}
		g := divergence.Guardrail{Name: s.Name, HigherIsWorse: s.Direction == measure.LowerIsBetter, MinWorsening: s.Guardrail.MinWorsening}
		if s.refused != nil {
			g.Refused = divergence.Reason(s.refused.Reason)
		}
		for _, p := range s.periods {
			number, shared := numbers[p.Start.Unix()]
			if !shared {
				continue
			}
			if period, ok := judged(p, number); ok {
				g.Periods = append(g.Periods, period)
			}
		}
		q.Guardrails = append(q.Guardrails, g)
	}
	if len(q.Guardrails) == 0 {
		return
	}
	if c.refused != nil {
		c.link.Divergence = &plan.Divergence{Reason: string(c.refused.Reason)}
		return
	}
	found := divergence.Of(q)
	out := &plan.Divergence{Diverging: found.Diverging, Reason: string(found.Reason)}
	if found.At != nil {
		out.Label = found.At.Label
	}
	if found.Since != nil {
		out.Since = found.Since.Label
	}
	if n := len(found.Evaluations); n > 0 {
		last := found.Evaluations[n-1]
		out.KPIGood = last.KPIGood
		for _, g := range last.Guardrails {
			one := plan.GuardrailState{Driver: g.Guardrail, Worse: g.Worse, Test: string(g.Test), MinWorsening: g.MinWorsening, Reason: string(g.Reason)}
			if g.Reason == "" {
				one.Loss, one.P, one.Q = &g.Loss, &g.P, &g.Q
			}
			out.Guardrails = append(out.Guardrails, one)
		}
	}
	c.link.Divergence = out
}

// judged is a period as divergence takes it, if its value may be acted on.
func judged(p plan.PeriodResult, number int) (divergence.Period, bool) {
	if !state.Actionable(p) {
		return divergence.Period{}, false
	}
	out := divergence.Period{Number: number, Label: p.Label, Value: *p.Value, Interval: interval.None(), N: p.N}
	if p.Lower != nil && p.Upper != nil {
		out.Interval = interval.Interval{Lower: *p.Lower, Upper: *p.Upper}
	}
	return out, true
}

// onTarget tells whether a value of the KPI met the bound that stood at its period's end; nil if none did.
func (c *claim) onTarget(p plan.PeriodResult) *bool {
	var standing *plan.Goal
	for i, g := range c.Goals {
		if g.From != nil && g.From.Before(p.End) && (standing == nil || !g.From.Before(*standing.From)) {
			standing = &c.Goals[i]
		}
	}
	switch g := standing; {
	case g == nil:
		return nil
	case g.AtLeast != nil:
		return new(*p.Value >= *g.AtLeast)
	case g.AtMost != nil:
		return new(*p.Value <= *g.AtMost)
	}
	return nil
}
