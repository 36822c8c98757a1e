package compute

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/linkage/divergence"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// diverge tells whether the KPI looks good while a guardrail gets worse. The guardrails of all claims on it are corrected
// together, each CPI once.
func (c *claim) diverge(claims []*claim) {
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
	family := map[plan.Key]bool{}
	for _, s := range c.drivers {
		if s.Guardrail != nil {
			family[s.Key] = true
			q.Guardrails = append(q.Guardrails, s.guards(numbers))
		}
	}
	if len(q.Guardrails) == 0 {
		return
	}
	for _, other := range claims {
		for _, s := range other.drivers {
			if s.Guardrail != nil && !family[s.Key] {
				family[s.Key] = true
				q.Beside = append(q.Beside, s.guards(numbers))
			}
		}
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
			out.Guardrails = append(out.Guardrails, guardrailState(g))
		}
	}
	if found.Last != nil {
		out.LostIn, out.Clean = found.Last.Period.Label, found.Clean
		for _, g := range found.Last.Guardrails {
			if g.Worse {
				out.Lost = append(out.Lost, guardrailState(g))
			}
		}
	}
	c.link.Divergence = out
}

// guards is a guardrail's values in the KPI's periods, which have these numbers.
func (s *contender) guards(numbers map[int64]int) divergence.Guardrail {
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
	return g
}

func guardrailState(g divergence.State) plan.GuardrailState {
	out := plan.GuardrailState{Driver: g.Guardrail, Worse: g.Worse, Test: string(g.Test), MinWorsening: g.MinWorsening, Reason: string(g.Reason)}
	if g.Reason == "" {
		out.Loss, out.P, out.Q = &g.Loss, &g.P, &g.Q
	}
	return out
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

// onTarget tells whether the KPI met the bound that stood all through its period, as its target is judged: with its whole
// interval. It is nil if none stood.
func (c *claim) onTarget(p plan.PeriodResult) *bool {
	var standing *plan.Goal
	for i, g := range c.Goals {
		if g.From != nil && !g.From.After(p.Start) && (standing == nil || !g.From.Before(*standing.From)) {
			standing = &c.Goals[i]
		}
	}
	if standing == nil {
		return nil
	}
	switch {
	case standing.AtLeast != nil:
		return new(end(p, p.Lower, -1) >= *standing.AtLeast)
	case standing.AtMost != nil:
		return new(end(p, p.Upper, +1) <= *standing.AtMost)
	}
	return nil
}

// end of a value's interval; of a value without one, the value itself, and an end that is not known lies as far as can be.
func end(p plan.PeriodResult, known *float64, side int) float64 {
	switch {
	case known != nil:
		return *known
	case p.Lower == nil && p.Upper == nil:
		return *p.Value
	}
	return math.Inf(side)
}
