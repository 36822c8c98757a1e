package resolve

import (
	"cmp"
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// conversion converts a declared conversion, telling what does not fit the datasets.
func (r *resolver) conversion(m *v1alpha1.Conversion) *measure.Conversion {
	const field = "spec.measure.conversion"
	out := &measure.Conversion{
		Entity:     string(m.Entity),
		Occurrence: measure.Occurrence(m.Base.Occurrence),
		Outcome: measure.Outcome{
			Where:  conditions(m.Outcome.Where),
			After:  duration(field+".outcome.after", m.Outcome.After, 0, &r.problems),
			Absent: m.Outcome.Absent != nil && *m.Outcome.Absent,
		},
		Within:    duration(field+".within", m.Within, 0, &r.problems),
		Preset:    string(m.Preset),
		Direction: measure.Direction(cmp.Or(m.Direction, v1alpha1.HigherIsBetter)),
	}
	r.requireEntity(field+".entity", out.Entity)
	r.requireEvents("spec.datasetRef", r.dataset)
	// The indicator's own dataset, named, is no second one: its outcomes are strictly later rows.
	if r.other != nil && r.other.Name != r.dataset.Name {
		out.Outcome.Dataset = r.other.Name
		r.requireEvents(field+".outcome.datasetRef", *r.other)
		if _, ok := r.other.Entities[out.Entity]; !ok && out.Entity != "" {
			r.problems.add(field+".entity", fmt.Sprintf("dataset %s of the outcome declares no entity %q; add it to spec.entities there", r.other.Name, out.Entity))
		}
	}
	switch {
	case out.Within <= 0:
		r.problems.add(field+".within", "must be above zero")
	case out.Outcome.After > out.Within:
		r.problems.add(field+".outcome.after", "must not be longer than within")
	}
	return out
}

// requireEvents tells a dataset whose rows do not happen at a time.
func (r *resolver) requireEvents(field string, d plan.Dataset) {
	if d.Time.Event == "" {
		r.problems.add(field, fmt.Sprintf("dataset %s declares no time.event, so nothing tells what comes first; declare it there", d.Name))
	}
}
