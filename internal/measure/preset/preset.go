// Package preset names the rows of the catalogue that a general family measures: first contact resolution is a
// conversion, money saved a ratio. A preset brings direction, unit, pitfall and page; the numbers are the family's.
package preset

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Preset is one row of the catalogue. Its page is generated from it.
type Preset struct {
	// Name is what a definition writes, such as MoneySaved; Title what people call it.
	Name  string
	Title string
	// Theme is what customers get, or the category of a company indicator.
	Theme string
	// Families are those that may measure it, the usual one first; see Fits.
	Families []string
	// Unit is told to readers; DefaultUnit is taken where an aggregate or a ratio declares none.
	Unit        string
	DefaultUnit string
	Direction   measure.Direction
	// Tells is what it says, in a sentence; Formula how.
	Tells   string
	Formula string
	// Columns are what the dataset must have.
	Columns string
	// Pitfall is what tells it from its neighbours; the example's second definition falls into it.
	Pitfall string
	// Reference is where it comes from.
	Reference string
}

// anywhere are the families of values that something else computes: they may hold any row of the catalogue.
var anywhere = []string{"precomputed", "promql"}

// Fits reports whether a family may measure the preset.
func (p Preset) Fits(family string) bool {
	return slices.Contains(p.Families, family) || slices.Contains(anywhere, family)
}

// All are the presets, in the order of the docs.
func All() []Preset {
	return slices.Concat(timely, convenient, saved, loyal, satisfied, advocated, retained, valuable, commercial)
}

// Find is the preset of a name.
func Find(name string) (Preset, bool) {
	for _, p := range All() {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}

// For names the presets that a family may measure, in order of their names.
func For(family string) []string {
	var names []string
	for _, p := range All() {
		if p.Fits(family) {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return names
}

// near is up to how many letters a name may be off to be suggested.
const near = 3

// Near names the presets that somebody may have meant, the likeliest first, at most three.
func Near(name string) []string {
	type guess struct {
		name     string
		distance int
	}
	var found []guess
	lower := strings.ToLower(name)
	for _, p := range All() {
		other := strings.ToLower(p.Name)
		d := distance(lower, other)
		if d > near && len(lower) > near && (strings.Contains(other, lower) || strings.Contains(lower, other)) {
			d = near
		}
		if d <= near && d < max(len(lower), len(other)) {
			found = append(found, guess{p.Name, d})
		}
	}
	slices.SortFunc(found, func(a, b guess) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name)) })
	var names []string
	for _, g := range found[:min(3, len(found))] {
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
