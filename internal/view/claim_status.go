package view

import (
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// ofClaims are the conditions of a claim, as they are told.
var ofClaims = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionStalled, v1alpha1.ConditionComputed, v1alpha1.ConditionSupported,
	v1alpha1.ConditionDiverging, v1alpha1.ConditionReviewDue, v1alpha1.ConditionAlerting,
}

func conditionsOf(linkage *v1alpha1.CPILinkage) conditions {
	return conditions{&linkage.Status.Conditions, linkage.Generation}
}

// TellClaim turns what is decided on a claim into its status as of now. report is where the findings stand; waits is what
// keeps a source from being read, empty if nothing does.
func TellClaim(linkage *v1alpha1.CPILinkage, in *alert.Claim, d alert.ClaimDecision, report *v1alpha1.IndicatorReport, waits string, now time.Time) {
	c := conditionsOf(linkage)
	c.ready("The claim is valid and everything it refers to exists.", waits)
	c.decided(&d.Decision, alert.Computed, alert.Supported, alert.Diverging, alert.ReviewDue, alert.Alerting)
	s := &linkage.Status
	s.Verdict = string(d.Verdict)
	s.Stage, s.Since = string(d.Course.Now().Stage), when(d.Course.Now())
	s.Course, s.Drivers, s.Explanation = nil, nil, nil
	for _, step := range d.Course.Steps {
		s.Course = append(s.Course, stage(step))
	}
	s.Summary = &v1alpha1.LinkSummary{
		Driver: Cut(d.Strongest.Driver, maxName), Effect: Cut(d.Strongest.Effect, maxEffect),
		Lag: Cut(d.Strongest.Lag, maxShort), Verdict: Cut(d.Strongest.Verdict, maxVerdict),
	}
	for _, one := range d.Standing {
		s.Drivers = append(s.Drivers, standing(one, d.Course))
	}
	for _, sentence := range d.Explanation[:min(len(d.Explanation), maxExplanation)] {
		s.Explanation = append(s.Explanation, Cut(sentence, maxSentence))
	}
	s.ReportRef = &v1alpha1.LocalReference{Name: report.Name}
	s.Baseline = baseline(s.Baseline, in.Formula, now)
}

// standing of a driver, with what it was before.
func standing(one alert.DriverStanding, course alert.Course) v1alpha1.LinkDriverStatus {
	out := v1alpha1.LinkDriverStatus{
		Name: one.Driver, Verdict: string(one.Verdict), Reason: Cut(one.Reason, maxReason), Stage: string(one.Step.Stage), Since: when(one.Step),
		Effect: Cut(one.Effect, maxEffect), Lag: Cut(one.Lag, maxShort), Influence: Cut(one.Influence, maxShort), Sentence: Cut(one.Sentence, maxSentence),
	}
	if one.Q != nil {
		out.Q = strconv.FormatFloat(*one.Q, 'g', 3, 64)
	}
	if was, moved := course.Was[one.Driver]; moved {
		out.Course = append(out.Course, stage(was))
	}
	out.Course = append(out.Course, stage(one.Step))
	return out
}

func stage(step alert.Step) v1alpha1.LinkStage {
	return v1alpha1.LinkStage{Stage: string(step.Stage), Verdict: string(step.Verdict), Since: when(step)}
}

func when(step alert.Step) *metav1.Time {
	if step.Since.IsZero() {
		return nil
	}
	return new(metav1.NewTime(step.Since))
}

// TellClaimBlocked tells why a claim cannot be tested, and gives what is decided of it as of now. What was found of it stays
// in the report and is not published, for nobody could say any more what it means. team is told; dryRun: the operator tells
// nobody anything.
func TellClaimBlocked(linkage *v1alpha1.CPILinkage, why *Blocked, team string, dryRun bool, now time.Time) alert.Decision {
	c := conditionsOf(linkage)
	c.blocked(why)
	if !c.has(v1alpha1.ConditionComputed) {
		c.set(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending, "The claim has not been tested yet.")
	}
	for _, condition := range []string{v1alpha1.ConditionSupported, v1alpha1.ConditionDiverging} {
		if condition == v1alpha1.ConditionSupported || c.has(condition) {
			c.set(condition, metav1.ConditionUnknown, v1alpha1.ReasonPending, "The claim cannot be tested as it stands: Ready says why.")
		}
	}
	word := "Pending"
	if why.Stalled {
		word = why.Reason
	}
	s := &linkage.Status
	s.Summary = &v1alpha1.LinkSummary{Verdict: Cut(word, maxVerdict)}
	s.Verdict, s.Explanation = "", []string{Cut(why.Message, maxSentence)}
	for i, d := range s.Drivers {
		s.Drivers[i] = v1alpha1.LinkDriverStatus{Name: d.Name, Stage: d.Stage, Since: d.Since, Course: d.Course}
	}
	decision := alert.Blocked(ClaimTelling(linkage, nil, dryRun), team, why.Message, now)
	c.decided(&decision, alert.Alerting)
	return decision
}

// ConcludeClaim ends a look: the status speaks of the claim as it stands, its conditions in order.
func ConcludeClaim(linkage *v1alpha1.CPILinkage) {
	linkage.Status.ObservedGeneration = linkage.Generation
	conditionsOf(linkage).order(ofClaims)
}
