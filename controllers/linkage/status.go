package linkage

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// ordered are the conditions as they are told.
var ordered = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionStalled, v1alpha1.ConditionComputed, v1alpha1.ConditionSupported,
	v1alpha1.ConditionDiverging, v1alpha1.ConditionReviewDue, v1alpha1.ConditionAlerting,
}

// decided are those that internal/alert decides; one that it leaves out does not apply and is removed.
var decided = []alert.Type{alert.Computed, alert.Supported, alert.Diverging, alert.ReviewDue, alert.Alerting}

// Bounds of the schema and of Events, in characters.
const (
	maxMessage     = 4096
	maxEvent       = 250
	maxSentence    = 1024
	maxExplanation = 32
	maxName        = 63
	maxEffect      = 128
	maxShort       = 32
	maxVerdict     = 96
	maxReason      = 64
)

func order(conditions []metav1.Condition) {
	slices.SortStableFunc(conditions, func(a, b metav1.Condition) int {
		return cmp.Compare(slices.Index(ordered, a.Type), slices.Index(ordered, b.Type))
	})
}

// cut shortens a text to so many characters.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

func set(linkage *v1alpha1.CPILinkage, condition string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&linkage.Status.Conditions, metav1.Condition{
		Type: condition, Status: status, Reason: reason, Message: cut(message, maxMessage), ObservedGeneration: linkage.Generation,
	})
}

// tell turns decisions into status.
func tell(linkage *v1alpha1.CPILinkage, d alert.ClaimDecision, waits string) {
	if waits == "" {
		set(linkage, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady, "The claim is valid and everything it refers to exists.")
	} else {
		set(linkage, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonReferenceNotReady, waits)
	}
	set(linkage, v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
	for _, t := range decided {
		if c := d.Condition(t); c != nil {
			set(linkage, string(t), metav1.ConditionStatus(c.Status), string(c.Reason), c.Message)
		} else {
			meta.RemoveStatusCondition(&linkage.Status.Conditions, string(t))
		}
	}
	s := &linkage.Status
	s.Verdict = string(d.Verdict)
	s.Stage, s.Since = string(d.Course.Now().Stage), when(d.Course.Now())
	s.Course, s.Drivers, s.Explanation = nil, nil, nil
	for _, step := range d.Course.Steps {
		s.Course = append(s.Course, stage(step))
	}
	s.Summary = &v1alpha1.LinkSummary{
		Driver: cut(d.Strongest.Driver, maxName), Effect: cut(d.Strongest.Effect, maxEffect),
		Lag: cut(d.Strongest.Lag, maxShort), Verdict: cut(d.Strongest.Verdict, maxVerdict),
	}
	for _, one := range d.Standing {
		out := v1alpha1.LinkDriverStatus{
			Name: one.Driver, Verdict: string(one.Verdict), Reason: cut(one.Reason, maxReason), Stage: string(one.Step.Stage), Since: when(one.Step),
			Effect: cut(one.Effect, maxEffect), Lag: cut(one.Lag, maxShort), Influence: cut(one.Influence, maxShort), Sentence: cut(one.Sentence, maxSentence),
		}
		if one.Q != nil {
			out.Q = strconv.FormatFloat(*one.Q, 'g', 3, 64)
		}
		if was, moved := d.Course.Was[one.Driver]; moved {
			out.Course = append(out.Course, stage(was))
		}
		out.Course = append(out.Course, stage(one.Step))
		s.Drivers = append(s.Drivers, out)
	}
	for _, sentence := range d.Explanation[:min(len(d.Explanation), maxExplanation)] {
		s.Explanation = append(s.Explanation, cut(sentence, maxSentence))
	}
}

func stage(step alert.Step) v1alpha1.LinkStage {
	return v1alpha1.LinkStage{Stage: string(step.Stage), Verdict: string(step.Verdict), Since: when(step)}
}

func when(step alert.Step) *metav1.Time {
	if step.Since.IsZero() {
		return nil
	}
	t := metav1.NewTime(step.Since)
	return &t
}

// tellBlocked tells why the claim cannot be tested. What was found of it stays in the report and leaves the metrics, for
// nobody could say any more what it means. next is when that changes by time alone; zero if it does not.
func (r *Reconciler) tellBlocked(ctx context.Context, linkage *v1alpha1.CPILinkage, why *reports.Blocked, now time.Time) (next time.Time, err error) {
	set(linkage, v1alpha1.ConditionReady, metav1.ConditionFalse, why.Reason, why.Message)
	word := "Pending"
	if why.Stalled {
		word = why.Reason
		set(linkage, v1alpha1.ConditionStalled, metav1.ConditionTrue, why.Reason, why.Message)
	} else {
		set(linkage, v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
	}
	if meta.FindStatusCondition(linkage.Status.Conditions, v1alpha1.ConditionComputed) == nil {
		set(linkage, v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending, "The claim has not been tested yet.")
	}
	for _, condition := range []string{v1alpha1.ConditionSupported, v1alpha1.ConditionDiverging} {
		if condition == v1alpha1.ConditionSupported || meta.FindStatusCondition(linkage.Status.Conditions, condition) != nil {
			set(linkage, condition, metav1.ConditionUnknown, v1alpha1.ReasonPending, "The claim cannot be tested as it stands: Ready says why.")
		}
	}
	linkage.Status.Summary = &v1alpha1.LinkSummary{Verdict: cut(word, maxVerdict)}
	linkage.Status.Verdict, linkage.Status.Explanation = "", []string{cut(why.Message, maxSentence)}
	for i := range linkage.Status.Drivers {
		d := &linkage.Status.Drivers[i]
		*d = v1alpha1.LinkDriverStatus{Name: d.Name, Stage: d.Stage, Since: d.Since, Course: d.Course}
	}
	team, err := r.team(ctx, linkage)
	if err != nil {
		return time.Time{}, err
	}
	decision := alert.Blocked(view.ClaimTelling(linkage, nil, r.DryRun), team, why.Message, now)
	tellAlerting(linkage, decision)
	r.Store.SetLinkage(metrics.Linkage{
		Namespace: linkage.Namespace, Name: linkage.Name, KPI: linkage.Spec.KPIRef.Name, Title: cmp.Or(linkage.Spec.Title, linkage.Name),
		Decision: alert.ClaimDecision{Decision: decision},
	})
	return decision.Next, nil
}

// team that is told of a claim: its own or, where it names none, the KPI's.
func (r *Reconciler) team(ctx context.Context, linkage *v1alpha1.CPILinkage) (string, error) {
	if o := linkage.Spec.Owner; o != nil {
		return o.Team, nil
	}
	kpi, err := reports.Objects{Context: ctx, Client: r.Client, Namespace: linkage.Namespace}.KPI(linkage.Spec.KPIRef.Name)
	if err != nil || kpi == nil {
		return "", err
	}
	return kpi.Spec.Owner.Team, nil
}

// tellAlerting tells whether anybody is told.
func tellAlerting(linkage *v1alpha1.CPILinkage, d alert.Decision) {
	if c := d.Condition(alert.Alerting); c != nil {
		set(linkage, v1alpha1.ConditionAlerting, metav1.ConditionStatus(c.Status), string(c.Reason), c.Message)
		return
	}
	meta.RemoveStatusCondition(&linkage.Status.Conditions, v1alpha1.ConditionAlerting)
}

// tellTransitions sends one Event for each condition that turned bad, or good again, and for each change of a verdict.
func (r *Reconciler) tellTransitions(linkage *v1alpha1.CPILinkage, before *v1alpha1.CPILinkageStatus) {
	for _, now := range linkage.Status.Conditions {
		was := meta.FindStatusCondition(before.Conditions, now.Type)
		if now.Type == v1alpha1.ConditionStalled || now.Type == v1alpha1.ConditionSupported || was != nil && was.Status == now.Status && was.Reason == now.Reason {
			continue // Stalled says what Ready says; the verdict is told below
		}
		switch {
		case bad(now):
			r.Events.Eventf(linkage, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%s", cut(now.Message, maxEvent))
		case was != nil && bad(*was):
			r.Events.Eventf(linkage, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%s", cut(now.Message, maxEvent))
		}
	}
	r.tellVerdict(linkage, before)
}

// tellVerdict sends one Event for all that moved, for of several about one thing and reason in a few minutes only the first
// would keep its words.
func (r *Reconciler) tellVerdict(linkage *v1alpha1.CPILinkage, before *v1alpha1.CPILinkageStatus) {
	var texts []string
	kind := corev1.EventTypeNormal
	look := func(of string, was, is []v1alpha1.LinkStage) {
		if len(was) == 0 || len(is) == 0 {
			return
		}
		a, b := view.Steps(was[len(was)-1:])[0], view.Steps(is[len(is)-1:])[0]
		from, to, moved := alert.Moved(a, b)
		if !moved {
			return
		}
		texts = append(texts, of+" "+from+", is "+to+".")
		if a.Stage == alert.Confirmed || b.Stage == alert.Refuted {
			kind = corev1.EventTypeWarning
		}
	}
	s := &linkage.Status
	look("Was", before.Course, s.Course)
	if len(s.Drivers) > 1 && s.Stage != string(alert.Hypothesised) { // the only one moves as the claim does, and of another claim all begin anew
		for _, driver := range s.Drivers {
			for _, was := range before.Drivers {
				if was.Name == driver.Name && was.Stage != string(alert.Hypothesised) {
					look(driver.Name+" was", was.Course, driver.Course)
				}
			}
		}
	}
	if len(texts) == 0 {
		return
	}
	if c := meta.FindStatusCondition(s.Conditions, v1alpha1.ConditionSupported); c != nil {
		texts = append(texts, c.Message)
	}
	r.Events.Eventf(linkage, nil, kind, v1alpha1.ReasonVerdictChanged, v1alpha1.ConditionSupported, "%s", cut(strings.Join(texts, " "), maxEvent))
}

func bad(c metav1.Condition) bool {
	if c.Type == v1alpha1.ConditionReady || c.Type == v1alpha1.ConditionComputed {
		return c.Status == metav1.ConditionFalse
	}
	return c.Status == metav1.ConditionTrue && c.Type != v1alpha1.ConditionAlerting // Diverging, ReviewDue
}
