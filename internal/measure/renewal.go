package measure

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

var renewalDoc = Doc{
	Name:      "renewal",
	Title:     "Renewal",
	Summary:   "Contracts renewed of those due in the period and decided, by number or by value.",
	Formula:   "renewed / (renewed + lost); no decision by due date + grace is a loss. By value: Σ value of renewed / Σ value of decided",
	Unit:      "ratio 0–1",
	Direction: "HigherIsBetter",
	Interval:  "Wilson by number; linearised ratio with Student's t by value. Worst and best count all pending as lost or renewed",
	Columns:   "a dataset with `time.event` on the due date; a column with the decision; where there are such, the time of the decision and the contract's value",
	Pitfalls:  "Before the grace has passed the rate is made of those who decide early. A period is mature at its end + grace.",
	Reference: "Wilson 1927, Journal of the American Statistical Association 22:209",
}

func (m *Renewal) doc() Doc { return renewalDoc }

// formula puts the texts in order, which means nothing.
func (m *Renewal) formula() any {
	out := *m
	out.Renewed, out.Lost, out.NotDue = sorted(m.Renewed), sorted(m.Lost), sorted(m.NotDue)
	return &out
}

func (m *Renewal) check() error {
	switch {
	case m.Decision == "":
		return errors.New("renewal: decision names no column")
	case len(m.Renewed) == 0 || len(m.Lost) == 0:
		return errors.New("renewal: renewed and lost must each list at least one value")
	case m.Grace < 0:
		return errors.New("renewal: grace is negative")
	}
	all := m.statuses()
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			return fmt.Errorf("renewal: %q is listed twice among renewed, lost and notDue", all[i])
		}
	}
	return nil
}

// statuses are all values of the decision that are known.
func (m *Renewal) statuses() []string { return slices.Concat(m.Renewed, m.Lost, m.NotDue) }

// Describe tells statuses and grace.
func (m *Renewal) Describe() Description {
	by := "by number"
	if m.Value != "" {
		by = "by " + m.Value
	}
	return Description{
		Family: renewalDoc.Name, Unit: "ratio", Direction: HigherIsBetter,
		Variant: fmt.Sprintf("renewal rate %s: %s / (%s), due in the period; undecided %s after due is lost",
			by, strings.Join(m.Renewed, "+"), strings.Join(slices.Concat(m.Renewed, m.Lost), "+"), m.Grace),
	}
}

// anyOf are groups of conditions, of which a row must meet one.
type anyOf [][]Condition

// and adds a condition to every group.
func (a anyOf) and(c Condition) anyOf {
	out := make(anyOf, len(a))
	for i, group := range a {
		out[i] = append(slices.Clone(group), c)
	}
	return out
}

// fates sort the due contracts as they are known at an instant; each has exactly one.
type fates struct {
	notDue, renewed, lost, presumedLost, pending, unknown anyOf
}

// decided are the contracts below the line.
func (f fates) decided() anyOf { return slices.Concat(f.renewed, f.lost, f.presumedLost) }

func (m *Renewal) fates(in Setting) fates {
	stamp := func(t time.Time) []string {
		if t.Year() < 2 {
			t = time.Date(2, time.January, 1, 0, 0, 0, 0, time.UTC) // as early as every engine can write
		}
		return []string{t.UTC().Format(time.RFC3339Nano)}
	}
	now := stamp(in.Now)
	// with are the rows of these statuses whose decision had been taken by now. One without a date counts as taken.
	with := func(statuses []string) anyOf {
		if len(statuses) == 0 {
			return nil
		}
		has := Condition{Column: m.Decision, Operator: In, Values: statuses}
		if m.DecidedAt == "" {
			return anyOf{{has}}
		}
		return anyOf{
			{has, {Column: m.DecidedAt, Operator: DoesNotExist}},
			{has, {Column: m.DecidedAt, Operator: AtMost, Values: now}},
		}
	}
	undecided := anyOf{{{Column: m.Decision, Operator: DoesNotExist}}}
	if m.DecidedAt != "" {
		undecided = append(undecided, []Condition{
			{Column: m.Decision, Operator: In, Values: m.statuses()},
			{Column: m.DecidedAt, Operator: GreaterThan, Values: now},
		})
	}
	f := fates{
		notDue: with(m.NotDue), renewed: with(m.Renewed), lost: with(m.Lost), pending: undecided,
		unknown: anyOf{{{Column: m.Decision, Operator: NotIn, Values: m.statuses()}}},
	}
	if in.TimeColumn != "" {
		// due + grace ≤ now, written for the column.
		cutoff := stamp(in.Now.Add(-m.Grace))
		f.presumedLost = undecided.and(Condition{Column: in.TimeColumn, Operator: AtMost, Values: cutoff})
		f.pending = undecided.and(Condition{Column: in.TimeColumn, Operator: GreaterThan, Values: cutoff})
	}
	return f
}

const (
	renewalNotDue = iota
	renewalUnknown
	renewalRenewed
	renewalLost
	renewalPresumed
	renewalPending
	renewalUnreadable // from here on only by value
	renewalMissing    // or unreadable
	renewalY
	renewalX
	renewalYY
	renewalXX
	renewalPendingX
)

// rows counts the contracts of a fate. One that no status has is met by no row, since an empty list would mean all.
func (m *Renewal) rows(fate anyOf) Term {
	if len(fate) == 0 {
		fate = anyOf{{{Column: m.Decision, Operator: Exists}, {Column: m.Decision, Operator: DoesNotExist}}}
	}
	return Term{Op: Rows, Any: fate}
}

// Request asks for contracts by fate as of now and, by value, for their values.
func (m *Renewal) Request(in Setting) Request {
	f := m.fates(in)
	if m.Value == "" {
		cluster := pair(in.KeepAll, m.rows(f.decided()), once(m.rows(f.renewed)))
		return Request{
			Combination: combined(cluster),
			Terms: []Term{
				m.rows(f.notDue), m.rows(f.unknown), m.rows(f.renewed), m.rows(f.lost), m.rows(f.presumedLost), m.rows(f.pending),
			},
			Cluster: cluster,
		}
	}
	has := Condition{Column: m.Value, Operator: Exists}
	due := slices.Concat(f.decided(), f.pending)
	valued := func(op TermOp, fate anyOf) Term { return Term{Op: op, Column: m.Value, Any: fate} }
	y, x := valued(SumOf, f.renewed), valued(SumOf, f.decided())
	cluster := pair(in.KeepAll, x, once(y))
	return Request{
		Combination: combined(cluster),
		Terms: []Term{
			m.rows(f.notDue), m.rows(f.unknown),
			m.rows(f.renewed.and(has)), m.rows(f.lost.and(has)), m.rows(f.presumedLost.and(has)), m.rows(f.pending.and(has)),
			valued(Unreadable, due),
			m.rows(due.and(Condition{Column: m.Value, Operator: DoesNotExist})),
			y, x, valued(SumSquares, f.renewed), valued(SumSquares, f.decided()),
			valued(SumOf, f.pending),
		},
		Cluster: cluster,
	}
}

// Estimate is a ratio 0–1 with its bounds Worst and Best.
func (m *Renewal) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	renewed, pending := s[renewalRenewed], s[renewalPending]
	lost := s[renewalLost] + s[renewalPresumed]
	counts := map[Rejection]float64{RejectedUnknownDecision: s[renewalUnknown]}
	won, decided, open := renewed, renewed+lost, pending // in contracts, or in their value
	if m.Value != "" {
		counts[RejectedUnreadable] = s[renewalUnreadable]
		counts[RejectedMissing] = s[renewalMissing] - s[renewalUnreadable]
		won, decided, open = s[renewalY], s[renewalX], s[renewalPendingX]
	}
	e := Estimate{
		N:        count(renewed + lost),
		Rejected: rejected(counts),
		Detail: map[string]float64{
			"renewed": renewed, "lost": lost, "presumedLost": s[renewalPresumed], "pending": pending, "notDue": s[renewalNotDue],
		},
	}
	if due := decided + open; due > 0 {
		e.Worst, e.Best = known(won/due), known((won+open)/due)
	}
	var clusters *interval.Paired
	if request.Cluster != nil {
		c := s.clusters()
		clusters = &c
	}
	switch {
	case e.N == 0 && pending == 0:
		return e.none(NoRows)
	case e.N == 0:
		return e.none(NothingDecided)
	case m.Value == "":
		return e.proportion(won, decided, clusters, confidence)
	default:
		// y is the value where renewed and 0 elsewhere, so that Σxy = Σy².
		contracts := interval.Paired{Count: float64(e.N), Y: won, X: decided, YY: s[renewalYY], XX: s[renewalXX], XY: s[renewalYY]}
		return e.ratio(contracts, clusters, unit, confidence)
	}
}
