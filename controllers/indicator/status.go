package indicator

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// maxEvent bounds the text of an Event, in characters: 1,000 bytes in any script.
const maxEvent = 250

func newObject(kind alert.Kind) client.Object {
	if kind == alert.KPI {
		return &v1alpha1.KPITarget{}
	}
	return &v1alpha1.CPIDefinition{}
}

// tellBlocked tells why the indicator cannot be computed. Its last numbers leave the metrics. next is when that changes by
// time alone; zero if it does not.
func (r *Reconciler) tellBlocked(d view.Definition, why *view.Blocked, now time.Time) (next time.Time) {
	decision := d.TellBlocked(why, r.DryRun, now)
	r.Store.SetIndicator(metrics.Indicator{
		Namespace: d.Object.GetNamespace(),
		View:      &alert.Indicator{Kind: d.Kind, Name: d.Object.GetName(), Title: d.Title, Team: d.Owner.Team, GoalOn: d.GoalOn},
		Decision:  decision, Now: now, Theme: d.Theme, Class: d.Class, Publish: d.Published(), State: alert.State(d.Status.Summary.State),
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
			r.Events.Eventf(object, nil, corev1.EventTypeWarning, now.Reason, now.Type, "%s", view.Cut(now.Message, maxEvent))
		case was != nil && bad(*was):
			r.Events.Eventf(object, nil, corev1.EventTypeNormal, now.Reason, now.Type, "%s", view.Cut(now.Message, maxEvent))
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
