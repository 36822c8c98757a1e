package lifetime

import (
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Contract is a margin that comes at the start of each period for as long as the customer renews. Retention and discount
// must be for the same length of period: a monthly margin goes with monthly rates.
//
// A constant retention understates the value of a mixed lot: those likely to leave do so first, and the rest stay longer.
// Source: S. Gupta, D. R. Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17(1) 9–24.
type Contract struct {
	Margin    float64 // each period, in money
	Retention float64 // probability of a renewal, 0–1
	Discount  float64 // rate each period, such as 0.1
	Payments  int     // how many count, the first of which comes now; 0 is without end
}

func (c Contract) check() error {
	switch {
	case math.IsNaN(c.Margin) || math.IsInf(c.Margin, 0):
		return fmt.Errorf("margin is %v", c.Margin)
	case !(c.Retention >= 0 && c.Retention <= 1):
		return fmt.Errorf("retention %v: a probability between 0 and 1 is needed", c.Retention)
	case !(c.Discount >= 0) || math.IsInf(c.Discount, 1):
		return fmt.Errorf("discount rate %v: zero or more is needed", c.Discount)
	case c.Payments < 0:
		return fmt.Errorf("%d payments: 0 is without end, a negative number nothing", c.Payments)
	case c.Payments == 0 && c.Retention == 1 && c.Discount == 0:
		return fmt.Errorf("with full retention and no discount the value has no end: give a horizon")
	}
	return nil
}

// Value of a customer who pays now and then at every renewal, in the unit of the margin. Without end it is m(1+d)/(1+d−r).
func (c Contract) Value() (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	return c.Margin * c.payments(c.Retention), nil
}

// ValueOfRenewals is Value less the payment that comes now. Without end it is m·r/(1+d−r).
func (c Contract) ValueOfRenewals() (float64, error) {
	v, err := c.Value()
	return v - c.Margin, err
}

// payments is how many payments are expected, discounted.
func (c Contract) payments(retention float64) float64 {
	kept := retention / (1 + c.Discount)
	switch {
	case kept == 1 && c.Payments == 0:
		return math.Inf(1)
	case kept == 1:
		return float64(c.Payments)
	case c.Payments == 0:
		return 1 / (1 - kept)
	}
	return (1 - math.Pow(kept, float64(c.Payments))) / (1 - kept)
}

// Within is the interval of Value from those of margin and retention, whose errors are taken to be independent: by the
// recovery of variances (MOVER; G. Y. Zou, A. Donner 2008, Statistics in Medicine 27, 1693–1702) on a logarithmic scale. The
// upper end is infinite where the retention's lets the value grow without end. There is none unless the whole
// interval of the margin is positive.
func (c Contract) Within(margin, retention interval.Interval) (interval.Interval, error) {
	value, err := c.Value()
	if err != nil {
		return interval.None(), err
	}
	if !(margin.Lower > 0) {
		return interval.None(), nil
	}
	count := c.payments(c.Retention)
	down := math.Hypot(math.Log(c.Margin/margin.Lower), math.Log(count/c.payments(max(0, retention.Lower))))
	up := math.Hypot(math.Log(margin.Upper/c.Margin), math.Log(c.payments(min(1, retention.Upper))/count))
	return interval.Interval{Lower: value * math.Exp(-down), Upper: value * math.Exp(up)}, nil
}
