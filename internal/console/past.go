package console

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Happened is for templates.
func (v *visit) Happened(at time.Time) bool { return v.Objects.Happened(at) }

// definitionCourse is since when a definition is as it is, as far as that is known.
type definitionCourse struct {
	Baseline *v1alpha1.Baseline
	Changes  []v1alpha1.DefinitionChange
}

func courseOf(o board.Objects, baseline *v1alpha1.Baseline, changes []v1alpha1.DefinitionChange) definitionCourse {
	out := definitionCourse{Changes: slices.DeleteFunc(slices.Clone(changes), func(c v1alpha1.DefinitionChange) bool {
		return c.Seen == nil || !o.Happened(c.Seen.Time)
	})}
	if baseline != nil && baseline.Since != nil && o.Happened(baseline.Since.Time) {
		out.Baseline = baseline
	}
	return out
}

// stagesOf a claim that are known to have been.
func stagesOf(o board.Objects, course []v1alpha1.LinkStage) []v1alpha1.LinkStage {
	return slices.DeleteFunc(slices.Clone(course), func(s v1alpha1.LinkStage) bool { return s.Since == nil || !o.Happened(s.Since.Time) })
}
