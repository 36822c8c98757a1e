package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// table is a declared file table and what became of it.
type table struct {
	plan.FileTable
	index int
	// failed is why it could not be loaded: told to every dataset that asks, tried once a run.
	failed error
	ready  bool
	paths  []string
	// names are what people call downloaded files, by path.
	names map[string]string
	// untyped are declared columns that stayed text because some values do not fit: the planner
	// casts them and counts the rest as rejected.
	untyped []plan.Column
	stats   *statistics
}

// statistics steer the planner's cost rule.
type statistics struct {
	rows    int64
	columns []query.ColumnInfo
}

// load makes a table readable in the next child.
func (e *engine) load(ctx context.Context, t *table) error {
	if t.ready || t.failed != nil {
		return t.failed
	}
	if err := e.read(ctx, t); err != nil {
		failure := e.classify(err)
		// What time or a crash cut short may go better for the next dataset.
		if !slices.Contains([]plan.Reason{plan.QueryTimeout, plan.ComputeInterrupted, plan.EngineCrashed}, failure.Reason) {
			t.failed = failure
		}
		return failure
	}
	t.ready = true
	e.loaded = append(e.loaded, t)
	e.stop() // the next child knows this table too
	return nil
}

func (e *engine) read(ctx context.Context, t *table) error {
	var err error
	switch {
	case t.URL != "":
		t.paths, err = e.download(ctx, t)
	case t.S3 != nil:
		t.paths, err = e.downloadObjects(ctx, t)
	default:
		t.paths, err = expand(t.FileTable)
	}
	if err != nil {
		return err
	}
	if t.Format == plan.Parquet {
		return e.probeParquet(ctx, t)
	}
	for _, path := range t.paths {
		if err := checkWhole(ctx, t.Name, t.called(path), path); err != nil {
			return err
		}
	}
	if t.Format == plan.CSV && t.Delimiter == "" {
		if t.Delimiter, err = detectDelimiter(t.Name, t.called(t.paths[0]), t.paths[0]); err != nil {
			return err
		}
	}
	downloaded := t.paths
	if err := e.importTable(ctx, t); err != nil || t.URL == "" && t.S3 == nil {
		return err
	}
	for _, path := range downloaded { // the scratch volume holds other tables too
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// called is what people call one of the table's files.
func (t *table) called(path string) string { return cmp.Or(t.names[path], filepath.Base(path)) }

// expand finds the files of a path or glob, in order.
func expand(t plan.FileTable) ([]string, error) {
	paths, err := filepath.Glob(t.Path)
	if err != nil {
		return nil, source.Fail(plan.TableMissing, err, "table %s: %q is not a valid pattern", t.Name, t.Path)
	}
	paths = slices.DeleteFunc(paths, func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	})
	if len(paths) == 0 {
		return nil, source.Fail(plan.TableMissing, fs.ErrNotExist, "table %s: no file matches %s: check the path and the volume or ConfigMap it is mounted from", t.Name, t.Path)
	}
	for i, path := range paths {
		if paths[i], err = filepath.Abs(path); err != nil {
			return nil, source.Fail(plan.TableMissing, err, "table %s: %v", t.Name, err)
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrPermission) {
			return nil, source.Fail(plan.PermissionDenied, err, "table %s: %s may not be read: the pod runs as user %d; set fsGroup or the file's mode", t.Name, filepath.Base(path), os.Getuid())
		}
		if err != nil {
			return nil, source.Fail(plan.TableMissing, err, "table %s: %s cannot be opened: %v", t.Name, filepath.Base(path), errors.Unwrap(err))
		}
		f.Close()
	}
	return paths, nil
}

// database is the file an imported table lives in.
func (e *engine) database(t *table) string {
	return filepath.Join(e.scratch, fmt.Sprintf("table-%d.duckdb", t.index))
}

// viewed are the files that stay readable while queries run.
func (t *table) viewed() []string {
	if t.Format == plan.Parquet {
		return t.paths
	}
	return nil
}

// setup makes the table readable under its name.
func (t *table) setup() []string {
	name := query.Quote(t.Name)
	if t.Format == plan.Parquet {
		return []string{"CREATE VIEW " + name + " AS SELECT * FROM " + t.parquet()}
	}
	attached := query.Quote(fmt.Sprintf("imported %d", t.index))
	return []string{
		"ATTACH " + source.QuoteText(t.paths[0]) + " AS " + attached + " (READ_ONLY)",
		"CREATE VIEW " + name + " AS SELECT * FROM " + attached + ".main.data",
	}
}

func (t *table) parquet() string {
	union := ""
	if len(t.paths) > 1 {
		union = ", union_by_name = true"
	}
	return "read_parquet(" + listOfText(t.paths) + union + ")"
}

func listOfText(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = source.QuoteText(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
