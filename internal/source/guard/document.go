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
and MySQL the boundary is what the Secret's role may read, so give it SELECT on these tables and nothing else.
`)
	section := func(title string, functions map[string]role) {
		b.WriteString("\n## " + title + "\n")
		for _, part := range []struct {
			title string
			role  role
		}{{"In expressions and queries", scalar}, {"Aggregates, in queries", aggregate}, {"Windows, in queries", window}, {"Sets, in queries", tableFunction}} {
			var names []string
			for _, name := range slices.Sorted(maps.Keys(functions)) {
				if functions[name] == part.role && !strings.ContainsAny(name, "'`") { // the parser's own marks
					names = append(names, "`"+strings.TrimSuffix(name, "_func")+"`") // as the parser tells char and insert from types and statements
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
	section("MySQL and MariaDB", mysqlFunctions)
	b.WriteString(mysqlNotes)
	return b.String()
}

const mysqlNotes = `
Aggregates may also be windows. Casts are to char, binary, signed, unsigned, decimal, double, float, date, datetime and time.
Not allowed besides: variables (` + "`@x`, `@@x`" + `), comments that the server runs (` + "`/*! */`, `/*M! */`, `/*+ */`" + `), modifiers such as
` + "`SQL_CALC_FOUND_ROWS`, `PARTITION`, `VALUES ROW`, `TABLE`" + `, stored functions. Tables are named exactly as declared, capitals included.

What differs from the session you may be used to, for a dataset's SQL and for the SQL shown with a result:

- ` + "`\"x\"`" + ` quotes a name, as ` + "`` `x` ``" + ` does; text stands in ` + "`'x'`" + `. ` + "`||`" + ` joins text; write ` + "`OR`" + ` for or.
- The time zone is UTC: ` + "`TIMESTAMP`" + ` columns are told in UTC, ` + "`DATETIME`" + ` columns are in the dataset's ` + "`timeZone`" + `. An expression that
  computes with a ` + "`TIMESTAMP`" + ` yields a ` + "`DATETIME`" + ` in UTC: use such a column by its bare name, or set the dataset's zone to UTC.
- ` + "`/`" + ` keeps 16 digits, and a result below zero of unsigned numbers is negative, not an error.
- ` + "`GROUP BY`" + ` must name every column that is not aggregated.

How text compares is a column's collation where you write SQL: with Debian's and MySQL's defaults ` + "`status = 'open'`" + ` also finds ` + "`Open`" + `. Add
` + "`COLLATE utf8mb4_bin`" + ` to be exact. What a definition says in ` + "`where`, `breakdowns`, `entities` and `primaryKey`" + ` is always exact, to the
byte: ` + "`a`, `A` and `a `" + ` with a blank are three values, as in files and on PostgreSQL.

A column declared ` + "`BOOLEAN`" + ` is a ` + "`TINYINT(1)`" + ` and may hold other numbers. It is read as a boolean; what is neither 0 nor 1 is counted as
unreadable. If it holds scores, declare it under ` + "`columns`" + ` with type Integer. In a query it keeps its meaning only under its own name.

MySQL reads ` + "`'abc' + 1`" + ` as 1 and says nothing. Do not compute with text: declare the column as Integer, Number, Date or Timestamp by its bare
name; what does not fit is then counted as rejected. A date of zeros is a date before all others: write ` + "`nullif(ended, '0000-00-00')`" + ` where it
means none.
`
