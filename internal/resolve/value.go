package resolve

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// value parses a threshold or target in the unit of the measure: a share needs a per cent sign, other
// measures a plain number, so that 92 and 92% are never confused.
func (r *resolver) value(field string, v *v1alpha1.Value, m measure.Spec) {
	if v == nil {
		return
	}
	if _, err := v.Float(); err != nil {
		r.problems.add(field, err.Error())
		return
	}
	family, err := measure.Of(m)
	if err != nil {
		return
	}
	want := v1alpha1.PlainValue
	switch d := family.Describe(); {
	case IsPercent(m, d):
		want = v1alpha1.PercentValue
	case d.Unit == measure.UnitSeconds:
		want = v1alpha1.DurationValue
	}
	switch {
	case v.Kind() == want:
	case want == v1alpha1.DurationValue:
		r.problems.add(field, fmt.Sprintf("%q: this measure is a time; write a duration such as 36h", string(*v)))
	case want == v1alpha1.PercentValue:
		r.problems.add(field, fmt.Sprintf("%q: this measure is a share; write a percentage such as 80%%", string(*v)))
	default:
		r.problems.add(field, fmt.Sprintf("%q: this measure is told in %s; write a plain number", string(*v), unitName(family.Describe().Unit)))
	}
}

// IsPercent reports whether people read and write the measure as a percentage.
func IsPercent(m measure.Spec, d measure.Description) bool {
	switch {
	case m.Ratio != nil:
		return m.Ratio.Format == measure.FormatPercent
	case m.Precomputed != nil:
		return m.Precomputed.Format == measure.FormatPercent
	}
	return d.Unit == "ratio"
}

func unitName(unit string) string {
	if unit == "" {
		return "plain numbers"
	}
	return unit
}

// thresholds checks the spelling of both levels and that critical is the worse one.
func (r *resolver) thresholds(field string, t *v1alpha1.Thresholds, m measure.Spec) {
	if t == nil {
		return
	}
	r.value(field+".warning", t.Warning, m)
	r.value(field+".critical", t.Critical, m)
	if t.Warning == nil || t.Critical == nil {
		return
	}
	warning, err1 := t.Warning.Float()
	critical, err2 := t.Critical.Float()
	family, err3 := measure.Of(m)
	if err1 != nil || err2 != nil || err3 != nil {
		return
	}
	switch direction := family.Describe().Direction; {
	case direction == measure.HigherIsBetter && critical > warning:
		r.problems.add(field, "higher is better here, so critical must not be above warning")
	case direction == measure.LowerIsBetter && critical < warning:
		r.problems.add(field, "lower is better here, so critical must not be below warning")
	}
}

// match checks that a segment is one that a breakdown yields.
func (r *resolver) match(field string, match map[string]string, breakdowns []plan.Breakdown) {
	for _, b := range breakdowns {
		if len(b.By) != len(match) {
			continue
		}
		all := true
		for _, column := range b.By {
			if _, ok := match[column]; !ok {
				all = false
			}
		}
		if all {
			return
		}
	}
	r.problems.add(field, "no breakdown has exactly these columns; add one to spec.breakdowns")
}

// targets checks dates, order and spelling.
func (r *resolver) targets(targets []v1alpha1.Target, m measure.Spec, breakdowns []plan.Breakdown) {
	family, err := measure.Of(m)
	if err != nil {
		return
	}
	var last string
	for i, t := range targets {
		field := fmt.Sprintf("spec.targets[%d]", i)
		date := t.From + t.By
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			r.problems.add(field, fmt.Sprintf("%q is not a date such as 2027-06-30", date))
		}
		if date < last {
			r.problems.add(field, "targets must stand in the order of their dates")
		}
		last = date
		r.value(field+".atLeast", t.AtLeast, m)
		r.value(field+".atMost", t.AtMost, m)
		r.bound(field, t.AtLeast, t.AtMost, family.Describe().Direction)
		if t.Accumulate != "" && !addsUp(m) {
			r.problems.add(field+".accumulate", "only a sum or a count adds up over the fiscal year, or a promql that is additive")
		}
		for j, o := range t.Overrides {
			of := fmt.Sprintf("%s.overrides[%d]", field, j)
			r.match(of+".match", o.Match, breakdowns)
			r.value(of+".atLeast", o.AtLeast, m)
			r.value(of+".atMost", o.AtMost, m)
			r.bound(of, o.AtLeast, o.AtMost, family.Describe().Direction)
		}
	}
}

// addsUp reports whether the values of periods add up to that of the whole.
func addsUp(m measure.Spec) bool {
	return m.Aggregate != nil && m.Aggregate.Function != measure.Mean || m.PromQL != nil && m.PromQL.Additive
}

// bound tells a target that asks for the bad side.
func (r *resolver) bound(field string, atLeast, atMost *v1alpha1.Value, direction measure.Direction) {
	switch {
	case (atLeast == nil) == (atMost == nil):
		r.problems.add(field, "set exactly one of atLeast and atMost")
	case atLeast != nil && direction == measure.LowerIsBetter:
		r.problems.add(field+".atLeast", "lower is better here; use atMost")
	case atMost != nil && direction == measure.HigherIsBetter:
		r.problems.add(field+".atMost", "higher is better here; use atLeast")
	}
}
