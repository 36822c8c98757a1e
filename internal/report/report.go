// Package report renders how a scorecard, or a whole namespace, stands, for people who look at it together: as one HTML
// file without script or anything from elsewhere, as Markdown, and as JSON. It words what was decided and decides nothing.
package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/spark"
)

// Report is everything that is told.
type Report struct {
	Namespace string `json:"namespace"`
	// Card is the name of the scorecard; empty of a whole namespace, as are Audience, Objective and Team.
	Card        string    `json:"scorecard,omitempty"`
	Title       string    `json:"title"`
	Description string    `json:"description,omitempty"`
	Audience    string    `json:"audience,omitempty"`
	Objective   string    `json:"objective,omitempty"`
	Team        string    `json:"team,omitempty"`
	At          time.Time `json:"at"`

	Counts  scorecard.Counts   `json:"counts"`
	Actions []scorecard.Action `json:"actions"`
	// MoreActions are less urgent ones, which are not told.
	MoreActions int               `json:"moreActions,omitempty"`
	Themes      []Theme           `json:"themes,omitempty"`
	KPIs        []Row             `json:"kpis,omitempty"`
	Changes     scorecard.Changes `json:"changes"`
	Claims      []Claim           `json:"claims,omitempty"`
	Guardrails  []Guardrail       `json:"guardrails,omitempty"`
	Doubts      []scorecard.Doubt `json:"doubts,omitempty"`
	// Gaps are what the set does not cover, or gives too much weight; Review says when people should look at it again.
	Gaps   []string `json:"gaps,omitempty"`
	Review string   `json:"review,omitempty"`
}

// Theme is what customers get in one way.
type Theme struct {
	Name string `json:"name"`
	Rows []Row  `json:"indicators"`
}

// Row is one indicator.
type Row struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Title string `json:"title"`
	v1alpha1.IndicatorSummary
	Standing   board.Standing `json:"standing"`
	Team       string         `json:"team"`
	Department string         `json:"department,omitempty"`
	Objective  string         `json:"objective,omitempty"`
	Weight     float64        `json:"weight"`
	Guardrail  bool           `json:"guardrail,omitempty"`
	// Course of its periods; nil where fewer than two have a value. Periods are the same in numbers, the latest first.
	Course  *spark.Drawing `json:"-"`
	Periods []Period       `json:"periods,omitempty"`
}

// Period is one value as people read it.
type Period struct {
	Label    string `json:"label"`
	State    string `json:"state"`
	Value    string `json:"value,omitempty"`
	Interval string `json:"interval,omitempty"`
	N        *int64 `json:"n,omitempty"`
	Flag     string `json:"flag,omitempty"`
}

// Claim is a linkage that speaks of a member.
type Claim struct {
	Name      string   `json:"name"`
	Title     string   `json:"title"`
	Driver    string   `json:"driver,omitempty"`
	KPI       string   `json:"kpi"`
	Effect    string   `json:"effect,omitempty"`
	Lag       string   `json:"lag,omitempty"`
	Verdict   string   `json:"verdict"`
	Stage     string   `json:"stage,omitempty"`
	Sentences []string `json:"sentences,omitempty"`
}

// Guardrail is a CPI that must not get worse while others look good.
type Guardrail struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Of is the KPI that it holds; empty where the card alone says so, of all members.
	Of string `json:"of,omitempty"`
	// Value with its interval and N, and State, as the CPI shows them.
	Value string `json:"value,omitempty"`
	N     *int64 `json:"n,omitempty"`
	State string `json:"state"`
	// Standing says whether the two drift apart, in the operator's words; empty where nothing judges it.
	Standing string `json:"standing,omitempty"`
}

// coursePeriods is how many periods are told in numbers, as many as are drawn.
const coursePeriods = 36

// Make the report of a set, with what has changed since then.
func Make(s scorecard.Set, since scorecard.Since) Report {
	all := s.Actions()
	if all == nil {
		all = []scorecard.Action{} // none are a list too
	}
	out := Report{
		Namespace: s.Objects.Namespace, Title: s.Objects.Namespace, At: s.Objects.At.UTC(),
		Counts: s.Counts(), Actions: all[:min(len(all), scorecard.Most)], Changes: s.Changes(since), Doubts: s.Doubts(),
	}
	out.MoreActions = len(all) - len(out.Actions)
	if card := s.Card; card != nil {
		spec := &card.Spec
		out.Card, out.Title, out.Description, out.Audience, out.Objective, out.Team = card.Name, spec.Title, spec.Description, spec.Audience, spec.Objective, spec.Owner.Team
		status, _ := s.Status(s.Objects.At)
		for _, c := range status.Conditions {
			if c.Type == v1alpha1.ConditionReviewDue {
				out.Review = c.Message
			}
		}
	}
	themes := map[string][]Row{}
	for _, m := range s.Members {
		row := rowOf(s, m)
		if m.Kind == resolve.KindKPITarget {
			out.KPIs = append(out.KPIs, row)
		} else {
			themes[m.Theme] = append(themes[m.Theme], row)
		}
	}
	for _, name := range board.Themes {
		if rows := themes[name]; rows != nil {
			out.Themes = append(out.Themes, Theme{name, rows})
		}
	}
	for _, f := range slices.Concat(s.Coverage(), s.Balance()) {
		out.Gaps = append(out.Gaps, f.Message)
	}
	out.claims(s)
	out.guardrails(s)
	return out
}

func rowOf(s scorecard.Set, m scorecard.Member) Row {
	row := Row{
		Kind: m.Kind, Name: m.Name, Title: m.Title, IndicatorSummary: m.Summary, Standing: m.Standing(),
		Team: m.Team, Department: m.Department, Objective: m.Objective, Weight: m.Weight, Guardrail: m.Guardrail, Course: spark.Of(m.Result),
	}
	if row.Course == nil {
		return row
	}
	in, err := s.Objects.View(m.Kind, m.Name)
	if err != nil || in.Result == nil {
		return row // invalid by now; the summary says so
	}
	periods := in.Result.Periods
	for i := len(periods) - 1; i >= max(0, len(periods)-coursePeriods); i-- {
		p := &periods[i]
		if p.Label < row.Course.First {
			break // from before the data begins
		}
		told := Period{Label: p.Label, State: string(p.State), Value: in.Value(p.Estimate), Interval: in.Interval(p.Estimate), Flag: string(p.Flag)}
		if !p.Census {
			told.N = new(p.N)
		}
		row.Periods = append(row.Periods, told)
	}
	return row
}

func (r *Report) claims(s scorecard.Set) {
	for _, c := range s.Claims {
		told := Claim{
			Name: c.Name, Title: c.Title, Driver: titleOf(s, resolve.KindCPIDefinition, c.Summary.Driver), KPI: titleOf(s, resolve.KindKPITarget, c.KPI),
			Effect: c.Summary.Effect, Lag: c.Summary.Lag, Verdict: c.Summary.Verdict, Stage: c.Stage,
		}
		told.Sentences = s.Objects.Linkage(c.Name).Status.Explanation
		r.Claims = append(r.Claims, told)
	}
}

// titleOf an indicator; its name where it does not exist.
func titleOf(s scorecard.Set, kind, name string) string {
	if kind == resolve.KindKPITarget {
		if kpi, _ := s.Objects.KPI(name); kpi != nil {
			return kpi.Spec.Title
		}
	} else if cpi, _ := s.Objects.CPI(name); cpi != nil {
		return cpi.Spec.Title
	}
	return name
}

// guardrails of the KPIs among the members, members themselves or not, then those that only the card names.
func (r *Report) guardrails(s scorecard.Set) {
	told := map[string]bool{}
	add := func(name, kpi string) {
		g := Guardrail{Name: name, Title: name, State: string(alert.StateInvalid)}
		if cpi, _ := s.Objects.CPI(name); cpi != nil {
			g.Title, g.State = cpi.Spec.Title, string(alert.StatePending)
			if shown := cpi.Status.Summary; shown != nil {
				g.State = cmp.Or(shown.State, g.State)
				g.Value, g.N = shown.Value, shown.N
				if shown.Interval != "" {
					g.Value += " " + shown.Interval
				}
			}
		}
		if kpi != "" {
			g.Of, g.Standing = titleOf(s, resolve.KindKPITarget, kpi), s.Drift(kpi)
		}
		told[name] = true
		r.Guardrails = append(r.Guardrails, g)
	}
	for _, c := range s.Claims {
		for _, d := range s.Objects.Linkage(c.Name).Spec.Drivers {
			if d.Guardrail != nil {
				add(d.CPIRef.Name, c.KPI)
			}
		}
	}
	for _, m := range s.Members {
		if m.Guardrail && !told[m.Name] {
			add(m.Name, "")
		}
	}
}
