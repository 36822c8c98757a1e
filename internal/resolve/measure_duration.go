package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// secondsOf is how many seconds the units of an elapsed column have.
var secondsOf = map[string]float64{"Second": 1, "Minute": 60, "Hour": 3600, "Day": 86400}

func (r *resolver) duration(m *v1alpha1.DurationMeasure) *measure.Duration {
	const field = "spec.measure.duration"
	out := &measure.Duration{
		Start: string(m.Start), End: string(m.End), Open: measure.OpenCases(m.Open),
		Preset: string(m.Preset), Direction: measure.Direction(m.Direction),
	}
	if m.Elapsed != nil {
		out.Elapsed, out.Unit = string(m.Elapsed.Column), secondsOf[m.Elapsed.Unit]
	}
	event := r.dataset.Time.Event
	if out.Start == "" && event == "" && (out.Elapsed == "" || out.Open == measure.CountAsMissedAfterLimit) {
		r.problems.add(field+".start", fmt.Sprintf("is required: dataset %s has no event time to count from", r.dataset.Name))
	}
	if out.Direction == "" {
		out.Direction = measure.LowerIsBetter
	}
	switch f := m.Form; {
	case f.Quantile != "":
		out.Form = measure.DurationQuantile
		out.Quantile = r.share(field+".form.quantile", f.Quantile, 0.5, 1e-6, 1-1e-6)
	case f.Mean != nil:
		out.Form = measure.DurationMean
	case f.GeometricMean != nil:
		out.Form = measure.DurationGeometricMean
	case f.ShareWithin != "":
		out.Form = measure.DurationShareWithin
		out.Limit = duration(field+".form.shareWithin", f.ShareWithin, 0, &r.problems)
		if m.Direction == "" {
			out.Direction = measure.HigherIsBetter
		}
	}
	return out
}
