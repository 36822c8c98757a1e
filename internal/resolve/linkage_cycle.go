package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Claims are all definitions of a namespace that lead from one indicator to another.
type Claims struct {
	CPIs     []v1alpha1.CPIDefinition
	KPIs     []v1alpha1.KPITarget
	Linkages []v1alpha1.CPILinkage
}

// step leads from an indicator to one that it rests on, or that is claimed to move it.
type step struct {
	to plan.Key
	// how tells it: "joins", or "is moved, by CPILinkage NAME, by".
	how string
}

// Cycle tells, step by step, how what a linkage claims leads back to where it began: a KPI that moves its own driver, or
// that contains it, so that both move together by arithmetic. It is empty if there is none.
func (c Claims) Cycle(l *v1alpha1.CPILinkage) string {
	composed, claimed := c.steps()
	kpi := c.node(l.Spec.KPIRef.Name)
	for _, d := range l.Spec.Drivers {
		driver := plan.Key{Kind: KindCPIDefinition, Name: d.CPIRef.Name}
		if kpi == driver {
			return fmt.Sprintf("KPITarget %s is a goal on CPIDefinition %s, which should move it: a CPI cannot move itself.", l.Spec.KPIRef.Name, driver.Name)
		}
		if path := find(kpi, driver, composed); path != "" {
			return fmt.Sprintf("%s: both move together by arithmetic, whatever customers do.", path)
		}
		all := func(k plan.Key) []step { return append(composed(k), claimed(k)...) }
		if path := find(driver, kpi, all); path != "" {
			return fmt.Sprintf("%s %s %s; but %s: a circle of claims cannot be tested one by one. Leave one of them out.", kpi, by(l), driver, path)
		}
	}
	return ""
}

func by(l *v1alpha1.CPILinkage) string {
	return fmt.Sprintf("is moved, by CPILinkage/%s, by", l.Name)
}

// node is the indicator behind a KPITarget: of a goal, its CPI.
func (c Claims) node(kpi string) plan.Key {
	for i := range c.KPIs {
		if k := &c.KPIs[i]; k.Name == kpi && k.Spec.CPIRef != nil {
			return plan.Key{Kind: KindCPIDefinition, Name: k.Spec.CPIRef.Name}
		}
	}
	return plan.Key{Kind: KindKPITarget, Name: kpi}
}

// steps that lead on from an indicator: to what it is made of, and to what is claimed to move it.
func (c Claims) steps() (composed, claimed func(plan.Key) []step) {
	parts, moved := map[plan.Key][]step{}, map[plan.Key][]step{}
	join := func(whole plan.Key, spec *v1alpha1.Indicator) {
		for _, name := range Parts(spec) {
			parts[whole] = append(parts[whole], step{plan.Key{Kind: KindCPIDefinition, Name: name}, "joins"})
		}
	}
	for i := range c.CPIs {
		join(plan.Key{Kind: KindCPIDefinition, Name: c.CPIs[i].Name}, &c.CPIs[i].Spec.Indicator)
	}
	for i := range c.KPIs {
		join(plan.Key{Kind: KindKPITarget, Name: c.KPIs[i].Name}, &c.KPIs[i].Spec.Indicator)
	}
	for i := range c.Linkages {
		l := &c.Linkages[i]
		if !l.DeletionTimestamp.IsZero() {
			continue
		}
		kpi := c.node(l.Spec.KPIRef.Name)
		for _, d := range l.Spec.Drivers {
			moved[kpi] = append(moved[kpi], step{plan.Key{Kind: KindCPIDefinition, Name: d.CPIRef.Name}, by(l)})
		}
	}
	return func(k plan.Key) []step { return slices.Clone(parts[k]) }, func(k plan.Key) []step { return moved[k] }
}

// find is a way from one indicator to another in words, the shortest; empty if there is none.
func find(from, to plan.Key, next func(plan.Key) []step) string {
	type way struct {
		at    plan.Key
		words []string
	}
	seen := map[plan.Key]bool{from: true}
	for queue := []way{{from, []string{from.String()}}}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		for _, s := range next(here.at) {
			words := append(slices.Clone(here.words), s.how, s.to.String())
			if s.to == to {
				return strings.Join(words, " ")
			}
			if !seen[s.to] {
				seen[s.to] = true
				queue = append(queue, way{s.to, words})
			}
		}
	}
	return ""
}
