package measure

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Family is one kind of measure: what it asks for and how it estimates.
type Family interface {
	// Describe gives the family's name, unit, direction and variant.
	Describe() Description
	// Request is what the engine must sum in the given setting.
	Request(Setting) Request
	// Estimate turns sums, as asked for by Request in the same setting, into a value with
	// its interval at the confidence level (0–1).
	Estimate(sums Sums, in Setting, confidence float64) Estimate
}

// Setting is what a family must know of its surroundings.
type Setting struct {
	// KeepAll is the entity whose repeated rows are all kept, so that errors are cluster-robust;
	// empty where rows are independent or already one an entity.
	KeepAll string
	// TimeColumn is the dataset's event column, empty if it has none.
	TimeColumn string
	// Now is the instant as of which the data is read.
	Now time.Time
	// Confidence is the level (0–1) of the intervals that Estimate will be asked for. Only a request that is
	// summed up before it is estimated needs to know it.
	Confidence float64
}

// Description is what a reader must know to compare a value with another.
type Description struct {
	// Family is the name in the API, such as netPromoterScore.
	Family string
	// Unit is "points", "ratio", "seconds", a currency or other declared unit; empty for plain numbers.
	Unit string
	// Direction says which way is better.
	Direction Direction
	// Variant tells the formula in one line, with everything that makes it incomparable to its neighbours.
	Variant string
}

// Units that are read in a way of their own: of times, and of months by number.
const (
	UnitSeconds = "seconds"
	UnitMonths  = "months"
)

// zeroed is a family of which no rows can mean zero.
type zeroed interface {
	ZeroWhenComplete(e Estimate, confidence float64) (Estimate, bool)
}

// ZeroWhenComplete is the zero of family, if it has one, for a period proven to be complete and without rows.
func ZeroWhenComplete(family Family, e Estimate, confidence float64) (Estimate, bool) {
	if f, ok := family.(zeroed); ok {
		return f.ZeroWhenComplete(e, confidence)
	}
	return e, false
}

// member is a family of the catalogue.
type member interface {
	Family
	// doc is what readers are told of the family; it must not look at the spec.
	doc() Doc
	// check tells whether the spec makes sense.
	check() error
}

// families are those that spec sets. A family is a member of the catalogue by its field in Spec.
func families(spec Spec) []member {
	var found []member
	for _, field := range reflect.ValueOf(spec).Fields() {
		if !field.IsNil() {
			found = append(found, field.Interface().(member))
		}
	}
	return found
}

// Of returns the family that spec sets. It is an error to set none or several, or one whose spec contradicts itself.
func Of(spec Spec) (Family, error) {
	found := families(spec)
	if len(found) != 1 {
		return nil, fmt.Errorf("measure: exactly one family must be set, %d are", len(found))
	}
	if err := found[0].check(); err != nil {
		return nil, err
	}
	return found[0], nil
}

// Entities names the entities of the dataset that a measure reads, each a name or empty.
func Entities(spec Spec) []string {
	var names []string
	for _, family := range families(spec) {
		if grouped, ok := family.(interface{ entities() []string }); ok {
			names = append(names, grouped.entities()...)
		}
	}
	return names
}

// Formula is a measure without what only names it or says how people read it, its lists in order: two specs with one
// formula give the same numbers.
func Formula(spec Spec) Spec {
	for _, field := range reflect.ValueOf(&spec).Elem().Fields() {
		if field.IsNil() {
			continue
		}
		if named, ok := reflect.TypeAssert[interface{ formula() any }](field); ok {
			field.Set(reflect.ValueOf(named.formula()))
		}
	}
	return spec
}

// Ordered are conditions with their values sorted: of those that take several, the order means nothing.
func Ordered(conditions []Condition) []Condition {
	out := slices.Clone(conditions)
	for i := range out {
		out[i].Values = sorted(out[i].Values)
	}
	return out
}

func sorted(texts []string) []string {
	out := slices.Clone(texts)
	slices.Sort(out)
	return out
}
