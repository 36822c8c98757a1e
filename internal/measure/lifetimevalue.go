package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// LifetimeValue is what a customer is worth, as of the end of a period.
type LifetimeValue struct {
	Model  LifetimeModel `json:"model"`
	Entity string        `json:"entity"`
	Amount string        `json:"amount"`
	Cost   string        `json:"cost,omitempty"`
	Form   LifetimeForm  `json:"form,omitempty"`
	Unit   string        `json:"unit"`
	Age    time.Duration `json:"age,omitempty"`
	// Acquisition of a customer in the unit, of PaybackMonth, as far as no row holds it.
	Acquisition float64 `json:"acquisition,omitempty"`
	// TimeUnit and Horizon, in time units, of model BGNBD; Horizon of Contractual is a number of periods, 0 without end.
	TimeUnit time.Duration `json:"timeUnit,omitempty"`
	Horizon  int           `json:"horizon,omitempty"`
	Discount float64       `json:"discount,omitempty"` // a year
	// PeriodsAYear tells how long a period of Contractual is.
	PeriodsAYear float64   `json:"periodsAYear,omitempty"`
	From         time.Time `json:"from,omitzero"`
}

// LifetimeModel is how a customer's worth is told.
type LifetimeModel string

const (
	Historic    LifetimeModel = "Historic"    // amounts so far
	Contractual LifetimeModel = "Contractual" // amount and retention between two states, for as long as customers renew
	BGNBD       LifetimeModel = "BGNBD"       // expected purchases and spend, by maximum likelihood
)

// LifetimeForm of model Historic.
type LifetimeForm string

const (
	LifetimeValueForm LifetimeForm = "Value"       // amount less cost for each customer
	RatioToCost       LifetimeForm = "RatioToCost" // Σ amount / Σ cost
	PaybackMonth      LifetimeForm = "PaybackMonth"
)

var lifetimeValueDoc = Doc{
	Name:      "lifetimeValue",
	Title:     "Customer lifetime value",
	Summary:   "What a customer is worth: brought in so far and when it has paid for itself, expected of a contract, or expected of somebody free to come back.",
	Formula:   "Historic: Σ (amount − cost) / customers, or Σ amount / Σ cost, or the first month of age at whose end Σ (amount − cost) / customers ≥ acquisition cost. Contractual: m(1+d)/(1+d−r), m the mean amount and r the retention of the period's opening customers, d the discount a period. BGNBD: Σ expected discounted purchases × expected spend / customers",
	Unit:      "as declared, for each customer; of RatioToCost a plain number; of PaybackMonth months",
	Direction: "HigherIsBetter; of PaybackMonth LowerIsBetter",
	Interval:  "Historic: Student's t, or the linearised ratio, or the months in which the t interval of the balance passes the acquisition cost; without an upper end where the data do not tell it. Contractual: from the intervals of margin and retention (MOVER). BGNBD: from each customer's influence on the fitted mean",
	Columns:   "the entity of the customer, a column with the amount (margin rather than revenue), and where it is told the cost (a row that holds only a cost has the amount 0; without an amount it counts nowhere). Contractual needs snapshots or intervals, the others events",
	Pitfalls:  "What customers have brought so far grows with their age: compare at an equal age. PaybackMonth is that of the mean customer: most may never pay back, and a few for all. Constant retention understates a mixed lot. BGNBD counts what one bought in a day as one purchase, and takes how often people buy and how much they spend to be independent, and knows no seasons. Historic and BGNBD refuse breakdowns, for a segment is a column of rows and a customer's rows may be of several: write a definition for each part, with where on a column that stays the same for a customer. One that changes would leave out some of what a customer brought, and pass a later row for the first.",
	Reference: "Gupta and Lehmann 2003; Fader, Hardie and Lee 2005, Marketing Science 24:275; Fader and Hardie 2013 (Gamma–Gamma)",
}

func (m *LifetimeValue) doc() Doc { return lifetimeValueDoc }

func (m *LifetimeValue) entities() []string { return []string{m.Entity} }

func (m *LifetimeValue) check() error {
	switch {
	case m.Entity == "" || m.Amount == "":
		return errors.New("lifetimeValue: entity and amount must be set")
	case m.Model == BGNBD && (m.TimeUnit <= 0 || m.Horizon <= 0):
		return errors.New("lifetimeValue: BGNBD needs a time unit and a horizon")
	case m.Model == Contractual && m.PeriodsAYear <= 0:
		return errors.New("lifetimeValue: Contractual needs a period")
	case m.Form == RatioToCost && (m.Model != Historic || m.Cost == ""):
		return errors.New("lifetimeValue: RatioToCost needs model Historic and a cost")
	case m.Form == PaybackMonth && (m.Model != Historic || m.months() < 1):
		return errors.New("lifetimeValue: PaybackMonth needs model Historic and an age")
	}
	switch m.Model {
	case Historic, Contractual, BGNBD:
		return nil
	}
	return fmt.Errorf("lifetimeValue: unknown model %q", m.Model)
}

// Describe tells model, columns and horizon.
func (m *LifetimeValue) Describe() Description {
	d := Description{Family: lifetimeValueDoc.Name, Unit: m.Unit, Direction: HigherIsBetter}
	switch m.Model {
	case Historic:
		d.Variant = fmt.Sprintf("%s of each %s so far", m.Amount, m.Entity)
		if m.Age > 0 {
			d.Variant = fmt.Sprintf("%s of each %s in the first %g days", m.Amount, m.Entity, m.Age.Hours()/24)
		}
		if m.Cost != "" {
			d.Variant += " less " + m.Cost
		}
		switch m.Form {
		case PaybackMonth:
			d.Unit, d.Direction, d.Variant = UnitMonths, LowerIsBetter, m.paybackVariant(d.Variant)
		case RatioToCost:
			d.Unit, d.Variant = "", "sum of "+m.Amount+" / sum of "+m.Cost+d.Variant[len(m.Amount):len(d.Variant)-len(" less "+m.Cost)]
		}
	case Contractual:
		d.Variant = fmt.Sprintf("contract: mean %s and retention of each %s, %s, discounted by %g %% a year", m.Amount, m.Entity, m.ahead("periods"), 100*m.Discount)
	case BGNBD:
		d.Variant = fmt.Sprintf("BG/NBD and Gamma–Gamma: %s of each %s, %s of %g days, discounted by %g %% a year", m.Amount, m.Entity, m.ahead("units"), m.TimeUnit.Hours()/24, 100*m.Discount)
	}
	if !m.From.IsZero() {
		d.Variant += ", first seen from " + m.From.Format(time.DateOnly)
	}
	return d
}

func (m *LifetimeValue) ahead(unit string) string {
	if m.Horizon == 0 {
		return "without end"
	}
	return fmt.Sprintf("%d %s ahead", m.Horizon, unit)
}

const day = 24 * time.Hour

// Request asks for customers' histories, or for two states.
func (m *LifetimeValue) Request(in Setting) Request {
	if m.Model == Contractual {
		return stateRequest(m.Entity, m.Amount, 0)
	}
	ask := &CustomersRequest{Entity: m.Entity, Amount: m.Amount, Cost: m.Cost, From: m.From, Age: m.Age}
	if m.Form == PaybackMonth {
		ask.Months = m.months()
	}
	if m.Model == BGNBD {
		ask.Unit, ask.Confidence = m.TimeUnit, in.Confidence
		ask.Horizon = lifetime.Horizon{Time: float64(m.Horizon), Discount: m.Discount, Year: lifetime.DaysAYear * float64(day) / float64(m.TimeUnit)}
	}
	return Request{Combination: AsOf, Customers: ask}
}

// Estimate is in the declared unit for each customer, or a plain ratio.
func (m *LifetimeValue) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	s := sums.of(m.Request(in))
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	switch m.Model {
	case Contractual:
		return m.contract(s, confidence)
	case BGNBD:
		return s.expectation()
	}
	if m.Form == PaybackMonth {
		return m.payback(s, confidence)
	}
	n := s[CustomersCount]
	e := Estimate{N: count(n), Entities: new(count(n))}
	if e.N == 0 {
		return e.none(NoRows)
	}
	customers := interval.Paired{Count: n, Y: s[CustomersA], X: s[CustomersC], YY: s[CustomersAA], XX: s[CustomersCC], XY: s[CustomersAC]}
	if m.Form == RatioToCost {
		return e.ratio(customers, nil, unbounded, confidence)
	}
	net := s[CustomersA] - s[CustomersC]
	return e.mean(n, net, s[CustomersAA]-2*s[CustomersAC]+s[CustomersCC], unbounded, nil, confidence)
}

// contract values the opening customers.
func (m *LifetimeValue) contract(s Sums, confidence float64) Estimate {
	open := s[RevenueOpen]
	e := Estimate{N: count(open), Entities: new(count(open))}
	if e.N == 0 {
		return e.none(NoRows)
	}
	margin := Estimate{}.mean(open, s[RevenueS], s[RevenueSS], unbounded, nil, confidence)
	kept := (open - s[RevenueLost]) / open
	c := lifetime.Contract{
		Margin: *margin.Value, Retention: kept, Discount: math.Pow(1+m.Discount, 1/m.PeriodsAYear) - 1, Payments: m.Horizon,
	}
	e.Detail = map[string]float64{"margin": c.Margin, "retention": kept}
	value, err := c.Value()
	if err != nil {
		return e.none(Endless)
	}
	e = e.is(value)
	if margin.Lower == nil {
		return e
	}
	found, err := c.Within(interval.Interval{Lower: *margin.Lower, Upper: *margin.Upper}, interval.Wilson(kept, open, confidence))
	if err != nil {
		return e
	}
	e.Lower, e.Upper = found.Ends()
	if e.Lower != nil || e.Upper != nil {
		e.Method = "MOVER, from margin and retention"
	}
	return e
}

// manyHistories is beyond what histories are put together by whole time units, so that a million customers cost a second
// rather than two, and less memory; it moves the value by some hundredths of a percent (docs/performance.md).
const manyHistories = 100_000

// SummariseCustomers fits the models to customers' histories, in time units. Why that cannot be is among the sums, no error.
func SummariseCustomers(request CustomersRequest, groups []lifetime.Group) (Sums, error) {
	out := make(Sums, valueCount)
	customers, repeat := lifetime.Counts(groups)
	out[valueCustomers], out[valueRepeat] = float64(customers), float64(repeat)
	if customers == 0 {
		return out, nil
	}
	if len(groups) > manyHistories {
		groups = lifetime.Merge(groups, 1, 0.02)
	}
	found, err := lifetime.ExpectValue(groups, request.Horizon, request.Confidence)
	var refusal *lifetime.Refusal
	switch {
	case errors.As(err, &refusal):
		out[valueRefused] = float64(slices.Index(refusals, NoValueReason(refusal.Reason)) + 1)
		return out, nil
	case err != nil:
		return nil, err
	}
	out[valueIs], out[valueLower], out[valueUpper] = found.Value.Value, found.Value.Lower, found.Value.Upper
	out[valuePurchases], out[valueAlive], out[valueCorrelation] = found.Purchases.Value, found.Alive, found.Correlation
	out[valueR], out[valueAlpha], out[valueA], out[valueB] = found.BGNBD.R, found.BGNBD.Alpha, found.BGNBD.A, found.BGNBD.B
	out[valueLogLikelihood] = found.LogLikelihood
	for _, w := range found.Warnings {
		if i := slices.Index(valueWarnings, w.Kind); i >= 0 {
			out[valueWarned] += float64(int(1) << i)
		}
	}
	return out, nil
}

// expectation reads what SummariseCustomers found.
func (s Sums) expectation() Estimate {
	n := count(s[valueCustomers])
	e := Estimate{N: n, Entities: &n, Detail: map[string]float64{"repeatBuyers": s[valueRepeat]}}
	switch refused := int(s[valueRefused]); {
	case n == 0:
		return e.none(NoRows)
	case refused > 0:
		return e.none(refusals[refused-1])
	}
	e.Detail["purchases"], e.Detail["alive"], e.Detail["correlation"] = s[valuePurchases], s[valueAlive], s[valueCorrelation]
	e.Detail["r"], e.Detail["alpha"], e.Detail["a"], e.Detail["b"] = s[valueR], s[valueAlpha], s[valueA], s[valueB]
	e.Detail["logLikelihood"] = s[valueLogLikelihood]
	e.Detail["warned"] = s[valueWarned]
	return e.is(s[valueIs]).within(interval.Interval{Lower: s[valueLower], Upper: s[valueUpper]}, unbounded, "influence of each customer on the fitted mean")
}

// Cautions tells what makes a fitted value doubtful.
func (m *LifetimeValue) Cautions(e Estimate) []string {
	texts := map[lifetime.WarningKind]string{
		lifetime.DependentSpend:   fmt.Sprintf("How often customers buy and how much they spend are correlated (r = %.2f); the model takes them to be independent.", e.Detail["correlation"]),
		lifetime.HeavySpend:       "Spend differs so much between customers that its variance is infinite: the interval cannot be trusted.",
		lifetime.UnusableSpend:    "Some repeat buyers have no positive spend; they were left out when its spread was fitted.",
		lifetime.BeyondExperience: "The horizon is longer than any customer has been seen.",
	}
	var out []string
	for i, kind := range valueWarnings {
		if int(e.Detail["warned"])&(1<<i) != 0 {
			out = append(out, texts[kind])
		}
	}
	return out
}
