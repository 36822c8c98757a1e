package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/guard"
	"github.com/cpi-operator/cpi-operator/test/attempts"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// Every function a database has is refused unless it is on the list; nothing dangerous is.
func TestEveryFunctionOfDuckDB(t *testing.T) {
	process := startChild(t, child.Config{})
	result, err := process.Query(t.Context(), query.Statement{SQL: `SELECT DISTINCT function_name, function_type FROM duckdb_functions() WHERE regexp_full_match(function_name, '[a-z_][a-z0-9_]*')`}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if result.Len < 700 {
		t.Fatalf("only %d functions found", result.Len)
	}
	duck := newDuckDB(t)
	allowed := 0
	for i, name := range result.Columns[0].Strings {
		kind := result.Columns[1].Strings[i]
		for _, sql := range []string{fmt.Sprintf(`SELECT "%s"(a, b) FROM orders`, name), fmt.Sprintf(`SELECT * FROM "%s"('a')`, name)} {
			inFrom := strings.Contains(sql, "* FROM")
			err := checkQuery(duck, sql)
			if err != nil {
				mustRefuse(t, sql, err)
				continue
			}
			allowed++
			if attempts.Dangerous.MatchString(name) || inFrom && name != "unnest" && name != "generate_series" && name != "range" {
				t.Errorf("allowed: %s", sql)
			}
			if !inFrom && (kind == "table" || kind == "pragma") && name != "unnest" {
				t.Errorf("allowed in SELECT: %s function %s", kind, name)
			}
		}
	}
	t.Logf("%d functions, %d calls allowed", result.Len, allowed)
}

func TestEveryFunctionOfPostgres(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	rows, err := d.Admin().Query(t.Context(), `SELECT p.proname::text, bool_or(p.provolatile = 'v'), bool_or(p.prosrc ~ 'xml' AND p.proname <> 'text')
		FROM pg_proc p GROUP BY p.proname`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen, allowed := 0, 0
	for rows.Next() {
		var (
			name          string
			volatile, xml bool
		)
		if err := rows.Scan(&name, &volatile, &xml); err != nil {
			t.Fatal(err)
		}
		seen++
		sql := fmt.Sprintf(`SELECT "%s"(a, b) FROM orders`, name)
		if err := checkQuery(guard.Postgres{}, sql); err != nil {
			mustRefuse(t, sql, err)
			continue
		}
		allowed++
		if attempts.Dangerous.MatchString(name) || volatile || xml {
			t.Errorf("allowed: %s (volatile %t, xml %t)", sql, volatile, xml)
		}
	}
	if err := rows.Err(); err != nil || seen < 2000 {
		t.Fatalf("%d functions found, %v", seen, err)
	}
	t.Logf("%d functions, %d allowed", seen, allowed)
}
