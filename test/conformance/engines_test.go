package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// types of columns in each engine's words, by kind.
var types = map[query.Dialect][]string{
	query.DuckDB:   {"VARCHAR", "BIGINT", "DECIMAL(18,2)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ"},
	query.Postgres: {"text", "bigint", "numeric(18,2)", "double precision", "boolean", "date", "timestamp", "timestamptz"},
	query.MySQL:    {"varchar(200)", "bigint", "decimal(18,2)", "double", "boolean", "date", "datetime(6)", "timestamp(6) null"},
}

// literal writes a value in an engine's words.
func literal(dialect query.Dialect, k kind, value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case string:
		if dialect == query.MySQL {
			v = strings.ReplaceAll(v, `\`, `\\`)
		}
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if k == amount {
			return strconv.FormatFloat(v, 'f', 2, 64)
		}
		return strconv.FormatFloat(v, 'e', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		at := v.Format("2006-01-02 15:04:05.000000")
		switch {
		case k == date:
			return "DATE '" + v.Format(time.DateOnly) + "'"
		case k == instant && dialect != query.MySQL:
			return "TIMESTAMPTZ '" + at + "+00'"
		}
		return "TIMESTAMP '" + at + "'"
	}
	panic(fmt.Sprintf("%T", value))
}

// script makes a table with its rows.
func script(dialect query.Dialect, t table) []string {
	var columns []string
	for _, c := range t.columns {
		columns = append(columns, query.Quote(c.name)+" "+types[dialect][c.kind])
	}
	out := []string{"CREATE TABLE " + t.name + " (" + strings.Join(columns, ", ") + ")"}
	for from := 0; from < len(t.rows); from += 500 {
		var rows []string
		for _, row := range t.rows[from:min(from+500, len(t.rows))] {
			cells := make([]string, len(row))
			for i, value := range row {
				cells[i] = literal(dialect, t.columns[i].kind, value)
			}
			rows = append(rows, "("+strings.Join(cells, ", ")+")")
		}
		out = append(out, "INSERT INTO "+t.name+" VALUES "+strings.Join(rows, ", "))
	}
	return out
}

var limits = plan.Limits{QueryTimeout: 5 * time.Minute, MaxSegments: 1000, CPUs: 1, MemoryBytes: 512 << 20}

// openers open each engine on the tables.
var openers = map[query.Dialect]func(t *testing.T) source.Engine{
	query.DuckDB: func(t *testing.T) source.Engine {
		dir := t.TempDir()
		process, err := child.Start(t.Context(), child.Config{TempDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer process.Close()
		declared := &plan.Files{}
		for _, one := range tables() {
			path := filepath.Join(dir, one.name+".parquet")
			for _, sql := range append(script(query.DuckDB, one), "COPY "+one.name+" TO '"+path+"' (FORMAT parquet)") {
				if _, err := process.Query(t.Context(), query.Statement{SQL: sql}, 0); err != nil {
					t.Fatalf("%.200s: %v", sql, err)
				}
			}
			declared.Tables = append(declared.Tables, plan.FileTable{Name: one.name, Format: plan.Parquet, Path: path})
		}
		engine, err := files.Open(t.Context(), files.Config{ScratchDir: dir, Source: plan.Source{Namespace: "test", Name: "rows", Limits: limits, Files: declared}})
		if err != nil {
			t.Fatal(err)
		}
		return engine
	},
	query.Postgres: func(t *testing.T) source.Engine {
		d := postgrestest.Start(t).NewDatabase(t)
		for _, one := range tables() {
			d.Exec(t, append(script(query.Postgres, one), "ANALYZE "+one.name)...)
		}
		engine, err := postgres.Open(t.Context(), postgres.Config{Source: plan.Source{Namespace: "test", Name: "rows", Limits: limits, Postgres: &plan.Postgres{
			Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return engine
	},
	query.MySQL: func(t *testing.T) source.Engine {
		d := mysqltest.Start(t).NewDatabase(t)
		for _, one := range tables() {
			d.Exec(t, script(query.MySQL, one)...)
		}
		engine, err := mysql.Open(t.Context(), mysql.Config{Source: plan.Source{Namespace: "test", Name: "rows", Limits: limits, MySQL: &plan.MySQL{
			Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return engine
	},
}
