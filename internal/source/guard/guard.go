// Package guard holds a user's SQL to what it may be: one SELECT over declared tables with
// functions known to be pure. It parses with the database's own grammar and walks the tree;
// whatever it does not know is refused. It is the first of several fences: the engine's locked
// child, or the database role's grants, stand behind it.
package guard

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

const (
	// maxBytes bounds a query; maxExpressionBytes an expression.
	maxBytes           = 64 << 10
	maxExpressionBytes = 8 << 10
	// maxDepth bounds how deep expressions and subqueries nest.
	maxDepth = 100
	// maxPadding is the longest text lpad and rpad may make, maxSeries the longest generated series.
	maxPadding = 1000
	maxSeries  = 1_000_000
)

// Grammar checks the SQL of one dialect. Its errors are *Refusal, or the parser's own trouble.
type Grammar interface {
	// query allows one SELECT over tables.
	query(sql string, tables []string) error
	// expression allows one scalar expression without subqueries, aggregates and windows.
	expression(sql string) error
}

// Refusal says what was refused, and what to do.
type Refusal struct{ Message string }

func (r *Refusal) Error() string { return r.Message }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// Dataset checks all SQL of a dataset: its query, which may read tables, and the expressions of
// its columns and filters. The error is a *source.Error that names the field.
func Dataset(grammar Grammar, dataset plan.Dataset, tables []string) error {
	if dataset.Table == nil {
		sql := strings.TrimRight(dataset.Query, "; \t\r\n") // as query.Relation does
		if err := check(sql, maxBytes, func() error { return grammar.query(sql, tables) }); err != nil {
			return located(err, dataset.Name, "query")
		}
	}
	expression := func(sql, field string) error {
		err := check(sql, maxExpressionBytes, func() error { return grammar.expression(sql) })
		return located(err, dataset.Name, field)
	}
	for i, column := range dataset.Columns {
		if err := expression(column.Expr, fmt.Sprintf("columns[%d].expr (%s)", i, column.Name)); err != nil {
			return err
		}
	}
	for i, filter := range dataset.Filters {
		if err := expression(filter.Expr, fmt.Sprintf("filters[%d].expr (%s)", i, filter.Name)); err != nil {
			return err
		}
	}
	return nil
}

func check(sql string, most int, parsed func() error) error {
	switch {
	case strings.TrimSpace(sql) == "":
		return refuse("it is empty")
	case len(sql) > most:
		return refuse("it is %d bytes long, %d are allowed", len(sql), most)
	case strings.ContainsRune(sql, 0):
		return refuse("it contains a NUL character")
	}
	return parsed()
}

func located(err error, dataset, field string) error {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return source.Fail(plan.QueryRefused, refusal, "dataset %s: %s: %s", dataset, field, refusal.Message)
	}
	return err
}

// What to do is the same for all statements of a kind.
const (
	adviseOneSelect  = "write one SELECT statement, without a semicolon"
	adviseExpression = "write one expression over the row's own columns; put anything else in the dataset's query"
	adviseFunction   = "docs/user-sql.md lists the functions that are allowed"
)

func refuseFunction(name string) error {
	return refuse("function %s is not allowed: %s", name, adviseFunction)
}

func refuseTable(name string, tables []string) error {
	return refuse("table %s is not declared: add it to the dataset's tables (now: %s)", name, strings.Join(tables, ", "))
}

// role is where a function may stand.
type role uint8

const (
	scalar role = iota + 1
	aggregate
	window
	tableFunction
)

func roles(into map[string]role, r role, names string) map[string]role {
	for name := range strings.FieldsSeq(names) {
		into[name] = r
	}
	return into
}
