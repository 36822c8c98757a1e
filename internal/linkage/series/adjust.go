package series

import (
	"cmp"
	"math"
	"slices"
)

// BenjaminiHochberg corrects p values for being several: those at most q are wrong in at most the share q of cases, on
// average, if the tests are independent or positively dependent (Benjamini and Hochberg 1995). R: p.adjust("BH").
func BenjaminiHochberg(p []float64) []float64 {
	return stepUp(p, func(rank int) float64 { return float64(len(p)) / float64(rank) })
}

// Bar is the largest p value that stays at most alpha when it is corrected (BenjaminiHochberg) together with others.
func Bar(others []float64, alpha float64) float64 {
	sorted := slices.Sorted(slices.Values(others))
	tests := float64(len(others) + 1)
	for rank := len(others) + 1; rank > 1; rank-- {
		if bar := alpha * float64(rank) / tests; sorted[rank-2] <= bar { // rank−1 others lie below it
			return bar
		}
	}
	return alpha / tests
}

// BenjaminiYekutieli does so for tests that depend on one another in whatever way (Benjamini and Yekutieli 2001).
func BenjaminiYekutieli(p []float64) []float64 {
	var harmonic float64
	for i := range p {
		harmonic += 1 / float64(i+1)
	}
	return stepUp(p, func(rank int) float64 { return harmonic * float64(len(p)) / float64(rank) })
}

// Holm corrects p values so that even one wrong among those at most α is as rare as α (Holm 1979).
func Holm(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	var most float64
	for i, index := range ascending(p) {
		most = max(most, min(1, p[index]*float64(len(p)-i)))
		adjusted[index] = most
	}
	return adjusted
}

// stepUp multiplies each p value by the factor of its rank from below, and lets none exceed a later one.
func stepUp(p []float64, factor func(rank int) float64) []float64 {
	adjusted := make([]float64, len(p))
	least := 1.0
	for rank, index := range slices.Backward(ascending(p)) {
		least = math.Min(least, p[index]*factor(rank+1))
		adjusted[index] = least
	}
	return adjusted
}

// ascending are the indexes of p in the order of its values.
func ascending(p []float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return order
}
