package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// unknownName is a name that nothing has.
type unknownName struct {
	// kind is namespace, cpi, kpi, linkage, scorecard or page.
	kind, name string
	// known names of the kind.
	known []string
}

// Error is for people who read logs; the page says it in their language.
func (e unknownName) Error() string { return fmt.Sprintf("no %s %s", e.kind, e.name) }

// notFound is what the not-found page shows.
type notFound struct {
	Kind, Name string
	// Near are known names that look alike, the most alike first; all of them if they are few.
	Near []string
}

// few names are listed whole.
const few = 8

func (e unknownName) near() notFound {
	out := notFound{Kind: e.kind, Name: e.name}
	type candidate struct {
		name string
		far  int
	}
	var some []candidate
	for _, name := range e.known {
		far := distance(strings.ToLower(name), strings.ToLower(e.name))
		if len(e.known) <= few || far <= max(2, len(e.name)/3) || strings.Contains(name, e.name) {
			some = append(some, candidate{name, far})
		}
	}
	slices.SortStableFunc(some, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	for _, c := range some[:min(few, len(some))] {
		out.Near = append(out.Near, c.name)
	}
	return out
}

// distance is how many letters must be put in, left out or replaced to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// unknown answers for paths that are no page.
func (s *site) unknown(v *visit) (*answer, error) {
	return nil, unknownName{kind: "page", name: v.URL.Path}
}

// Link to another object of the kind.
func (n notFound) Link(namespace, name string) string {
	if n.Kind == "namespace" {
		return "/ns/" + name
	}
	return "/ns/" + namespace + "/" + n.Kind + "/" + name
}
