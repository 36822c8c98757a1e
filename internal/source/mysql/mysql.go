// Package mysql is the engine for MySQL and MariaDB: SQL is pushed down, in a read-only transaction, under a statement
// timeout.
//
// How text compares is the planner's choice, not the server's: keys, segments and conditions go by their bytes. What
// users write in SQL follows their columns' collations.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"

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
	// cancelGrace is how long the server may take to end a statement by its own clock before the client asks it to.
	cancelGrace = 5 * time.Second
	// lockWait bounds, in seconds, the wait for a table that somebody changes.
	lockWait = 10
	// tableMemory is what a temporary table may take at least before it goes to disk, sortMemory what a sort may.
	tableMemory = 64 << 20
	sortMemory  = 16 << 20
	// maxResultBytes bounds one statement's result.
	maxResultBytes = 64 << 20
)

type engine struct {
	cfg     Config
	connect *mysql.Config

	mu         sync.Mutex
	connection *connection // nil until needed, or after it served a user's SQL
	userSQL    []string    // the texts that came from datasets
}

// connection is one session of the server.
type connection struct {
	*sql.Conn
	pool      *sql.DB // of this one
	id        int64
	isMariaDB bool
}

// Open reads the credentials, connects, and sees that the server answers.
func Open(ctx context.Context, cfg Config) (source.Engine, error) {
	if cfg.Source.MySQL == nil {
		return nil, source.FailSource(plan.SourceUnreachable, nil, "source %s declares no MySQL database", cfg.Source.Name)
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

func (e *engine) Dialect() query.Dialect { return query.MySQL }

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
	if err := guard.Dataset(guard.MySQL{}, dataset, dataset.Tables); err != nil {
		return query.RowSet{}, err
	}
	if dataset.Query != "" {
		e.userSQL = append(e.userSQL, query.Relation(query.MySQL, dataset))
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
	table, err := e.run(ctx, statement)
	if err != nil {
		return nil, err
	}
	return table.Table, nil
}

// Stream implements source.Engine.
func (e *engine) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.transaction(ctx, statement.SQL, func(ctx context.Context, c *sql.Conn) error {
		return readRows(ctx, c, statement, streamedRows, func(rows *result) error { return take(rows.Table) })
	})
}

func (e *engine) run(ctx context.Context, statement query.Statement) (*result, error) {
	var table *result
	err := e.transaction(ctx, statement.SQL, func(ctx context.Context, c *sql.Conn) (err error) {
		table, err = read(ctx, c, statement)
		return err
	})
	return table, err
}

// transaction does one thing with text in a read-only transaction of its own, and classifies its failure. A connection
// that ran a user's SQL, or failed, is not used again: a session's state could have been changed by what the guard
// overlooked.
func (e *engine) transaction(ctx context.Context, text string, do func(context.Context, *sql.Conn) error) error {
	within, cancel := context.WithTimeout(ctx, e.cfg.Source.Limits.QueryTimeout+cancelGrace)
	defer cancel()
	err := e.begin(within)
	if err == nil {
		err = do(within, e.connection.Conn)
	}
	if err == nil && !e.isUsers(text) {
		_, err = e.connection.ExecContext(within, "ROLLBACK")
	} else {
		if within.Err() != nil {
			e.kill()
		}
		e.disconnect()
	}
	if err != nil {
		return e.classify(ctx, err)
	}
	return nil
}

// begin connects if need be and begins a transaction. That every transaction of the session is read-only also holds off
// what would end this one, as CREATE TABLE does.
func (e *engine) begin(ctx context.Context) error {
	if e.connection == nil {
		connected, err := dial(ctx, e.connect)
		if err != nil {
			return &connectError{err}
		}
		e.connection = connected
	}
	limit := e.cfg.Source.Limits.QueryTimeout
	timeout := fmt.Sprintf("max_execution_time = %d", limit.Milliseconds())
	if e.connection.isMariaDB {
		timeout = fmt.Sprintf("max_statement_time = %.3f", limit.Seconds())
	}
	memory := fmt.Sprintf(`SET SESSION tmp_table_size = greatest(@@tmp_table_size, %[1]d), max_heap_table_size = greatest(@@max_heap_table_size, %[1]d),
		sort_buffer_size = greatest(@@sort_buffer_size, %[2]d)`, tableMemory, sortMemory)
	if _, err := e.connection.ExecContext(ctx, memory); err != nil {
		if _, refused := errors.AsType[*mysql.MySQLError](err); !refused {
			return err
		}
		// A server that lets nobody choose is slower, not wrong.
	}
	for _, setup := range []string{
		"SET SESSION " + query.MySQLSession + ", " + timeout + fmt.Sprintf(", lock_wait_timeout = %d, innodb_lock_wait_timeout = %[1]d", lockWait),
		"SET SESSION TRANSACTION READ ONLY",
		"START TRANSACTION READ ONLY",
	} {
		if _, err := e.connection.ExecContext(ctx, setup); err != nil {
			return err
		}
	}
	return nil
}

// dial opens one session and learns what server it is of.
func dial(ctx context.Context, cfg *mysql.Config) (*connection, error) {
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	c := &connection{pool: sql.OpenDB(connector)}
	if c.Conn, err = c.pool.Conn(ctx); err != nil {
		return nil, errors.Join(err, c.pool.Close())
	}
	var version string
	if err := c.QueryRowContext(ctx, "SELECT version(), connection_id()").Scan(&version, &c.id); err != nil {
		c.close()
		return nil, err
	}
	c.isMariaDB = strings.Contains(version, "MariaDB")
	return c, nil
}

func (c *connection) close() {
	_ = c.Close()
	_ = c.pool.Close()
}

// kill ends the connection's statement on the server, which goes on with it though nobody listens.
func (e *engine) kill() {
	if e.connection == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cancelGrace)
	defer cancel()
	other, err := dial(ctx, e.connect)
	if err != nil {
		return // its own limit ends it
	}
	defer other.close()
	_, _ = other.ExecContext(ctx, fmt.Sprintf("KILL %d", e.connection.id))
}

func (e *engine) isUsers(text string) bool {
	for _, one := range e.userSQL {
		if strings.Contains(text, one) {
			return true
		}
	}
	return false
}

func (e *engine) disconnect() {
	if e.connection != nil {
		e.connection.close()
		e.connection = nil
	}
}
