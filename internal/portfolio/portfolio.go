// Package portfolio looks at all indicators of a namespace together, for what each of them alone does not show: that
// nobody asks whether customers save time, that every KPI looks inwards, that everything hangs on one number.
package portfolio

import (
	"fmt"
	"slices"
	"strings"
)

// CPI is an indicator for customers.
type CPI struct{ Name, Theme string }

// KPI is what the company wants.
type KPI struct {
	Name, Category, Objective string
	// CPI that it is a goal on; empty for an indicator of its own.
	CPI string
}

// Link claims that drivers move a KPI.
type Link struct {
	KPI     string
	Drivers []string
}

// Composite joins CPIs by weights that add up to 1.
type Composite struct {
	Name    string
	Weights map[string]float64 // by CPI
}

// Portfolio is all that a namespace declares.
type Portfolio struct {
	CPIs       []CPI
	KPIs       []KPI
	Links      []Link
	Composites []Composite
}

// Rule that a finding breaks.
type Rule string

const (
	// ThemeUnmeasured: no CPI has one of the four themes in which customers gain.
	ThemeUnmeasured Rule = "ThemeUnmeasured"
	// OnlyInternal: no KPI is a goal for customers, or on what they tell.
	OnlyInternal Rule = "OnlyInternal"
	// OneIndicatorCarriesAll: all claims, or nearly all of a composite's weight, rest on a single CPI.
	OneIndicatorCarriesAll Rule = "OneIndicatorCarriesAll"
	// NoObjective: a KPI serves no goal of the strategy.
	NoObjective Rule = "NoObjective"
)

// Finding is what is out of balance.
type Finding struct {
	Rule Rule
	// KPI that it is about; empty if it is about all.
	KPI string
	// Message says what is missing and what to do.
	Message string
}

// Themes in which customers gain: the four of the field.
var Themes = []string{"Time", "Convenience", "MoneySaved", "LoyaltyRecognition"}

// Most of a composite's weight that may rest on one part of several.
const mostWeight = 0.9

// Lint tells what is out of balance, in a fixed order; nothing of a namespace without any KPI, which only measures.
func Lint(p Portfolio) []Finding {
	if len(p.KPIs) == 0 {
		return nil
	}
	found := slices.Concat(p.themes(), p.inward(), p.single(), p.weights())
	for _, k := range p.KPIs {
		if k.Objective == "" {
			found = append(found, Finding{NoObjective, k.Name, "It names no objective: say in spec.objective which goal of the strategy it serves."})
		}
	}
	return found
}

func (p Portfolio) themes() []Finding {
	var missing []string
	for _, theme := range Themes {
		if !slices.ContainsFunc(p.CPIs, func(c CPI) bool { return c.Theme == theme }) {
			missing = append(missing, theme)
		}
	}
	if missing == nil {
		return nil
	}
	return []Finding{{Rule: ThemeUnmeasured, Message: fmt.Sprintf(
		"No CPI of this namespace has the theme %s: what customers gain there is not measured.", strings.Join(missing, ", "))}}
}

func (p Portfolio) inward() []Finding {
	if slices.ContainsFunc(p.KPIs, func(k KPI) bool { return k.Category == "CustomerGoal" || k.CPI != "" }) {
		return nil
	}
	return []Finding{{Rule: OnlyInternal,
		Message: "Every KPI of this namespace is about the company itself: none has category CustomerGoal or is a goal on a CPI."}}
}

// single looks for one CPI that drives every KPI, where there are others.
func (p Portfolio) single() []Finding {
	drivers := map[string]bool{}
	kpis := map[string]bool{}
	for _, l := range p.Links {
		kpis[l.KPI] = true
		for _, d := range l.Drivers {
			drivers[d] = true
		}
	}
	if len(drivers) != 1 || len(kpis) < 2 || len(p.CPIs) < 2 {
		return nil
	}
	for name := range drivers {
		return []Finding{{Rule: OneIndicatorCarriesAll, Message: fmt.Sprintf(
			"All %d linked KPIs rest on CPIDefinition %s alone: nobody claims that any other CPI matters.", len(kpis), name)}}
	}
	return nil
}

func (p Portfolio) weights() []Finding {
	var found []Finding
	for _, c := range p.Composites {
		for part, weight := range c.Weights {
			if len(c.Weights) > 1 && weight >= mostWeight {
				found = append(found, Finding{Rule: OneIndicatorCarriesAll, Message: fmt.Sprintf(
					"Composite %s is CPIDefinition %s in all but name: its weight is %.0f %%.", c.Name, part, 100*weight)})
			}
		}
	}
	return found
}
