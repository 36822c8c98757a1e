package postgres_test

import (
	"errors"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// Three times 64 MiB, the most that Query would hold, arrive in order and a few at a time.
func TestStreamHandsRowsOnAsTheyCome(t *testing.T) {
	engine := open(t, sourceOf(t, postgrestest.Start(t).NewDatabase(t)))
	const rows = 400_000
	sql := `SELECT i, repeat('x', 500) AS filler FROM generate_series(1, 400000) AS t(i)`
	next, most := int64(1), 0
	err := engine.Stream(t.Context(), query.Statement{SQL: sql}, func(chunk *query.Table) error {
		most = max(most, chunk.Len)
		for row := range chunk.Len {
			if n := chunk.Columns[0].Ints[row]; n != next || len(chunk.Columns[1].Strings[row]) != 500 {
				t.Fatalf("row %d is number %d with %d bytes", next, n, len(chunk.Columns[1].Strings[row]))
			}
			next++
		}
		return nil
	})
	if err != nil || next != rows+1 || most > 10_000 {
		t.Fatalf("%d rows, at most %d at a time, and %v; want %d", next-1, most, err, rows)
	}
}

func TestStreamEndsWhereItsRowsAreRefused(t *testing.T) {
	engine := open(t, sourceOf(t, postgrestest.Start(t).NewDatabase(t)))
	full := source.Fail(plan.DiskFull, nil, "no room")
	calls := 0
	err := engine.Stream(t.Context(), query.Statement{SQL: `SELECT i, repeat('x', 500) AS filler FROM generate_series(1, 400000) AS t(i)`}, func(*query.Table) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Fatalf("got %v after %d calls, want the error of the first", err, calls)
	}
	if result, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT 1"}); err != nil || result.Len != 1 {
		t.Fatalf("the engine is of no use afterwards: %v", err)
	}
}

func TestStreamTellsAFailure(t *testing.T) {
	engine := open(t, sourceOf(t, postgrestest.Start(t).NewDatabase(t)))
	err := engine.Stream(t.Context(), query.Statement{SQL: "SELECT nothing FROM nowhere"}, func(*query.Table) error { return nil })
	if _, ok := errors.AsType[*source.Error](err); !ok {
		t.Fatalf("got %v, want a *source.Error", err)
	}
}
