package scorecard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// Since is what "last time" was.
type Since struct {
	At time.Time `json:"at"`
	// Why that instant: the last review, one period, or what was asked for.
	Why string `json:"why"`
	// Day: a calendar day is meant, the one of At in UTC. It begins where an indicator's periods begin and end.
	Day bool `json:"-"`
}

// in the calendar of a place: the instant or, of a day, when that begins there.
func (s Since) in(place *time.Location) time.Time {
	if !s.Day {
		return s.At
	}
	year, month, day := s.At.UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, place)
}

// lengths of a grain, for "one period ago".
var grains = map[plan.Grain]func(time.Time) time.Time{
	plan.Day:     func(t time.Time) time.Time { return t.AddDate(0, 0, -1) },
	plan.Week:    func(t time.Time) time.Time { return t.AddDate(0, 0, -7) },
	plan.Month:   func(t time.Time) time.Time { return t.AddDate(0, -1, 0) },
	plan.Quarter: func(t time.Time) time.Time { return t.AddDate(0, -3, 0) },
	plan.Year:    func(t time.Time) time.Time { return t.AddDate(-1, 0, 0) },
}

// LastTime people looked at the set: the last review or, where none was, one period of the coarsest member ago.
func (s *Set) LastTime() Since {
	if s.Card != nil && s.Card.Spec.Review != nil {
		if day, err := time.Parse(time.DateOnly, s.Card.Spec.Review.LastReviewed); err == nil && !day.After(s.Objects.At) {
			return Since{At: day, Why: "the last review", Day: true}
		}
	}
	coarsest, found := s.Objects.At, plan.Grain("")
	for _, m := range s.Members {
		if spec := s.spec(m.Numbers()); spec != nil && spec.Period != nil {
			grain := plan.Grain(spec.Period.Grain)
			if back := grains[grain]; back != nil && back(s.Objects.At).Before(coarsest) {
				coarsest, found = back(s.Objects.At), grain
			}
		}
	}
	if found == "" {
		coarsest, found = grains[plan.Month](s.Objects.At), plan.Month
	}
	return Since{At: coarsest, Why: "one " + strings.ToLower(string(found)) + " ago"}
}

// Changes are what is other than last time.
type Changes struct {
	Since Since `json:"since"`
	// Values of members with another latest mature period than then.
	Values []ValueChange `json:"values,omitempty"`
	// New are members and claims that did not exist then.
	New []Named `json:"new,omitempty"`
	// States that members entered, Verdicts that claims came to and Edits of definitions since then, each the latest first.
	States   []Event `json:"states,omitempty"`
	Verdicts []Event `json:"verdicts,omitempty"`
	Edits    []Event `json:"edits,omitempty"`
	// Forgetful: the objects come from files, which remember no states, verdicts or edits.
	Forgetful bool `json:"forgetful,omitempty"`
}

// Named is an object with its title.
type Named struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Event happened to an object at an instant.
type Event struct {
	Named
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Shift is what a difference between two periods shows.
type Shift string

// Shifts. NoneShown: the interval contains zero, which does not show that nothing changed. NotCompared: no test tells.
const (
	Better      Shift = "Better"
	Worse       Shift = "Worse"
	NoneShown   Shift = "NoneShown"
	NotCompared Shift = "NotCompared"
)

// ValueChange is a member's latest mature value beside the one of last time.
type ValueChange struct {
	Named
	// Period and Value now, with interval and n, and Before: the last mature period that had ended then; empty if none.
	Period string `json:"period"`
	Value  string `json:"value"`
	Before string `json:"before,omitempty"`
	Was    string `json:"was,omitempty"`
	// Difference with its interval, against the period Against: Before or, where the two share rows, the nearest that shares
	// none. Empty where nothing is compared.
	Difference string `json:"difference,omitempty"`
	Against    string `json:"against,omitempty"`
	Shift      Shift  `json:"shift"`
	// Reason why nothing is compared.
	Reason string `json:"reason,omitempty"`
}

// Changes since then.
func (s *Set) Changes(since Since) Changes {
	out := Changes{Since: since}
	if s.Card != nil {
		out.Edits = edits(Named{kindCard, s.Card.Name, s.Card.Spec.Title}, s.Card.Status.Changes, since.At)
	}
	type saying struct {
		of   Reference
		text string
	}
	told, said := map[Reference]bool{}, map[saying]bool{}
	for _, m := range s.Members {
		named := Named{m.Kind, m.Name, m.Title}
		if !told[m.Numbers()] { // a goal has its CPI's numbers
			if change := s.value(m, since); change != nil {
				change.Named = named
				out.Values = append(out.Values, *change)
				told[m.Numbers()] = true
			}
		}
		object, status := s.object(m.Reference())
		if object.GetResourceVersion() == "" {
			out.Forgetful = true
			continue
		}
		if !object.GetCreationTimestamp().Time.Before(since.At) {
			out.New = append(out.New, named)
			continue
		}
		for _, event := range states(named, status.Conditions, since.At) {
			if one := (saying{m.Numbers(), event.Text}); !said[one] { // by a goal and its CPI alike
				said[one] = true
				out.States = append(out.States, event)
			}
		}
		out.Edits = append(out.Edits, edits(named, status.Changes, since.At)...)
	}
	for _, c := range s.Claims {
		l, named := s.Objects.Linkage(c.Name), Named{string(alert.Link), c.Name, c.Title}
		switch {
		case l.ResourceVersion == "":
			out.Forgetful = true
		case !l.CreationTimestamp.Time.Before(since.At):
			out.New = append(out.New, named)
		default:
			out.Verdicts = append(out.Verdicts, verdicts(named, l.Status.Course, since.At)...)
			out.Edits = append(out.Edits, edits(named, l.Status.Changes, since.At)...)
		}
	}
	for _, events := range [][]Event{out.States, out.Verdicts, out.Edits} {
		slices.SortStableFunc(events, func(a, b Event) int { return b.At.Compare(a.At) })
	}
	return out
}

func (s *Set) object(ref Reference) (client.Object, *v1alpha1.IndicatorStatus) {
	if ref.Kind == string(alert.CPI) {
		cpi, _ := s.Objects.CPI(ref.Name)
		return cpi, &cpi.Status
	}
	kpi, _ := s.Objects.KPI(ref.Name)
	return kpi, &kpi.Status
}

// value of a member now and then; nil if there is no mature value, or no later one than then.
func (s *Set) value(m Member, since Since) *ValueChange {
	in, err := s.Objects.View(m.Kind, m.Name)
	if err != nil || in.Judged() == nil || in.Period == nil {
		return nil
	}
	now, then := in.Judged(), since.in(in.Location)
	was, is := -1, -1
	for i := range in.Result.Periods {
		p := &in.Result.Periods[i]
		if !p.End.After(then) && p.Start.Before(now.End) {
			was = i
		}
		if p.Label == now.Label {
			is = i
		}
	}
	if was >= is {
		return nil
	}
	periods := in.Result.Periods
	sound := was >= 0 && state.Actionable(periods[was])
	out := &ValueChange{Period: now.Label, Shift: NotCompared}
	if sound {
		out.Before, out.Was = periods[was].Label, in.Told(periods[was].Estimate)
	}
	switch {
	case !state.Actionable(*now) && !sound: // as then
		return nil
	case !state.Actionable(*now):
		out.Value, out.Reason = unsound(in, now), unreliable(now)
	case was < 0:
		out.Value, out.Reason = in.Told(now.Estimate), "no period of then is known"
	case !sound:
		out.Value, out.Reason = in.Told(now.Estimate), unreliable(&periods[was])
	default:
		out.Value = in.Told(now.Estimate)
		out.compare(in, was, is)
	}
	return out
}

func unreliable(p *plan.PeriodResult) string { return p.Label + " has no value that may be relied on" }

// unsound is what there is of a value that may not be acted on: a small sample has one.
func unsound(in *alert.Indicator, p *plan.PeriodResult) string {
	switch {
	case p.Value == nil:
		return "no value"
	case p.Flag == plan.SuspectData:
		return "in doubt"
	}
	return in.Told(p.Estimate)
}

// newsworthy are the conditions whose turns are told: they say how an indicator stands, not how its definition does.
var newsworthy = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionComputed, v1alpha1.ConditionFresh, v1alpha1.ConditionSampleSufficient, v1alpha1.ConditionResponding,
	v1alpha1.ConditionWithinThresholds, v1alpha1.ConditionPromiseKept, v1alpha1.ConditionTargetMet, v1alpha1.ConditionTargetInReach,
	v1alpha1.ConditionDiverging, v1alpha1.ConditionDeteriorating,
}

// states that were entered since then; that nobody can tell is no news.
func states(of Named, conditions []metav1.Condition, then time.Time) (out []Event) {
	for _, c := range conditions {
		if slices.Contains(newsworthy, c.Type) && c.Status != metav1.ConditionUnknown && !c.LastTransitionTime.Time.Before(then) {
			out = append(out, Event{of, c.LastTransitionTime.Time, fmt.Sprintf("%s: %s", c.Reason, c.Message)})
		}
	}
	return out
}

// verdicts that a claim came to since then.
func verdicts(of Named, course []v1alpha1.LinkStage, then time.Time) (out []Event) {
	for i, step := range course {
		if i == 0 || step.Since == nil || step.Since.Time.Before(then) {
			continue
		}
		out = append(out, Event{of, step.Since.Time, fmt.Sprintf("was %s, is %s", stage(course[i-1]), stage(step))})
	}
	return out
}

func stage(s v1alpha1.LinkStage) string {
	if s.Verdict == "" {
		return s.Stage
	}
	return s.Stage + " (" + s.Verdict + ")"
}

// edits of a definition since then.
func edits(of Named, changes []v1alpha1.DefinitionChange, then time.Time) (out []Event) {
	for _, c := range changes {
		if c.Seen == nil || c.Seen.Time.Before(then) || slices.Equal(c.Fields, []string{"Created"}) {
			continue
		}
		text := strings.Join(c.Fields, "; ")
		if c.NewBaseline != nil && *c.NewBaseline {
			text += " (another formula: values before and after are not compared)"
		}
		out = append(out, Event{of, c.Seen.Time, text})
	}
	return out
}
