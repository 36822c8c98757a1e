package metrics

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Linkage is what one linkage contributes.
type Linkage struct {
	Namespace, Name string
	// KPI that should be moved, with its unit.
	KPI, Unit string
	Title     string
	// Source that the claim is tested on.
	Source string
	// Found of the claim in force; nil if nothing has been.
	Found *plan.Link
	// Decision on it, whose drivers are told even before the first run.
	Decision alert.ClaimDecision
}

// pending stands for a verdict before there is one.
const pending = "Pending"

// encodeLinkage writes a linkage's series, family by family.
func encodeLinkage(in Linkage) *encoder {
	e := &encoder{object: objectLabels(in.Namespace, in.Name)}
	kpi, unit := clean(in.KPI), clean(in.Unit)
	each := func(write func(f plan.DriverFinding, labels ...string)) {
		if in.Found == nil {
			return
		}
		for _, f := range in.Found.Drivers {
			write(f, labelKPI, kpi, labelDriver, clean(f.Driver))
		}
	}
	effect := func(family int, of func(*plan.LinkEffect) float64) {
		each(func(f plan.DriverFinding, labels ...string) {
			if f.Effect != nil {
				e.sample(family, of(f.Effect), append(labels, labelUnit, unit)...)
			}
		})
	}
	effect(familyLinkEffect, func(l *plan.LinkEffect) float64 { return l.Value })
	effect(familyLinkLower, func(l *plan.LinkEffect) float64 { return l.Lower })
	effect(familyLinkUpper, func(l *plan.LinkEffect) float64 { return l.Upper })
	each(func(f plan.DriverFinding, labels ...string) {
		if f.Effect != nil && f.Effect.Lag != nil {
			e.sample(familyLinkLag, float64(*f.Effect.Lag), labels...)
		}
	})
	if in.Found != nil && in.Found.Influence != nil && in.Found.Influence.Reason == "" {
		for _, s := range in.Found.Influence.Shares {
			e.sample(familyLinkInfluence, s.Value, labelKPI, kpi, labelDriver, clean(s.Driver))
		}
	}
	each(func(f plan.DriverFinding, labels ...string) {
		if f.Q != nil {
			e.sample(familyLinkQ, *f.Q, labels...)
		}
	})
	for _, s := range in.Decision.Standing {
		verdict := string(s.Verdict)
		if verdict == "" {
			verdict = pending
		}
		e.sample(familyLinkVerdict, 1, labelKPI, kpi, labelDriver, clean(s.Driver), labelVerdict, verdict)
	}
	e.chances(in, kpi)
	e.alerts(subject{kind: alert.Link, title: in.Title, source: in.Source}, in.Decision.Alerts)
	e.muted(alert.Link, in.Decision.Muted)
	return e
}

// chances writes how probable dated targets are.
func (e *encoder) chances(in Linkage, kpi string) {
	if in.Found == nil || in.Found.Forecast == nil {
		return
	}
	for _, g := range in.Found.Forecast.Goals {
		bound, due := "at_least", g.From
		if g.AtMost != nil {
			bound = "at_most"
		}
		if g.By != nil {
			due = g.By
		}
		if g.Probability != nil && due != nil {
			e.sample(familyTargetProbability, *g.Probability, labelKPI, kpi, labelBound, bound, labelDue, due.Format(time.DateOnly))
		}
	}
}
