package alert

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Change of the value with its interval, such as +21.0 pp [13.4, 28.4], or +21.0 pp [13.4, ∞) where the data do not tell
// an end. Difference and ends are in the indicator's own unit, of shares 0 to 1; an end that is nil is open.
func (in *Indicator) Change(difference float64, lower, upper *float64) string {
	d := in.kind().Difference(difference, lower, upper)
	return d.Short() + " " + d.Interval()
}

// Difference of two values with its interval, such as +21.0 pp [13.4, 28.4].
func (in *Indicator) Difference(b plan.Bounded) string { return in.Change(b.Value, &b.Lower, &b.Upper) }

// Declared is a difference or step as somebody wrote it, without needless digits and without a plus, such as 5 pp.
func (in *Indicator) Declared(v float64) string { return in.kind().Declared(v).Short() }

// Size of an error or a loss, with its unit and without a plus, such as 5.0 pp. A loss below zero is a gain.
func (in *Indicator) Size(v float64) string { return strings.TrimPrefix(in.Step(v), "+") }

// Step of an indicator with its sign and unit, such as +5.0 pp.
func (in *Indicator) Step(v float64) string { return in.kind().Difference(v, &v, &v).Short() }
