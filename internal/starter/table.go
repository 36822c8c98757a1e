// Package starter writes a first definition for a table: it says what each column could be, chooses where one thing fits,
// asks where several do, and tells why. It is pure: the facts come from starter/look, the answers from whoever is asked.
package starter

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// MaxValues is how many distinct values of a column are told one by one.
const MaxValues = 20

// Table is what was seen of one.
type Table struct {
	// Schema is empty where the source has none; Name is as a definition writes it.
	Schema, Name string
	// Looked is how many rows were looked at; Partial says that there are more.
	Looked  int64
	Partial bool
	Columns []Column
	// Follows are the pairs of time columns of which the second is never before the first, and sometimes after it.
	Follows []Pair
}

// Pair of column names.
type Pair struct{ First, Then string }

// Column is what was seen of one, in the rows looked at.
type Column struct {
	Name string
	Kind query.Kind
	// Filled is how many rows have a value, Distinct how many different ones there are.
	Filled, Distinct int64
	// Min and Max of numbers; Whole says that all are whole ones.
	Min, Max float64
	Whole    bool
	// From and Until of times: the earliest and the latest, if they are known.
	From, Until time.Time
	// Values are all there are, most frequent first, if they are at most MaxValues. Of texts, numbers and booleans.
	Values []string
	// Reads is how texts that all read as times become some; nil of all other columns.
	Reads *TextTime
	// Unread says why texts that are dates or numbers to people are read as neither; empty of all other columns.
	Unread string
}

// column by its name; nil if there is none.
func (t *Table) column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

func (c *Column) isTime() bool {
	return c.Reads != nil || c.Kind == query.KindDate || c.Kind == query.KindTimestamp || c.Kind == query.KindInstant
}

func (c *Column) isNumber() bool { return c.Kind == query.KindInteger || c.Kind == query.KindNumber }

// isUnique reports whether no two of the rows looked at share a value, and none lacks one.
func (t *Table) isUnique(c *Column) bool {
	return t.Looked > 0 && c.Distinct == t.Looked && c.Filled == t.Looked
}
