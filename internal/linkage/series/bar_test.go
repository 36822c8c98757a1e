package series

import (
	"math"
	"slices"
	"testing"
)

// What lies on the bar is found together with the others, and what lies above it is not.
func TestBar(t *testing.T) {
	for _, c := range []struct {
		others []float64
		want   float64
	}{
		{nil, 0.05},
		{[]float64{0.5}, 0.025},
		{[]float64{0.001}, 0.05}, // the second of two
		{[]float64{0.01, 0.9, 0.9}, 0.025},
		{[]float64{0.04, 0.04, 0.04}, 0.05},
		{[]float64{0.02, 0.03, 0.5, 0.9}, 0.03}, // each alone too high, and all three together not
	} {
		for range 2 { // in whatever order
			slices.Reverse(c.others)
			bar := Bar(c.others, 0.05)
			q := func(p float64) float64 { return BenjaminiHochberg(append([]float64{p}, c.others...))[0] }
			if math.Abs(bar-c.want) > 1e-12 || q(bar) > 0.05+1e-12 || q(bar*1.0001) <= 0.05 {
				t.Errorf("beside %v: %v, want %v; q there %v, above %v", c.others, bar, c.want, q(bar), q(bar*1.0001))
			}
		}
	}
}
