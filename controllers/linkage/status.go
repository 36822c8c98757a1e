package linkage

import (
	"cmp"
	"context"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Bounds of the schema and of Events, in characters.
const (
	maxMessage = 4096
	maxEvent   = 250
	maxReason  = 64
)

// tellBlocked tells why the claim cannot be tested. What was found of it leaves the metrics. next is when that changes by time
// alone; zero if it does not.
func (r *Reconciler) tellBlocked(ctx context.Context, linkage *v1alpha1.CPILinkage, why *view.Blocked, now time.Time) (next time.Time, err error) {
	team, err := view.ClaimTeam(linkage, r.objects(ctx, linkage))
	if err != nil {
		return time.Time{}, err
	}
	decision := view.TellClaimBlocked(linkage, why, team, r.DryRun, now)
	r.Store.SetLinkage(metrics.Linkage{
		Namespace: linkage.Namespace, Name: linkage.Name, KPI: linkage.Spec.KPIRef.Name, Title: cmp.Or(linkage.Spec.Title, linkage.Name),
		Decision: alert.ClaimDecision{Decision: decision},
	})
	return decision.Next, nil
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
			r.Events.Eventf(linkage, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%s", view.Cut(now.Message, maxEvent))
		case was != nil && bad(*was):
			r.Events.Eventf(linkage, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%s", view.Cut(now.Message, maxEvent))
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
	r.Events.Eventf(linkage, nil, kind, v1alpha1.ReasonVerdictChanged, v1alpha1.ConditionSupported, "%s", view.Cut(strings.Join(texts, " "), maxEvent))
}

func bad(c metav1.Condition) bool {
	if c.Type == v1alpha1.ConditionReady || c.Type == v1alpha1.ConditionComputed {
		return c.Status == metav1.ConditionFalse
	}
	return c.Status == metav1.ConditionTrue && c.Type != v1alpha1.ConditionAlerting // Diverging, ReviewDue
}
