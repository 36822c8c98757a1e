package alert_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Value and interval are read in one unit, that of the value; a time of nothing has none of its own.
func TestUnitOfTimes(t *testing.T) {
	in := alert.Indicator{Unit: measure.UnitSeconds}
	for _, c := range []struct {
		value, lower, upper float64
		want                string
	}{
		{0, 0, 86400, "0.00 h [0.00, 24.00]"},
		{0, -172800, 60, "0.00 d [−2.00, 0.00]"},
		{300, 0, 86400, "5.00 min [0.00, 1,440.00]"},
		{0, 0, 30, "0.00 s [0.00, 30.00]"},
	} {
		e := measure.Estimate{Value: &c.value, Lower: &c.lower, Upper: &c.upper}
		if got := in.Value(e) + " " + in.Interval(e); got != c.want {
			t.Errorf("%g s [%g, %g] reads %q, not %q", c.value, c.lower, c.upper, got, c.want)
		}
	}
}
