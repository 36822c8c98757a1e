package attempts

import "strings"

// queries to be refused by every engine.
func queries() []string {
	return []string{
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
	}
}

// expressions to be refused by every engine.
func expressions() []string {
	return []string{
		``, `  `, `a, b`, `a b`, `a AS b`, `*`, `t.*`, `a;`, `a; b`, `a) FROM secrets WHERE (true`, `a FROM secrets`, `1) , (2`, `a -- ` + "\n) FROM secrets --",
		`(SELECT 1)`, `EXISTS (SELECT 1)`, `a IN (SELECT b FROM secrets)`, `sum(a)`, `count(*)`, `count(a) FILTER (WHERE b)`, `row_number() OVER ()`,
		`sum(a) OVER (PARTITION BY b)`, `a ORDER BY b`, `a LIMIT 1`, `a WHERE b`, `DISTINCT a`, `a UNION SELECT 1`, `$1`, `unnest(a)`, `/* open`, `'open`,
		`repeat('x', 1000000000)`, `lpad('x', 1000000000)`, `lpad('x', n)`, `current_setting('x')`, `a` + strings.Repeat(" + a", 5000), strings.Repeat("(", 300) + "a" + strings.Repeat(")", 300) + strings.Repeat(" || a", 200),
		"a\x00b",
	}
}
