package resolve

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// settledExpression is how long after its end a period of a Prometheus is still asked for: what is scraped is there at
// once, what is sent on comes a little later, and a frozen value cannot be forgotten.
const settledExpression = time.Hour

// defaultSettle is one grain, but for a source that forgets.
func defaultSettle(grain plan.Grain, m measure.Spec) time.Duration {
	if m.PromQL != nil {
		return settledExpression
	}
	return grainLength[grain]
}

// expression resolves an indicator on a Prometheus, which has neither rows nor a sample, so that nothing that speaks of
// them applies.
func (r *resolver) expression(spec *v1alpha1.Indicator, source *v1alpha1.DataSource, out *plan.Indicator) {
	out.Measure = r.measure(spec.Measure)
	if source.Spec.Prometheus == nil {
		r.problems.add("spec.dataSourceRef", fmt.Sprintf("DataSource %q is not a Prometheus, which measure promql asks", source.Name))
	}
	q := ptr.Deref(spec.Quality, v1alpha1.Quality{})
	const census = "does not go with promql: its value is a census, without sample and rows"
	for _, refused := range []struct {
		field string
		set   bool
		why   string
	}{
		{"spec.datasetRef", spec.DatasetRef != nil, "does not go with promql, which reads no dataset; name a Prometheus in spec.dataSourceRef"},
		{"spec.where", len(spec.Where) > 0, "does not go with promql; write matchers into the expression, such as {brand=\"north\"}"},
		{"spec.responses", spec.Responses != nil, "does not go with promql, which knows nobody's answers"},
		{"spec.breakdowns", len(spec.Breakdowns) > 0, "does not go with promql: nothing tells how many people are behind a series, so whether somebody could be recognised. Define an indicator for each segment, with a matcher in its expression"},
		{"spec.quality.minSampleSize", q.MinSampleSize != nil, census},
		{"spec.quality.minSegmentSize", q.MinSegmentSize != nil, census},
		{"spec.quality.collapseBelow", q.CollapseBelow != "", census},
	} {
		if refused.set {
			r.problems.add(refused.field, refused.why)
		}
	}
	out.Period = r.period(spec.Period, out.Measure)
	out.Quality = r.quality(spec.Quality)
	out.Quality.MinSampleSize, out.Quality.MinSegmentSize, out.Quality.CollapseRatio = 0, 0, 0
}

// promql converts the declared measure.
func (r *resolver) promql(m *v1alpha1.PromQL) *measure.PromQL {
	out := &measure.PromQL{
		Expr: m.Expr, Unit: string(m.Unit), Additive: ptr.Deref(m.Additive, false), Preset: string(m.Preset), Direction: measure.Direction(m.Direction),
	}
	if _, err := measure.Of(measure.Spec{PromQL: out}); err != nil {
		r.problems.add("spec.measure.promql.expr", err.Error())
	}
	return out
}
