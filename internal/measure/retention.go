package measure

import (
	"errors"
	"fmt"
)

var retentionDoc = Doc{
	Name:      "retention",
	Title:     "Retention",
	Summary:   "The part of the customers open at the start of a period who are still open at its end.",
	Formula:   "open at start and end / open at the start; 1 − churn OpeningCohort",
	Unit:      "ratio 0–1",
	Direction: "HigherIsBetter",
	Interval:  "Wilson",
	Columns:   "a dataset with `time.interval` or `time.snapshot`; the entity that is retained",
	Pitfalls:  "(end − new)/start is not retention: it counts new customers who left again as losses of the opening cohort.",
	Reference: "Brown, Cai and DasGupta 2001, Statistical Science 16:101 (interval)",
}

func (m *Retention) doc() Doc { return retentionDoc }

func (m *Retention) entities() []string { return []string{m.Entity} }

func (m *Retention) check() error {
	if m.Entity == "" {
		return errors.New("retention: entity is empty")
	}
	return nil
}

// Describe tells the formula.
func (m *Retention) Describe() Description {
	return Description{
		Family: retentionDoc.Name, Unit: "ratio", Direction: HigherIsBetter,
		Variant: fmt.Sprintf("retention of %s: open at start and end / open at the start%s", m.Entity, bridged(m.ToleratedGap)),
	}
}

// Request asks for the customers open at the start and lost.
func (m *Retention) Request(Setting) Request { return stateRequest(m.Entity, "", m.ToleratedGap) }

// Estimate is a ratio 0–1.
func (m *Retention) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	s := sums.of(m.Request(in))
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	open := s[StateOpen]
	e := customers(s, open)
	if e.N == 0 {
		return e.none(NoRows)
	}
	return e.proportion(open-s[StateLostOpen], open, nil, confidence)
}
