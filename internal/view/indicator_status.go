package view

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// ofIndicators are the conditions of an indicator, as they are told.
var ofIndicators = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionStalled, v1alpha1.ConditionComputed, v1alpha1.ConditionFresh, v1alpha1.ConditionSampleSufficient,
	v1alpha1.ConditionWithinThresholds, v1alpha1.ConditionDeteriorating, v1alpha1.ConditionPromiseKept, v1alpha1.ConditionResponding, v1alpha1.ConditionTargetMet,
	v1alpha1.ConditionTargetInReach, v1alpha1.ConditionDiverging, v1alpha1.ConditionGuarded, v1alpha1.ConditionBalanced, v1alpha1.ConditionReviewDue,
	v1alpha1.ConditionComparable, v1alpha1.ConditionAlerting, v1alpha1.ConditionPublished,
}

// decided are those of them that internal/alert decides.
var decided = []alert.Type{alert.Computed, alert.Fresh, alert.SampleSufficient, alert.WithinThresholds, alert.Worsening, alert.PromiseKept, alert.Responding,
	alert.TargetMet, alert.TargetInReach, alert.Diverging, alert.Guarded, alert.Balanced, alert.ReviewDue, alert.Comparable, alert.Alerting}

// judgements are those that judge numbers, with the reason under which they judge none.
var judgements = map[string]string{
	v1alpha1.ConditionFresh:            v1alpha1.ReasonPending,
	v1alpha1.ConditionSampleSufficient: v1alpha1.ReasonNoData,
	v1alpha1.ConditionWithinThresholds: v1alpha1.ReasonNoData,
	v1alpha1.ConditionPromiseKept:      v1alpha1.ReasonNoData,
	v1alpha1.ConditionTargetMet:        v1alpha1.ReasonNoData,
	v1alpha1.ConditionTargetInReach:    v1alpha1.ReasonNoData,
	v1alpha1.ConditionDeteriorating:    v1alpha1.ReasonNoData,
	v1alpha1.ConditionResponding:       v1alpha1.ReasonNoData,
	v1alpha1.ConditionDiverging:        v1alpha1.ReasonNoData,
}

func (d Definition) conditions() conditions {
	return conditions{&d.Status.Conditions, d.Object.GetGeneration()}
}

// Tell turns a decision on the indicator in into its status as of now. report is where the numbers stand, nil before there is
// one; waits is what keeps the source from being read, empty if nothing does; dropped is how many series were left out of the
// metrics.
func (d Definition) Tell(in *alert.Indicator, decision alert.Decision, report *v1alpha1.IndicatorReport, waits string, dropped int, now time.Time) {
	c := d.conditions()
	c.ready("The definition is valid and everything it refers to exists.", waits)
	c.decided(&decision, decided...)
	d.tellPublished(dropped)
	s := decision.Summary
	d.Status.Summary = &v1alpha1.IndicatorSummary{
		Value: Cut(s.Value, maxSummary), Interval: Cut(s.Interval, maxSummary), N: s.N,
		Period: Cut(s.Period, maxPeriod), Trend: s.Trend, State: string(s.State), Target: Cut(s.Target, maxSummary),
	}
	d.Status.SegmentAlerts = nil
	for _, a := range slices.Concat(decision.Alerts, decision.Withheld) {
		if a.Segment != "" && len(d.Status.SegmentAlerts) < maxSegmentAlerts {
			d.Status.SegmentAlerts = append(d.Status.SegmentAlerts, v1alpha1.SegmentAlert{
				Segment: Cut(a.Segment, maxSegment), Severity: string(a.Severity), Team: a.Team, Message: Cut(a.Message, maxAlert),
			})
		}
	}
	if report != nil {
		d.Status.ReportRef = &v1alpha1.LocalReference{Name: report.Name}
	}
	d.Status.Baseline = baseline(d.Status.Baseline, in.Formula, now)
}

// baseline of a formula begins where the formula changes.
func baseline(before *v1alpha1.Baseline, formula string, now time.Time) *v1alpha1.Baseline {
	if before != nil && before.RequestHash == formula {
		return before
	}
	return &v1alpha1.Baseline{RequestHash: formula, Since: new(metav1.NewTime(now.Truncate(time.Second)))}
}

func (d Definition) tellPublished(dropped int) {
	c := d.conditions()
	switch published := d.Published(); {
	case published == metrics.PublishNone:
		c.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonNotPublished, "publish.metrics is None: neither values nor alerts leave the cluster's API.")
	case dropped > 0:
		c.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonSeriesCapped,
			fmt.Sprintf("%d segment series are left out of the metrics: the definition or its namespace has too many. Take fewer breakdowns, or publish.metrics: TotalOnly.", dropped))
	default:
		c.set(v1alpha1.ConditionPublished, metav1.ConditionTrue, v1alpha1.ReasonPublished, "The metrics are exported as declared.")
	}
}

// TellBlocked tells why the indicator cannot be computed, and gives what is decided of it as of now. Its last numbers stay in
// the report and are not published, for nobody could say any more what they mean. dryRun: the operator tells nobody anything.
func (d Definition) TellBlocked(why *Blocked, dryRun bool, now time.Time) alert.Decision {
	c := d.conditions()
	c.blocked(why)
	if !c.has(v1alpha1.ConditionComputed) {
		c.set(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending, "No run has finished under the present formula yet.")
	}
	for condition, reason := range judgements {
		if c.has(condition) {
			c.set(condition, metav1.ConditionUnknown, reason, "The indicator cannot be computed as it stands: Ready says why.")
		}
	}
	if d.Published() != metrics.PublishNone {
		c.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonWithdrawn, "The indicator cannot be computed as it stands, so its numbers have left the metrics: Ready says why.")
	}
	if d.Status.Summary == nil {
		d.Status.Summary = &v1alpha1.IndicatorSummary{}
	}
	d.Status.Summary.State = string(alert.StatePending)
	if why.Stalled {
		d.Status.Summary.State = string(alert.StateInvalid)
	}
	d.Status.SegmentAlerts = nil
	decision := alert.Blocked(Telling(d.Alerting, d.zone(), dryRun), d.Owner.Team, why.Message, now)
	c.decided(&decision, alert.Alerting)
	return decision
}

// Conclude ends a look: the status speaks of the object as it stands, its conditions in order.
func (d Definition) Conclude() {
	d.Status.ObservedGeneration = d.Object.GetGeneration()
	d.conditions().order(ofIndicators)
}
