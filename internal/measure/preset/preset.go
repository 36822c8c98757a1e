// Package preset names the rows of the catalogue that a general family measures: first contact resolution is a
// conversion, money saved a ratio. A preset brings direction, unit, pitfall and page; the numbers are the family's.
package preset

import (
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/near"
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

// Near names the presets that somebody may have meant, the likeliest first, at most three.
func Near(name string) []string {
	var names []string
	for _, p := range All() {
		names = append(names, p.Name)
	}
	return near.Names(name, names)
}
