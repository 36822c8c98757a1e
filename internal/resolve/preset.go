package resolve

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/preset"
)

// named is what a family that several rows of the catalogue share says of itself.
type named struct {
	family    string
	preset    v1alpha1.Preset
	direction *v1alpha1.Direction // nil where the family has one of its own
	unit      *v1alpha1.Unit      // nil where the preset brings none
	// defaults tells that the family itself knows a direction where none is declared.
	defaults bool
	// turned tells that the form is better the other way than the preset, as a share of what is quick is of a time.
	turned bool
}

// nameOf points into m; false for families that are a row of the catalogue themselves.
func nameOf(m *v1alpha1.Measure) (named, bool) {
	switch {
	case m.Share != nil:
		return named{family: "share", preset: m.Share.Preset, direction: &m.Share.Direction}, true
	case m.Aggregate != nil:
		return named{family: "aggregate", preset: m.Aggregate.Preset, direction: &m.Aggregate.Direction, unit: &m.Aggregate.Unit}, true
	case m.Ratio != nil:
		out := named{family: "ratio", preset: m.Ratio.Preset, direction: &m.Ratio.Direction}
		if m.Ratio.Format != string(measure.FormatPercent) {
			out.unit = &m.Ratio.Unit
		}
		return out, true
	case m.Rate != nil:
		return named{family: "rate", preset: m.Rate.Preset, direction: &m.Rate.Direction}, true
	case m.Conversion != nil:
		return named{family: "conversion", preset: m.Conversion.Preset, direction: &m.Conversion.Direction, defaults: true}, true
	case m.Duration != nil:
		return named{
			family: "duration", preset: m.Duration.Preset, direction: &m.Duration.Direction, defaults: true,
			turned: m.Duration.Form.ShareWithin != "",
		}, true
	case m.Index != nil:
		return named{family: "index", preset: m.Index.Preset}, true
	case m.Precomputed != nil:
		return named{family: "precomputed", preset: m.Precomputed.Preset, direction: &m.Precomputed.Direction}, true
	case m.PromQL != nil:
		return named{family: "promql", preset: m.PromQL.Preset, direction: &m.PromQL.Direction}, true
	}
	return named{}, false
}

// withPreset is the measure with what its preset brings filled in. A preset that does not exist, is for other
// families or is better the other way is a problem.
func (r *resolver) withPreset(declared *v1alpha1.Measure) *v1alpha1.Measure {
	m := declared.DeepCopy()
	n, ok := nameOf(m)
	if !ok {
		return m
	}
	field := "spec.measure." + n.family
	if n.preset == "" {
		if n.direction != nil && *n.direction == "" && !n.defaults {
			r.problems.add(field+".direction", "is required unless a preset brings it: HigherIsBetter or LowerIsBetter")
		}
		return m
	}
	found, ok := preset.Find(string(n.preset))
	if !ok {
		r.problems.add(field+".preset", unknownPreset(string(n.preset), n.family))
		return m
	}
	if !found.Fits(n.family) {
		r.problems.add(field+".preset", fmt.Sprintf("%s is measured by %s, not by %s; presets of %s are %s",
			found.Name, strings.Join(found.Families, " or "), n.family, n.family, strings.Join(preset.For(n.family), ", ")))
		return m
	}
	want := v1alpha1.Direction(found.Direction)
	if n.turned {
		want = opposite[want]
	}
	switch {
	case n.direction == nil:
	case *n.direction == "":
		*n.direction = want
	case *n.direction != want:
		r.problems.add(field+".preset", fmt.Sprintf("%s is %s, but direction says %s; leave direction out, or the preset", found.Name, want, *n.direction))
	}
	if n.unit != nil && *n.unit == "" {
		*n.unit = v1alpha1.Unit(found.DefaultUnit)
	}
	return m
}

var opposite = map[v1alpha1.Direction]v1alpha1.Direction{
	v1alpha1.HigherIsBetter: v1alpha1.LowerIsBetter,
	v1alpha1.LowerIsBetter:  v1alpha1.HigherIsBetter,
}

// unknownPreset names those that may have been meant or, where none is near, all that fit.
func unknownPreset(name, family string) string {
	if near := preset.Near(name); len(near) > 0 {
		return fmt.Sprintf("there is no preset %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return fmt.Sprintf("there is no preset %q; presets of %s are %s", name, family, strings.Join(preset.For(family), ", "))
}
