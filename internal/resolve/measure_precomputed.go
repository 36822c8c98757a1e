package resolve

import (
	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

func precomputed(m *v1alpha1.Precomputed) *measure.Precomputed {
	return &measure.Precomputed{
		Value: string(m.Value), Lower: string(m.Lower), Upper: string(m.Upper), SampleSize: string(m.SampleSize),
		Format: measure.RatioFormat(m.Format), Unit: string(m.Unit),
		Preset: string(m.Preset), Direction: measure.Direction(m.Direction),
	}
}

// rowsAsTheyStand tells what makes no sense where each row is a value of its own.
func (r *resolver) rowsAsTheyStand(spec *v1alpha1.Indicator, m measure.Spec) {
	switch {
	case m.Precomputed == nil:
		return
	case spec.Responses != nil:
		r.problems.add("spec.responses", "a precomputed value is nobody's response; leave it out")
	}
	if spec.Period != nil && spec.Period.Window > 1 {
		r.problems.add("spec.period.window", "precomputed values cannot be joined: leave window out, and compute the longer window where the values come from")
	}
	unprotected := spec.Quality == nil || spec.Quality.MinSegmentSize == nil || *spec.Quality.MinSegmentSize > 1
	if len(spec.Breakdowns) > 0 && m.Precomputed.SampleSize == "" && unprotected {
		r.problems.add("spec.measure.precomputed.sampleSize", "breakdowns need it, so that small segments can be kept back; "+
			"where nobody can be recognised in them, set quality.minSegmentSize: 1")
	}
}
