package query

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the parser's own values

	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// engine runs statements on a real database.
type engine struct {
	dialect Dialect
	exec    func(sql string) error
	query   func(s Statement) (names []string, rows [][]any, err error)
	// backend is the server's process for this connection, 0 for an engine within ours.
	backend uint32
}

// engines opens all databases, empty.
func engines(t testing.TB) []*engine {
	t.Helper()
	return []*engine{openDuckDB(t, ""), openPostgres(t), openMySQL(t)}
}

func openDuckDB(t testing.TB, dsn string) *engine {
	t.Helper()
	db, err := sql.Open("duckdb", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &engine{
		dialect: DuckDB,
		exec:    func(sql string) error { _, err := db.Exec(sql); return err },
		query: func(s Statement) ([]string, [][]any, error) {
			rows, err := db.Query(s.SQL, s.Args...)
			if err != nil {
				return nil, nil, err
			}
			defer rows.Close()
			names, err := rows.Columns()
			if err != nil {
				return nil, nil, err
			}
			var out [][]any
			for rows.Next() {
				row, into := make([]any, len(names)), make([]any, len(names))
				for i := range row {
					into[i] = &row[i]
				}
				if err := rows.Scan(into...); err != nil {
					return nil, nil, err
				}
				out = append(out, row)
			}
			return names, out, rows.Err()
		},
	}
}

func openPostgres(t testing.TB) *engine {
	t.Helper()
	db := postgrestest.Start(t).NewDatabase(t)
	var mu sync.Mutex
	return &engine{
		backend: db.Admin().PgConn().PID(),
		dialect: Postgres,
		exec: func(sql string) error {
			_, err := db.Admin().PgConn().Exec(context.Background(), sql).ReadAll()
			return err
		},
		query: func(s Statement) ([]string, [][]any, error) {
			mu.Lock()
			defer mu.Unlock()
			rows, err := db.Admin().Query(context.Background(), s.SQL, append([]any{pgx.QueryExecModeExec}, s.Args...)...)
			if err != nil {
				return nil, nil, err
			}
			defer rows.Close()
			var names []string
			for _, f := range rows.FieldDescriptions() {
				names = append(names, f.Name)
			}
			var out [][]any
			for rows.Next() {
				row, err := rows.Values()
				if err != nil {
					return nil, nil, err
				}
				out = append(out, row)
			}
			return names, out, rows.Err()
		},
	}
}

// openMySQL opens a database whose collation takes "a" and "A " for one, in a session as the engine has it.
func openMySQL(t testing.TB) *engine {
	t.Helper()
	ctx := context.Background()
	c, err := mysqltest.Start(t).NewDatabase(t).Admin().Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.ExecContext(ctx, "SET SESSION "+MySQLSession); err != nil {
		t.Fatal(err)
	}
	return &engine{
		dialect: MySQL,
		exec:    func(sql string) error { _, err := c.ExecContext(ctx, sql); return err },
		query: func(s Statement) ([]string, [][]any, error) {
			if err := parses(s.SQL); err != nil {
				return nil, nil, err
			}
			prepared, err := c.PrepareContext(ctx, s.SQL)
			if err != nil {
				return nil, nil, err
			}
			defer prepared.Close()
			rows, err := prepared.QueryContext(ctx, s.Args...)
			if err != nil {
				return nil, nil, err
			}
			defer rows.Close()
			names, err := rows.Columns()
			if err != nil {
				return nil, nil, err
			}
			types, err := rows.ColumnTypes()
			if err != nil {
				return nil, nil, err
			}
			var out [][]any
			for rows.Next() {
				row, into := make([]any, len(names)), make([]any, len(names))
				for i := range row {
					into[i] = &row[i]
				}
				if err := rows.Scan(into...); err != nil {
					return nil, nil, err
				}
				for i, value := range row {
					if row[i], err = mysqlValue(types[i].DatabaseTypeName(), value); err != nil {
						return nil, nil, err
					}
				}
				out = append(out, row)
			}
			return names, out, rows.Err()
		},
	}
}

// parses checks a statement against MySQL 8's grammar and reserved words, of which MariaDB has others.
func parses(sql string) error {
	p := parser.New()
	p.SetSQLMode(mysql.ModeANSIQuotes | mysql.ModePipesAsConcat)
	_, _, err := p.ParseSQL(sql)
	return err
}

func mysqlValue(kind string, value any) (any, error) {
	switch value := value.(type) {
	case []byte:
		if kind == "DECIMAL" {
			return strconv.ParseFloat(string(value), 64)
		}
		return string(value), nil
	case uint64:
		return int64(value), nil
	}
	return value, nil
}

// run answers a statement as a Table.
func (e *engine) run(s Statement) (*Table, error) {
	names, rows, err := e.query(s)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, Display(s))
	}
	table := &Table{Names: names, Columns: make([]Vector, len(names)), Len: len(rows)}
	for i := range names {
		v := Vector{Null: make([]bool, len(rows))}
		for n, row := range rows {
			value := row[i]
			v.Null[n] = value == nil
			switch value := value.(type) {
			case nil:
			case int64:
				set(&v.Ints, n, len(rows), value)
			case int32:
				set(&v.Ints, n, len(rows), int64(value))
			case *big.Int:
				set(&v.Ints, n, len(rows), value.Int64())
			case float64:
				set(&v.Floats, n, len(rows), value)
			case pgtype.Numeric:
				f, err := value.Float64Value()
				if err != nil {
					return nil, err
				}
				set(&v.Floats, n, len(rows), f.Float64)
			case string:
				set(&v.Strings, n, len(rows), value)
			case bool:
				set(&v.Bools, n, len(rows), value)
			case time.Time:
				set(&v.Times, n, len(rows), value)
			default:
				return nil, fmt.Errorf("column %s: a %T", names[i], value)
			}
		}
		if v.Ints == nil && v.Floats == nil && v.Strings == nil && v.Bools == nil && v.Times == nil {
			v.Ints = make([]int64, len(rows))
		}
		table.Columns[i] = v
	}
	return table, nil
}

func set[T any](column *[]T, n, size int, value T) {
	if *column == nil {
		*column = make([]T, size)
	}
	(*column)[n] = value
}

// testTable is rows in memory, the same for both databases and for the reference.
type testTable struct {
	name    string
	columns []ColumnInfo
	rows    []map[string]any // nil, string, int64, float64, bool or time.Time (wall clock in UTC)
}

var sqlTypes = map[Kind]string{
	KindText: "VARCHAR", KindInteger: "BIGINT", KindNumber: "DOUBLE PRECISION", KindBoolean: "BOOLEAN",
	KindDate: "DATE", KindTimestamp: "TIMESTAMP", KindInstant: "TIMESTAMPTZ",
}

var mysqlColumnTypes = map[Kind]string{KindText: "VARCHAR(100)", KindTimestamp: "DATETIME(6)", KindInstant: "TIMESTAMP(6) NULL"}

// load creates the table anew.
func (e *engine) load(t testing.TB, table testTable) {
	t.Helper()
	var types []string
	for _, c := range table.columns {
		sqlType := sqlTypes[c.Kind]
		if other, ok := mysqlColumnTypes[c.Kind]; ok && e.dialect == MySQL {
			sqlType = other
		}
		types = append(types, Quote(c.Name)+" "+sqlType)
	}
	script := "DROP TABLE IF EXISTS " + table.name + "; CREATE TABLE " + table.name + " (" + strings.Join(types, ", ") + ");"
	var values []string
	for _, row := range table.rows {
		var list []string
		for _, c := range table.columns {
			v := row[c.Name]
			if at, ok := v.(time.Time); ok {
				list = append(list, timeLiteral(e.dialect.literalKind(c.Kind), at))
			} else if text := literal(v); e.dialect == MySQL {
				list = append(list, strings.ReplaceAll(text, `\`, `\\`)) // as its sessions read it by default
			} else {
				list = append(list, text)
			}
		}
		values = append(values, "("+strings.Join(list, ", ")+")")
	}
	if len(values) > 0 {
		script += "INSERT INTO " + table.name + " VALUES " + strings.Join(values, ", ") + ";"
	}
	if err := e.exec(script); err != nil {
		t.Fatalf("%s: %v", e.dialect, err)
	}
}

// answer runs batches and gathers the groups by ask.
func (e *engine) answer(batches []Batch) (map[int][]Group, error) {
	out := map[int][]Group{}
	for _, b := range batches {
		table, err := e.run(b.Statement)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", e.dialect, b.Shape, err)
		}
		groups, err := b.Fold(table)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w\n%s", e.dialect, b.Shape, err, Display(b.Statement))
		}
		for _, id := range b.IDs {
			one, ok := groups[id]
			if !ok && len(one) > 0 {
				return nil, fmt.Errorf("ask %d is missing from its batch", id)
			}
			out[id] = Merge(out[id], one)
		}
	}
	return out, nil
}
