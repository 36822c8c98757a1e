package resolve

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// byDecision has a renewal's contracts compared in the period in which they were decided, and leaves the KPI as it is.
func (r *linkResolver) byDecision() {
	const field = "spec.periodLevel.attributeOutcomeTo"
	side, renewal := r.on.KPI, r.formulas[0].Renewal
	switch {
	case renewal == nil:
		r.refuse(plan.AttributionUnsupported, field, fmt.Sprintf("DecidedAt is for a renewal, whose contracts are due at one time and decided at another. %s has one time for each outcome: leave it out", side.Key))
	case renewal.DecidedAt == "":
		r.refuse(plan.NoDecisionTime, field, fmt.Sprintf("DecidedAt needs the time of the decision: name its column in measure.renewal.decidedAt of %s", side.Key))
	case side.On.Dataset.Time.Event == "":
		r.refuse(plan.AttributionUnsupported, field, fmt.Sprintf("DecidedAt needs a dataset of events; %q holds states", side.On.Dataset.Name))
	case r.out.KPI.Indicator != nil:
		r.out.ByDecision = decided(r.out.KPI, side.On)
	}
}

// decided is a renewal by the time of its decisions, and where nothing is decided by the end of the grace. That is a time
// of its own in a row set of its own, so that a period is mature once it is over; what the KPI's maturity has beyond its
// grace still holds.
func decided(kpi plan.Series, on Context) *plan.ByDecision {
	indicator := *kpi.Indicator
	renewal, period := *indicator.Measure.Renewal, *indicator.Period
	dataset := on.Dataset
	dataset.Name += ", by decision for " + kpi.String()
	dataset.Decided = &plan.Decided{
		Due: dataset.Time.Event, Decision: renewal.Decision, At: renewal.DecidedAt, Grace: renewal.Grace, TimeZone: period.TimeZone,
	}
	dataset.Time = plan.Time{Event: plan.DecidedColumn}

	period.Maturity = max(0, period.Maturity-renewal.Grace)
	renewal.Grace = 0
	indicator.Dataset, indicator.Period, indicator.Measure.Renewal = dataset.Name, &period, &renewal
	on.Dataset = dataset
	indicator.RequestHash = requestHash(indicator, on)
	out := &plan.ByDecision{Series: kpi, Dataset: dataset}
	out.Indicator = &indicator
	return out
}
