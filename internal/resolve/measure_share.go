package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

func (r *resolver) shareOf(m *v1alpha1.Share) *measure.Share {
	const field = "spec.measure.share"
	out := &measure.Share{
		Of: conditions(m.Of), Classifier: r.classifier(field+".classifier", m.Classifier),
		Preset: string(m.Preset), Direction: measure.Direction(m.Direction),
	}
	if m.Less != nil {
		out.Less = &measure.Opposed{Of: conditions(m.Less.Of), Classifier: r.classifier(field+".less.classifier", m.Less.Classifier)}
	}
	return out
}

func (r *resolver) classifier(field string, c *v1alpha1.Classifier) *measure.Classifier {
	if c == nil {
		return nil
	}
	before := len(r.problems)
	out := &measure.Classifier{
		Sensitivity: r.share(field+".sensitivity", c.Sensitivity, 1, 0.01, 1),
		Specificity: r.share(field+".specificity", c.Specificity, 1, 0.01, 1),
	}
	if c.CheckedOn != nil {
		out.Positives, out.Negatives = c.CheckedOn.Positives, c.CheckedOn.Negatives
	}
	if len(r.problems) > before {
		return out
	}
	if err := out.Check(); err != nil {
		r.problems.add(field, fmt.Sprint(err))
	}
	return out
}
