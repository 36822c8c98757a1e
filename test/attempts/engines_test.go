package attempts_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	"github.com/cpi-operator/cpi-operator/test/attempts"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// planVariable names the plan of a run, in whose container the tests then are: its source is tried. Elsewhere the tests
// make a source for each engine.
const planVariable = "CPI_ATTEMPTS_PLAN"

// onEveryEngine runs a test with an engine open on a source with the table orders, and with its corpus.
func onEveryEngine(t *testing.T, test func(t *testing.T, engine source.Engine, corpus attempts.Corpus)) {
	t.Helper()
	sources := map[query.Dialect]func(*testing.T) plan.Source{query.DuckDB: ofFiles, query.Postgres: ofPostgres, query.MySQL: ofMySQL}
	if path := os.Getenv(planVariable); path != "" {
		work, err := plan.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		dialect := query.Postgres
		switch {
		case work.Source.Files != nil:
			dialect = query.DuckDB
		case work.Source.MySQL != nil:
			dialect = query.MySQL
		}
		sources = map[query.Dialect]func(*testing.T) plan.Source{dialect: func(*testing.T) plan.Source { return work.Source }}
	}
	for dialect, of := range sources {
		t.Run(string(dialect), func(t *testing.T) {
			written := filepath.Join(t.TempDir(), "written")
			test(t, open(t, of(t)), attempts.For(dialect, written))
			if _, err := os.Stat(written); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something wrote %s: %v", written, err)
			}
		})
	}
}

func open(t *testing.T, s plan.Source) source.Engine {
	t.Helper()
	var (
		engine source.Engine
		err    error
	)
	switch {
	case s.Files != nil:
		engine, err = files.Open(t.Context(), files.Config{Source: s, ScratchDir: t.TempDir()})
	case s.MySQL != nil:
		engine, err = mysql.Open(t.Context(), mysql.Config{Source: s})
	default:
		engine, err = postgres.Open(t.Context(), postgres.Config{Source: s})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

var limits = plan.Limits{QueryTimeout: time.Minute, CPUs: 1, MemoryBytes: 512 << 20}

func ofFiles(t *testing.T) plan.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte("contact,score\nc1,10\nc2,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	table := func(name string) plan.FileTable { return plan.FileTable{Name: name, Format: plan.CSV, Path: path} }
	return plan.Source{Name: "files", Files: &plan.Files{Tables: []plan.FileTable{table("orders"), table("contacts"), table("secrets")}}, Limits: limits}
}

func ofPostgres(t *testing.T) plan.Source {
	t.Helper()
	d := postgrestest.Start(t).NewDatabase(t)
	for _, table := range append(attempts.Tables(), "secrets") {
		d.Exec(t, fmt.Sprintf("CREATE TABLE %s (contact text, score int)", table), fmt.Sprintf("INSERT INTO %s VALUES ('c1', 10), ('c2', 0)", table))
	}
	// More than a reader has: what is left is the engine's own fence.
	d.Exec(t, "GRANT ALL ON orders TO "+d.User, "GRANT ALL ON SCHEMA public TO "+d.User)
	return plan.Source{Name: "database", Limits: limits, Postgres: &plan.Postgres{
		Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t),
	}}
}

func ofMySQL(t *testing.T) plan.Source {
	t.Helper()
	d := mysqltest.Start(t).NewDatabase(t)
	for _, table := range append(attempts.Tables(), "secrets") {
		d.Exec(t, fmt.Sprintf("CREATE TABLE %s (contact varchar(10), score int)", table), fmt.Sprintf("INSERT INTO %s VALUES ('c1', 10), ('c2', 0)", table))
	}
	// More than a reader has: what is left is the engine's own fence.
	d.Exec(t, "GRANT ALL ON "+d.Name+".* TO "+d.User+"@'%'", "GRANT FILE ON *.* TO "+d.User+"@'%'",
		"CREATE FUNCTION stored(a int) RETURNS int DETERMINISTIC RETURN a")
	return plan.Source{Name: "database", Limits: limits, MySQL: &plan.MySQL{
		Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t),
	}}
}

// functions are the names of all functions that the engine has.
func functions(t *testing.T, engine source.Engine) []string {
	t.Helper()
	var (
		found *query.Table
		err   error
	)
	switch engine.Dialect() {
	case query.DuckDB:
		process, startErr := child.Start(t.Context(), child.Config{TempDir: t.TempDir()}) // one that is not locked lists them
		if startErr != nil {
			t.Fatal(startErr)
		}
		defer process.Close()
		found, err = process.Query(t.Context(), query.Statement{SQL: "SELECT DISTINCT function_name FROM duckdb_functions() WHERE regexp_full_match(function_name, '[a-z_][a-z0-9_]*')"}, 0)
	case query.MySQL:
		found, err = engine.Query(t.Context(), query.Statement{SQL: "SELECT DISTINCT lower(function) FROM information_schema.sql_functions"})
	default:
		found, err = engine.Query(t.Context(), query.Statement{SQL: "SELECT DISTINCT proname::text FROM pg_proc"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return found.Columns[0].Strings
}
