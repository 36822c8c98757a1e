package publish

import (
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func influence(i *plan.Influence) *v1alpha1.LinkInfluence {
	if i == nil {
		return nil
	}
	return &v1alpha1.LinkInfluence{
		Method: cut(i.Method, maxTest), RSquared: decimal(&i.RSquared), N: whole(i.N), Collinear: flag(i.Collinear),
		Shares: each(i.Shares, maxShares, func(s plan.InfluenceShare) v1alpha1.LinkShare {
			out := v1alpha1.LinkShare{Driver: cut(s.Driver, maxName), LinkInterval: *linkInterval(&s.Bounded), Rank: whole(s.Rank), Stable: flag(s.Stable)}
			if s.VIF > 0 {
				out.VIF = decimal(&s.VIF)
			}
			return out
		}),
		TopActions: texts(i.TopActions, maxTop, maxName), Reason: cut(i.Reason, maxReason),
	}
}

func forecast(f *plan.Forecast) *v1alpha1.LinkForecast {
	if f == nil {
		return nil
	}
	out := &v1alpha1.LinkForecast{Reason: cut(f.Reason, maxReason)}
	if f.Method == "" {
		return out // there is none, so there are no errors of it either
	}
	out.Method, out.MAE, out.NaiveMAE, out.BacktestN = cut(f.Method, maxLabel), decimal(&f.MAE), decimal(&f.NaiveMAE), whole(f.BacktestN)
	out.Level, out.Coverage = decimal(&f.Level), decimal(f.Coverage)
	out.Points = each(f.Points, maxPoints, func(p plan.ForecastPoint) v1alpha1.LinkForecastPoint {
		return v1alpha1.LinkForecastPoint{Label: cut(p.Label, maxLabel), Start: day(p.Start), End: day(p.End), Method: cut(p.Method, maxLabel), LinkInterval: *linkInterval(&p.Bounded)}
	})
	out.Goals = each(f.Goals, maxGoals, goal)
	out.WhatIf = each(f.WhatIf, maxDrivers, func(w plan.WhatIf) v1alpha1.LinkWhatIf {
		return v1alpha1.LinkWhatIf{Driver: cut(w.Driver, maxName), Step: decimal(&w.Step), LinkInterval: *linkInterval(&w.Bounded), Lag: whole(w.Lag)}
	})
	return out
}

func goal(g plan.GoalChance) v1alpha1.LinkGoal {
	date := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.DateOnly) // in the zone of the KPI, which the plan wrote it in
	}
	return v1alpha1.LinkGoal{
		From: date(g.From), By: date(g.By), AtLeast: decimal(g.AtLeast), AtMost: decimal(g.AtMost),
		Label: cut(g.Label, maxLabel), Probability: decimal(g.Probability), Previous: decimal(g.Previous), Reason: cut(g.Reason, maxReason),
	}
}

func divergence(d *plan.Divergence) *v1alpha1.LinkDivergence {
	if d == nil {
		return nil
	}
	out := &v1alpha1.LinkDivergence{
		Diverging: &d.Diverging, Label: cut(d.Label, maxLabel), Since: cut(d.Since, maxLabel), KPIGood: d.KPIGood,
		Guardrails: each(d.Guardrails, maxDrivers, guardrail), Lost: each(d.Lost, maxDrivers, guardrail), LostIn: cut(d.LostIn, maxLabel),
		Reason: cut(d.Reason, maxReason),
	}
	if d.Diverging {
		out.Clean = whole(d.Clean)
	}
	return out
}

func guardrail(g plan.GuardrailState) v1alpha1.LinkGuardrailState {
	return v1alpha1.LinkGuardrailState{
		Driver: cut(g.Driver, maxName), Worse: &g.Worse, Loss: decimal(g.Loss), P: chance(g.P), Q: chance(g.Q),
		Test: cut(g.Test, maxTest), MinWorsening: decimal(&g.MinWorsening), Reason: cut(g.Reason, maxReason),
	}
}
