// Package source holds the engines that read rows where they live, behind one small interface.
// Each engine adds only its own driver.
package source

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// Engine reads one data source. Its errors are *Error.
type Engine interface {
	Dialect() query.Dialect
	// Open checks a dataset's own SQL (one SELECT over declared tables and allowed functions), makes its
	// rows readable as query.Relation(dataset) and tells their columns.
	Open(ctx context.Context, dataset plan.Dataset) (query.RowSet, error)
	// Query runs one statement the planner wrote, under the source's limits.
	Query(ctx context.Context, statement query.Statement) (*query.Table, error)
	// Stream runs one statement that returns many rows and hands them to take some thousands at a time, so that they
	// are never in memory together. An error of take, which is a *Error, ends it.
	Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error
	Close() error
}

// Rester is an Engine that holds memory between statements.
type Rester interface {
	// Rest gives it back; the next statement takes it again.
	Rest()
}

// Error is an engine's error, classified by what the user must do.
type Error struct {
	plan.Failure
	Cause error
}

func (e *Error) Error() string { return string(e.Reason) + ": " + e.Message }

func (e *Error) Unwrap() error { return e.Cause }

// Fail is an *Error of one dataset or statement: another indicator may fare better.
func Fail(reason plan.Reason, cause error, format string, args ...any) *Error {
	return &Error{Failure: plan.Failure{Reason: reason, Message: fmt.Sprintf(format, args...)}, Cause: cause}
}

// FailSource is an *Error of the whole source: no indicator can fare better before it is repaired.
func FailSource(reason plan.Reason, cause error, format string, args ...any) *Error {
	e := Fail(reason, cause, format, args...)
	e.Source = true
	return e
}

// QuoteText writes an SQL string constant.
func QuoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Within says where in a definition an engine's error comes from.
func Within(err error, format string, args ...any) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	located := *e
	located.Message = fmt.Sprintf(format, args...) + ": " + e.Message
	return &located
}

var quoted = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"`)

// WithoutValues drops what stands in quotes from a database's message about values: it may be a
// customer's.
func WithoutValues(message string) string { return quoted.ReplaceAllString(message, "…") }
