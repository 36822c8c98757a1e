package resolve

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const (
	defaultMaxLag      = 6
	defaultMinCohort   = 30
	defaultLinkHistory = 60  // periods
	defaultLinkWeeks   = 208 // three years show a season, and the last weeks are not over yet
	defaultIndexesBack = 730 * 24 * time.Hour
)

// LinkageContext is what a linkage is resolved on.
type LinkageContext struct {
	KPI Side
	// Drivers in the order of the claim.
	Drivers []Side
	// Datasets that strata and covariates name, by name, and Sources the data source of each.
	Datasets map[string]plan.Dataset
	Sources  map[string]string
	// Rowless are those of them whose data source has numbers and no rows.
	Rowless map[string]bool
}

// Side is an indicator that a linkage names. It must be valid in itself.
type Side struct {
	// Key and Title of what is named: of a goal on a CPI, the KPITarget's.
	plan.Key
	Title string
	// Measured is the indicator whose values these are: of a goal on a CPI, that CPI.
	Measured plan.Key
	// Spec is what is measured: of a goal on a CPI, the CPI's.
	Spec *v1alpha1.Indicator
	// On is what Spec is resolved on. Of an indicator of another data source than the KPI's only Parts is read.
	On Context
	// Source is the data source that computes the indicator.
	Source string
	// RequestHash of the formula in force, as the indicator's report has it.
	RequestHash string
	// Targets of the KPI.
	Targets []v1alpha1.Target
}

// Refusal is why a claim cannot be tested as it stands. Only an edit helps.
type Refusal struct {
	// Reason is empty for problems that are the claim's own spelling.
	Reason plan.Reason
	Problems
}

// linkResolver collects what is wrong with one claim.
type linkResolver struct {
	resolver
	spec *v1alpha1.CPILinkageSpec
	on   LinkageContext
	out  plan.Linkage
	// formulas of KPI and drivers as declared, in this order.
	formulas []measure.Spec
	// refusal is the first that is more than a misspelling.
	refusal plan.Reason
}

func (r *linkResolver) refuse(reason plan.Reason, field, message string) {
	if r.refusal == "" {
		r.refusal = reason
	}
	r.problems.add(field, message)
}

// Linkage resolves a claim. Every level that it declares must be possible, or it is refused; a driver whose values alone
// cannot be had in the KPI's periods has a Series that says so. Of a series whose rows another data source holds, or that
// is computed from other indicators, the caller fills in Periods from the indicator's report.
func Linkage(l *v1alpha1.CPILinkage, on LinkageContext) (plan.Linkage, *Refusal) {
	r := &linkResolver{spec: &l.Spec, on: on, out: plan.Linkage{
		Key: plan.Key{Kind: plan.KindLinkage, Name: l.Name}, UID: string(l.UID),
		Moves:      on.KPI.Measured,
		Evidence:   plan.Evidence(orElse(l.Spec.Evidence, string(plan.Observational))),
		Confidence: confidenceOf(on.KPI.Spec),
	}}
	for _, side := range append([]Side{on.KPI}, on.Drivers...) {
		r.formulas = append(r.formulas, (&resolver{}).measure(side.Spec.Measure)) // what does not fit its dataset is told there
	}
	r.series()
	r.drivers()
	r.minEffect()
	r.alerting(l.Spec.Alerting, alert.Link, false, nil)
	if c := l.Spec.CustomerLevel; c != nil {
		r.customers(c)
	}
	if p := l.Spec.PeriodLevel; p != nil {
		r.periods(p)
	}
	if l.Spec.CustomerLevel == nil && l.Spec.PeriodLevel == nil {
		r.problems.add("spec", "set customerLevel, periodLevel or both")
	}
	if len(r.problems) > 0 {
		return r.out, &Refusal{Reason: r.refusal, Problems: r.problems}
	}
	r.out.Calendar = r.calendar()
	r.out.Goals = r.goals()
	r.out.RequestHash = linkageHash(r.out, on)
	return r.out, nil
}

// drivers takes over what the claim says of each.
func (r *linkResolver) drivers() {
	seen := map[string]bool{}
	for i, d := range r.spec.Drivers {
		field := fmt.Sprintf("spec.drivers[%d]", i)
		if seen[d.CPIRef.Name] {
			r.problems.add(field+".cpiRef", fmt.Sprintf("CPIDefinition %q stands twice", d.CPIRef.Name))
		}
		seen[d.CPIRef.Name] = true
		out := &r.out.Drivers[i]
		out.Expected = 1
		if d.Expected == "Negative" {
			out.Expected = -1
		}
		out.Influenceable = ptr.Deref(d.Influenceable, false)
		own := r.formulas[1+i]
		if out.Step = r.linkValue(field+".whatIf", d.WhatIf, own); out.Step != nil && *out.Step == 0 {
			r.problems.add(field+".whatIf", "is a step of the CPI and cannot be 0")
		}
		if d.Guardrail == nil {
			continue
		}
		least := r.linkValue(field+".guardrail.minWorsening", d.Guardrail.MinWorsening, own)
		if least != nil && *least < 0 {
			r.problems.add(field+".guardrail.minWorsening", "is the size of a loss: write it without a minus sign, whichever way is better")
		}
		out.Guardrail = &plan.Guardrail{MinWorsening: ptr.Deref(least, 0)}
	}
}

func (r *linkResolver) minEffect() {
	m := r.spec.MinEffect
	if m == nil {
		return
	}
	const field = "spec.minEffect"
	if (m.Absolute == nil) == (m.Relative == nil) {
		r.problems.add(field, "set exactly one of absolute and relative")
		return
	}
	out := &plan.MinEffect{Absolute: r.linkValue(field+".absolute", m.Absolute, r.formulas[0])}
	if m.Relative != nil {
		out.Relative = new(r.share(field+".relative", *m.Relative, 0, 1e-6, 10))
	}
	if out.Absolute != nil && *out.Absolute <= 0 {
		r.problems.add(field+".absolute", "must be above 0: it counts in either direction")
	}
	r.out.MinEffect = out
}

// linkValue reads an optional value in the unit of a measure; nil if it is absent or wrong, which is told.
func (r *linkResolver) linkValue(field string, v *v1alpha1.Value, m measure.Spec) *float64 {
	if v == nil {
		return nil
	}
	before := len(r.problems)
	r.value(field, v, m)
	number, err := v.Float()
	if err != nil || len(r.problems) > before {
		return nil
	}
	return &number
}

// periods fills in the protocol of series.
func (r *linkResolver) periods(p *v1alpha1.LinkPeriodLevel) {
	r.out.Periods = &plan.PeriodLevel{MaxLag: defaultMaxLag}
	if p.MaxLagPeriods != nil {
		r.out.Periods.MaxLag = int(*p.MaxLagPeriods)
	}
	if grid := r.on.KPI.Spec.Period; grid != nil && p.Season != "None" {
		r.out.Periods.Season = seasons[plan.Grain(grid.Grain)]
	}
	if refused := r.out.KPI.Refused; refused != nil {
		r.refuse(refused.Reason, "spec.periodLevel", refused.Message)
		return
	}
	if p.AttributeOutcomeTo == "DecidedAt" {
		r.byDecision()
	}
	for _, d := range r.out.Drivers {
		if d.Refused == nil {
			return
		}
	}
	if r.spec.CustomerLevel == nil && len(r.out.Drivers) > 0 {
		refused := r.out.Drivers[0].Refused
		r.refuse(refused.Reason, "spec.drivers[0].cpiRef", refused.Message)
	}
}

// seasons are how many periods it takes until what comes with the calendar comes again: a year, of days a week.
var seasons = map[plan.Grain]int{plan.Day: 7, plan.Week: 52, plan.Month: 12, plan.Quarter: 4}

// calendar lays out the KPI's periods; nil if it is undated.
func (r *linkResolver) calendar() *plan.Period {
	grid := r.on.KPI.Spec.Period
	if grid == nil {
		return nil
	}
	k := resolver{dataset: plan.Dataset{Time: plan.Time{Event: "any"}}}
	return k.period(asked(r.on.KPI.Spec, grid, r.historyOf(grid)).Period, r.formulas[0])
}

// goals are the KPI's targets on its total. Days begin where the KPI's periods do.
func (r *linkResolver) goals() []plan.Goal {
	zone := time.UTC
	if p := r.on.KPI.Spec.Period; p != nil {
		if found, err := time.LoadLocation(string(orUTC(p.TimeZone))); err == nil { // checked with the KPI
			zone = found
		}
	}
	day := func(text string) *time.Time {
		t, err := time.ParseInLocation(time.DateOnly, text, zone)
		if err != nil {
			return nil
		}
		return &t
	}
	var out []plan.Goal
	for _, t := range r.on.KPI.Targets {
		if t.Accumulate != "" {
			continue // a sum over the fiscal year is no value of a period
		}
		out = append(out, plan.Goal{From: day(t.From), By: day(t.By), AtLeast: optional(t.AtLeast), AtMost: optional(t.AtMost)})
	}
	return out
}

// optional is a value that was checked before.
func optional(v *v1alpha1.Value) *float64 {
	if v == nil {
		return nil
	}
	number, err := v.Float()
	if err != nil {
		return nil
	}
	return &number
}

func confidenceOf(spec *v1alpha1.Indicator) float64 {
	return (&resolver{}).quality(spec.Quality).Confidence
}

func orElse[T ~string](text, otherwise T) T {
	if text == "" {
		return otherwise
	}
	return text
}
