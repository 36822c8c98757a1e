// Package postgres is the engine for PostgreSQL: SQL is pushed down, in a read-only transaction,
// under a statement timeout.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/guard"
)

// Config of the engine.
type Config struct {
	Source plan.Source
}

const (
	// defaultTimeout applies where the source sets none: no statement runs without a limit.
	defaultTimeout = 10 * time.Minute
	// cancelGrace is how long the server may take to end a statement by its own clock before the
	// client asks it to.
	cancelGrace = 5 * time.Second
	// workMemory is what a sort or a hash table may take at least (docs/adr/0012-memory-for-grouping.md).
	workMemory = 32 << 20
	// maxResultBytes bounds one statement's result.
	maxResultBytes = 64 << 20
)

type engine struct {
	cfg     Config
	connect *pgx.ConnConfig

	mu         sync.Mutex
	connection *pgx.Conn // nil until needed, or after it served a user's SQL
	userSQL    []string  // the texts that came from datasets
}

// Open reads the credentials, connects, and sees that the server answers.
func Open(ctx context.Context, cfg Config) (source.Engine, error) {
	if cfg.Source.Postgres == nil {
		return nil, source.FailSource(plan.SourceUnreachable, nil, "source %s declares no PostgreSQL database", cfg.Source.Name)
	}
	if cfg.Source.Limits.QueryTimeout <= 0 {
		cfg.Source.Limits.QueryTimeout = defaultTimeout
	}
	connect, err := connectConfig(cfg.Source)
	if err != nil {
		return nil, err
	}
	e := &engine{cfg: cfg, connect: connect}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.run(ctx, query.Statement{SQL: "SELECT 1"}); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *engine) Dialect() query.Dialect { return query.Postgres }

func (e *engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.disconnect()
	return nil
}

// Open implements source.Engine.
func (e *engine) Open(ctx context.Context, dataset plan.Dataset) (query.RowSet, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := guard.Dataset(guard.Postgres{}, dataset, dataset.Tables); err != nil {
		return query.RowSet{}, err
	}
	if dataset.Query != "" {
		e.userSQL = append(e.userSQL, query.Relation(query.Postgres, dataset))
	}
	for _, column := range dataset.Columns {
		e.userSQL = append(e.userSQL, column.Expr)
	}
	for _, filter := range dataset.Filters {
		e.userSQL = append(e.userSQL, filter.Expr)
	}
	return e.rowSet(ctx, dataset)
}

// Query implements source.Engine.
func (e *engine) Query(ctx context.Context, statement query.Statement) (*query.Table, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.run(ctx, statement)
}

// Stream implements source.Engine.
func (e *engine) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.transaction(ctx, statement.SQL, func(ctx context.Context, c *pgx.Conn) error {
		return readRows(ctx, c, statement, streamedRows, take)
	})
}

func (e *engine) run(ctx context.Context, statement query.Statement) (*query.Table, error) {
	var table *query.Table
	err := e.transaction(ctx, statement.SQL, func(ctx context.Context, c *pgx.Conn) (err error) {
		table, err = readTable(ctx, c, statement)
		return err
	})
	return table, err
}

// transaction does one thing with sql in a read-only transaction of its own, and classifies its
// failure. A connection that ran a user's SQL, or failed, is not used again: a session's state
// could have been changed by what the guard overlooked.
func (e *engine) transaction(ctx context.Context, sql string, do func(context.Context, *pgx.Conn) error) error {
	limit := e.cfg.Source.Limits.QueryTimeout
	within, cancel := context.WithTimeout(ctx, limit+cancelGrace)
	defer cancel()
	err := e.begin(within)
	if err == nil {
		err = do(within, e.connection)
	}
	if err == nil && !e.isUsers(sql) {
		_, err = e.connection.Exec(within, "ROLLBACK")
	} else {
		e.disconnect()
	}
	if err != nil {
		return e.classify(ctx, err)
	}
	return nil
}

// begin connects if need be and begins a transaction. Its SELECT comes before any other
// statement, so that the transaction can no longer be made writable.
func (e *engine) begin(ctx context.Context) error {
	if e.connection == nil {
		connection, err := pgx.ConnectConfig(ctx, e.connect)
		if err != nil {
			return err
		}
		e.connection = connection
	}
	timeout := e.cfg.Source.Limits.QueryTimeout.Milliseconds()
	// SET LOCAL, not startup parameters: those do not pass a connection pooler.
	setup := fmt.Sprintf(`BEGIN TRANSACTION READ ONLY;
SET LOCAL default_transaction_read_only = on;
SET LOCAL statement_timeout = %d;
SET LOCAL lock_timeout = %d;
SET LOCAL idle_in_transaction_session_timeout = %d;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO';
SET LOCAL jit = off;
SELECT set_config('work_mem', '%dkB', true) WHERE pg_size_bytes(current_setting('work_mem')) < %[4]d * 1024;
SELECT 1`, timeout, min(timeout, 10_000), timeout+cancelGrace.Milliseconds(), workMemory>>10)
	_, err := e.connection.PgConn().Exec(ctx, setup).ReadAll()
	return err
}

func (e *engine) isUsers(sql string) bool {
	for _, text := range e.userSQL {
		if strings.Contains(sql, text) {
			return true
		}
	}
	return false
}

func (e *engine) disconnect() {
	if e.connection == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = e.connection.Close(ctx)
	e.connection = nil
}

// describe tells a statement's columns without running it.
func (e *engine) describe(ctx context.Context, sql string) ([]query.ColumnInfo, error) {
	var columns []query.ColumnInfo
	err := e.transaction(ctx, sql, func(ctx context.Context, c *pgx.Conn) error {
		description, err := c.Prepare(ctx, "", sql)
		if err != nil {
			return err
		}
		for _, field := range description.Fields {
			columns = append(columns, query.ColumnInfo{Name: field.Name, Kind: kindOf(field.DataTypeOID)})
		}
		return nil
	})
	return columns, err
}

var errTooLarge = errors.New("result too large")
