package board

import (
	"cmp"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Claim is a CPILinkage as one row of a list.
type Claim struct {
	Name, Title, Team string
	KPI               string
	// Drivers are the names of its CPIs, in the order of the claim.
	Drivers []string
	// Summary of the strongest driver; Verdict is Pending before the first.
	Summary v1alpha1.LinkSummary
	// Verdict alone, and the Stage of the claim's life; empty before the first.
	Verdict, Stage string
	// Findings in full; nil before there are any.
	Findings *v1alpha1.ReportLink
}

// Claims of the namespace, by name.
func (o Objects) Claims() []Claim {
	out := make([]Claim, 0, len(o.Linkages))
	for i := range o.Linkages {
		l := &o.Linkages[i]
		c := Claim{
			Name: l.Name, Title: o.TitleOf(l), KPI: l.Spec.KPIRef.Name,
			Verdict: l.Status.Verdict, Stage: l.Status.Stage, Findings: o.Found(l.Name),
		}
		for _, d := range l.Spec.Drivers {
			c.Drivers = append(c.Drivers, d.CPIRef.Name)
		}
		if owner := l.Spec.Owner; owner != nil {
			c.Team = owner.Team
		} else if kpi, _ := o.KPI(c.KPI); kpi != nil {
			c.Team = kpi.Spec.Owner.Team
		}
		if l.Status.Summary != nil {
			c.Summary = *l.Status.Summary
		}
		c.Summary.Verdict = cmp.Or(c.Summary.Verdict, "Pending")
		out = append(out, c)
	}
	return out
}

// TitleOf a claim is its own or, without one, made of what it links.
func (o Objects) TitleOf(l *v1alpha1.CPILinkage) string {
	var drivers []string
	for _, d := range l.Spec.Drivers {
		title := d.CPIRef.Name
		if cpi, _ := o.CPI(title); cpi != nil {
			title = cpi.Spec.Title
		}
		drivers = append(drivers, title)
	}
	kpi := l.Spec.KPIRef.Name
	if found, _ := o.KPI(kpi); found != nil {
		kpi = found.Spec.Title
	}
	return view.ClaimTitle(l.Spec.Title, drivers, kpi)
}
