package cases

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// fileStore holds every table of the database as one file, named SCHEMA_TABLE: files have no schemas.
type fileStore struct{ tables []plan.FileTable }

// inFiles copies a database's tables into files.
func inFiles(t *testing.T, format plan.FileFormat, from *postgrestest.Database) fileStore {
	t.Helper()
	rows, err := from.Admin().Query(t.Context(), `
		SELECT c.oid::regclass::text, replace(c.oid::regclass::text, '.', '_'), string_agg(quote_literal(a.attname) || ': ' || quote_literal(format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' GROUP BY c.oid`)
	if err != nil {
		t.Fatal(err)
	}
	type table struct{ Path, Name, Columns string }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil || len(found) == 0 {
		t.Fatalf("tables %v: %v", found, err)
	}
	dir, out := t.TempDir(), fileStore{}
	for _, f := range found {
		csv := filepath.Join(dir, f.Name+".csv")
		copyOut(t, from, f.Path, csv)
		declared := plan.FileTable{Name: f.Name, Format: plan.CSV, Path: csv, NullText: []string{null}}
		if format == plan.Parquet {
			declared = plan.FileTable{Name: f.Name, Format: plan.Parquet, Path: filepath.Join(dir, f.Name+".parquet")}
			toParquet(t, csv, f.Columns, declared.Path)
		}
		out.tables = append(out.tables, declared)
	}
	return out
}

// null tells NULL from an empty text.
const null = `\N`

func copyOut(t *testing.T, from *postgrestest.Database, table, path string) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = from.Admin().PgConn().CopyTo(t.Context(), out, fmt.Sprintf(`COPY %s TO STDOUT (FORMAT csv, HEADER, NULL '%s')`, table, null))
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatalf("copy %s: %v", table, err)
	}
}

// inDuckDB spells PostgreSQL's types; others are spelled alike.
var inDuckDB = strings.NewReplacer("'jsonb'", "'varchar'", "'text'", "'varchar'", "'text[]'", "'varchar'")

// toParquet lets an engine that may still write convert a file, its columns having PostgreSQL's types.
func toParquet(t *testing.T, csv, columns, path string) {
	t.Helper()
	process, err := child.Start(t.Context(), child.Config{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer process.Close()
	sql := fmt.Sprintf(`COPY (SELECT * FROM read_csv('%s', columns = {%s}, header = true, nullstr = '%s', allow_quoted_nulls = false)) TO '%s' (FORMAT parquet)`,
		csv, inDuckDB.Replace(columns), null, path)
	if _, err := process.Query(t.Context(), query.Statement{SQL: sql}, 0); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (s fileStore) open(t *testing.T, work *plan.Plan) source.Engine {
	t.Helper()
	work.Source.Postgres, work.Source.Files = nil, &plan.Files{Tables: s.tables}
	for i := range work.Datasets {
		inItsWords(t, "files", &work.Datasets[i])
	}
	engine, err := files.Open(t.Context(), files.Config{Source: work.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// inItsWords names a store's tables, which has no schemas, in a dataset. Where its SQL differs in more than that,
// FOLDER/DATASET.sql holds the query in its words, and FOLDER/DATASET.FILTER.sql a filter.
func inItsWords(t *testing.T, folder string, dataset *plan.Dataset) {
	t.Helper()
	if dataset.Table != nil && dataset.Table.Schema != "" {
		dataset.Table.Name, dataset.Table.Schema = dataset.Table.Schema+"_"+dataset.Table.Name, ""
	}
	tables := make([]string, len(dataset.Tables))
	for i, table := range dataset.Tables {
		tables[i] = strings.ReplaceAll(table, ".", "_")
		dataset.Query = strings.ReplaceAll(dataset.Query, table, tables[i])
	}
	dataset.Tables = tables
	replaceBy(t, &dataset.Query, filepath.Join(folder, dataset.Name))
	for i := range dataset.Filters {
		replaceBy(t, &dataset.Filters[i].Expr, filepath.Join(folder, dataset.Name+"."+dataset.Filters[i].Name))
	}
}

func replaceBy(t *testing.T, sql *string, name string) {
	t.Helper()
	own, err := os.ReadFile(name + ".sql")
	if err == nil {
		*sql = string(own)
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}
