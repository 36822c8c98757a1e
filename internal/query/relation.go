package query

import (
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Relation is what stands behind FROM for a dataset: its quoted table, or its query in parentheses,
// to be followed by an alias. Both dialects quote alike.
func Relation(_ Dialect, dataset plan.Dataset) string {
	if dataset.Table == nil {
		// On lines of its own, so that a trailing comment does not swallow the parenthesis.
		return "(\n" + strings.TrimRight(dataset.Query, "; \t\r\n") + "\n)"
	}
	if dataset.Table.Schema != "" {
		return Quote(dataset.Table.Schema) + "." + Quote(dataset.Table.Name)
	}
	return Quote(dataset.Table.Name)
}

// Quote makes a name an identifier: in double quotes, which are doubled within.
func Quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
