package measure

import (
	"fmt"
	"time"
)

// Elapsed is how long the case of a row took, in seconds. It is not a column of the dataset: terms and
// conditions name what is derived from it by the methods below, and the engine works it out.
type Elapsed struct {
	// Start and End are columns of dates or timestamps.
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
	// Column holds the time itself, in units of Unit seconds, in place of End; Start only tells since when a case is open.
	Column string  `json:"column,omitempty"`
	Unit   float64 `json:"unit,omitempty"`
	// AsOf is the instant as of which cases are read: a later end is not known yet.
	AsOf time.Time `json:"asOf"`
}

// Derived is a column that a request makes from columns of the dataset. Its name is that of nothing else.
type Derived struct {
	Name string      `json:"name"`
	Kind DerivedKind `json:"kind"`
	Of   Elapsed     `json:"of"`
	// Factors are the columns of a Product.
	Factors [2]string `json:"factors,omitzero"`
}

// DerivedKind is what a derived column holds.
type DerivedKind string

const (
	// Seconds from start to end; NULL while open or if a time is missing.
	Seconds DerivedKind = "Seconds"
	// LogSeconds is the natural logarithm of Seconds; NULL where that is not above zero.
	LogSeconds DerivedKind = "LogSeconds"
	// Lasted is Seconds, or how long an open case has lasted up to AsOf.
	Lasted DerivedKind = "Lasted"
	// Open is true for a row without an end that is known at AsOf; an end that cannot be read is not open.
	Open DerivedKind = "Open"
	// Product of two columns of numbers; NULL without either.
	Product DerivedKind = "Product"
)

// derived names a column made from e, by all that it is made of.
func (e Elapsed) derived(kind DerivedKind) Derived {
	what := e.Start + " → " + e.End
	if e.Column != "" {
		what = fmt.Sprintf("%s × %g s", e.Column, e.Unit)
	}
	return Derived{Name: fmt.Sprintf("%s(%s, %s)", kind, what, e.AsOf.UTC().Format(time.RFC3339)), Kind: kind, Of: e}
}

// SecondsBetween is the column of seconds from start to end, both columns of times; NULL while there is no end at asOf.
func SecondsBetween(start, end string, asOf time.Time) Derived {
	return Elapsed{Start: start, End: end, AsOf: asOf}.derived(Seconds)
}

func productOf(a, b string) Derived {
	return Derived{Name: fmt.Sprintf("%s(%s × %s)", Product, a, b), Kind: Product, Factors: [2]string{a, b}}
}
