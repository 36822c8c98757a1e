package series

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What only moved before the first period told of, or follows from its own past to the last digit, leaves nothing that
// another series could tell.
func TestNothingPrecedesWhatIsKnown(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 4))
	other := autoregressive(random, 40, 0.5)
	moved, alternating, steady := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	moved[2] = 1
	for i := range alternating {
		alternating[i], steady[i] = 1e3+float64(i%2), 1e3+1e-2*random.NormFloat64()
	}
	for name, y := range map[string][]float64{"moved before": moved, "alternates": alternating} {
		if found, ok := Granger(other, y, 3); ok {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if found, ok := Granger(other, steady, 3); !ok || math.IsNaN(found.P) {
		t.Errorf("a series that varies little about a high level: %+v", found)
	}
}
