package lifetime

import (
	"fmt"
	"math"
)

// Lengths of a year in time units.
const (
	DaysAYear   = 365.25
	WeeksAYear  = DaysAYear / 7
	MonthsAYear = 12
)

// Horizon is how far ahead purchases count, and for how much.
type Horizon struct {
	// Time in the time units of the groups.
	Time float64
	// Discount is a rate a year, such as 0.08: what comes in a year's time counts for 1/1.08, in between accordingly.
	Discount float64
	// Year is the length of a year in time units.
	Year float64
}

func (h Horizon) check() error {
	switch {
	case !(h.Time > 0) || math.IsInf(h.Time, 1):
		return fmt.Errorf("horizon %v: a positive time is needed", h.Time)
	case !(h.Discount >= 0) || math.IsInf(h.Discount, 1):
		return fmt.Errorf("discount rate %v: zero or more is needed", h.Discount)
	case h.Discount > 0 && !(h.Year > 0):
		return fmt.Errorf("a discount rate a year needs the length of the year in time units, not %v", h.Year)
	}
	return nil
}

// rate turns the yearly rate into a continuous one for each time unit.
func (h Horizon) rate() float64 {
	if h.Discount == 0 {
		return 0
	}
	return math.Log1p(h.Discount) / h.Year
}

// Expectation is what a mean customer is expected to do over a horizon.
type Expectation struct {
	Horizon                 Horizon
	Customers, RepeatBuyers int64
	// Purchases of a customer over the horizon, not discounted.
	Purchases Mean
	// Value of a customer's purchases over the horizon, discounted, in the unit of spend. Of ExpectPurchases nil.
	Value *Mean
	// Alive is the mean probability of not having left; see BGNBD.Alive for what it cannot know.
	Alive float64
	BGNBD BGNBD
	// LogLikelihood of BGNBD, of all customers together.
	LogLikelihood float64
	// GammaGamma of ExpectPurchases is zero.
	GammaGamma GammaGamma
	// Correlation of frequency and mean spend over repeat buyers, which Gamma–Gamma takes to be zero. Of ExpectPurchases
	// zero.
	Correlation float64
	Warnings    []Warning
}

// Of is the expected discounted value of a customer of the group.
func (e Expectation) Of(g Group) float64 {
	_, discounted := e.BGNBD.ifAlive(g, e.Horizon.Time, e.Horizon.rate())
	return e.BGNBD.Alive(g) * discounted * e.GammaGamma.Of(g)
}

// ExpectPurchases fits BG/NBD and adds up over the customers. The error is a *Refusal if the model cannot be fitted.
func ExpectPurchases(groups []Group, horizon Horizon, confidence float64) (Expectation, error) {
	e, _, err := expectPurchases(groups, horizon, confidence)
	return e, err
}

// ExpectValue fits BG/NBD and Gamma–Gamma and adds up over the customers. The error is a *Refusal if one of the models
// cannot be fitted.
func ExpectValue(groups []Group, horizon Horizon, confidence float64) (Expectation, error) {
	e, s, err := expectPurchases(groups, horizon, confidence)
	if err != nil {
		return Expectation{}, err
	}
	spend, err := fitGammaGamma(groups)
	if err != nil {
		return Expectation{}, err
	}
	e.GammaGamma = spend.model
	e.Value = new(s.value(&spend).within(confidence))
	e.Correlation = correlation(groups)
	e.Warnings = append(e.Warnings, spendWarnings(groups, e)...)
	return e, nil
}

func expectPurchases(groups []Group, horizon Horizon, confidence float64) (Expectation, *sample, error) {
	if err := horizon.check(); err != nil {
		return Expectation{}, nil, err
	}
	if !(confidence > 0 && confidence < 1) {
		return Expectation{}, nil, fmt.Errorf("confidence %v: a number between 0 and 1 is needed", confidence)
	}
	if err := check(groups); err != nil {
		return Expectation{}, nil, err
	}
	s, err := newSample(groups, horizon)
	if err != nil {
		return Expectation{}, nil, err
	}
	e := Expectation{Horizon: horizon, BGNBD: s.fit.model, Purchases: s.purchases().within(confidence)}
	e.Customers, e.RepeatBuyers = Counts(groups)
	e.LogLikelihood = s.fit.value * s.customers
	for _, g := range s.histories {
		e.Alive += float64(g.Customers) / s.customers * e.BGNBD.Alive(g)
	}
	e.Warnings = purchaseWarnings(groups, e)
	return e, s, nil
}
