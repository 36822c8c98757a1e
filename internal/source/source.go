// Package source holds the engines that read rows where they live, behind one small interface.
// Each engine adds only its own driver.
package source

import (
	"context"

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
	Close() error
}

// Error is an engine's error, classified by what the user must do.
type Error struct {
	plan.Failure
	Cause error
}

func (e *Error) Error() string { return string(e.Reason) + ": " + e.Message }

func (e *Error) Unwrap() error { return e.Cause }
