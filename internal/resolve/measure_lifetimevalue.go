package resolve

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// timeUnits of purchases; a month is a twelfth of 365.25 days.
var timeUnits = map[string]time.Duration{"Day": 24 * time.Hour, "Week": 7 * 24 * time.Hour, "Month": measure.CustomerMonth}

// grainsAYear is how many periods a year has.
var grainsAYear = map[plan.Grain]float64{plan.Day: 365.25, plan.Week: 365.25 / 7, plan.Month: 12, plan.Quarter: 4, plan.Year: 1}

// maxPaybackMonths of age that a payback is looked for in.
const maxPaybackMonths = 120

func (r *resolver) lifetimeValue(m *v1alpha1.LifetimeValue) *measure.LifetimeValue {
	const field = "spec.measure.lifetimeValue"
	r.requireEntity(field+".entity", string(m.Entity))
	out := &measure.LifetimeValue{
		Model: measure.LifetimeModel(m.Model), Entity: string(m.Entity), Amount: string(m.Amount), Cost: string(m.Cost),
		Form: measure.LifetimeForm(m.Form), Unit: string(m.Unit), Horizon: int(m.Horizon), TimeUnit: timeUnits[m.TimeUnit],
		Age:      duration(field+".age", m.Age, 0, &r.problems),
		Discount: r.share(field+".discountRate", m.DiscountRate, 0, 0, 10),
	}
	if out.Form == "" {
		out.Form = measure.LifetimeValueForm
	}
	if m.AcquisitionCost != nil {
		if out.Acquisition = r.number(field+".acquisitionCost", m.AcquisitionCost); out.Acquisition < 0 || m.AcquisitionCost.Kind() != v1alpha1.PlainValue {
			r.problems.add(field+".acquisitionCost", fmt.Sprintf("%q must be a number of zero or more, such as 120", string(*m.AcquisitionCost)))
		}
	}
	if out.Form == measure.PaybackMonth && (out.Age < measure.CustomerMonth || out.Age > maxPaybackMonths*measure.CustomerMonth) {
		r.problems.add(field+".age", fmt.Sprintf("the months up to it are looked at: between 31d and %d months are needed", maxPaybackMonths))
	}
	if c := m.Calibration; c != nil {
		var err error
		if out.From, err = time.Parse(time.DateOnly, c.From); err != nil {
			r.problems.add(field+".calibration.from", fmt.Sprintf("%q is not a date such as 2024-01-01", c.From))
		}
	}
	return out
}

// lifetimeOver holds a lifetime value against the periods and segments that it is asked for.
func (r *resolver) lifetimeOver(spec *v1alpha1.Indicator, m *measure.LifetimeValue) {
	const field = "spec.measure.lifetimeValue"
	if m.Model == measure.Contractual {
		r.requireStates(field)
		if spec.Period != nil {
			m.PeriodsAYear = grainsAYear[plan.Grain(spec.Period.Grain)] / float64(max(1, spec.Period.Window))
		}
		return
	}
	if len(spec.Breakdowns) > 0 {
		r.problems.add("spec.breakdowns", "customers' histories are not broken down: use where for a part of them")
	}
	if r.dataset.Time.Event == "" {
		r.problems.add(field+".model", fmt.Sprintf("%s reads rows in time; dataset %s has no event time", m.Model, r.dataset.Name))
	}
	if spec.Period != nil && spec.Period.Window > 1 {
		r.problems.add("spec.period.window", "everything up to the end of a period is read anyway; leave it out")
	}
	if spec.Responses != nil {
		r.problems.add("spec.responses", "goes with scores, shares, sums and ratios; this measure counts each customer once by itself")
	}
}
