package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

func (r *resolver) aggregate(a *v1alpha1.Aggregate) *measure.Aggregate {
	r.entity("spec.measure.aggregate.clusterBy", string(a.ClusterBy))
	return &measure.Aggregate{
		Function:  measure.Function(a.Function),
		Column:    string(a.Column),
		Unit:      string(a.Unit),
		ClusterBy: string(a.ClusterBy),
		Shrink:    r.shrink(a.Shrink),
		Preset:    string(a.Preset),
		Direction: measure.Direction(a.Direction),
	}
}

func (r *resolver) shrink(s *v1alpha1.Shrink) *measure.Shrink {
	if s == nil {
		return nil
	}
	const field = "spec.measure.aggregate.shrink.towards"
	out := &measure.Shrink{Weight: float64(s.Weight), Scale: scale(&s.Scale)}
	towards, err := s.Towards.Float()
	switch {
	case err != nil:
		r.problems.add(field, err.Error())
	case s.Towards.Kind() != v1alpha1.PlainValue:
		r.problems.add(field, fmt.Sprintf("%q must be a plain number such as \"3.9\"", string(s.Towards)))
	case towards < out.Scale.Min || towards > out.Scale.Max:
		r.problems.add(field, fmt.Sprintf("%g is outside the scale of %g to %g", towards, out.Scale.Min, out.Scale.Max))
	}
	out.Towards = towards
	return out
}

// scale of answers; one without ends, which the schema refuses, is empty.
func scale(s *v1alpha1.AnswerScale) measure.Scale {
	if s == nil || s.Min == nil || s.Max == nil {
		return measure.Scale{}
	}
	return measure.Scale{Min: float64(*s.Min), Max: float64(*s.Max)}
}
