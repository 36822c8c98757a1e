package alert

import (
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Change of the value with its interval, such as +21.0 pp [13.4, 28.4], or +21.0 pp [13.4, ∞) where the data do not tell
// an end. Difference and ends are in the indicator's own unit, of shares 0 to 1; an end that is nil is open.
func (in *Indicator) Change(difference float64, lower, upper *float64) string {
	number, interval := in.change(difference, lower, upper)
	return number + interval
}

// Difference of two values with its interval, such as +21.0 pp [13.4, 28.4].
func (in *Indicator) Difference(b plan.Bounded) string { return in.Change(b.Value, &b.Lower, &b.Upper) }

// Step of an indicator with its sign and unit, such as +5.0 pp.
func (in *Indicator) Step(v float64) string {
	number, _ := in.change(v, &v, &v)
	return number
}

// difference of two values and its interval, such as "+21.0 pp" and " [13.4, 28.4]".
func (in *Indicator) difference(b plan.Bounded) (number, interval string) {
	return in.change(b.Value, &b.Lower, &b.Upper)
}

func (in *Indicator) change(difference float64, lower, upper *float64) (number, interval string) {
	u, digits := in.unit(difference), in.digits(measure.Estimate{Value: &difference, Lower: lower, Upper: upper})
	suffix := u.suffix
	switch {
	case in.Percent:
		suffix = " pp" // a difference of shares is no share
	case in.Unit == "points":
		suffix = " points"
	}
	return signed(u.number(difference, digits), difference) + suffix, " " + minus(u.between(lower, upper, digits))
}
