package offline

import (
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Alerts that are active and told, by kind and name of the object that they are about.
type Alerts map[string][]alert.Alert

// Judge gives the indicators, claims and scorecards of a namespace the statuses that the operator would give them as of now, from their
// reports and the statuses of the sources, and gives the alerts. What they said before is taken into account, as by the
// operator. An object that cannot be computed as it stands says so in its status.
func Judge(o *board.Objects, now time.Time) Alerts {
	j := judge{Objects: o, now: now, alerts: Alerts{}}
	for i := range o.Linkages { // before the KPIs, of which they say something
		j.claim(&o.Linkages[i])
	}
	for i := range o.CPIs {
		j.indicator(&o.CPIs[i])
	}
	for i := range o.KPIs {
		j.indicator(&o.KPIs[i])
	}
	for i := range o.Scorecards { // last: they tell of all others
		set := scorecard.Of(*o, &o.Scorecards[i])
		o.Scorecards[i].Status, _ = set.Status(now)
	}
	return j.alerts
}

type judge struct {
	*board.Objects
	now    time.Time
	alerts Alerts
}

func (j *judge) told(kind, name string, alerts []alert.Alert) {
	if len(alerts) > 0 {
		j.alerts[kind+"/"+name] = alerts
	}
}

func (j *judge) claim(l *v1alpha1.CPILinkage) {
	defer view.ConcludeClaim(l)
	found, err := view.ResolveClaim(l, j, func() (resolve.Claims, error) {
		return resolve.Claims{CPIs: j.CPIs, KPIs: j.KPIs, Linkages: j.Linkages}, nil
	})
	if err != nil {
		team, _ := view.ClaimTeam(l, j)
		j.told(plan.KindLinkage, l.Name, view.TellClaimBlocked(l, blockedOf(err), team, false, j.now).Alerts)
		return
	}
	report := j.Reports[plan.KindLinkage+"/"+l.Name]
	if report == nil { // the operator has not made one yet
		report = &v1alpha1.IndicatorReport{ObjectMeta: metav1.ObjectMeta{Name: planstep.ReportName(plan.KindLinkage, l.Name)}}
	}
	in := view.Claim(l, found.Claim, found.Source, found.Owner, report, false)
	decision := alert.DecideClaim(in, j.now)
	view.TellClaim(l, in, decision, report, found.Waits, j.now)
	j.told(plan.KindLinkage, l.Name, decision.Alerts)
}

func (j *judge) indicator(object client.Object) {
	d := view.Define(object)
	defer d.Conclude()
	found, err := d.Resolve(j)
	if err != nil {
		j.told(string(d.Kind), object.GetName(), d.TellBlocked(blockedOf(err), false, j.now).Alerts)
		return
	}
	report := j.Reports[string(d.Kind)+"/"+object.GetName()]
	if found.CPI != nil {
		report = j.Reports[resolve.KindCPIDefinition+"/"+found.CPI.Name]
	}
	in := view.Indicator(object, found.Followed, report)
	in.Telling = view.Telling(d.Alerting, in.Location, false)
	if kpi, ok := object.(*v1alpha1.KPITarget); ok {
		// Reports in memory give no error, and nobody looks again by time alone.
		_, _ = j.neighbours().AddTo(in, kpi, found.Formula, j.now)
	}
	decision := alert.Decide(in, j.now)
	d.Tell(in, decision, report, found.Waits, 0, j.now)
	j.told(string(d.Kind), object.GetName(), decision.Alerts)
}

func (j *judge) neighbours() view.Neighbours {
	return view.Neighbours{CPIs: j.CPIs, KPIs: j.KPIs, Linkages: j.Linkages, Report: func(l *v1alpha1.CPILinkage) (*v1alpha1.IndicatorReport, error) {
		return j.Reports[plan.KindLinkage+"/"+l.Name], nil
	}}
}

// blockedOf is why an object cannot be computed as it stands. Objects in memory give no other error.
func blockedOf(err error) *view.Blocked {
	if blocked, ok := errors.AsType[*view.Blocked](err); ok {
		return blocked
	}
	return &view.Blocked{Reason: v1alpha1.ReasonInvalid, Message: err.Error(), Stalled: true}
}
