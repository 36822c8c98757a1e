// Package resolve turns declared objects into the engine's plan: it repeats what the schema cannot
// see, fills in defaults, and gives every formula its hash. It reads no cluster; callers hand it objects.
package resolve

import (
	"strings"
)

// Problem is something wrong with an object that only an edit can mend.
type Problem struct {
	// Field is the path of the field, such as spec.where[0].column.
	Field string
	// Message says what is wrong and what to do.
	Message string
}

func (p Problem) String() string { return p.Field + ": " + p.Message }

// Problems of one object, in the order of its fields.
type Problems []Problem

// String joins the problems for a condition's message; at most five are told.
func (ps Problems) String() string {
	texts := make([]string, 0, len(ps))
	for i, p := range ps {
		if i == 5 {
			texts = append(texts, "and more")
			break
		}
		texts = append(texts, p.String())
	}
	return strings.Join(texts, "; ")
}

func (ps *Problems) add(field, message string) {
	*ps = append(*ps, Problem{Field: field, Message: message})
}
