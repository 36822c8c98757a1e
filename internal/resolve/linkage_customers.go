package resolve

import (
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const customerLevel = "spec.customerLevel"

// customers fills in the protocol of single customers, and refuses it where KPI or drivers do not tell of any.
func (r *linkResolver) customers(c *v1alpha1.LinkCustomerLevel) {
	out := &plan.CustomerLevel{
		Unit:         string(c.Unit),
		Collapse:     plan.Collapse(orElse(c.Collapse, string(plan.CollapseLatest))),
		Index:        plan.Index(c.Index),
		Exposure:     duration(customerLevel+".exposureWindow", c.ExposureWindow, 0, &r.problems),
		FollowUp:     duration(customerLevel+".followUp", c.FollowUp, 0, &r.problems),
		History:      duration(customerLevel+".history", c.History, defaultIndexesBack, &r.problems),
		MinPerCohort: defaultMinCohort,
		StratifyBy:   r.attributes(customerLevel+".stratifyBy", c.StratifyBy),
		Covariates:   r.attributes(customerLevel+".covariates", c.Covariates),
	}
	if c.MinCohortSize != nil {
		out.MinPerCohort = *c.MinCohortSize
	}
	r.window(out)
	r.out.Customers = out
	r.outcome(out.Index)
	for i := range r.on.Drivers {
		r.exposure(i, c)
	}
}

// window checks the lengths of time that an index goes with.
func (r *linkResolver) window(out *plan.CustomerLevel) {
	if out.Index == plan.Vouched {
		if r.on.KPI.On.Dataset.Time.Undated() {
			out.History = 0
		}
		return
	}
	if out.Exposure <= 0 {
		r.problems.add(customerLevel+".exposureWindow", fmt.Sprintf("index %s needs it: the length of time within which responses count, such as 365d", out.Index))
	}
	if (out.Index == plan.ForwardExposure) != (out.FollowUp > 0) {
		r.problems.add(customerLevel+".followUp", "goes with index Exposure, which needs it: how long after the exposure the outcome is awaited")
	}
	if out.Index == plan.ForwardExposure && out.History < out.Exposure+out.FollowUp {
		r.problems.add(customerLevel+".history", "must hold an exposure window and its follow-up")
	}
}

// outcome checks that the KPI is true or false of a single customer, in the order that the index asks for.
func (r *linkResolver) outcome(index plan.Index) {
	side, formula := r.on.KPI, r.formulas[0]
	const kpi, at = "spec.kpiRef", customerLevel + ".index"
	refuse := func(field, format string, args ...any) {
		r.refuse(plan.OutcomeUnsupported, field, fmt.Sprintf(format, args...))
	}
	if formula.Composite != nil || formula.PromQL != nil {
		refuse(kpi, "%s has no rows of single customers; use periodLevel", side.Key)
		return
	}
	told, err := measure.OutcomeOf(formula, measure.Setting{TimeColumn: side.On.Dataset.Time.Event})
	undated := side.On.Dataset.Time.Undated()
	switch {
	case err != nil:
		refuse(kpi, "%s", err)
		return
	case undated && index != plan.Vouched:
		refuse(at, "Dataset %q has no time, so the rows cannot show that the experience came first; with index Vouched you vouch for it", side.On.Dataset.Name)
	case index == plan.Vouched && !undated && r.driversDated():
		refuse(at, "All rows have a time, so nobody needs to vouch for the order; use OutcomeDecision or Exposure")
	case index == plan.OutcomeDecision && formula.Renewal != nil && formula.Renewal.DecidedAt == "":
		r.refuse(plan.NoDecisionTime, at, fmt.Sprintf("OutcomeDecision needs the time of the decision: name its column in measure.renewal.decidedAt of %s. Counted back from the due date, customers who left early would have no experience at all", side.Key))
	case index == plan.ForwardExposure && told.Happening == nil:
		refuse(at, "%s", told.Refused)
	case index != plan.Vouched && side.On.Dataset.Time.Event == "":
		refuse(at, "%s needs a dataset of events; %q holds states", index, side.On.Dataset.Name)
	}
	r.unitOf(side.On.Dataset, kpi)
}

// driversDated reports whether the rows of all drivers have a time.
func (r *linkResolver) driversDated() bool {
	return !slices.ContainsFunc(r.on.Drivers, func(s Side) bool { return s.On.Dataset.Time.Undated() })
}

// exposure checks that a driver has a score of single rows, on the KPI's data source, and that something cuts it.
func (r *linkResolver) exposure(i int, c *v1alpha1.LinkCustomerLevel) {
	side, formula := r.on.Drivers[i], r.formulas[1+i]
	field := fmt.Sprintf("spec.drivers[%d].cpiRef", i)
	if formula.Composite != nil || formula.PromQL != nil {
		r.refuse(plan.ExposureUnsupported, field, fmt.Sprintf("%s has no rows of single customers; link it by periodLevel, in a linkage of its own", side.Key))
		return
	}
	if !r.together(side.Source, field, side.String()) {
		return
	}
	dataset := side.On.Dataset
	if _, err := measure.ScoreOf(formula, measure.Setting{TimeColumn: dataset.Time.Event}); err != nil {
		r.refuse(plan.ExposureUnsupported, field, err.Error())
		return
	}
	if c.Index != string(plan.Vouched) && dataset.Time.Event == "" {
		r.refuse(plan.ExposureUnsupported, field, fmt.Sprintf("Dataset %q has no event time, so nobody can say whether the experience came before the outcome", dataset.Name))
	}
	r.unitOf(dataset, field)
	r.cohorts(i, c)
}

// together reports whether rows of a source can be brought together with the KPI's: those of one other can.
func (r *linkResolver) together(source, field, what string) bool {
	switch own := r.on.KPI.Source; {
	case source == own, source == r.out.Other:
	case r.out.Other == "":
		r.out.Other = source
	default:
		r.refuse(plan.TooManySources, field, fmt.Sprintf("the rows of %s are in DataSource %q, others of this claim in %q and %q: customers can be compared over two data sources at most. Make a linkage of its own for each, or bring the row sets together", what, source, own, r.out.Other))
		return false
	}
	return true
}

// cohorts are the author's or, if there are none, the classes that the CPI makes itself.
func (r *linkResolver) cohorts(i int, c *v1alpha1.LinkCustomerLevel) {
	field, formula, name := customerLevel+".cohorts", r.formulas[1+i], r.on.Drivers[i].Key
	if c.Cohorts == nil {
		if measure.ClassesOf(formula) == nil {
			r.problems.add(field, fmt.Sprintf("%s has no classes of its own; say which scores are high and which low, such as {high: {atLeast: 9}, low: {atMost: 6}}", name))
		}
		return
	}
	high := r.cut(field+".high.atLeast", c.Cohorts.High.AtLeast, formula)
	low := r.cut(field+".low.atMost", c.Cohorts.Low.AtMost, formula)
	if high == nil || low == nil {
		return
	}
	if *high <= *low {
		r.problems.add(field, "high must begin above the end of low")
	}
	r.out.Customers.High, r.out.Customers.Low = &plan.Cut{AtLeast: high}, &plan.Cut{AtMost: low}
}

// cut is a bound of scores in their own unit: of a duration a length of time, of conditions a share of those that meet
// them, of everything else a plain number.
func (r *linkResolver) cut(field string, v *v1alpha1.Value, formula measure.Spec) *float64 {
	if v == nil {
		r.problems.add(field, "is required")
		return nil
	}
	number, err := v.Float()
	want, such := v1alpha1.PlainValue, "a plain number"
	switch {
	case formula.Duration != nil:
		want, such = v1alpha1.DurationValue, "a duration such as 36h"
	case formula.Share != nil && formula.Share.Less == nil:
		want, such = v1alpha1.PercentValue, "a percentage such as 50%"
	}
	if err != nil || v.Kind() != want {
		r.problems.add(field, fmt.Sprintf("%q: write %s, as the scores of single rows are told", string(*v), such))
		return nil
	}
	return &number
}

// unitOf tells a dataset that does not name the unit.
func (r *linkResolver) unitOf(dataset plan.Dataset, field string) {
	unit := string(r.spec.CustomerLevel.Unit)
	if _, ok := dataset.Entities[unit]; !ok {
		r.problems.add(customerLevel+".unit", fmt.Sprintf("dataset %s, of %s, declares no entity %q; add it to spec.entities there", dataset.Name, field, unit))
	}
}

// attributes are columns of datasets of the KPI's data source that name the unit.
func (r *linkResolver) attributes(field string, declared []v1alpha1.LinkAttribute) []plan.Attribute {
	var out []plan.Attribute
	for i, a := range declared {
		at := fmt.Sprintf("%s[%d].datasetRef", field, i)
		if a.DatasetRef == nil || a.DatasetRef.Name == r.on.KPI.On.Dataset.Name {
			out = append(out, plan.Attribute{Column: string(a.Column)})
			continue
		}
		name := a.DatasetRef.Name
		dataset, known := r.on.Datasets[name]
		switch source := r.on.Sources[name]; {
		case !known && source == "":
			r.problems.add(at, fmt.Sprintf("Dataset %q is not known", name))
		case r.on.Rowless[name]:
			r.problems.add(at, fmt.Sprintf("Dataset %q is on DataSource %q, a Prometheus, which has numbers and no rows of single customers; take a dataset of a database or of files", name, source))
		case !r.together(source, at, fmt.Sprintf("Dataset %q", name)):
		default:
			r.unitOf(dataset, at)
		}
		out = append(out, plan.Attribute{Dataset: name, Column: string(a.Column)})
	}
	return out
}
