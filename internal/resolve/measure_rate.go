package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// rate converts a declared rate, telling what does not fit the two datasets.
func (r *resolver) rate(m *v1alpha1.Rate) *measure.Rate {
	const field = "spec.measure.rate.exposure"
	out := &measure.Rate{
		Exposure:  measure.Exposure{Where: conditions(m.Exposure.Where), Column: string(m.Exposure.Column)},
		Per:       float64(max(1, m.Per)),
		Unit:      string(m.Unit),
		Preset:    string(m.Preset),
		Direction: measure.Direction(m.Direction),
	}
	if m.Events != nil {
		out.Events = string(m.Events.Column)
	}
	if r.other == nil {
		if len(out.Exposure.Where) > 0 {
			r.problems.add(field+".where", "goes with datasetRef only: rows of the indicator's own dataset bring their exposure along")
		}
		if out.Exposure.Column == "" {
			r.problems.add(field, "set datasetRef, whose rows are counted, or column, or both")
		}
		return out
	}
	out.Exposure.Dataset = r.other.Name
	switch other := r.other; {
	case other.Time.Start != "":
		r.problems.add(field+".datasetRef", fmt.Sprintf("dataset %s holds intervals; name one of events or snapshots", other.Name))
	case other.Time.Undated() && !r.dataset.Time.Undated():
		r.problems.add(field+".datasetRef", fmt.Sprintf("dataset %s declares no time, so it cannot be told by period; declare it there", other.Name))
	case !other.Time.Undated() && r.dataset.Time.Undated():
		r.problems.add("spec.datasetRef", fmt.Sprintf("dataset %s declares no time, but that of the exposure does; declare it in both or in neither", r.dataset.Name))
	}
	return out
}
