// Package view puts objects of the API into the plain form that decisions are made on.
package view

import (
	"time"

	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Indicator is a CPIDefinition or a KPITarget, with what it refers to and its report; nil before there is one. Guards,
// chances and imbalances, which other objects tell, and who is told are the caller's to add.
func Indicator(object client.Object, found resolve.Followed, report *v1alpha1.IndicatorReport) *alert.Indicator {
	formula := found.Formula
	out := &alert.Indicator{
		Name:          object.GetName(),
		Formula:       formula.RequestHash,
		MinSampleSize: formula.Quality.MinSampleSize,
		Confidence:    formula.Quality.Confidence,
		Period:        formula.Period,
		Location:      time.UTC,
		Source:        SourceRuns(found.On.Source),
	}
	if created := object.GetCreationTimestamp().Time; created.After(out.Source.Created) {
		out.Source.Created = created
	}
	if family, err := measure.Of(formula.Measure); err == nil { // checked when it was resolved
		described := family.Describe()
		out.Direction, out.Unit, out.Percent = described.Direction, described.Unit, resolve.IsPercent(formula.Measure, described)
	}
	if formula.Period != nil {
		if zone, err := time.LoadLocation(formula.Period.TimeZone); err == nil { // checked when it was resolved
			out.Location = zone
		}
	}
	if rate := formula.Quality.ResponseRate; rate != nil {
		out.MinResponse = rate.Minimum
	}
	out.FreshWithin = freshWithin(found.On)
	annotations := object.GetAnnotations()
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		out.Kind, out.Title, out.Team, out.Review = alert.CPI, o.Spec.Title, o.Spec.Owner.Team, Review(o, o.Spec.Review)
		out.Thresholds, out.Overrides = thresholds(o.Spec.Thresholds), overrides(o.Spec.Overrides)
		out.Benchmark = benchmark(o.Spec.Benchmark)
		out.Promise = resolve.PromiseTerms(o.Spec.Promise, formula)
	case *v1alpha1.KPITarget:
		out.Kind, out.Title, out.Team, out.Review = alert.KPI, o.Spec.Title, o.Spec.Owner.Team, Review(o, o.Spec.Review)
		if found.CPI != nil {
			out.GoalOn, annotations = found.CPI.Name, found.CPI.Annotations
		}
		out.Targets = targets(o.Spec.Targets, out.Location)
		out.AtRiskBelow = ptr.Deref(level(o.Spec.AtRiskBelow), defaultAtRisk)
	}
	if report != nil {
		out.Result, out.Attempt = result(report.Status.Result), attempt(report.Status.Attempt)
		if out.Attempt != nil { // as things are now: an edit of the source lifts a quarantine
			out.Attempt.Kills = int(planstep.Kills(report.Status.Attempt, formula.RequestHash, planstep.CircumstancesOf(found.On.Source, annotations)))
		}
	}
	return out
}

// defaultAtRisk is the chance of a target below which it is at risk.
const defaultAtRisk = 0.5

// freshWithin is how old the report's watermark, the earlier one of two datasets, may be: what both would allow. A
// dataset that is late by its own measure alone is told in the report's warnings.
func freshWithin(on resolve.Context) time.Duration {
	var within time.Duration
	if f := on.Dataset.Freshness; f != nil {
		within = f.Within
	}
	if on.Other != nil && on.Other.Freshness != nil {
		within = max(within, on.Other.Freshness.Within)
	}
	return within
}

// level of an optional value; what cannot be parsed was told as a problem before.
func level(v *v1alpha1.Value) *float64 {
	if v == nil {
		return nil
	}
	f, err := v.Float()
	if err != nil {
		return nil
	}
	return &f
}

func thresholds(t *v1alpha1.Thresholds) alert.Thresholds {
	if t == nil {
		return alert.Thresholds{}
	}
	return alert.Thresholds{Warning: level(t.Warning), Critical: level(t.Critical)}
}

func benchmark(b *v1alpha1.Benchmark) *alert.Benchmark {
	if b == nil || level(b.Value) == nil {
		return nil
	}
	return &alert.Benchmark{Value: *level(b.Value), Variant: b.Variant, Source: b.Source, Date: b.Date, Population: b.Population}
}

func overrides(specs []v1alpha1.SegmentOverride) []alert.Override {
	var out []alert.Override
	for _, o := range specs {
		override := alert.Override{Match: o.Match, Thresholds: thresholds(o.Thresholds)}
		if o.Owner != nil {
			override.Team = o.Owner.Team
		}
		out = append(out, override)
	}
	return out
}

func targets(specs []v1alpha1.Target, zone *time.Location) []alert.Target {
	day := func(text string) time.Time {
		t, _ := time.ParseInLocation(time.DateOnly, text, zone) // the zero time for an absent day
		return t
	}
	var out []alert.Target
	for _, t := range specs {
		target := alert.Target{From: day(t.From), By: day(t.By), Bound: bound(t.AtLeast, t.AtMost), FiscalYear: t.Accumulate != ""}
		for _, o := range t.Overrides {
			target.Overrides = append(target.Overrides, alert.TargetOverride{Match: o.Match, Bound: bound(o.AtLeast, o.AtMost)})
		}
		out = append(out, target)
	}
	return out
}

func bound(atLeast, atMost *v1alpha1.Value) alert.Bound {
	if l := level(atMost); l != nil {
		return alert.Bound{Level: *l, AtMost: true}
	}
	return alert.Bound{Level: ptr.Deref(level(atLeast), 0)}
}

func result(r *v1alpha1.ReportResult) *alert.Result {
	if r == nil {
		return nil
	}
	out := &alert.Result{Formula: r.RequestHash, Variant: r.Variant, History: planstep.History(r.History)}
	if r.Watermark != nil {
		out.Watermark = &r.Watermark.Time
	}
	for _, p := range r.Periods {
		out.Periods = append(out.Periods, planstep.Period(p))
	}
	for _, s := range r.Segments {
		part := alert.Segment{By: s.By, Values: s.Values, Current: planstep.Period(s.Current)}
		if s.Previous != nil {
			part.Previous = new(planstep.Period(*s.Previous))
		}
		out.Segments = append(out.Segments, part)
	}
	return out
}

func attempt(a *v1alpha1.ReportAttempt) *alert.Attempt {
	if a == nil {
		return nil
	}
	out := &alert.Attempt{Formula: a.RequestHash, Failed: a.Outcome == "Failed", Reason: a.Reason, Message: a.Message}
	if a.Since != nil {
		out.Since = a.Since.Time
	}
	return out
}
