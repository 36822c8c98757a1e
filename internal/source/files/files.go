// Package files is the engine for flat files: CSV, Parquet and NDJSON, read by an embedded DuckDB
// in a child process. A program that opens it calls Main first.
package files

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/guard"
)

// Main turns the process into the engine's child if it was started as one, and never returns
// then. It must be the first call in main and TestMain.
func Main() { child.Main() }

// Config of the engine.
type Config struct {
	Source plan.Source
	// ScratchDir takes imported tables, downloads and what does not fit in memory. It must exist
	// and be writable; the engine works in a folder of its own below it and removes that on Close.
	ScratchDir string
	// ScratchBytes bounds what queries spill and what one download may hold; 0 leaves both at
	// their defaults (most of the disk, 2 GiB).
	ScratchBytes int64
	// Rows that are read of each CSV or NDJSON table, for a look at its columns; 0 reads all.
	Rows int64
}

// maxResultBytes bounds one statement's result, which the parent holds in memory.
const maxResultBytes = 64 << 20

type engine struct {
	cfg     Config
	scratch string
	tables  map[string]*table // by lower-case name, as the engine compares names

	mu      sync.Mutex
	process *child.Process // nil until needed, or after it died
	loaded  []*table       // what the process was, or will be, started with
}

// Open prepares the engine. It reads no data: a table is read when the first dataset asks for it.
func Open(_ context.Context, cfg Config) (source.Engine, error) {
	if cfg.Source.Files == nil {
		return nil, source.FailSource(plan.QueryFailed, nil, "source %s declares no files", cfg.Source.Name)
	}
	e := &engine{cfg: cfg, tables: map[string]*table{}}
	for i, declared := range cfg.Source.Files.Tables {
		key := strings.ToLower(declared.Name)
		if e.tables[key] != nil {
			return nil, source.FailSource(plan.TableMissing, nil, "table %q is declared twice: names are compared without case", declared.Name)
		}
		e.tables[key] = &table{FileTable: declared, index: i}
	}
	scratch, err := os.MkdirTemp(cfg.ScratchDir, "engine-")
	if err != nil {
		return nil, source.FailSource(plan.DiskFull, err, "no scratch folder can be made: mount a writable volume for the engine's temporary files")
	}
	e.scratch = scratch
	return e, nil
}

func (e *engine) Dialect() query.Dialect { return query.DuckDB }

func (e *engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop()
	return os.RemoveAll(e.scratch)
}

func (e *engine) stop() {
	if e.process != nil {
		e.process.Close()
		e.process = nil
	}
}

// Open implements source.Engine.
func (e *engine) Open(ctx context.Context, dataset plan.Dataset) (query.RowSet, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	tables, err := e.declared(dataset)
	if err != nil {
		return query.RowSet{}, err
	}
	// Reading a file takes as long as the file is large: only the run's own deadline ends it.
	for _, t := range tables {
		if err := e.load(ctx, t); err != nil {
			return query.RowSet{}, err
		}
	}
	ctx, cancel := e.withTimeout(ctx)
	defer cancel()
	if err := e.check(ctx, dataset, tables); err != nil {
		return query.RowSet{}, err
	}
	return e.rowSet(ctx, dataset, tables)
}

// declared looks up the tables a dataset reads.
func (e *engine) declared(dataset plan.Dataset) ([]*table, error) {
	names := dataset.Tables
	if dataset.Table != nil {
		if s := dataset.Table.Schema; s != "" && !strings.EqualFold(s, "main") {
			return nil, source.Fail(plan.TableMissing, nil, "dataset %s: files have no schema %q: leave it out", dataset.Name, s)
		}
		names = []string{dataset.Table.Name}
	}
	var tables []*table
	for _, name := range names {
		t := e.tables[strings.ToLower(name)]
		if t == nil {
			var known []string
			for _, declared := range e.cfg.Source.Files.Tables {
				known = append(known, declared.Name)
			}
			return nil, source.Fail(plan.TableMissing, nil, "dataset %s: source %s declares no table %q; it has %s",
				dataset.Name, e.cfg.Source.Name, name, strings.Join(known, ", "))
		}
		if !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// check holds a dataset's own SQL to what is allowed, then to the columns there are.
func (e *engine) check(ctx context.Context, dataset plan.Dataset, tables []*table) error {
	parse := func(sql string) (string, error) {
		result, err := e.run(ctx, query.Statement{SQL: "SELECT json_serialize_sql($1::VARCHAR)", Args: []any{sql}})
		if err != nil {
			return "", err
		}
		return result.Columns[0].Strings[0], nil
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return guard.Dataset(guard.DuckDB{Parse: parse}, dataset, names)
}

// Query implements source.Engine.
func (e *engine) Query(ctx context.Context, statement query.Statement) (*query.Table, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, cancel := e.withTimeout(ctx)
	defer cancel()
	return e.run(ctx, statement)
}

// Stream implements source.Engine.
func (e *engine) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, cancel := e.withTimeout(ctx)
	defer cancel()
	taken := false
	once := func(rows *query.Table) error { taken = true; return take(rows) }
	return e.inChild(ctx, func(p *child.Process) error {
		if taken {
			return source.Fail(plan.EngineCrashed, nil, "the engine refused a file in the middle of its rows")
		}
		return p.Stream(ctx, statement, once)
	})
}

// Rest implements source.Rester: it ends the child.
func (e *engine) Rest() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop()
}

func (e *engine) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := e.cfg.Source.Limits.QueryTimeout; limit > 0 {
		return context.WithTimeout(ctx, limit)
	}
	return context.WithCancel(ctx)
}

// run executes a statement in the locked child, starting one if need be.
func (e *engine) run(ctx context.Context, statement query.Statement) (*query.Table, error) {
	var result *query.Table
	err := e.inChild(ctx, func(p *child.Process) (err error) {
		result, err = p.Query(ctx, statement, maxResultBytes)
		return err
	})
	return result, err
}

// inChild does one thing with the locked child and classifies its failure. A child that died is
// replaced when it is next needed. One that refuses a file may have been set to log there by an
// earlier statement: a fresh one has the last word.
func (e *engine) inChild(ctx context.Context, do func(*child.Process) error) error {
	used := e.process != nil
	err := e.inOneChild(ctx, do)
	if used && err != nil && isPermission(err) {
		err = e.inOneChild(ctx, do)
	}
	return err
}

func isPermission(err error) bool {
	var engine *child.EngineError
	return errors.As(err, &engine) && engine.Class == child.ClassPermission
}

func (e *engine) inOneChild(ctx context.Context, do func(*child.Process) error) error {
	if e.process == nil {
		process, err := child.Start(ctx, e.queryConfig())
		if err != nil {
			return e.classify(err)
		}
		e.process = process
	}
	err := do(e.process)
	if !e.process.Alive() || isPermission(err) {
		e.stop()
	}
	if err != nil {
		return e.classify(err)
	}
	return nil
}

func (e *engine) queryConfig() child.Config {
	cfg := e.baseConfig()
	cfg.Locked = true
	for _, t := range e.loaded {
		cfg.Setup = append(cfg.Setup, t.setup()...)
		cfg.AllowedPaths = append(cfg.AllowedPaths, t.viewed()...)
	}
	return cfg
}

func (e *engine) baseConfig() child.Config {
	return child.Config{
		MemoryBytes: engineMemory(e.cfg.Source.Limits.MemoryBytes),
		Threads:     e.cfg.Source.Limits.CPUs,
		TempDir:     e.scratch,
		TempBytes:   e.cfg.ScratchBytes,
	}
}

// engineMemory is the engine's share of the container's memory. Measured at 512 MiB: the child
// holds its limit and 55–80 MB more, the parent about 40 MB.
func engineMemory(container int64) int64 {
	const others = 200 << 20
	if container <= 0 {
		return 0
	}
	return max(container-others, container/4)
}

// classify turns the child's errors into the source's.
func (e *engine) classify(err error) *source.Error {
	var (
		known  *source.Error
		death  *child.Death
		engine *child.EngineError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		// The run's own deadline passes as this one: it is the last statement either way.
		return source.Fail(plan.QueryTimeout, err, "the query ran longer than %s: shorten its history, simplify it, or raise limits.queryTimeout of source %s",
			e.cfg.Source.Limits.QueryTimeout, e.cfg.Source.Name)
	case errors.Is(err, context.Canceled):
		return source.Fail(plan.ComputeInterrupted, err, "the run was ended during this query")
	case errors.As(err, &death):
		if death.Memory {
			return source.Fail(plan.OutOfMemory, err, "the engine's process was ended for want of memory: raise the memory limit of source %s, or shorten the history", e.cfg.Source.Name)
		}
		return source.Fail(plan.EngineCrashed, err, "the engine's process died (%s); the next query gets a new one", firstLine(death.Detail))
	case errors.As(err, &engine):
		return classifyEngine(engine)
	default:
		return source.FailSource(plan.EngineCrashed, err, "the engine's process does not start: %v", err)
	}
}
