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

// both runs a test for each grammar.
func both(t *testing.T, test func(t *testing.T, grammar guard.Grammar)) {
	t.Run("DuckDB", func(t *testing.T) { test(t, newDuckDB(t)) })
	t.Run("Postgres", func(t *testing.T) { test(t, guard.Postgres{}) })
}

func checkQuery(grammar guard.Grammar, sql string) error {
	tables := []string{"orders", "contacts"}
	return guard.Dataset(grammar, plan.Dataset{Name: "d", Query: sql, Tables: tables}, tables)
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
	both(t, func(t *testing.T, grammar guard.Grammar) {
		for _, sql := range common {
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
	both(t, func(t *testing.T, grammar guard.Grammar) {
		for _, sql := range []string{
			`score`, `"at"`, `amount * 1.19`, `coalesce(a, b)`, `CASE WHEN a > 1 THEN 'x' END`, `a IN (1, 2) AND NOT b`, `lower(x) LIKE 'a%'`,
			`cast(x AS integer)`, `x::date`, `date_trunc('month', placed)`, "a -- comment", `(a + b) / nullif(c, 0)`, `t.a`, `plan IS NOT NULL`, `true`,
		} {
			mustAllow(t, sql, checkExpression(grammar, sql))
		}
		for _, sql := range []string{
			``, `  `, `a, b`, `a b`, `a AS b`, `*`, `t.*`, `a;`, `a; b`, `a) FROM secrets WHERE (true`, `a FROM secrets`, `1) , (2`, `a -- ` + "\n) FROM secrets --",
			`(SELECT 1)`, `EXISTS (SELECT 1)`, `a IN (SELECT b FROM secrets)`, `sum(a)`, `count(*)`, `count(a) FILTER (WHERE b)`, `row_number() OVER ()`,
			`sum(a) OVER (PARTITION BY b)`, `a ORDER BY b`, `a LIMIT 1`, `a WHERE b`, `DISTINCT a`, `a UNION SELECT 1`, `$1`, `unnest(a)`, `/* open`, `'open`,
			`repeat('x', 1000000000)`, `lpad('x', 1000000000)`, `lpad('x', n)`, `current_setting('x')`, `a` + strings.Repeat(" + a", 5000), strings.Repeat("(", 300) + "a" + strings.Repeat(")", 300) + strings.Repeat(" || a", 200),
			"a\x00b",
		} {
			mustRefuse(t, sql, checkExpression(grammar, sql))
		}
	})
	duck := newDuckDB(t)
	for _, sql := range []string{`#1`, `COLUMNS(*)`, `COLUMNS('a.*')`, `?`, `$name`, `list_aggregate(l, 'sum')`, `getvariable('x')`, `range(1000000000)`, `main.repeat('x', 9)`} {
		mustRefuse(t, sql, checkExpression(duck, sql))
	}
}

func TestRefused(t *testing.T) {
	both(t, func(t *testing.T, grammar guard.Grammar) {
		for _, sql := range []string{
			// Not one SELECT.
			`INSERT INTO orders VALUES (1)`, `UPDATE orders SET a = 1`, `DELETE FROM orders`, `DROP TABLE orders`, `CREATE TABLE x (a int)`, `CREATE TABLE x AS SELECT 1`,
			`COPY orders TO '/tmp/x'`, `COPY (SELECT 1) TO '/tmp/x'`, `SET statement_timeout = 0`, `RESET ALL`, `BEGIN`, `COMMIT`, `ROLLBACK`, `EXPLAIN SELECT 1`,
			`EXPLAIN ANALYZE SELECT 1`, `PREPARE p AS SELECT 1`, `EXECUTE p`, `DEALLOCATE p`, `VACUUM`, `ANALYZE`, `CHECKPOINT`, `LOAD 'x'`, `CALL f()`, `ALTER TABLE orders ADD x int`,
			`SELECT 1; SELECT 2`, `SELECT 1; DROP TABLE orders`, `SELECT 1;; DROP TABLE orders`, `SELECT 1; --`, ``, `;`, `-- nothing`,
			`SELECT $1`, `SELECT * FROM orders WHERE a = $2`,
			// Breaking out of the parentheses it is put in.
			`SELECT 1) AS t, (SELECT 2`, `SELECT 1) AS x; DROP TABLE orders; SELECT * FROM (SELECT 1`, `SELECT 1 /*`, `SELECT 1 -- x` + "\n) AS t --", `SELECT 'a`, `SELECT "a`,
			// Tables that are not declared, however they are hidden.
			`SELECT * FROM secrets`, `SELECT * FROM orders, secrets`, `SELECT * FROM orders WHERE a IN (SELECT a FROM secrets)`, `SELECT (SELECT max(a) FROM secrets)`,
			`SELECT * FROM orders JOIN secrets USING (id)`, `SELECT 1 UNION ALL SELECT a FROM secrets`, `SELECT a FROM orders EXCEPT (SELECT a FROM secrets)`,
			`WITH x AS (SELECT * FROM secrets) SELECT * FROM x`, `WITH x AS (WITH y AS (SELECT * FROM secrets) SELECT * FROM y) SELECT * FROM x`,
			`WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets`, `WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x`,
			`SELECT * FROM (WITH secrets AS (SELECT 1) SELECT * FROM secrets) AS a, secrets`, `SELECT * FROM orders, LATERAL (SELECT * FROM secrets) AS l`,
			`SELECT * FROM other.orders`, `SELECT * FROM information_schema.tables`, `SELECT * FROM pg_catalog.pg_class`, `SELECT * FROM pg_class`, `TABLE secrets`,
			`SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM secrets)) FROM orders`, `SELECT * FROM orders ORDER BY (SELECT a FROM secrets)`, `SELECT * FROM orders LIMIT (SELECT 1 FROM secrets)`,
			`SELECT sum(a) OVER (ORDER BY (SELECT 1 FROM secrets)) FROM orders`, `SELECT CASE WHEN (SELECT true FROM secrets) THEN 1 END`, `VALUES ((SELECT a FROM secrets))`,
			`/**/SELECT/**/*/**/FROM/**/secrets`, "SELECT * FROM\nsecrets", `SELECT * FROM "secrets"`, `SELECT * FROM SeCrEtS`,
			// Loops, samples, locks, side effects.
			`WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT * FROM r`,
			`SELECT * FROM orders TABLESAMPLE SYSTEM (10)`, `SELECT random()`, `SELECT setseed(0.5)`, `SELECT nextval('s')`, `SELECT current_setting('x')`, `SELECT set_config('a', 'b', false)`,
			`SELECT repeat('x', 1000000000)`, `SELECT REPEAT('x', 9)`, `SELECT "repeat"('x', 9)`, `SELECT lpad('x', 1000000000)`, `SELECT rpad('x', 500 * 500000)`, `SELECT format('%1000000000s', 'x')`,
			`SELECT * FROM generate_series(1, 100000000000)`, `SELECT * FROM generate_series(1, (SELECT max(a) FROM orders))`, `SELECT * FROM generate_series(1, 10, 0)`,
			`SELECT pg_sleep(100)`, `SELECT nosuchfunction(1)`, `SELECT other.lower('x')`,
			// Size and depth.
			`SELECT ` + strings.Repeat("1,", 40_000) + `1`, `SELECT ` + strings.Repeat("abs(", 500) + `1` + strings.Repeat(")", 500), strings.Repeat("SELECT * FROM (", 300) + "SELECT 1" + strings.Repeat(") AS t", 300),
		} {
			mustRefuse(t, sql, checkQuery(grammar, sql))
		}
	})
}

func TestRefusedByDuckDB(t *testing.T) {
	duck := newDuckDB(t)
	for _, sql := range []string{
		`SELECT * FROM read_csv('/etc/passwd')`, `SELECT * FROM '/etc/passwd'`, `SELECT * FROM 'orders.csv'`, `SELECT * FROM "orders.csv"`, `SELECT * FROM read_text('/etc/passwd')`, `SELECT * FROM glob('/*')`,
		`SELECT * FROM read_blob('x')`, `SELECT * FROM read_parquet('x')`, `SELECT * FROM parquet_metadata('x')`, `SELECT * FROM sniff_csv('x')`, `SELECT * FROM read_json('x')`,
		`SELECT * FROM enable_logging(storage='file', storage_config={'path': '/tmp/x'})`, `SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM enable_logging())`, `SELECT * FROM enable_profiling()`,
		`SELECT * FROM disable_optimizer()`, `SELECT * FROM query('SELECT 1')`, `SELECT * FROM query_table('secrets')`, `SELECT * FROM query_table(['orders', 'secrets'])`,
		`SELECT * FROM json_execute_serialized_sql('x')`, `SELECT json_serialize_plan('SELECT 1')`, `SELECT * FROM duckdb_settings()`, `SELECT * FROM duckdb_secrets()`, `SELECT * FROM duckdb_tables()`,
		`SELECT * FROM system.main.enable_logging()`, `SELECT system.main.repeat('x', 9)`, `SELECT pg_catalog.pg_sleep(1)`, `SELECT main.sleep_ms(1)`, `SELECT ('x').repeat(1000000000)`, `SELECT 'x'.repeat(9)`,
		`PRAGMA version`, `ATTACH 'x'`, `DETACH x`, `INSTALL httpfs`, `USE memory`, `SHOW TABLES`, `DESCRIBE orders`, `SUMMARIZE orders`, `SELECT * FROM (DESCRIBE orders)`, `SELECT * FROM (SHOW TABLES)`, `SELECT * FROM (SUMMARIZE secrets)`,
		`PIVOT orders ON a USING sum(b)`, `SELECT * FROM (PIVOT secrets ON a IN (1) USING sum(b))`, `UNPIVOT orders ON a INTO NAME x VALUE y`, `EXPORT DATABASE '/tmp/x'`, `IMPORT DATABASE '/tmp/x'`,
		`SELECT #1 FROM orders`, `SELECT COLUMNS(*) FROM orders`, `SELECT * FROM orders USING SAMPLE 10%`, `SELECT * FROM orders AT (VERSION => 1)`, `SELECT ?`, `SELECT $a`,
		`SELECT range(1000000000)`, `SELECT generate_series(1, 1000000000)`, `SELECT list_resize([1], 1000000000)`, `SELECT printf('%1000000000d', 1)`, `SELECT format('{:1000000000}', 1)`, `SELECT bar(1, 0, 1, 1000000000)`,
		`SELECT bitstring('1', 1000000000)`, `SELECT to_base(1, 2, 1000000)`, `SELECT getvariable('x')`, `SELECT current_query()`, `SELECT write_log('x')`, `SELECT error('x')`, `SELECT uuid()`, `SELECT list_aggregate([1], 'histogram')`,
		`SELECT * FROM range(0, 1000000000)`, `SELECT * FROM range(1000000000)`, `SELECT * FROM orders, range(orders.n)`, `SELECT * FROM repeat('x', 10)`, `SELECT * FROM seq_scan('secrets')`, `SELECT * FROM duckdb_table_sample('secrets')`,
		`FROM secrets`, `FROM orders, secrets`, `SELECT * FROM memory.main.orders`, `SELECT * FROM "imported 0".main.data`, `SELECT * FROM "imported 0".data`, `SELECT * FROM sqlite_master`, `SELECT * FROM temp.orders`,
		`SELECT [x FOR x IN (SELECT a FROM secrets)]`, `SELECT list_transform([1], x -> (SELECT max(a) FROM secrets))`, `SELECT * REPLACE ((SELECT a FROM secrets) AS a) FROM orders`, `SELECT * FROM orders POSITIONAL JOIN secrets`,
		`SELECT * FROM orders ASOF JOIN secrets ON orders.a >= secrets.a`, `SELECT * FROM orders SEMI JOIN secrets USING (a)`, `SELECT DISTINCT ON ((SELECT a FROM secrets)) * FROM orders`, `SELECT * FROM orders QUALIFY (SELECT true FROM secrets)`,
		`MERGE INTO orders USING contacts ON true WHEN MATCHED THEN DELETE`, `CREATE MACRO lower(x) AS repeat(x, 9)`, `CREATE SECRET (TYPE s3)`,
	} {
		mustRefuse(t, sql, checkQuery(duck, sql))
	}
}

func TestRefusedByPostgres(t *testing.T) {
	for _, sql := range []string{
		`SELECT * INTO x FROM orders`, `SELECT * FROM orders FOR UPDATE`, `SELECT * FROM orders FOR SHARE`, `SELECT * FROM (SELECT * FROM orders FOR UPDATE) AS t`, `WITH x AS (SELECT * FROM orders FOR UPDATE) SELECT * FROM x`,
		`WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x`, `WITH x AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM x`, `DO $$ BEGIN END $$`, `NOTIFY x`, `LISTEN x`, `LOCK TABLE orders`, `DECLARE c CURSOR FOR SELECT 1`,
		`SET TRANSACTION READ WRITE`, `SHOW ALL`, `DISCARD ALL`, `COPY orders TO PROGRAM 'sh'`, `COPY orders FROM STDIN`,
		`SELECT lo_import('/etc/passwd')`, `SELECT lo_creat(-1)`, `SELECT lo_export(1, '/tmp/x')`, `SELECT pg_read_file('/etc/passwd')`, `SELECT pg_ls_dir('/')`, `SELECT * FROM pg_read_file('x')`, `SELECT pg_notify('a', 'b')`,
		`SELECT pg_advisory_lock(1)`, `SELECT pg_terminate_backend(1)`, `SELECT pg_cancel_backend(1)`, `SELECT pg_catalog.pg_sleep(1)`, `SELECT "pg_sleep"(1)`, `SELECT pg_reload_conf()`, `SELECT dblink('x', 'y')`, `SELECT * FROM dblink('x', 'y') AS t(a int)`,
		`SELECT query_to_xml('SELECT * FROM secrets', true, true, '')`, `SELECT table_to_xml('secrets', true, true, '')`, `SELECT database_to_xml(true, true, '')`, `SELECT cursor_to_xml('c', 1, true, true, '')`, `SELECT ts_stat('SELECT 1')`,
		`SELECT ts_rewrite('a'::tsquery, 'SELECT 1')`, `SELECT xmlelement(name x)`, `SELECT xmlparse(document '<a/>')`, `SELECT 'secrets'::regclass`, `SELECT 'f'::regproc`, `SELECT CAST('x' AS xml)`, `SELECT 'x'::other.type`,
		`SELECT array_fill(1, ARRAY[1000000000])`, `SELECT * FROM ROWS FROM (generate_series(1, 10), pg_ls_dir('/'))`, `SELECT * FROM orders TABLESAMPLE BERNOULLI (1)`, `SELECT a OPERATOR(other.+) b FROM orders`, `SELECT gen_random_uuid()`,
		`SELECT * FROM other_db.public.orders`, `SELECT * FROM public.orders`, `SELECT * FROM pg_temp.orders`, `SELECT clock_timestamp()`, `SELECT version()`, `SELECT txid_current()`, `SELECT pg_backend_pid()`, `SELECT has_table_privilege('x', 'y')`,
		`SELECT * FROM orders ORDER BY a USING OPERATOR(other.<)`, `SELECT a = ANY (SELECT a FROM secrets) FROM orders`, `SELECT ARRAY(SELECT a FROM secrets)`, `SELECT ROW((SELECT a FROM secrets))`,
		`SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int))`, `SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS a int)`, `SELECT (SELECT secrets FROM secrets).a`,
	} {
		mustRefuse(t, sql, checkQuery(guard.Postgres{}, sql))
	}
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
