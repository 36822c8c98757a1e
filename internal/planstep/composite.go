package planstep

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// part is a CPI that a composite joins. Its report is nil before the first.
type part struct {
	definition *v1alpha1.CPIDefinition
	report     *v1alpha1.IndicatorReport
}

// joinedBy are the names of all CPIs that composites join.
func joinedBy(cpis []v1alpha1.CPIDefinition, kpis []v1alpha1.KPITarget) map[string]bool {
	names := map[string]bool{}
	for i := range cpis {
		for _, name := range resolve.Parts(&cpis[i].Spec.Indicator) {
			names[name] = true
		}
	}
	for i := range kpis {
		for _, name := range resolve.Parts(&kpis[i].Spec.Indicator) {
			names[name] = true
		}
	}
	return names
}

// partsOf are the CPIs that composites join, by name.
func partsOf(in Inputs) map[string]part {
	parts := map[string]part{}
	names := joinedBy(in.CPIs, in.KPIs)
	for i := range in.CPIs {
		cpi := &in.CPIs[i]
		if !names[cpi.Name] {
			continue
		}
		found := part{definition: cpi}
		for k := range in.Reports {
			if in.Reports[k].Spec.IndicatorRef.UID == string(cpi.UID) {
				found.report = &in.Reports[k]
			}
		}
		parts[cpi.Name] = found
	}
	return parts
}

// onParts is what a composite is resolved on if the first of its parts is of this source, or why it cannot be.
func (a *assembly) onParts(names []string) (on resolve.Context, ours bool, why string) {
	first := a.parts[names[0]]
	if first.report == nil || first.report.Spec.DataSourceRef.Name != a.source.Name {
		return on, false, ""
	}
	on = resolve.Context{Source: a.source, Parts: map[string]resolve.Part{}}
	for i, name := range names {
		found, known := a.parts[name]
		switch {
		case !known:
			return on, true, fmt.Sprintf("%s: CPIDefinition %s does not exist", resolve.PartField(i), name)
		case found.report == nil:
			return on, true, fmt.Sprintf("%s: CPIDefinition %s has no report yet", resolve.PartField(i), name)
		}
		on.Parts[name] = resolve.Part{Definition: found.definition, RequestHash: found.report.Spec.RequestHash}
	}
	return on, true, ""
}

// values are what the parts' reports hold under the formula in force.
func (a *assembly) values(names []string) []plan.Part {
	var parts []plan.Part
	for _, name := range names {
		one := plan.Part{Key: plan.Key{Kind: resolve.KindCPIDefinition, Name: name}}
		report := a.parts[name].report
		if result := report.Status.Result; result != nil && result.RequestHash == report.Spec.RequestHash {
			for _, p := range result.Periods {
				one.Periods = append(one.Periods, Period(p))
			}
		}
		parts = append(parts, one)
	}
	return parts
}
