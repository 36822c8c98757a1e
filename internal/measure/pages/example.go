// Package pages makes docs/measures: a page for each family and each preset of the catalogue, from what the code says
// of itself and from examples that are tested. The operator does not link it.
package pages

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// examples are families/NAME.yaml and presets/NAME.yaml: objects to apply as they stand, rows included. The first
// definition is the example; one that comes after a line beginning with trapMark falls into the pitfall. The last
// document is the table that the definitions print, in comments.
//
//go:embed families/*.yaml presets/*.yaml
var examples embed.FS

// Example is a whole set of objects with the values that come of them.
type Example struct {
	// Path names its file within this folder.
	Path string
	// Objects are YAML documents: ConfigMap with the rows, DataSource, Dataset, definitions; traps excluded.
	Objects string
	// Traps are definitions on the same rows that yield a neighbour's number; empty if there are none.
	Traps string
	// Table is what kubectl prints of all definitions: name, value, interval, n and period.
	Table string
}

// All is every document to apply.
func (e Example) All() string {
	if e.Traps == "" {
		return e.Objects
	}
	return e.Objects + separator + e.Traps
}

const (
	separator = "---\n"
	trapMark  = "# Not the same:"
)

// FamilyExample is that of a family, by its name in the API; PresetExample that of a preset.
func FamilyExample(name string) (Example, error) { return read("families/" + name + ".yaml") }

// PresetExample is that of a preset, by its name.
func PresetExample(name string) (Example, error) { return read("presets/" + name + ".yaml") }

// Examples are all of them, families first.
func Examples() ([]Example, error) {
	var found []Example
	paths, err := fs.Glob(examples, "*/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		one, err := read(path)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

func read(path string) (Example, error) {
	content, err := examples.ReadFile(path)
	if err != nil {
		return Example{}, err
	}
	e := Example{Path: path}
	documents := strings.Split(string(content), separator)
	last := len(documents) - 1
	for _, line := range strings.SplitAfter(documents[last], "\n") {
		if line != "" && !strings.HasPrefix(line, "# ") {
			return e, fmt.Errorf("%s: the last document must be the table of values, in comments", path)
		}
		e.Table += strings.TrimPrefix(line, "# ")
	}
	for i, document := range documents[:last] {
		switch {
		case e.Traps != "" || strings.HasPrefix(document, trapMark):
			e.Traps = join(e.Traps, document)
		case i == 0:
			e.Objects = document
		default:
			e.Objects = join(e.Objects, document)
		}
	}
	return e, nil
}

func join(documents, more string) string {
	if documents == "" {
		return more
	}
	return documents + separator + more
}
