package planstep

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Found are a claim's findings in the plan's terms, without series and the details of each comparison; nil if there are
// none. What lacks one of its numbers is left out: a number that is not there is not zero.
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
			if b, known := Bounded(e.LinkInterval); known {
				f.Effect = &plan.LinkEffect{Level: e.Level, Value: b.Value, Lower: b.Lower, Upper: b.Upper, Per: number(e.Per), Lag: long(e.Lag), N: count(e.N), Adjusted: e.Adjusted}
			}
		}
		out.Drivers = append(out.Drivers, f)
	}
	out.Influence, out.Forecast, out.Divergence = influenced(l.Influence), foreseen(l.Forecast), diverged(l.Divergence)
	return out
}

func influenced(i *v1alpha1.LinkInfluence) *plan.Influence {
	if i == nil {
		return nil
	}
	explained := number(i.RSquared)
	if explained == nil && i.Reason == "" {
		return nil
	}
	out := &plan.Influence{
		Method: i.Method, RSquared: ptr.Deref(explained, 0), N: int(ptr.Deref(i.N, 0)), Collinear: ptr.Deref(i.Collinear, false), TopActions: i.TopActions, Reason: i.Reason,
	}
	for _, s := range i.Shares {
		if b, known := Bounded(s.LinkInterval); known {
			out.Shares = append(out.Shares, plan.InfluenceShare{
				Driver: s.Driver, Bounded: b, Rank: int(ptr.Deref(s.Rank, 0)), Stable: ptr.Deref(s.Stable, false), VIF: ptr.Deref(number(s.VIF), 0), // 0 is none
			})
		}
	}
	return out
}

func foreseen(f *v1alpha1.LinkForecast) *plan.Forecast {
	if f == nil {
		return nil
	}
	mae, naive, level := number(f.MAE), number(f.NaiveMAE), number(f.Level)
	if f.Reason == "" && (mae == nil || naive == nil || level == nil) {
		return nil
	}
	out := &plan.Forecast{
		Method: f.Method, MAE: ptr.Deref(mae, 0), NaiveMAE: ptr.Deref(naive, 0), BacktestN: int(ptr.Deref(f.BacktestN, 0)), // a reason says that there are none
		Level: ptr.Deref(level, 0), Coverage: number(f.Coverage), Reason: f.Reason,
	}
	for _, p := range f.Points {
		if b, known := Bounded(p.LinkInterval); known {
			out.Points = append(out.Points, plan.ForecastPoint{Label: p.Label, Start: at(p.Start), End: at(p.End), Method: p.Method, Bounded: b})
		}
	}
	for _, g := range f.Goals {
		out.Goals = append(out.Goals, plan.GoalChance{
			Goal:  plan.Goal{From: dayOf(g.From), By: dayOf(g.By), AtLeast: number(g.AtLeast), AtMost: number(g.AtMost)},
			Label: g.Label, Probability: number(g.Probability), Previous: number(g.Previous), Reason: g.Reason,
		})
	}
	for _, w := range f.WhatIf {
		step := number(w.Step)
		if b, known := Bounded(w.LinkInterval); known && step != nil {
			out.WhatIf = append(out.WhatIf, plan.WhatIf{Driver: w.Driver, Step: *step, Bounded: b, Lag: int(ptr.Deref(w.Lag, 0))})
		}
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
		one := plan.GuardrailState{Driver: g.Driver, Worse: ptr.Deref(g.Worse, false), P: number(g.P), Q: number(g.Q), Test: g.Test, Reason: g.Reason}
		if counts := number(g.MinWorsening); counts != nil { // a loss is told beside what counts
			one.Loss, one.MinWorsening = number(g.Loss), *counts
		}
		out = append(out, one)
	}
	return out
}

// Bounded is a number of a report with its interval; false unless all of it is there.
func Bounded(i v1alpha1.LinkInterval) (plan.Bounded, bool) {
	value, lower, upper := number(i.Value), number(i.Lower), number(i.Upper)
	if value == nil || lower == nil || upper == nil {
		return plan.Bounded{}, false
	}
	return plan.Bounded{Value: *value, Lower: *lower, Upper: *upper}, true
}

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
