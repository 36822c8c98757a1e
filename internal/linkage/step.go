package linkage

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/amount"
)

// kindOf numbers of a unit. Series of a claim that are ratios are shares.
func kindOf(unit string) amount.Kind { return amount.Kind{Unit: unit, Percent: unit == "ratio"} }

// StepOf is the step of an indicator that effects are told for: ten points, ten percentage points, else the typical
// deviation of its values, rounded to one digit. No value of a scale such as 1 to 7 moves by ten points.
func StepOf(unit string, values []float64) float64 {
	switch beyond := func(v float64) bool { return math.Abs(v) > 10 }; {
	case unit == "points" && (len(values) == 0 || slices.ContainsFunc(values, beyond)):
		return 10
	case unit == "ratio":
		return .1
	}
	var n, sum, squares float64
	for _, v := range values {
		if !math.IsNaN(v) {
			n, sum = n+1, sum+v
		}
	}
	for _, v := range values {
		if !math.IsNaN(v) {
			squares += (v - sum/n) * (v - sum/n)
		}
	}
	deviation := math.Sqrt(squares / max(n-1, 1))
	if deviation == 0 || math.IsNaN(deviation) || math.IsInf(deviation, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(deviation)))
	return math.Round(deviation/power) * power
}
