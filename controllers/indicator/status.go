package indicator

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// decided are the conditions that internal/alert decides; those it leaves out do not apply and are removed.
var decided = []alert.Type{alert.Computed, alert.Fresh, alert.SampleSufficient, alert.WithinThresholds, alert.Worsening, alert.PromiseKept, alert.Responding,
	alert.TargetMet, alert.TargetInReach, alert.Diverging, alert.Guarded, alert.Balanced, alert.ReviewDue, alert.Comparable, alert.Alerting}

// Bounds of the schema and of Events, in characters. Longer texts are cut: a long name must not get a status refused.
const (
	maxSegmentAlerts = 32
	maxMessage       = 4096
	maxSummary       = 64
	maxPeriod        = 32
	maxSegment       = 512
	maxAlert         = 1024
	maxEvent         = 250 // 1,000 bytes in any script
)

// cut shortens a text to so many characters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

func (d definition) set(condition string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&d.status.Conditions, metav1.Condition{
		Type: condition, Status: status, Reason: reason, Message: cut(message, maxMessage), ObservedGeneration: d.object.GetGeneration(),
	})
}

// ordered are the conditions as they are told, whatever happened first: the same objects read the same.
var ordered = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionStalled, v1alpha1.ConditionComputed, v1alpha1.ConditionFresh, v1alpha1.ConditionSampleSufficient,
	v1alpha1.ConditionWithinThresholds, v1alpha1.ConditionDeteriorating, v1alpha1.ConditionPromiseKept, v1alpha1.ConditionResponding, v1alpha1.ConditionTargetMet,
	v1alpha1.ConditionTargetInReach, v1alpha1.ConditionDiverging, v1alpha1.ConditionGuarded, v1alpha1.ConditionBalanced, v1alpha1.ConditionReviewDue,
	v1alpha1.ConditionComparable, v1alpha1.ConditionAlerting, v1alpha1.ConditionPublished,
}

func order(conditions []metav1.Condition) {
	slices.SortStableFunc(conditions, func(a, b metav1.Condition) int {
		return cmp.Compare(slices.Index(ordered, a.Type), slices.Index(ordered, b.Type))
	})
}

// tellReady: valid, and all that it refers to exists; what it waits for may not be ready.
func tellReady(d definition, waits string) {
	if waits == "" {
		d.set(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady, "The definition is valid and everything it refers to exists.")
	} else {
		d.set(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonReferenceNotReady, waits)
	}
	d.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
}

// tellDecision turns decisions into conditions and summary.
func tellDecision(d definition, decision alert.Decision, dropped int) {
	for _, t := range decided {
		c := decision.Condition(t)
		if c == nil {
			meta.RemoveStatusCondition(&d.status.Conditions, string(t))
			continue
		}
		d.set(string(t), metav1.ConditionStatus(c.Status), string(c.Reason), c.Message)
	}
	tellPublished(d, dropped)
	s := decision.Summary
	d.status.Summary = &v1alpha1.IndicatorSummary{
		Value: cut(s.Value, maxSummary), Interval: cut(s.Interval, maxSummary), N: s.N,
		Period: cut(s.Period, maxPeriod), Trend: s.Trend, State: string(s.State), Target: cut(s.Target, maxSummary),
	}
	d.status.SegmentAlerts = nil
	for _, a := range slices.Concat(decision.Alerts, decision.Withheld) {
		if a.Segment != "" && len(d.status.SegmentAlerts) < maxSegmentAlerts {
			d.status.SegmentAlerts = append(d.status.SegmentAlerts, v1alpha1.SegmentAlert{
				Segment: cut(a.Segment, maxSegment), Severity: string(a.Severity), Team: a.Team, Message: cut(a.Message, maxAlert),
			})
		}
	}
}

func tellPublished(d definition, dropped int) {
	switch published := d.published(); {
	case published == metrics.PublishNone:
		d.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonNotPublished, "publish.metrics is None: neither values nor alerts leave the cluster's API.")
	case dropped > 0:
		d.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonSeriesCapped,
			fmt.Sprintf("%d segment series are left out of the metrics: the definition or its namespace has too many. Take fewer breakdowns, or publish.metrics: TotalOnly.", dropped))
	default:
		d.set(v1alpha1.ConditionPublished, metav1.ConditionTrue, v1alpha1.ReasonPublished, "The metrics are exported as declared.")
	}
}

// judgements are the conditions that judge numbers, with the reason under which they judge none.
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

// tellBlocked tells why the indicator cannot be computed. Its last numbers stay in the report and leave the
// metrics, for nobody could say any more what they mean. next is when that changes by time alone; zero if it does not.
func (r *Reconciler) tellBlocked(d definition, why *reports.Blocked, now time.Time) (next time.Time) {
	d.set(v1alpha1.ConditionReady, metav1.ConditionFalse, why.Reason, why.Message)
	state := alert.StatePending
	if why.Stalled {
		state = alert.StateInvalid
		d.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, why.Reason, why.Message)
	} else {
		d.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
	}
	if meta.FindStatusCondition(d.status.Conditions, v1alpha1.ConditionComputed) == nil {
		d.set(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending, "No run has finished under the present formula yet.")
	}
	for condition, reason := range judgements {
		if meta.FindStatusCondition(d.status.Conditions, condition) != nil {
			d.set(condition, metav1.ConditionUnknown, reason, "The indicator cannot be computed as it stands: Ready says why.")
		}
	}
	if d.published() != metrics.PublishNone {
		d.set(v1alpha1.ConditionPublished, metav1.ConditionFalse, v1alpha1.ReasonWithdrawn, "The indicator cannot be computed as it stands, so its numbers have left the metrics: Ready says why.")
	}
	if d.status.Summary == nil {
		d.status.Summary = &v1alpha1.IndicatorSummary{}
	}
	d.status.Summary.State = string(state)
	d.status.SegmentAlerts = nil
	in := &alert.Indicator{Kind: d.kind, Name: d.object.GetName(), Title: d.title, Team: d.owner.Team, GoalOn: d.goalOn}
	decision := alert.Blocked(view.Telling(d.alerting, d.zone(), r.DryRun), d.owner.Team, why.Message, now)
	tellAlerting(d, decision)
	r.Store.SetIndicator(metrics.Indicator{
		Namespace: d.object.GetNamespace(), View: in, Decision: decision, Now: now, Theme: d.theme, Class: d.class, Publish: d.published(), State: state,
	})
	return decision.Next
}

// badWhenTrue are conditions of which True is the news.
var badWhenTrue = []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReviewDue, v1alpha1.ConditionDiverging, v1alpha1.ConditionDeteriorating}

// tellTransitions sends one Event for each condition whose status or reason turned bad, or good again. The
// first look at an object tells only what is bad.
func (r *Reconciler) tellTransitions(object client.Object, before, after []metav1.Condition) {
	for _, now := range after {
		was := meta.FindStatusCondition(before, now.Type)
		if now.Type == v1alpha1.ConditionStalled || was != nil && was.Status == now.Status && was.Reason == now.Reason {
			continue // Stalled says what Ready says
		}
		switch {
		case bad(now):
			r.Events.Eventf(object, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%s", cut(now.Message, maxEvent))
		case was != nil && bad(*was):
			r.Events.Eventf(object, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%s", cut(now.Message, maxEvent))
		}
	}
}

func bad(c metav1.Condition) bool {
	if c.Reason == v1alpha1.ReasonNotPublished || c.Reason == v1alpha1.ReasonWithdrawn || c.Type == v1alpha1.ConditionAlerting {
		return false // as asked for, or as Ready says
	}
	if slices.Contains(badWhenTrue, c.Type) {
		return c.Status == metav1.ConditionTrue
	}
	return c.Status == metav1.ConditionFalse
}
