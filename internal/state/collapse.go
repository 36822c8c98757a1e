package state

import (
	"math"
	"slices"
)

const (
	// compared is how many complete periods a row count is held against.
	compared = 6
	// fewest is how many there must be for their median to mean anything.
	fewest = 3
	// chance is how often so few independent arrivals, or fewer, may come about by themselves.
	chance = 0.001
)

// Collapsed reports whether a complete period has so few rows that the load, not the business, is the first suspect:
// fewer than ratio times the median of up to six complete periods before it that have rows, and fewer than chance
// explains, since of a handful of complaints a month none may well be the truth. earlier holds their row counts, oldest
// first, of the periods themselves rather than of trailing windows, which would hide a gap. Suspects among them count, so
// that a business that really shrinks is not suspect for ever. A ratio of 0 never suspects.
func Collapsed(rows int64, earlier []int64, ratio float64) bool {
	var recent []int64
	for i := len(earlier) - 1; i >= 0 && len(recent) < compared; i-- {
		if earlier[i] > 0 {
			recent = append(recent, earlier[i])
		}
	}
	if ratio <= 0 || len(recent) < fewest {
		return false
	}
	usual := median(recent)
	return float64(rows) < ratio*usual && atMost(float64(rows), usual) < chance
}

// atMost is the probability of at most n independent arrivals where mean are expected, n below mean.
func atMost(n, mean float64) float64 {
	logFactorial, _ := math.Lgamma(n + 1)
	term := math.Exp(n*math.Log(mean) - mean - logFactorial)
	sum := 0.0
	for ; n >= 0 && term > 0; n-- {
		sum += term
		term *= n / mean
	}
	return sum
}

// median sorts its argument.
func median(values []int64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return float64(values[middle])
	}
	return (float64(values[middle-1]) + float64(values[middle])) / 2
}
