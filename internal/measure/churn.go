package measure

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// CustomerMonth is the exposure of one customer over a mean month of 30.4375 days (a year of 365.25 days / 12).
const CustomerMonth = 2629800 * time.Second

var churnDoc = Doc{
	Name:      "churn",
	Title:     "Churn",
	Summary:   "The loss of customers over a period, from intervals or snapshots of who is a customer.",
	Formula:   "OpeningCohort: lost of those open at the start / open at the start. AllLostOverOpening: all lost / open at the start. AverageBase: all lost / mean of open at start and end. Hazard: all lost / customer-months at risk, of 30.4375 days",
	Unit:      "ratio 0–1; AllLostOverOpening and AverageBase can exceed 1; Hazard per customer-month",
	Direction: "LowerIsBetter",
	Interval:  "Wilson (OpeningCohort), Garwood on the number lost (the others)",
	Columns:   "a dataset with `time.interval` (spells with start and end) or `time.snapshot`; the entity that churns",
	Pitfalls:  "The definitions differ as soon as customers come and go within a period. Count customers, not their subscriptions. A year of monthly churn m is 1 − (1 − m)¹², not 12 m: 5 % a month is 46 % a year, not 60 %.",
	Reference: "Garwood 1936, Biometrika 28:437 (Hazard)",
}

func (m *Churn) doc() Doc { return churnDoc }

func (m *Churn) entities() []string { return []string{m.Entity} }

func (m *Churn) check() error {
	if m.Entity == "" {
		return fmt.Errorf("churn: entity is empty")
	}
	switch m.Definition {
	case OpeningCohort, AllLostOverOpening, AverageBase, Hazard:
		return nil
	}
	return fmt.Errorf("churn: unknown definition %q", m.Definition)
}

// Describe tells the definition.
func (m *Churn) Describe() Description {
	formula := map[ChurnDefinition]string{
		OpeningCohort:      "lost of those open at the start / open at the start",
		AllLostOverOpening: "all lost / open at the start",
		AverageBase:        "all lost / mean of open at start and end",
		Hazard:             "all lost / customer-months at risk (30.4375 days)",
	}[m.Definition]
	return Description{
		Family: churnDoc.Name, Unit: "ratio", Direction: LowerIsBetter,
		Variant: fmt.Sprintf("churn of %s, %s: %s%s", m.Entity, m.Definition, formula, bridged(m.ToleratedGap)),
	}
}

// bridged tells the pauses that are no loss.
func bridged(gap time.Duration) string {
	if gap <= 0 {
		return ""
	}
	return fmt.Sprintf("; a pause of up to %s is no loss", gap)
}

func stateRequest(entity, amount string, gap time.Duration) Request {
	return Request{
		Combination: AsOf,
		State:       &StateRequest{Entity: entity, Amount: amount, ToleratedGapSeconds: int64(gap / time.Second)},
	}
}

// Request asks for the customers open at the start, lost, new, and open at the end.
func (m *Churn) Request(Setting) Request { return stateRequest(m.Entity, "", m.ToleratedGap) }

// Estimate is a ratio; of the hazard, losses per customer-month. Its n counts the customers open at the start;
// for AverageBase and Hazard, those and the new ones, since all of them can be lost.
func (m *Churn) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	s := sums.of(m.Request(in))
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	switch open, lost := s[StateOpen], s[StateLostAll]; m.Definition {
	case OpeningCohort:
		e := customers(s, open)
		if e.N == 0 {
			return e.none(NoRows)
		}
		return e.proportion(s[StateLostOpen], open, nil, confidence)
	case AllLostOverOpening:
		e := customers(s, open)
		if e.N == 0 && lost == 0 {
			return e.none(NoRows)
		}
		return e.rate(lost, open, confidence)
	case AverageBase:
		return customers(s, open+s[StateNew]).rate(lost, (open+s[StateClose])/2, confidence)
	default:
		return customers(s, open+s[StateNew]).rate(lost, s[StateExposure]/CustomerMonth.Seconds(), confidence)
	}
}

// customers starts an estimate over n customers.
func customers(s Sums, n float64) Estimate {
	return Estimate{
		N: count(n), Entities: new(count(n)),
		Detail: map[string]float64{
			"open": s[StateOpen], "close": s[StateClose], "new": s[StateNew],
			"lostOfOpen": s[StateLostOpen], "lostOfNew": max(0, s[StateLostAll]-s[StateLostOpen]),
		},
	}
}

// rate completes e with events over an exposure, by Garwood's interval.
func (e Estimate) rate(events, exposure, confidence float64) Estimate {
	switch {
	case exposure > 0:
		return e.over(events, exposure).is(events/exposure).
			within(interval.Garwood(events, exposure, confidence), notNegative, methodGarwood)
	case events == 0 && e.N == 0:
		return e.none(NoRows)
	default:
		return e.over(events, exposure).none(ZeroDenominator)
	}
}
