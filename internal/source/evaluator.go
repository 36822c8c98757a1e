package source

import (
	"context"
	"time"
)

// Evaluator answers expressions on time series. It is no Engine: it has no rows, no columns and no SQL, and nobody can
// count again what its numbers rest on.
type Evaluator interface {
	// Evaluate gives the one number that an expression has at an instant. Its errors are *Error.
	Evaluate(ctx context.Context, expr string, at time.Time) (Reading, error)
	Close() error
}

// Reading is what an expression gave.
type Reading struct {
	// Value is nil where there is none: no data, which is not zero. It may be NaN or infinite.
	Value *float64
	// Notes are what the server wants told beside the number.
	Notes []string
}
