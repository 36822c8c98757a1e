package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// alerting checks what the schema cannot see: alerts that the object never has, and evaluations that can never be reached.
func (r *resolver) alerting(a *v1alpha1.Alerting, kind alert.Kind, goal bool, period *plan.Period) {
	if a == nil {
		return
	}
	has := alert.Of(kind, goal)
	what := "a " + string(kind)
	if goal {
		what = fmt.Sprintf("a %s on a CPI", kind)
	}
	for i, s := range a.Severities {
		if slices.Contains(has, alert.Name(s.Alert)) {
			continue
		}
		names := make([]string, len(has))
		for j, name := range has {
			names[j] = string(name)
		}
		slices.Sort(names)
		r.problems.add(fmt.Sprintf("spec.alerting.severities[%d].alert", i), fmt.Sprintf("%s never has %s; it has %s", what, s.Alert, strings.Join(names, ", ")))
	}
	const field = "spec.alerting.evaluations"
	switch {
	case a.Evaluations < 2:
	case kind == alert.Link:
		r.problems.add(field, "goes with thresholds and targets; a claim has none")
	case period == nil:
		r.problems.add(field, "counts periods, and the dataset has no time; leave it out")
	case int(a.Evaluations)+immature(period) > period.History:
		r.problems.add(field, fmt.Sprintf("%d mature periods in a row cannot always be seen: spec.period.history keeps %d periods, of which up to %d are not mature yet, the running one included", a.Evaluations, period.History, immature(period)))
	}
}
