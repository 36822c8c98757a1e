package offline

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// known results of an earlier look, which stand while the formula does; where rows come from is part of it.
type known struct {
	reports map[string]*v1alpha1.IndicatorReport // by kind and name
	kept    map[string]bool
	// parts that composites which are not kept are joined of.
	parts map[string]bool
}

// keep gives the known report of an object if it is of the formula that made asks for; else made.
func (k *known) keep(key string, made *v1alpha1.IndicatorReport) *v1alpha1.IndicatorReport {
	if k == nil {
		return made
	}
	old := k.reports[key]
	if old == nil || old.Spec.RequestHash != made.Spec.RequestHash {
		return made
	}
	k.kept[key] = true
	return old
}

// has reports whether the result of an indicator or claim is known.
func (k *known) has(key plan.Key) bool { return k != nil && k.kept[key.String()] }

// without leaves out of a plan what is known and nothing else is joined of.
func (k *known) without(work plan.Plan) plan.Plan {
	if k == nil {
		return work
	}
	work.Indicators = slices.DeleteFunc(slices.Clone(work.Indicators), func(i plan.Indicator) bool {
		return k.kept[i.String()] && !k.parts[i.String()]
	})
	work.Linkages = slices.DeleteFunc(slices.Clone(work.Linkages), func(l plan.Linkage) bool { return k.kept[l.String()] })
	return work
}

// keepIndicators takes over what is known of indicators.
func (c *computation) keepIndicators() {
	if c.known == nil {
		return
	}
	joined := func(key string, spec *v1alpha1.Indicator) {
		if report := c.out.Reports[key]; report == nil || c.known.kept[key] {
			return
		}
		for _, part := range resolve.Parts(spec) {
			c.known.parts[resolve.KindCPIDefinition+"/"+part] = true
		}
	}
	for key, made := range c.out.Reports {
		c.out.Reports[key] = c.known.keep(key, made)
	}
	for i := range c.CPIs {
		joined(resolve.KindCPIDefinition+"/"+c.CPIs[i].Name, &c.CPIs[i].Spec.Indicator)
	}
	for i := range c.KPIs {
		joined(resolve.KindKPITarget+"/"+c.KPIs[i].Name, &c.KPIs[i].Spec.Indicator)
	}
}
