package console

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// happened tells whether something was at a time that is known. Of files, everything is found at the very instant as of which
// they are computed, and when it came to be is not known. Times of objects are kept to the second.
func happened(o board.Objects, at time.Time) bool {
	return !at.IsZero() && at.Before(o.At.Truncate(time.Second))
}

// Happened is for templates.
func (v *visit) Happened(at time.Time) bool { return happened(v.Objects, at) }

// definitionCourse is since when a definition is as it is, as far as that is known.
type definitionCourse struct {
	Baseline *v1alpha1.Baseline
	Changes  []v1alpha1.DefinitionChange
}

func courseOf(o board.Objects, baseline *v1alpha1.Baseline, changes []v1alpha1.DefinitionChange) definitionCourse {
	out := definitionCourse{Changes: slices.DeleteFunc(slices.Clone(changes), func(c v1alpha1.DefinitionChange) bool {
		return c.Seen == nil || !happened(o, c.Seen.Time)
	})}
	if baseline != nil && baseline.Since != nil && happened(o, baseline.Since.Time) {
		out.Baseline = baseline
	}
	return out
}

// stagesOf a claim that are known to have been.
func stagesOf(o board.Objects, course []v1alpha1.LinkStage) []v1alpha1.LinkStage {
	return slices.DeleteFunc(slices.Clone(course), func(s v1alpha1.LinkStage) bool { return s.Since == nil || !happened(o, s.Since.Time) })
}
