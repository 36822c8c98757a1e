package measure

import (
	"errors"
	"fmt"
	"time"
)

// Outcomes tell of single customers whether what an indicator counts has come about: an outcome is a row that stands
// above the line of its share. Whether that is good for anybody is the indicator's direction.
type Outcomes struct {
	// Fates sort the rows: the first that a row meets is its own. A row that meets none is left out.
	Fates []Fate
	// Follow makes the columns that Fates name; nil if the rows have all that is needed.
	Follow *FollowRequest
	// Happening is the row that tells of an outcome by being there, for those who look forward from an experience; nil
	// where no row could tell, and Refused says why.
	Happening *Happening
	Refused   string
}

// Fate is what became of a row.
type Fate struct {
	Name string
	// Any are groups of conditions of which a row meets one; none is every row.
	Any  [][]Condition
	Kind FateKind
	// At is the column with the instant when that was decided, and After is added to it; empty if no column tells.
	At    string
	After time.Duration
}

// FateKind says what a fate means.
type FateKind int

const (
	FateLeftOut FateKind = iota // neither yet, or not the indicator's business
	FateYes
	FateNo
)

// Happening is a row that is an outcome.
type Happening struct {
	// Dataset is empty for the indicator's own.
	Dataset string
	Where   []Condition
	// Absent turns it round: the outcome is that no such row comes.
	Absent bool
}

// outcomes is a family whose rows tell of single customers.
type outcomes interface {
	outcomesOf(in Setting) Outcomes
}

// indivisible is a family some of whose forms tell of groups alone; the error says which and why.
type indivisible interface{ indivisible() error }

// OutcomeOf tells how a measure's rows speak of single customers. It is an error, for people, if they cannot: an average
// or a sum is neither true nor false of anybody.
func OutcomeOf(spec Spec, in Setting) (Outcomes, error) {
	family, err := Of(spec)
	if err != nil {
		return Outcomes{}, err
	}
	if f, some := family.(indivisible); some {
		if err := f.indivisible(); err != nil {
			return Outcomes{}, err
		}
	}
	telling, ok := family.(outcomes)
	if !ok {
		return Outcomes{}, fmt.Errorf("%s is not true or false of a single customer: link a share, a renewal or a conversion, or compare periods only", family.Describe().Family)
	}
	return telling.outcomesOf(in), nil
}

// indivisible: intervals tell who is there, and not since when those are gone who could have been asked.
func (m *Churn) indivisible() error     { return apart("churn") }
func (m *Retention) indivisible() error { return apart("retention") }

func apart(family string) error {
	return fmt.Errorf("%s compares who was a customer at two instants and has no row of anybody's decision: link a share of rows, one for each customer and month with whether the customer left in it (docs/linkages.md has the query), or compare periods only", family)
}

func (m *Share) indivisible() error {
	switch {
	case m.Less != nil:
		return errors.New("share with less is a difference of two shares: it is not true or false of a single customer; link each share by itself")
	case m.Classifier != nil:
		return errors.New("share with a classifier corrects a sum of labels: which label is wrong is not known of a single customer; compare periods only")
	}
	return nil
}

// outcomesOf takes every row for decided at its own time.
func (m *Share) outcomesOf(in Setting) Outcomes {
	return Outcomes{
		Fates: []Fate{
			{Name: "yes", Kind: FateYes, Any: [][]Condition{m.Of}, At: in.TimeColumn},
			{Name: "no", Kind: FateNo, At: in.TimeColumn},
		},
		Happening: &Happening{Where: m.Of},
	}
}

// outcomesOf takes a contract for decided at decidedAt; one that is presumed lost, when its grace was over.
func (m *Renewal) outcomesOf(in Setting) Outcomes {
	f := m.fates(in)
	decided := func(name string, kind FateKind, any anyOf) Fate {
		return Fate{Name: name, Kind: kind, Any: any, At: m.DecidedAt}
	}
	out := Outcomes{
		Refused: "a contract is decided when it is due, not within a time after an experience: look back from the decision with index OutcomeDecision",
	}
	for _, fate := range []Fate{
		decided("renewed", FateYes, f.renewed), decided("lost", FateNo, f.lost),
		{Name: "presumed-lost", Kind: FateNo, Any: f.presumedLost, At: in.TimeColumn, After: m.Grace},
		{Name: "not-due", Any: f.notDue}, {Name: "pending", Any: f.pending}, {Name: "unknown-decision", Any: f.unknown},
	} {
		if len(fate.Any) > 0 { // a fate that no status has is nobody's
			out.Fates = append(out.Fates, fate)
		}
	}
	return out
}

// outcomesOf takes a base row for decided at its own time, though it is known later: what happens afterwards is its
// outcome and no experience before it.
func (m *Conversion) outcomesOf(in Setting) Outcomes {
	is := func(column, value string) [][]Condition {
		return [][]Condition{{{Column: column, Operator: In, Values: []string{value}}}}
	}
	hit := "true"
	if m.Outcome.Absent {
		hit = "false"
	}
	follow := *m.Request(in).Follow
	if follow.Occurrence == FirstInPeriod {
		follow.Occurrence = Every // of several base rows the latest counts
	}
	return Outcomes{
		Follow: &follow,
		Fates: []Fate{
			{Name: "pending", Any: is(FollowOver, "false")},
			{Name: "yes", Kind: FateYes, Any: is(FollowFound, hit), At: in.TimeColumn},
			{Name: "no", Kind: FateNo, At: in.TimeColumn},
		},
		Happening: &Happening{Dataset: m.Outcome.Dataset, Where: m.Outcome.Where, Absent: m.Outcome.Absent},
	}
}
