package linkage

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Against statsmodels, which also counts effects found on the wrong side.
func TestEnough(t *testing.T) {
	content, err := os.ReadFile("testdata/enough.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		N      int64
		P, Bar float64
		Each   float64
	}
	if err := json.Unmarshal(content, &cases); err != nil || len(cases) == 0 {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := Enough(c.N, c.P, c.Bar); math.Abs(float64(got)-c.Each) > 1 {
			t.Errorf("of %d at p %v: %d for %v, want %.1f", c.N, c.P, got, c.Bar, c.Each)
		}
	}
	if got := Enough(100, 1e-9, 0.05); got != 100 {
		t.Errorf("%d would be enough of 100 that are", got)
	}
}
