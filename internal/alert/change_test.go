package alert_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

func TestAChangeIsToldWithOpenEnds(t *testing.T) {
	share, score, time := alert.Indicator{Percent: true}, alert.Indicator{Unit: "points"}, alert.Indicator{Unit: measure.UnitSeconds}
	for _, c := range []struct {
		in           alert.Indicator
		difference   float64
		lower, upper *float64
		want         string
	}{
		{share, 0.21, new(0.134), new(0.284), "+21.0 pp [13.4, 28.4]"},
		{share, 0.21, new(0.134), nil, "+21.0 pp [13.4, ∞)"},
		{score, -3, nil, new(-1.25), "−3.0 points (−∞, −1.3]"},
		{score, -3, new(-5.5), new(-1.25), "−3.0 points [−5.5, −1.3]"},
		{time, 7200, nil, nil, "+2 h (−∞, ∞)"},
	} {
		if got := c.in.Change(c.difference, c.lower, c.upper); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
