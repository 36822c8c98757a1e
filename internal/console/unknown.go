package console

import (
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/near"
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
	out := notFound{Kind: e.kind, Name: e.name, Near: near.Names(e.name, e.known)}
	if len(e.known) <= few {
		for _, name := range e.known {
			if !slices.Contains(out.Near, name) {
				out.Near = append(out.Near, name)
			}
		}
	}
	return out
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
