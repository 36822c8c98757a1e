package resolve

import (
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// promise checks that a promise can be kept count of: its measure counts rows, in periods that share none and are short
// against the promise's window.
func (r *resolver) promise(spec *v1alpha1.Promise, formula plan.Indicator) {
	family, err := measure.Of(formula.Measure)
	if spec == nil || err != nil {
		return // what is wrong with the measure was told
	}
	if why := notCounted(formula.Measure); why != "" {
		r.problems.add("spec.promise", "needs a measure that is a share of rows or customers, such as share, conversion, renewal or a duration's shareWithin; "+why)
		return
	}
	if formula.Weighting != nil {
		r.problems.add("spec.promise", "counts rows, and weighted ones are no counts: leave spec.weighting out, or hold the value to spec.thresholds")
	}
	r.bound("spec.promise", spec.AtLeast, spec.AtMost, family.Describe().Direction)
	r.promised("spec.promise.atLeast", spec.AtLeast, formula.Measure)
	r.promised("spec.promise.atMost", spec.AtMost, formula.Measure)
	r.promiseOver(spec, formula.Period)
}

// notCounted says why a measure is no count of rows of which each keeps the promise or misses it; empty if it is one.
func notCounted(m measure.Spec) string {
	switch {
	case m.Share != nil && m.Share.Less != nil:
		return "a share less another is none"
	case m.Share != nil && m.Share.Classifier != nil:
		return "one corrected for a classifier's mistakes is none"
	case m.Churn != nil && m.Churn.Definition != measure.OpeningCohort:
		return fmt.Sprintf("churn %s is none, take OpeningCohort", m.Churn.Definition)
	case m.Renewal != nil && m.Renewal.Value != "":
		return "renewal by value is a share of money"
	case m.Share != nil, m.Churn != nil, m.Renewal != nil, m.Retention != nil, m.Conversion != nil,
		m.Duration != nil && m.Duration.Form == measure.DurationShareWithin,
		m.CustomerSatisfaction != nil && (m.CustomerSatisfaction.Form == measure.CSATTopBox || m.CustomerSatisfaction.Form == measure.CSATBinary),
		m.CustomerEffortScore != nil && m.CustomerEffortScore.Form == measure.CESShare:
		return ""
	}
	return "this one is none"
}

// promised checks a promised share.
func (r *resolver) promised(field string, v *v1alpha1.Value, m measure.Spec) {
	if v == nil {
		return
	}
	told := len(r.problems)
	r.value(field, v, m)
	if f, err := v.Float(); err == nil && len(r.problems) == told && (f <= 0 || f >= 1) {
		r.problems.add(field, fmt.Sprintf("%q leaves no budget: write a percentage between 0%% and 100%%", string(*v)))
	}
}

// promiseOver checks periods against the window of the budget.
func (r *resolver) promiseOver(spec *v1alpha1.Promise, period *plan.Period) {
	const field = "spec.promise.over"
	if period == nil {
		r.problems.add(field, "the rows have no time, so there is no window; a promise needs spec.period with grain Day or Week")
		return
	}
	if period.Grain != plan.Day && period.Grain != plan.Week {
		r.problems.add("spec.promise", fmt.Sprintf("needs spec.period.grain Day or Week: after the first %s has been counted most of a budget can be gone, "+
			"and a window of few of them is the same as period.window with spec.thresholds", period.Grain))
		return
	}
	if period.Window != 1 {
		r.problems.add("spec.promise", fmt.Sprintf("needs periods that share no rows: set spec.period.window to 1; the promise's own window is %s", field))
	}
	over, err := v1alpha1.Value(spec.Over).Duration()
	if err != nil {
		r.problems.add(field, err.Error())
		return
	}
	length := grainLength[period.Grain]
	periods := int(over / length)
	if over%length != 0 || periods < promise.Fewest {
		r.problems.add(field, fmt.Sprintf("%q must be a whole number of periods of a %s, at least %d of them, such as %s",
			string(spec.Over), period.Grain, promise.Fewest, map[plan.Grain]string{plan.Day: "28d", plan.Week: "13w"}[period.Grain]))
		return
	}
	if needed := periods + immature(period); period.History < needed {
		r.problems.add("spec.period.history", fmt.Sprintf("%d periods are kept, those not over yet included; a promise over %s needs at least %d", period.History, spec.Over, needed))
	}
}

// immature is how many of the periods that are kept may not be mature yet: the running one, and those that still mature.
func immature(period *plan.Period) int {
	length := grainLength[period.Grain]
	return 1 + int((period.Maturity+length-1)/length)
}

// PromiseTerms of a promise that CPI found nothing wrong with; nil without one.
func PromiseTerms(spec *v1alpha1.Promise, formula plan.Indicator) *promise.Terms {
	if spec == nil || formula.Period == nil {
		return nil
	}
	over, err := v1alpha1.Value(spec.Over).Duration()
	if err != nil {
		return nil
	}
	out := &promise.Terms{
		Periods:    int(over / grainLength[formula.Period.Grain]),
		Confidence: formula.Quality.Confidence,
	}
	switch {
	case spec.AtMost != nil:
		out.Allowed, err = spec.AtMost.Float()
	case spec.AtLeast != nil:
		out.Allowed, err = spec.AtLeast.Float()
		out.Allowed = math.Round((1-out.Allowed)*1e12) / 1e12 // 5 %, not 5.000000000000004 %
	}
	if err != nil {
		return nil
	}
	return out
}
