package resolve

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const (
	defaultHistory        = 24
	defaultMinSample      = 30
	defaultMinSegment     = 10
	defaultConfidence     = 0.95
	defaultCollapse       = 0.5
	maxWindowedPeriodRows = 5000 // history × window, beyond which a definition asks too much of a database
)

// Kinds of indicators, as in a plan's keys.
const (
	KindCPIDefinition = "CPIDefinition"
	KindKPITarget     = "KPITarget"
)

// CPI resolves a CPIDefinition.
func CPI(cpi *v1alpha1.CPIDefinition, on Context) (plan.Indicator, Problems) {
	out, r := indicator(plan.Key{Kind: KindCPIDefinition, Name: cpi.Name}, string(cpi.UID), &cpi.Spec.Indicator, on)
	r.thresholds("spec.thresholds", cpi.Spec.Thresholds, out.Measure)
	if b := cpi.Spec.Benchmark; b != nil {
		r.value("spec.benchmark.value", b.Value, out.Measure)
	}
	for i, o := range cpi.Spec.Overrides {
		field := fmt.Sprintf("spec.overrides[%d]", i)
		r.match(field+".match", o.Match, out.Breakdowns)
		r.thresholds(field+".thresholds", o.Thresholds, out.Measure)
	}
	r.promise(cpi.Spec.Promise, out)
	r.alerting(cpi.Spec.Alerting, alert.CPI, false, out.Period)
	return out, r.problems
}

// KPI resolves a KPITarget with a measure of its own, like CPI. For a goal on a CPI use Goal.
func KPI(kpi *v1alpha1.KPITarget, on Context) (plan.Indicator, Problems) {
	out, r := indicator(plan.Key{Kind: KindKPITarget, Name: kpi.Name}, string(kpi.UID), &kpi.Spec.Indicator, on)
	r.targets(kpi.Spec.Targets, out.Measure, out.Breakdowns)
	r.alerting(kpi.Spec.Alerting, alert.KPI, false, out.Period)
	return out, r.problems
}

// Goal checks a KPITarget that sets a goal on an existing CPI, already resolved.
func Goal(kpi *v1alpha1.KPITarget, cpi plan.Indicator) Problems {
	r := &resolver{}
	r.targets(kpi.Spec.Targets, cpi.Measure, cpi.Breakdowns)
	r.alerting(kpi.Spec.Alerting, alert.KPI, true, cpi.Period)
	return r.problems
}

// indicator resolves what CPIs and KPIs share and gives it its request hash.
func indicator(key plan.Key, uid string, spec *v1alpha1.Indicator, on Context) (plan.Indicator, *resolver) {
	r := &resolver{dataset: on.Dataset, other: on.Other}
	out := plan.Indicator{Key: key, UID: uid, Dataset: on.Dataset.Name, Where: conditions(spec.Where)}
	if on.Other != nil {
		out.Other = on.Other.Name
	}
	if spec.Measure == nil {
		r.problems.add("spec.measure", "is required")
		return out, r
	}
	if spec.Measure.PromQL != nil {
		r.expression(spec, on.Source, &out)
		out.RequestHash = requestHash(out, on)
		return out, r
	}
	if spec.DatasetRef != nil && on.Source.Spec.Prometheus != nil {
		r.problems.add("spec.datasetRef", fmt.Sprintf("DataSource %q of this dataset is a Prometheus and holds no rows; name it in spec.dataSourceRef, with the measure promql", on.Source.Name))
	}
	out.Measure = r.measure(spec.Measure)
	if m := out.Measure.LifetimeValue; m != nil {
		r.lifetimeOver(spec, m)
	}
	r.rowsAsTheyStand(spec, out.Measure)
	out.Responses = r.responses(spec.Responses, out.Measure)
	out.Weighting = r.weighting(spec, out.Measure)
	out.Period = r.period(spec.Period, out.Measure)
	for i, b := range spec.Breakdowns {
		by := plan.Breakdown{}
		seen := map[string]bool{}
		for _, c := range b.By {
			if seen[string(c)] {
				r.problems.add(fmt.Sprintf("spec.breakdowns[%d].by", i), fmt.Sprintf("%q stands twice", c))
			}
			seen[string(c)] = true
			by.By = append(by.By, string(c))
		}
		out.Breakdowns = append(out.Breakdowns, by)
	}
	out.Quality = r.quality(spec.Quality)
	out.Quality.ResponseRate = r.responseRate(spec.Quality, out.Measure)
	if out.Measure.Composite != nil {
		r.checkParts(spec, on.Parts)
	}
	out.RequestHash = requestHash(out, on)
	return out, r
}

func (r *resolver) responses(spec *v1alpha1.Responses, m measure.Spec) *plan.Responses {
	if spec == nil {
		if isSurvey(m) {
			r.problems.add("spec.responses", "a survey score must say whose answers belong together and which count, such as {entity: contact, keep: Latest}")
		}
		return nil
	}
	if m.Conversion != nil {
		r.problems.add("spec.responses", "goes with scores, shares, sums and ratios; base.occurrence says which rows of a conversion count")
		return nil
	}
	if isStateful(m) {
		r.problems.add("spec.responses", "goes with scores, shares, sums and ratios; this measure counts each customer once by itself")
		return nil
	}
	if m.Duration != nil && m.Duration.Form == measure.DurationQuantile {
		r.problems.add("spec.responses", "does not go with form quantile, whose interval takes each row as independent of the others: keep one of each customer in the dataset, or use another form")
		return nil
	}
	if a := m.Aggregate; a != nil && a.Shrink != nil && plan.Keep(spec.Keep) == plan.KeepAll {
		r.problems.add("spec.responses.keep", "shrink takes one rating of each; choose Latest or First")
	}
	if keep := plan.Keep(spec.Keep); keep != plan.KeepAll && r.dataset.Time.Undated() {
		r.problems.add("spec.responses.keep", fmt.Sprintf("%s needs to know when a row happened, and Dataset %q declares no time: declare it there, or choose All", keep, r.dataset.Name))
	}
	r.requireEntity("spec.responses.entity", string(spec.Entity))
	return &plan.Responses{Entity: string(spec.Entity), Keep: plan.Keep(spec.Keep)}
}

var weekdays = map[string]time.Weekday{
	"": time.Monday, "Monday": time.Monday, "Tuesday": time.Tuesday, "Wednesday": time.Wednesday, "Thursday": time.Thursday,
	"Friday": time.Friday, "Saturday": time.Saturday, "Sunday": time.Sunday,
}

// grainLength is the longest a grain can last, used as the default settle time.
var grainLength = map[plan.Grain]time.Duration{
	plan.Day: 24 * time.Hour, plan.Week: 7 * 24 * time.Hour, plan.Month: 31 * 24 * time.Hour,
	plan.Quarter: 92 * 24 * time.Hour, plan.Year: 366 * 24 * time.Hour,
}

func (r *resolver) period(spec *v1alpha1.Period, m measure.Spec) *plan.Period {
	switch {
	case spec == nil && isRowless(m):
		r.problems.add("spec.period", "is required")
		return nil
	case isRowless(m):
	case spec == nil && r.dataset.Time.Undated():
		return nil
	case spec == nil:
		r.problems.add("spec.period", fmt.Sprintf("is required: dataset %s has a time", r.dataset.Name))
		return nil
	case r.dataset.Time.Undated():
		r.problems.add("spec.period", fmt.Sprintf("dataset %s declares no time; declare it there or leave period out", r.dataset.Name))
		return nil
	}
	out := &plan.Period{
		Grain:                plan.Grain(spec.Grain),
		Window:               max(1, int(spec.Window)),
		History:              defaultHistory,
		Maturity:             duration("spec.period.maturity", spec.Maturity, derivedMaturity(m), &r.problems),
		TimeZone:             zone("spec.period.timeZone", spec.TimeZone, &r.problems),
		WeekStart:            weekdays[spec.WeekStart],
		FiscalYearStartMonth: time.January,
	}
	if spec.History > 0 {
		out.History = int(spec.History)
	}
	if spec.FiscalYearStartMonth > 0 {
		out.FiscalYearStartMonth = time.Month(spec.FiscalYearStartMonth)
	}
	out.Settle = duration("spec.period.settle", spec.Settle, defaultSettle(out.Grain, m), &r.problems)
	if derived := derivedMaturity(m); out.Maturity < derived {
		r.problems.add("spec.period.maturity", "must not be shorter than the measure's own grace or tolerated gap")
	}
	if r.dataset.Time.Start != "" && !isStateful(m) {
		r.problems.add("spec.measure", fmt.Sprintf("dataset %s holds intervals; use churn, retention or revenueRetention, or a dataset of events or snapshots", r.dataset.Name))
	}
	if out.History*out.Window > maxWindowedPeriodRows {
		r.problems.add("spec.period", fmt.Sprintf("history × window is %d; at most %d", out.History*out.Window, maxWindowedPeriodRows))
	}
	return out
}

func (r *resolver) quality(spec *v1alpha1.Quality) plan.Quality {
	out := plan.Quality{
		MinSampleSize:  defaultMinSample,
		MinSegmentSize: defaultMinSegment,
		Confidence:     defaultConfidence,
		CollapseRatio:  defaultCollapse,
	}
	if spec == nil {
		return out
	}
	if spec.MinSampleSize != nil {
		out.MinSampleSize = *spec.MinSampleSize
	}
	if spec.MinSegmentSize != nil {
		out.MinSegmentSize = *spec.MinSegmentSize
	}
	out.Confidence = r.share("spec.quality.confidenceLevel", spec.ConfidenceLevel, defaultConfidence, 0.5, 0.999999)
	out.BelieveJumps = spec.Jumps == "Believe"
	out.CollapseRatio = r.share("spec.quality.collapseBelow", spec.CollapseBelow, defaultCollapse, 0, 1)
	return out
}

// share parses an optional percentage within bounds.
func (r *resolver) share(field string, v v1alpha1.Value, otherwise, low, high float64) float64 {
	if v == "" {
		return otherwise
	}
	f, err := v.Float()
	if err != nil || v.Kind() != v1alpha1.PercentValue || f < low || f > high {
		r.problems.add(field, fmt.Sprintf("%q must be a percentage between %g%% and %g%%", string(v), low*100, high*100))
		return otherwise
	}
	return f
}
