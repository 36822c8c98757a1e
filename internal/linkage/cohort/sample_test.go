package cohort

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestSampleSizes(t *testing.T) {
	for name, want := range shared(t).MinN {
		var p, q float64
		if _, err := fmt.Sscanf(strings.Replace(name, "_vs_", " ", 1), "%g %g", &p, &q); err != nil {
			t.Fatal(err)
		}
		if first, second, ok := SampleSize(p, q, 1, 0.05, 0.8); !ok || first != want || second != want {
			t.Errorf("%s: %d and %d, want %d", name, first, second, want)
		}
	}
	for _, o := range fromR(t).Sizes {
		first, second, ok := SampleSize(o.P, o.Q, o.Ratio, 0.05, 0.8)
		if !ok || first != int64(math.Ceil(o.N1)) || second != int64(math.Ceil(o.N2)) {
			t.Errorf("%+v: %d and %d", o, first, second)
		}
	}
	for _, p := range []float64{0.5, 0.5 + 1e-9} {
		if _, _, ok := SampleSize(p, 0.5, 1, 0.05, 0.8); ok {
			t.Errorf("%v and 0.5 can be told apart", p)
		}
	}
}

func TestNeeded(t *testing.T) {
	opts := Options{Levels: 2, Confidence: 0.95, MinPerCohort: 30, MinEffect: 0.1}
	needed := func(a, b, c, d int64) Needed { return Compare(tableOf(a, b, c, d).units("", 1), opts).Needed }
	// Hmisc's bsamsize(.855, .755), and (.91, .7, 10/11), which makes the best cohort ten times as large.
	if got := needed(182, 18, 140, 60); *got.Observed != (Sizes{55, 55, 55}) || *got.Declared != (Sizes{246, 246, 246}) {
		t.Errorf("%+v %+v", got.Observed, got.Declared)
	}
	if got := needed(1820, 180, 140, 60).Observed; *got != (Sizes{Each: 55, Best: 243, Worst: 30}) {
		t.Errorf("%+v", got)
	}
	if got := needed(100, 0, 10, 90).Observed; *got != (Sizes{30, 30, 30}) {
		t.Errorf("below the smallest cohort that is compared: %+v", got)
	}
	if got := needed(50, 50, 50, 50); got.Observed != nil || got.Declared == nil {
		t.Errorf("%+v", got)
	}
	// A share of 100 % leaves no room above.
	if got := needed(40, 0, 40, 0); got.Observed != nil || got.Declared.Each != 74 {
		t.Errorf("%+v", got.Declared)
	}
	if got := needed(40, 9, 0, 0); got.Observed != nil || got.Declared == nil || got.Declared.Best != got.Declared.Each {
		t.Errorf("%+v", got)
	}
	if got := needed(0, 0, 0, 0); got != (Needed{}) {
		t.Errorf("%+v", got)
	}
}
