package guard

import (
	"maps"
	"slices"
	"strings"
)

// Document is the page that refusals point to: every function and operator allowed, by dialect.
func Document() string {
	var b strings.Builder
	b.WriteString(`# SQL in a Dataset

A Dataset's ` + "`query`" + ` is one SELECT over the tables it declares. An ` + "`expr`" + ` of a column or filter is one
expression over the row's own columns, without subqueries, aggregates and windows.

Not allowed: several statements, parameters, ` + "`WITH RECURSIVE`, `SELECT … INTO`, `FOR UPDATE`, `TABLESAMPLE`" + `, the
database's own catalogs, and every function that is not below: those that read files, settings or the network, run SQL
from text, wait, are random, or make a value as long as a number says. ` + "`lpad` and `rpad`" + ` take a constant length of at
most 1,000, ` + "`generate_series`" + ` constant bounds and at most 1,000,000 values.

Behind this stand the engine's own fences: files are read by a locked process with its own memory limit; on PostgreSQL
the boundary is what the Secret's role may read, so give it SELECT on these tables and nothing else.
`)
	section := func(title string, functions map[string]role) {
		b.WriteString("\n## " + title + "\n")
		for _, part := range []struct {
			title string
			role  role
		}{{"In expressions and queries", scalar}, {"Aggregates, in queries", aggregate}, {"Windows, in queries", window}, {"Sets, in queries", tableFunction}} {
			var names []string
			for _, name := range slices.Sorted(maps.Keys(functions)) {
				if functions[name] == part.role {
					names = append(names, "`"+name+"`")
				}
			}
			if len(names) > 0 {
				b.WriteString("\n" + part.title + ": " + strings.Join(names, " ") + "\n")
			}
		}
	}
	section("Files (DuckDB)", duckdbFunctions)
	b.WriteString("\nMind the arrows: in DuckDB `->` and `->>` bind more loosely than `=`, so write `(payload->>'plan') = 'pro'`; without the\nparentheses the condition is never true, and no error says so.\n")
	b.WriteString("\nIn FROM: `unnest` `generate_series` `range`\n")
	section("PostgreSQL", postgresFunctions)
	section("PostgreSQL: operators", postgresOperators)
	section("PostgreSQL: types to cast to", postgresTypes)
	return b.String()
}
