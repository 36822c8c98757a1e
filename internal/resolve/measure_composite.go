package resolve

import (
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Parts are the names of the CPIs that an indicator joins, in order; nil if it is no composite.
func Parts(spec *v1alpha1.Indicator) []string {
	if spec.Measure == nil || spec.Measure.Composite == nil {
		return nil
	}
	var names []string
	for _, p := range spec.Measure.Composite.Parts {
		names = append(names, p.CPIRef.Name)
	}
	return names
}

// PartField is the field that names a composite's i-th part.
func PartField(i int) string { return fmt.Sprintf("spec.measure.composite.parts[%d].cpiRef", i) }

func (r *resolver) composite(m *v1alpha1.Composite) *measure.Composite {
	out := &measure.Composite{Method: measure.CompositeMethod(m.Method)}
	seen := map[string]bool{}
	var sum float64
	for i, p := range m.Parts {
		field := fmt.Sprintf("spec.measure.composite.parts[%d]", i)
		part := measure.CompositePart{
			Indicator: p.CPIRef.Name,
			Weight:    r.share(field+".weight", p.Weight, 0, 1e-6, 1),
			Worst:     r.number(field+".goalposts.worst", p.Goalposts.Worst),
			Best:      r.number(field+".goalposts.best", p.Goalposts.Best),
		}
		if seen[part.Indicator] {
			r.problems.add(PartField(i), fmt.Sprintf("CPIDefinition %q stands twice", part.Indicator))
		}
		if part.Worst == part.Best {
			r.problems.add(field+".goalposts", "worst and best must differ")
		}
		seen[part.Indicator] = true
		sum += part.Weight
		out.Parts = append(out.Parts, part)
	}
	if sum < 1-1e-9 || sum > 1+1e-9 {
		r.problems.add("spec.measure.composite.parts", fmt.Sprintf("the weights add up to %.6g %%, not to 100 %%", 100*sum))
	}
	return out
}

// number reads a value that must be there.
func (r *resolver) number(field string, v *v1alpha1.Value) float64 {
	if v == nil {
		r.problems.add(field, "is required")
		return 0
	}
	f, err := v.Float()
	if err != nil {
		r.problems.add(field, err.Error())
	}
	return f
}

// checkParts holds a composite against the CPIs that it joins.
func (r *resolver) checkParts(spec *v1alpha1.Indicator, parts map[string]Part) {
	for i, p := range spec.Measure.Composite.Parts {
		part, known := parts[p.CPIRef.Name]
		if !known {
			r.problems.add(PartField(i), fmt.Sprintf("CPIDefinition %q is not known", p.CPIRef.Name))
			continue
		}
		cpi := part.Definition
		if cpi.Spec.Measure == nil || cpi.Spec.Measure.Composite != nil {
			r.problems.add(PartField(i), fmt.Sprintf("CPIDefinition %q is a composite itself; name its parts here", cpi.Name))
			continue
		}
		if why := differs(cpi.Spec.Period, spec.Period); why != "" {
			r.problems.add(PartField(i), fmt.Sprintf("CPIDefinition %q %s; a part needs the composite's periods or shorter ones", cpi.Name, why))
		}
		own := (&resolver{}).measure(cpi.Spec.Measure) // what does not fit its dataset is told there
		field := fmt.Sprintf("spec.measure.composite.parts[%d].goalposts", i)
		r.value(field+".worst", p.Goalposts.Worst, own)
		r.value(field+".best", p.Goalposts.Best, own)
	}
}

// grains from short to long.
var grains = []string{"Day", "Week", "Month", "Quarter", "Year"}

// differs tells why periods of a part do not go with those of the composite, empty if they do: the same, or shorter ones,
// of which the last to end in the composite's counts.
func differs(part, whole *v1alpha1.Period) string {
	switch {
	case whole == nil:
		return "" // told elsewhere
	case part == nil:
		return "has no periods"
	case slices.Index(grains, part.Grain) > slices.Index(grains, whole.Grain):
		return fmt.Sprintf("has grain %s, longer than %s", part.Grain, whole.Grain)
	case orUTC(part.TimeZone) != orUTC(whole.TimeZone):
		return fmt.Sprintf("has time zone %s, not %s", orUTC(part.TimeZone), orUTC(whole.TimeZone))
	case whole.Grain == "Week" && part.Grain == "Week" && weekdays[part.WeekStart] != weekdays[whole.WeekStart]:
		return "begins its weeks on another day"
	case slices.Index(grains, part.Grain) > slices.Index(grains, "Month") && max(1, part.FiscalYearStartMonth) != max(1, whole.FiscalYearStartMonth):
		return "begins its fiscal year in another month"
	}
	return ""
}

func orUTC(zone v1alpha1.TimeZone) v1alpha1.TimeZone {
	if zone == "" {
		return "UTC"
	}
	return zone
}

// partHashes are the formulas that a composite joins: another formula of a part is another composite.
func partHashes(in plan.Indicator, on Context) []string {
	if in.Measure.Composite == nil {
		return nil
	}
	var hashes []string
	for _, p := range in.Measure.Composite.Parts {
		hashes = append(hashes, on.Parts[p.Indicator].RequestHash)
	}
	return hashes
}
