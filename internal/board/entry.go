package board

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Entry is a CPIDefinition or a KPITarget as one row of a list.
type Entry struct {
	Kind, Name, Title string
	// Theme and Class of a CPI; Category and Objective of a KPI.
	Theme, Class, Category, Objective string
	Team, Department                  string
	// GoalOn is the CPI whose numbers a KPITarget judges; empty of one with a measure of its own.
	GoalOn string
	// Summary as the operator wrote it; State is Pending before it has.
	Summary    v1alpha1.IndicatorSummary
	Conditions []metav1.Condition
	// Result in full under the present formula, of a goal that of its CPI; nil before there is one.
	Result *v1alpha1.ReportResult
}

// Standing is how an entry is doing, for order and emphasis.
type Standing string

// Standings, the gravest first. Doubtful: there is no number that could be judged, though there should be; Open: not yet.
const (
	Broken   Standing = "Broken"
	Critical Standing = "Critical"
	Warned   Standing = "Warning"
	Doubtful Standing = "Doubtful"
	Open     Standing = "Open"
	Good     Standing = "Good"
)

// Standings in their order.
var Standings = []Standing{Broken, Critical, Warned, Doubtful, Open, Good}

// standings of the states; each state has one.
var standings = map[alert.State]Standing{
	alert.StateInvalid: Broken, alert.StateFailing: Broken,
	alert.StateCritical: Critical,
	alert.StateWarning:  Warned, alert.StateOffTarget: Warned,
	alert.StateSuspect: Doubtful, alert.StateInsufficient: Doubtful, alert.StateNoData: Doubtful,
	alert.StateInconclusive: Open, alert.StatePending: Open, alert.StateRunning: Open, alert.StateMaturing: Open, alert.StateNotYet: Open,
	alert.StateOK: Good, alert.StateOnTarget: Good, alert.StateUndated: Good,
}

// StandingOf a state; Open of one that is not known.
func StandingOf(state string) Standing { return cmp.Or(standings[alert.State(state)], Open) }

// Standing of the entry.
func (e Entry) Standing() Standing { return StandingOf(e.Summary.State) }

// Entries of the namespace: CPIs, then KPIs, each by name.
func (o Objects) Entries() []Entry {
	out := make([]Entry, 0, len(o.CPIs)+len(o.KPIs))
	for i := range o.CPIs {
		c := &o.CPIs[i]
		e := Entry{
			Kind: resolve.KindCPIDefinition, Name: c.Name, Title: c.Spec.Title, Theme: c.Spec.Theme, Class: c.Spec.Class,
			Team: c.Spec.Owner.Team, Department: c.Spec.Owner.Department,
		}
		out = append(out, e.with(&c.Status, o.Reports[resolve.KindCPIDefinition+"/"+c.Name]))
	}
	for i := range o.KPIs {
		k := &o.KPIs[i]
		e := Entry{
			Kind: resolve.KindKPITarget, Name: k.Name, Title: k.Spec.Title, Category: k.Spec.Category, Objective: k.Spec.Objective,
			Team: k.Spec.Owner.Team, Department: k.Spec.Owner.Department,
		}
		if k.Spec.CPIRef != nil {
			e.GoalOn = k.Spec.CPIRef.Name
		}
		out = append(out, e.with(&k.Status, o.reportOf(k)))
	}
	return out
}

func (e Entry) with(status *v1alpha1.IndicatorStatus, report *v1alpha1.IndicatorReport) Entry {
	e.Conditions = status.Conditions
	if status.Summary != nil {
		e.Summary = *status.Summary
	}
	e.Summary.State = cmp.Or(e.Summary.State, string(alert.StatePending))
	if report != nil && report.Status.Result != nil && report.Status.Result.RequestHash == report.Spec.RequestHash {
		e.Result = report.Status.Result // what a former formula gave means something else
	}
	return e
}

// GravestFirst sorts entries by their standing; those alike stay in their order.
func GravestFirst(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Compare(slices.Index(Standings, a.Standing()), slices.Index(Standings, b.Standing()))
	})
}

// Themes of the field in the order in which they are shown.
var Themes = []string{"Time", "Convenience", "MoneySaved", "LoyaltyRecognition", "Satisfaction", "Advocacy", "Loyalty", "Value"}

// ThemeGroup is the CPIs of one theme.
type ThemeGroup struct {
	Theme   string
	Entries []Entry
}

// ByTheme groups the CPIs among entries, leaving out themes that have none.
func ByTheme(entries []Entry) []ThemeGroup {
	var out []ThemeGroup
	for _, theme := range Themes {
		group := ThemeGroup{Theme: theme}
		for _, e := range entries {
			if e.Theme == theme {
				group.Entries = append(group.Entries, e)
			}
		}
		if len(group.Entries) > 0 {
			out = append(out, group)
		}
	}
	return out
}
