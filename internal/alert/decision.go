package alert

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// Decision is what an indicator's numbers mean at an instant.
type Decision struct {
	// Conditions in a fixed order; one that does not apply to the indicator is absent.
	Conditions []Condition
	// Alerts that are active and told.
	Alerts []Alert
	// Muted says why nobody is told, and Withheld what would be; nil where everything is told.
	Muted    *Muted
	Withheld []Alert
	Summary  Summary
	// Promise is how it stands; nil where none is made, or nobody can tell.
	Promise *promise.Standing
	// StaleAfter is the instant from which the numbers count as stale unless a run or a load comes; zero if never.
	// StaleSeverity is that of the alert, which a rule makes of the instant.
	StaleAfter    time.Time
	StaleSeverity Severity
	// Next is when a decision changes by time alone; zero if it does not.
	Next time.Time
}

// Condition says one thing about the indicator. Its texts hold no ages, so it changes only when the fact does.
type Condition struct {
	Type    Type
	Status  Status
	Reason  Reason
	Message string
}

// Alert is worth telling somebody now.
type Alert struct {
	Name     Name
	Severity Severity
	Team     string
	// Segment as column=value, comma separated; empty for the total.
	Segment string
	// CPI that it speaks of beside the object itself, such as a guardrail that got worse; empty if none.
	CPI string
	// Message in plain words: value, interval, n, period, bound and what to do.
	Message string
}

// Summary is the value as people read it.
type Summary struct {
	Value    string // such as 26.5 %; empty if there is none
	Interval string // such as [25.5, 27.6]
	N        *int64
	Period   string
	Trend    string // improving, worsening or none shown; empty if too few periods are known
	State    State
	Target   string
}

// Decide judges the indicator as of now.
func Decide(in *Indicator, now time.Time) Decision {
	d := &Decision{}
	d.computed(in, now)
	d.fresh(in, now)
	d.sample(in)
	switch in.Kind {
	case KPI:
		d.target(in, now)
		d.reach(in, now)
		d.guards(in)
		d.balanced(in)
	default:
		d.thresholds(in)
		d.promise(in)
	}
	if in.GoalOn == "" { // of the CPI that a goal is set on, the CPI itself tells
		d.deteriorating(in)
		d.responding(in)
	}
	d.review(in.Review, in.Team, now)
	d.comparable(in)
	d.summarise(in)
	d.tell(in.Telling, now)
	return *d
}

func (d *Decision) condition(t Type, s Status, r Reason, message string) {
	d.Conditions = append(d.Conditions, Condition{Type: t, Status: s, Reason: r, Message: message})
}

// Condition of a type, or nil.
func (d *Decision) Condition(t Type) *Condition {
	for i := range d.Conditions {
		if d.Conditions[i].Type == t {
			return &d.Conditions[i]
		}
	}
	return nil
}

// lookAgain notes an instant after now at which the outcome changes by itself.
func (d *Decision) lookAgain(at, now time.Time) {
	if at.After(now) && (d.Next.IsZero() || at.Before(d.Next)) {
		d.Next = at
	}
}

// summarise puts the standing into one word, the gravest first.
func (d *Decision) summarise(in *Indicator) {
	s := &d.Summary
	p := in.Shown()
	if p != nil {
		s.Value, s.Interval, s.Period = in.Value(p.Estimate), in.Interval(p.Estimate), p.Label
		s.Trend = in.trend(p)
		if !p.Census {
			s.N = new(p.N)
		}
	}
	computed := d.Condition(Computed)
	switch {
	case computed.Status == False:
		s.State = StateFailing
	case p == nil:
		s.State = StatePending
	case p.Flag != "":
		s.State = State(p.Flag)
	case !mature(p.State):
		s.State = State(p.State)
	default:
		s.State = d.promised(d.standing(in, State(p.State)))
	}
}

// standing of a mature value that may be judged.
func (d *Decision) standing(in *Indicator, state State) State {
	judged := d.Condition(WithinThresholds)
	if in.Kind == KPI {
		judged = d.Condition(TargetMet)
	}
	switch judged.Reason {
	case ReasonWarning, ReasonCritical, ReasonOnTarget, ReasonOffTarget, ReasonInconclusive, ReasonNotYet:
		return State(judged.Reason)
	}
	if state == StateUndated && judged.Reason != ReasonWithin {
		return StateUndated
	}
	return StateOK
}
