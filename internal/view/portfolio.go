package view

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
)

// imbalances are what the indicators of a KPITarget's namespace leave out, its own part first.
func (n Neighbours) imbalances(kpi *v1alpha1.KPITarget, formula plan.Indicator) []alert.Imbalance {
	all := n.portfolio()
	if joined := formula.Measure.Composite; joined != nil {
		all.Composites = []portfolio.Composite{composite(kpi.Name, joined)}
	}
	var general, own []alert.Imbalance
	for _, f := range portfolio.Lint(all) {
		one := alert.Imbalance{Reason: alert.Reason(f.Rule), Message: f.Message}
		switch f.KPI {
		case "":
			general = append(general, one)
		case kpi.Name:
			own = append(own, one)
		}
	}
	return append(own, general...)
}

// Imbalances are what the indicators of the namespace together leave out, each once; what a composite's weights hide is told
// on its KPITarget only.
func (n Neighbours) Imbalances() []portfolio.Finding { return portfolio.Lint(n.portfolio()) }

func (n Neighbours) portfolio() portfolio.Portfolio {
	var all portfolio.Portfolio
	for i := range n.CPIs {
		all.CPIs = append(all.CPIs, portfolio.CPI{Name: n.CPIs[i].Name, Theme: n.CPIs[i].Spec.Theme})
	}
	for i := range n.KPIs {
		one := portfolio.KPI{Name: n.KPIs[i].Name, Category: n.KPIs[i].Spec.Category, Objective: n.KPIs[i].Spec.Objective}
		if goal := n.KPIs[i].Spec.CPIRef; goal != nil {
			one.CPI = goal.Name
		}
		all.KPIs = append(all.KPIs, one)
	}
	for i := range n.Linkages {
		one := portfolio.Link{KPI: n.Linkages[i].Spec.KPIRef.Name}
		for _, driver := range n.Linkages[i].Spec.Drivers {
			one.Drivers = append(one.Drivers, driver.CPIRef.Name)
		}
		all.Links = append(all.Links, one)
	}
	return all
}

func composite(name string, joined *measure.Composite) portfolio.Composite {
	out := portfolio.Composite{Name: name, Weights: map[string]float64{}}
	for _, part := range joined.Parts {
		out.Weights[part.Indicator] = part.Weight
	}
	return out
}
