package offline

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Judged is an indicator with what its numbers mean.
type Judged struct {
	Object client.Object
	// Invalid says what keeps it from being computed; nothing else is set then.
	Invalid string
	View    *alert.Indicator
	alert.Decision
	// Report the numbers come from: its own or, of a goal, that of its CPI.
	Report *v1alpha1.IndicatorReport
}

// JudgedClaim is a linkage with what was found of it.
type JudgedClaim struct {
	Object  *v1alpha1.CPILinkage
	Invalid string
	alert.ClaimDecision
	Report *v1alpha1.IndicatorReport
}

// Judge says what was computed means, as the operator's status and alerts do. What several objects decide together is not
// in it: divergence, targets at risk, missing guardrails and the balance of a portfolio are told on the claims, or in a
// cluster.
func (n *Namespace) Judge(c Computed, now time.Time) (indicators []Judged, claims []JudgedClaim) {
	n.ran(c, now)
	o := objects{n, c.Reports}
	for i := range n.CPIs {
		found, err := resolve.FollowCPI(&n.CPIs[i], o)
		indicators = append(indicators, judge(&n.CPIs[i], resolve.KindCPIDefinition, found, err, c, now))
	}
	for i := range n.KPIs {
		found, err := resolve.FollowKPI(&n.KPIs[i], o)
		indicators = append(indicators, judge(&n.KPIs[i], resolve.KindKPITarget, found, err, c, now))
	}
	for i := range n.Linkages {
		claims = append(claims, n.judgeClaim(&n.Linkages[i], o, c, now))
	}
	return indicators, claims
}

// ran notes on the sources how their run went.
func (n *Namespace) ran(c Computed, now time.Time) {
	at := metav1.NewTime(now)
	for i := range n.Sources {
		s := &n.Sources[i]
		s.CreationTimestamp, s.Status.LastSuccessTime = at, &at
		if failure, failed := c.Failed[s.Name]; failed {
			s.Status.LastSuccessTime = nil
			s.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionComputed, Status: metav1.ConditionFalse,
				Reason: string(failure.Reason), Message: failure.Message, LastTransitionTime: at,
			}}
		}
	}
}

func judge(object client.Object, kind string, found resolve.Followed, err error, c Computed, now time.Time) Judged {
	if err != nil {
		return Judged{Object: object, Invalid: err.Error()}
	}
	name := object.GetName()
	if found.CPI != nil {
		kind, name = resolve.KindCPIDefinition, found.CPI.Name
	}
	report := c.Reports[kind+"/"+name]
	in := view.Indicator(object, found, report)
	in.Telling = view.Telling(alertingOf(object), in.Location, false)
	return Judged{Object: object, View: in, Decision: alert.Decide(in, now), Report: report}
}

func alertingOf(object client.Object) *v1alpha1.Alerting {
	switch o := object.(type) {
	case *v1alpha1.CPIDefinition:
		return o.Spec.Alerting
	case *v1alpha1.KPITarget:
		return o.Spec.Alerting
	}
	return nil
}

func (n *Namespace) judgeClaim(l *v1alpha1.CPILinkage, o objects, c Computed, now time.Time) JudgedClaim {
	on, err := resolve.FollowLinkage(l, o)
	if err != nil {
		return JudgedClaim{Object: l, Invalid: err.Error()}
	}
	claim, refusal := resolve.Linkage(l, on)
	if refusal != nil {
		return JudgedClaim{Object: l, Invalid: refusal.String()}
	}
	source, _ := o.Source(on.KPI.Source)
	kpi, _ := o.KPI(l.Spec.KPIRef.Name)
	report := c.Reports[plan.KindLinkage+"/"+l.Name]
	return JudgedClaim{Object: l, ClaimDecision: alert.DecideClaim(view.Claim(l, claim, source, kpi.Spec.Owner, report, false), now), Report: report}
}
