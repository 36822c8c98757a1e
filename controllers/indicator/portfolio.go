package indicator

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
)

// imbalances are what the indicators of a KPITarget's namespace leave out, its own part first; nil for a CPI.
func (r *Reconciler) imbalances(ctx context.Context, d definition, formula plan.Indicator) ([]alert.Imbalance, error) {
	kpi, ok := d.object.(*v1alpha1.KPITarget)
	if !ok {
		return nil, nil
	}
	var (
		cpis  v1alpha1.CPIDefinitionList
		kpis  v1alpha1.KPITargetList
		links v1alpha1.CPILinkageList
	)
	for _, list := range []client.ObjectList{&cpis, &kpis, &links} {
		if err := r.Client.List(ctx, list, client.InNamespace(kpi.Namespace), client.UnsafeDisableDeepCopy); err != nil {
			return nil, err
		}
	}
	var all portfolio.Portfolio
	for i := range cpis.Items {
		all.CPIs = append(all.CPIs, portfolio.CPI{Name: cpis.Items[i].Name, Theme: cpis.Items[i].Spec.Theme})
	}
	for i := range kpis.Items {
		one := portfolio.KPI{Name: kpis.Items[i].Name, Category: kpis.Items[i].Spec.Category, Objective: kpis.Items[i].Spec.Objective}
		if goal := kpis.Items[i].Spec.CPIRef; goal != nil {
			one.CPI = goal.Name
		}
		all.KPIs = append(all.KPIs, one)
	}
	for i := range links.Items {
		one := portfolio.Link{KPI: links.Items[i].Spec.KPIRef.Name}
		for _, driver := range links.Items[i].Spec.Drivers {
			one.Drivers = append(one.Drivers, driver.CPIRef.Name)
		}
		all.Links = append(all.Links, one)
	}
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
	return append(own, general...), nil
}

func composite(name string, joined *measure.Composite) portfolio.Composite {
	out := portfolio.Composite{Name: name, Weights: map[string]float64{}}
	for _, part := range joined.Parts {
		out.Weights[part.Indicator] = part.Weight
	}
	return out
}

// neighbours leads from any definition to all KPITargets of its namespace, whose portfolio it is part of.
func (r *Reconciler) neighbours(ctx context.Context, object client.Object) []reconcile.Request {
	return r.definitions(ctx, object.GetNamespace(), func(definition) bool { return true })
}
