// Package near guesses what somebody meant who wrote a name that there is not.
package near

import (
	"cmp"
	"slices"
	"strings"
)

// typos is how many wrong letters are taken for a slip; of short names, half of their letters.
const typos = 3

// most names that are worth reading.
const most = 3

// Names among those there are that somebody may have meant, the likeliest first, at most three.
func Names(name string, among []string) []string {
	type guess struct {
		name     string
		distance int
	}
	var found []guess
	lower := strings.ToLower(name)
	for _, candidate := range among {
		other := strings.ToLower(candidate)
		d := distance(lower, other)
		within := min(len(lower), len(other)) > typos && (strings.Contains(other, lower) || strings.Contains(lower, other))
		if within {
			d = min(d, typos)
		}
		if within || d <= min(typos, max(len(lower), len(other))/2) {
			found = append(found, guess{candidate, d})
		}
	}
	slices.SortFunc(found, func(a, b guess) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name)) })
	var names []string
	for _, g := range found[:min(most, len(found))] {
		names = append(names, g.name)
	}
	return names
}

// distance is how many letters must be put in, left out or exchanged to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
