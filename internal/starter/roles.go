package starter

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// words of a column's name, in lower case: customer, id of customerId, Customer ID and customer_id.
func words(name string) []string {
	spaced := capital.ReplaceAllString(name, "$1 $2")
	return strings.FieldsFunc(strings.ToLower(spaced), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r < 0x80
	})
}

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// says reports whether a word of a name begins with one of some stems.
func says(name string, stems ...string) bool {
	for _, word := range words(name) {
		for _, stem := range stems {
			if strings.HasPrefix(word, stem) {
				return true
			}
		}
	}
	return false
}

// people are words for whose rows belong together.
var people = []string{"customer", "client", "contact", "account", "user", "member", "subscriber", "respondent", "guest", "patient", "household", "person", "buyer", "kunde", "email"}

// identifying are words for columns that tell rows or people apart.
var identifying = []string{"id", "uuid", "key", "no", "nr", "number", "nummer", "code", "email"}

func isIdentifier(name string) bool {
	w := words(name)
	return len(w) > 0 && slices.Contains(identifying, w[len(w)-1])
}

// personOf a column's name is what its values are of, such as customer; empty if it does not say.
func personOf(c *Column) string {
	if c.isTime() || c.Kind == query.KindBoolean || c.Kind == query.KindNumber && !c.Whole || c.Kind == query.KindOther {
		return ""
	}
	w := words(c.Name)
	for i, word := range w {
		for _, person := range people {
			// customer, customer_id and customers_no, but neither customer_plan nor phone_no_customer_likes
			if strings.TrimSuffix(word, "s") == person && (i == len(w)-1 || i == len(w)-2 && isIdentifier(c.Name)) {
				if person == "email" {
					return "person"
				}
				return person
			}
		}
	}
	return ""
}

// key is the column that no two rows share, if one looks like it: named as one, or the first of the table.
func (t *Table) key() *Column {
	for i := range t.Columns {
		if c := &t.Columns[i]; t.isUnique(c) && isIdentifier(c.Name) && !c.isTime() {
			return c
		}
	}
	if len(t.Columns) > 0 {
		c := &t.Columns[0]
		if t.isUnique(c) && (c.Kind == query.KindText || c.Kind == query.KindInteger) && !c.isTime() {
			return c
		}
	}
	return nil
}

// entities are the columns that say whose rows belong together.
func (t *Table) entities() []*Column {
	var out []*Column
	for i := range t.Columns {
		if personOf(&t.Columns[i]) != "" {
			out = append(out, &t.Columns[i])
		}
	}
	return out
}

// times are the columns that can place rows in time, those named after an event first.
func (t *Table) times() []*Column {
	var named, others []*Column
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case !c.isTime() || c.Filled == 0:
		case says(c.Name, "answer", "respon", "submit", "survey", "occur", "happen", "event", "order", "paid", "purchase", "created", "opened"):
			named = append(named, c)
		default:
			others = append(others, c)
		}
	}
	return append(named, others...)
}

// maxSegments is how many values a column has at most whose segments are worth a table.
const maxSegments = 12

// segments are the columns by which values may be told apart. used are those that have another task.
func (t *Table) segments(used ...string) []*Column {
	var out []*Column
	for i := range t.Columns {
		c := &t.Columns[i]
		if !slices.Contains(used, c.Name) && !isIdentifier(c.Name) && !c.isTime() && c.Unread == "" && (c.Kind == query.KindText || c.Kind == query.KindBoolean) && c.Distinct >= 2 && c.Distinct <= maxSegments {
			out = append(out, c)
		}
	}
	return out
}
