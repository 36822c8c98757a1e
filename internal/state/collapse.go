package state

import "slices"

const (
	// compared is how many complete periods a row count is held against.
	compared = 6
	// fewest is how many there must be for their median to mean anything.
	fewest = 3
)

// Collapsed reports whether a complete period has so few rows that the load, not the business, is the first suspect:
// fewer than ratio times the median of up to six complete periods before it that have rows. earlier holds their row
// counts, oldest first, of the periods themselves rather than of trailing windows, which would hide a gap. Suspects
// among them count, so that a business that really shrinks is not suspect for ever. A ratio of 0 never suspects.
func Collapsed(rows int64, earlier []int64, ratio float64) bool {
	var recent []int64
	for i := len(earlier) - 1; i >= 0 && len(recent) < compared; i-- {
		if earlier[i] > 0 {
			recent = append(recent, earlier[i])
		}
	}
	return ratio > 0 && len(recent) >= fewest && float64(rows) < ratio*median(recent)
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
