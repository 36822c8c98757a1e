package view

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Claim is a CPILinkage, resolved, with the data source that tests it, the KPI's owner, and its report. everywhere: the
// operator tells nobody anything.
func Claim(linkage *v1alpha1.CPILinkage, claim plan.Linkage, source *v1alpha1.DataSource, owner v1alpha1.Owner, report *v1alpha1.IndicatorReport, everywhere bool) *alert.Claim {
	out := &alert.Claim{
		Name: linkage.Name, Title: titleOf(linkage, claim), Team: owner.Team, KPI: linkage.Spec.KPIRef.Name,
		Unit: claim.KPI.Unit, Percent: percent(claim.KPI), Formula: claim.RequestHash,
		Source: SourceRuns(source), Review: Review(linkage, linkage.Spec.Review), Before: course(linkage),
	}
	if o := linkage.Spec.Owner; o != nil {
		out.Team = o.Team
	}
	if claim.Calendar != nil {
		out.Grain = claim.Calendar.Grain
	}
	for _, d := range claim.Drivers {
		out.Drivers = append(out.Drivers, alert.ClaimDriver{Name: d.Name, Unit: d.Unit, Percent: percent(d.Series)})
		out.Guardrail = out.Guardrail || d.Guardrail != nil
	}
	out.Telling = ClaimTelling(linkage, claim.Calendar, everywhere)
	if link := report.Status.Link; link != nil {
		out.Found, out.FoundOf = planstep.Found(link), link.RequestHash
	}
	if a := report.Status.Attempt; a != nil {
		out.Attempt = &alert.Attempt{Formula: a.RequestHash, Failed: a.Outcome == "Failed", Reason: a.Reason, Message: a.Message}
		if a.Since != nil {
			out.Attempt.Since = a.Since.Time
		}
		out.Attempt.Kills = int(planstep.Kills(a, claim.RequestHash, planstep.CircumstancesOf(source, linkage.Annotations)))
	}
	if s := linkage.Status.Runs; s != nil {
		out.Own = &alert.OwnRuns{Reason: s.Reason, Message: s.Message, Since: instant(s.FailedSince)}
	}
	return out
}

// ClaimTelling is who is told of a claim, in days of the KPI's periods; calendar is nil where there are none.
func ClaimTelling(linkage *v1alpha1.CPILinkage, calendar *plan.Period, everywhere bool) alert.Telling {
	zone := time.UTC
	if calendar != nil {
		if known, err := time.LoadLocation(calendar.TimeZone); err == nil { // checked when it was resolved
			zone = known
		}
	}
	return Telling(linkage.Spec.Alerting, zone, everywhere)
}

func titleOf(linkage *v1alpha1.CPILinkage, claim plan.Linkage) string {
	var drivers []string
	for _, d := range claim.Drivers {
		drivers = append(drivers, d.Title)
	}
	return ClaimTitle(linkage.Spec.Title, drivers, claim.KPI.Title)
}

// ClaimTitle is a claim's own title or, without one, made of those of its drivers and its KPI.
func ClaimTitle(own string, drivers []string, kpi string) string {
	switch {
	case own != "":
		return own
	case len(drivers) == 0: // the schema lets none through
		return kpi
	case len(drivers) > 1:
		return drivers[0] + " and others → " + kpi
	}
	return drivers[0] + " → " + kpi
}

// percent tells whether people read an indicator as a percentage; of one whose formula is elsewhere, by its unit.
func percent(s plan.Series) bool {
	if s.Indicator == nil {
		return s.Unit == "ratio"
	}
	family, err := measure.Of(s.Indicator.Measure)
	return err == nil && resolve.IsPercent(s.Indicator.Measure, family.Describe())
}

// course of the claim so far, as the status has it.
func course(linkage *v1alpha1.CPILinkage) alert.Course {
	s := &linkage.Status
	out := alert.Course{Steps: Steps(s.Course), Drivers: map[string]alert.Step{}, Was: map[string]alert.Step{}}
	if s.Baseline != nil {
		out.Formula = s.Baseline.RequestHash
	}
	for _, d := range s.Drivers {
		out.Drivers[d.Name] = alert.Step{Stage: alert.Stage(d.Stage), Since: instant(d.Since)}
		if steps := Steps(d.Course); len(steps) > 0 { // absent from a status written before it was kept
			out.Drivers[d.Name] = steps[len(steps)-1]
			if len(steps) > 1 {
				out.Was[d.Name] = steps[len(steps)-2]
			}
		}
	}
	return out
}

// Steps of a claim or a driver, as a status has them.
func Steps(stages []v1alpha1.LinkStage) []alert.Step {
	var out []alert.Step
	for _, one := range stages {
		out = append(out, alert.Step{Stage: alert.Stage(one.Stage), Verdict: plan.Verdict(one.Verdict), Since: instant(one.Since)})
	}
	return out
}

func instant(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
