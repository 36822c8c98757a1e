package guard_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/child"
	"github.com/cpi-operator/cpi-operator/internal/source/guard"
	"github.com/cpi-operator/cpi-operator/test/attempts"
)

func TestMain(m *testing.M) {
	child.Main()
	os.Exit(m.Run())
}

// startChild starts an engine child to parse and run SQL in.
func startChild(t *testing.T, cfg child.Config) *child.Process {
	t.Helper()
	cfg.TempDir = t.TempDir()
	process, err := child.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Close)
	return process
}

func newDuckDB(t *testing.T) guard.DuckDB {
	t.Helper()
	process := startChild(t, child.Config{Locked: true})
	return guard.DuckDB{Parse: func(sql string) (string, error) {
		result, err := process.Query(t.Context(), query.Statement{SQL: "SELECT json_serialize_sql($1::VARCHAR)", Args: []any{sql}}, 0)
		if err != nil {
			return "", err
		}
		return result.Columns[0].Strings[0], nil
	}}
}

// both runs a test for each grammar, with the corpus of its engine.
func both(t *testing.T, test func(t *testing.T, grammar guard.Grammar, corpus attempts.Corpus)) {
	t.Run("DuckDB", func(t *testing.T) { test(t, newDuckDB(t), attempts.For(query.DuckDB, "/tmp/x")) })
	t.Run("Postgres", func(t *testing.T) { test(t, guard.Postgres{}, attempts.For(query.Postgres, "/tmp/x")) })
}

func checkQuery(grammar guard.Grammar, sql string) error {
	return guard.Dataset(grammar, plan.Dataset{Name: "d", Query: sql, Tables: attempts.Tables()}, attempts.Tables())
}

func checkExpression(grammar guard.Grammar, sql string) error {
	return guard.Dataset(grammar, plan.Dataset{Name: "d", Table: &plan.Table{Name: "orders"},
		Columns: []plan.Column{{Name: "c", Type: plan.Text, Expr: sql}}}, []string{"orders"})
}

// mustRefuse fails unless err is a refusal that says where it is.
func mustRefuse(t *testing.T, sql string, err error) {
	t.Helper()
	var typed *source.Error
	switch {
	case err == nil:
		t.Errorf("allowed: %s", sql)
	case !errors.As(err, &typed) || typed.Reason != plan.QueryRefused:
		t.Errorf("%s: got %v, want QueryRefused", sql, err)
	case !strings.Contains(typed.Message, "dataset d: "):
		t.Errorf("%s: the message %q does not say where", sql, typed.Message)
	}
}

func mustAllow(t *testing.T, sql string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}

func TestWhatAnalystsWriteIsAllowed(t *testing.T) {
	common := []string{
		`SELECT * FROM orders`,
		`select o.customer, count(*) as n, sum(amount) from orders o group by o.customer having count(*) > 1 order by 2 desc limit 10`,
		`SELECT * FROM orders WHERE note = 'a; drop table x' -- a comment; with a semicolon`,
		`/* leading */ SELECT 1 AS one FROM "orders"`,
		`SELECT o.*, c.email FROM orders o LEFT JOIN contacts AS c ON c.id = o.contact AND c.region IN ('EU', 'US')`,
		`WITH recent AS (SELECT * FROM orders WHERE placed >= DATE '2026-01-01'), ranked AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY placed DESC) AS rn FROM recent) SELECT * FROM ranked WHERE rn = 1`,
		`WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a UNION ALL SELECT x FROM (VALUES (1), (2)) AS v(x) EXCEPT SELECT 3`,
		`SELECT customer, CASE WHEN score >= 9 THEN 'promoter' WHEN score <= 6 THEN 'detractor' ELSE 'passive' END AS kind, coalesce(plan, 'none'), nullif(region, '') FROM orders`,
		`SELECT extract(year FROM placed), date_trunc('month', placed), placed + INTERVAL '1 day', cast(amount AS decimal(12,2)), amount::text FROM orders`,
		`SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount), stddev_samp(amount), count(DISTINCT customer) FILTER (WHERE amount > 0) FROM orders`,
		`SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.id = orders.contact) AND customer NOT IN (SELECT id FROM contacts)`,
		`SELECT lower(trim(email)), upper(x), substring(x FROM 1 FOR 3), replace(x, 'a', 'b'), lpad(month, 2, '0'), position('@' in email), email LIKE '%@example.com', email ILIKE 'a%', x || y FROM contacts`,
		`SELECT lag(amount) OVER w, sum(amount) OVER (PARTITION BY customer ORDER BY placed ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders WINDOW w AS (ORDER BY placed)`,
		`SELECT d FROM generate_series(DATE '2026-01-01', DATE '2026-12-01', INTERVAL '1 month') AS t(d)`,
		`SELECT region, plan, sum(amount) FROM orders GROUP BY GROUPING SETS ((region), (plan), ())`,
		`SELECT * FROM orders, LATERAL (SELECT max(placed) AS last FROM contacts WHERE id = orders.contact) AS l`,
		`SELECT payload->>'plan' FROM orders`,
		`SELECT abs(-1), round(1.5), floor(x), power(x, 2), greatest(a, b), least(a, b), -x, x % 2, x IS DISTINCT FROM y, x BETWEEN 1 AND 2 FROM orders`,
	}
	both(t, func(t *testing.T, grammar guard.Grammar, corpus attempts.Corpus) {
		for _, sql := range append(common, corpus.Ordinary...) {
			mustAllow(t, sql, checkQuery(grammar, sql))
		}
	})
	duck := newDuckDB(t)
	for _, sql := range []string{
		`FROM orders SELECT customer, arg_max(score, placed), list(score), quantile_cont(score, 0.9)`,
		`SELECT * EXCLUDE (email) REPLACE (lower(plan) AS plan) FROM orders`,
		`SELECT * FROM orders QUALIFY row_number() OVER (PARTITION BY customer ORDER BY placed) = 1`,
		`SELECT unnest(tags), list_transform(tags, x -> lower(x)), try_strptime(day, '%d.%m.%Y'), try_cast(x AS DOUBLE), main.orders.plan FROM main.orders`,
		`SELECT * FROM orders ASOF JOIN contacts ON orders.placed >= contacts.placed`,
		`SELECT range FROM range(12)`,
	} {
		mustAllow(t, sql, checkQuery(duck, sql))
	}
	for _, sql := range []string{
		`SELECT to_char(placed, 'YYYY-MM'), placed AT TIME ZONE 'Europe/Berlin', jsonb_array_elements_text(payload->'tags') FROM orders`,
		`SELECT DISTINCT ON (customer) * FROM orders ORDER BY customer, placed DESC`,
		`SELECT * FROM orders WHERE plan = ANY (ARRAY['a', 'b']) AND (a, b) = (1, 2)`,
	} {
		mustAllow(t, sql, checkQuery(guard.Postgres{}, sql))
	}
}

func TestExpressions(t *testing.T) {
	both(t, func(t *testing.T, grammar guard.Grammar, corpus attempts.Corpus) {
		for _, sql := range append([]string{
			`score`, `"at"`, `amount * 1.19`, `coalesce(a, b)`, `CASE WHEN a > 1 THEN 'x' END`, `a IN (1, 2) AND NOT b`, `lower(x) LIKE 'a%'`,
			`cast(x AS integer)`, `x::date`, `date_trunc('month', placed)`, "a -- comment", `(a + b) / nullif(c, 0)`, `t.a`, `plan IS NOT NULL`, `true`,
		}, corpus.OrdinaryExpressions...) {
			mustAllow(t, sql, checkExpression(grammar, sql))
		}
		for _, sql := range corpus.Expressions {
			mustRefuse(t, sql, checkExpression(grammar, sql))
		}
	})
}

func TestRefused(t *testing.T) {
	refused := func(t *testing.T, grammar guard.Grammar, corpus attempts.Corpus) {
		for _, sql := range corpus.Queries {
			mustRefuse(t, sql, checkQuery(grammar, sql))
		}
		t.Logf("%d queries", len(corpus.Queries))
	}
	both(t, refused)
	t.Run("MySQL", func(t *testing.T) { refused(t, guard.MySQL{}, attempts.For(query.MySQL, "/tmp/x")) })
}

func TestTablesAsDeclared(t *testing.T) {
	// A declared schema must be written, a catalog may not be declared.
	for _, test := range []struct {
		sql, table string
		allowed    bool
	}{
		{`SELECT * FROM sales.orders`, "sales.orders", true},
		{`SELECT * FROM orders`, "sales.orders", false},
		{`SELECT * FROM SALES.Orders`, "sales.orders", true},
		{`SELECT * FROM "Orders"`, "orders", false},
		{`SELECT * FROM "Orders"`, "Orders", true},
		{`SELECT * FROM pg_stat_activity`, "pg_stat_activity", false},
		{`SELECT * FROM pg_catalog.pg_authid`, "pg_catalog.pg_authid", false},
		{`SELECT * FROM information_schema.tables`, "information_schema.tables", false},
	} {
		err := guard.Dataset(guard.Postgres{}, plan.Dataset{Name: "d", Query: test.sql}, []string{test.table})
		if test.allowed {
			mustAllow(t, test.sql, err)
		} else {
			mustRefuse(t, test.sql, err)
		}
	}
}
