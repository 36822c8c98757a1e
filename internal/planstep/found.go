package planstep

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Found are a claim's findings in the plan's terms, without series and the details of each comparison; nil if there are
// none.
func Found(l *v1alpha1.ReportLink) *plan.Link {
	if l == nil {
		return nil
	}
	out := &plan.Link{Unit: l.Unit, Warnings: l.Warnings}
	for _, d := range l.Drivers {
		f := plan.DriverFinding{
			Driver: d.Driver, Verdict: plan.Verdict(d.Verdict), Reason: d.Reason, Sentence: d.Sentence,
			P: number(d.P), Q: number(d.Q), Needed: d.Needed, MinEffect: number(d.MinEffect),
		}
		if e := d.Effect; e != nil {
			b := bounded(e.LinkInterval)
			f.Effect = &plan.LinkEffect{Level: e.Level, Value: b.Value, Lower: b.Lower, Upper: b.Upper, Per: number(e.Per), Lag: long(e.Lag), N: count(e.N), Adjusted: e.Adjusted}
		}
		out.Drivers = append(out.Drivers, f)
	}
	if i := l.Influence; i != nil {
		out.Influence = &plan.Influence{
			Method: i.Method, RSquared: zero(i.RSquared), N: int(ptr.Deref(i.N, 0)), Collinear: ptr.Deref(i.Collinear, false), TopActions: i.TopActions, Reason: i.Reason,
		}
		for _, s := range i.Shares {
			out.Influence.Shares = append(out.Influence.Shares, plan.InfluenceShare{
				Driver: s.Driver, Bounded: bounded(s.LinkInterval), Rank: int(ptr.Deref(s.Rank, 0)), Stable: ptr.Deref(s.Stable, false), VIF: zero(s.VIF),
			})
		}
	}
	out.Forecast, out.Divergence = foreseen(l.Forecast), diverged(l.Divergence)
	return out
}

func foreseen(f *v1alpha1.LinkForecast) *plan.Forecast {
	if f == nil {
		return nil
	}
	out := &plan.Forecast{
		Method: f.Method, MAE: zero(f.MAE), NaiveMAE: zero(f.NaiveMAE), BacktestN: int(ptr.Deref(f.BacktestN, 0)),
		Level: zero(f.Level), Coverage: number(f.Coverage), Reason: f.Reason,
	}
	for _, p := range f.Points {
		out.Points = append(out.Points, plan.ForecastPoint{Label: p.Label, Start: at(p.Start), End: at(p.End), Method: p.Method, Bounded: bounded(p.LinkInterval)})
	}
	for _, g := range f.Goals {
		out.Goals = append(out.Goals, plan.GoalChance{
			Goal:  plan.Goal{From: dayOf(g.From), By: dayOf(g.By), AtLeast: number(g.AtLeast), AtMost: number(g.AtMost)},
			Label: g.Label, Probability: number(g.Probability), Previous: number(g.Previous), Reason: g.Reason,
		})
	}
	for _, w := range f.WhatIf {
		out.WhatIf = append(out.WhatIf, plan.WhatIf{Driver: w.Driver, Step: zero(w.Step), Bounded: bounded(w.LinkInterval), Lag: int(ptr.Deref(w.Lag, 0))})
	}
	return out
}

func diverged(d *v1alpha1.LinkDivergence) *plan.Divergence {
	if d == nil {
		return nil
	}
	return &plan.Divergence{
		Diverging: ptr.Deref(d.Diverging, false), Label: d.Label, Since: d.Since, KPIGood: d.KPIGood, Reason: d.Reason,
		Guardrails: guardrails(d.Guardrails), Lost: guardrails(d.Lost), LostIn: d.LostIn, Clean: int(ptr.Deref(d.Clean, 0)),
	}
}

func guardrails(states []v1alpha1.LinkGuardrailState) []plan.GuardrailState {
	var out []plan.GuardrailState
	for _, g := range states {
		out = append(out, plan.GuardrailState{
			Driver: g.Driver, Worse: ptr.Deref(g.Worse, false), Loss: number(g.Loss), P: number(g.P), Q: number(g.Q),
			Test: g.Test, MinWorsening: zero(g.MinWorsening), Reason: g.Reason,
		})
	}
	return out
}

func bounded(i v1alpha1.LinkInterval) plan.Bounded {
	return plan.Bounded{Value: zero(i.Value), Lower: zero(i.Lower), Upper: zero(i.Upper)}
}

// zero reads a decimal that the schema of a plan always has.
func zero(text string) float64 { return ptr.Deref(number(text), 0) }

func long(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

func at(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}

func dayOf(text string) *time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil
	}
	return &t
}
