package state

import (
	"cmp"
	"slices"
)

// Suppress tells which segments of one breakdown must not be shown, so that nobody can be recognised in them: those
// with fewer than k people, and, while all those hidden have fewer than k together, the next smallest too, since the
// total less the shown segments would give them away. sizes holds each segment's people (entities where responses name
// one, rows otherwise) in the order in which ties are to be broken. Empty segments hide nobody and are shown.
func Suppress(sizes []int64, k int64) []bool {
	hidden := make([]bool, len(sizes))
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	var people int64
	for _, i := range order {
		size := sizes[i]
		if size <= 0 {
			continue
		}
		if size >= k && (people == 0 || people >= k) {
			break
		}
		hidden[i] = true
		people += size
	}
	return hidden
}
