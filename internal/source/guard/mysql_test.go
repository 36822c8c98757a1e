package guard_test

import (
	"fmt"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/guard"
	"github.com/cpi-operator/cpi-operator/test/attempts"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
)

func TestWhatAnalystsWriteInMySQL(t *testing.T) {
	corpus := attempts.For(query.MySQL, "/tmp/x")
	for _, sql := range append([]string{
		`SELECT * FROM orders`,
		`select o.customer, count(*) as n, sum(amount) from orders o group by o.customer having count(*) > 1 order by 2 desc limit 10 offset 5`,
		`SELECT * FROM orders WHERE note = 'a; drop table x' -- a comment; with a semicolon`,
		"/* leading */ SELECT 1 AS one FROM \"orders\" # trailing",
		"SELECT `order`, 'it\\'s', 'it''s', 'c:\\\\' FROM `orders` AS `o`",
		`SELECT o.*, c.email FROM orders o LEFT JOIN contacts AS c ON c.id = o.contact AND c.region IN ('EU', 'US') WHERE c.id IS NOT NULL AND NOT o.test`,
		`WITH recent AS (SELECT * FROM orders WHERE placed >= DATE '2026-01-01'), ranked AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY placed DESC) AS rn FROM recent) SELECT * FROM ranked WHERE rn = 1`,
		`SELECT 1 AS x UNION ALL (SELECT x FROM (SELECT 2 AS x) AS v) EXCEPT SELECT 3`,
		`(SELECT 1 AS x) UNION (SELECT 2)`,
		`SELECT CASE WHEN score >= 9 THEN 'promoter' ELSE 'other' END AS kind, coalesce(plan, 'none'), ifnull(a, b), if(a > 1, 'x', 'y'), nullif(region, '') FROM orders`,
		`SELECT extract(year FROM placed), date_format(placed, '%Y-%m'), placed + INTERVAL 1 DAY, date_sub(placed, INTERVAL 1 MONTH), timestampdiff(DAY, placed, paid), cast(amount AS decimal(12,2)), cast(x AS char), cast(y AS double), convert(x USING utf8mb4), last_day(placed) FROM orders`,
		`SELECT stddev_samp(amount), count(DISTINCT customer), group_concat(DISTINCT plan ORDER BY plan SEPARATOR ', '), max(amount) FROM orders`,
		`SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.id = orders.contact) AND customer NOT IN (SELECT id FROM contacts) AND score = ANY (SELECT 1)`,
		`SELECT lower(trim(email)), upper(x), substring(x, 1, 3), substring(x FROM 2), replace(x, 'a', 'b'), lpad(month, 2, '0'), position('@' in email), email LIKE '%@example.com', email REGEXP '^a', x || y, char(65), trim(BOTH 'x' FROM y) FROM contacts`,
		`SELECT lag(amount) OVER w, sum(amount) OVER (PARTITION BY customer ORDER BY placed ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), avg(amount) OVER () FROM orders WINDOW w AS (ORDER BY placed)`,
		`SELECT payload->>'$.plan', json_unquote(json_extract(payload, '$.a')) FROM orders`,
		`SELECT abs(-1), round(1.5), floor(x), power(x, 2), greatest(a, b), least(a, b), -x, x % 2, x DIV 2, x MOD 2, x <=> y, x BETWEEN 1 AND 2, x & 1, x | 2, x ^ 3, ~x, x << 1, x XOR y, x IS TRUE, (a, b) = (1, 2) FROM orders`,
		`SELECT region, plan, sum(amount) FROM orders GROUP BY region, plan WITH ROLLUP`,
		`SELECT 'a\') FROM secrets -- ' FROM orders`,
		`SELECT STRAIGHT_JOIN o.* FROM orders o CROSS JOIN contacts`, `SELECT * FROM orders JOIN contacts USING (id)`, `SELECT * FROM (orders, contacts)`,
		`SELECT convert_tz(placed, '+00:00', 'Europe/Berlin'), now(), current_date, utc_timestamp() FROM orders`,
	}, corpus.Ordinary...) {
		mustAllow(t, sql, checkQuery(guard.MySQL{}, sql))
	}
	for _, sql := range append([]string{
		`score`, `"at"`, "`at`", `amount * 1.19`, `coalesce(a, b)`, `CASE WHEN a > 1 THEN 'x' END`, `a IN (1, 2) AND NOT b`, `lower(x) LIKE 'a%'`,
		`cast(x AS signed)`, `date(placed)`, "a -- comment", "a # comment", `(a + b) / nullif(c, 0)`, `t.a`, `plan IS NOT NULL`, `true`, `NOT trial`, `a COLLATE utf8mb4_bin = 'x'`, `status = 'a' AND region <> 'b'`,
		`TIMESTAMP '2026-01-01 00:00:00' < at`,
	}, corpus.OrdinaryExpressions...) {
		mustAllow(t, sql, checkExpression(guard.MySQL{}, sql))
	}
	for _, sql := range corpus.Expressions {
		mustRefuse(t, sql, checkExpression(guard.MySQL{}, sql))
	}
}

func TestMySQLTablesAsDeclared(t *testing.T) {
	for _, test := range []struct {
		sql, table string
		allowed    bool
	}{
		{`SELECT * FROM sales.orders`, "sales.orders", true},
		{`SELECT * FROM orders`, "sales.orders", false},
		{`SELECT * FROM other.orders`, "orders", false},
		{`SELECT * FROM Orders`, "orders", false},
		{`SELECT * FROM Orders`, "Orders", true},
		{`SELECT * FROM mysql.user`, "mysql.user", false},
		{`SELECT * FROM Information_Schema.tables`, "Information_Schema.tables", false},
		{`SELECT * FROM performance_schema.threads`, "performance_schema.threads", false},
	} {
		err := guard.Dataset(guard.MySQL{}, plan.Dataset{Name: "d", Query: test.sql}, []string{test.table})
		if test.allowed {
			mustAllow(t, test.sql, err)
		} else {
			mustRefuse(t, test.sql, err)
		}
	}
}

func TestEveryFunctionOfMySQL(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	rows, err := d.Admin().QueryContext(t.Context(), `SELECT DISTINCT lower(function) FROM information_schema.sql_functions`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen, allowed := 0, 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		seen++
		for _, arguments := range []string{"", "a", "a, b", "a, b, c"} {
			sql := fmt.Sprintf(`SELECT %s(%s) FROM orders`, name, arguments)
			if err := checkQuery(guard.MySQL{}, sql); err != nil {
				mustRefuse(t, sql, err)
				continue
			}
			allowed++
			if attempts.Dangerous.MatchString(name) {
				t.Errorf("allowed: %s", sql)
			}
		}
	}
	if err := rows.Err(); err != nil || seen < 200 {
		t.Fatalf("%d functions found, %v", seen, err)
	}
	t.Logf("%d functions, %d calls allowed", seen, allowed)
}

// Where a comment or a text ends is read by the guard and by the server alike.
func TestMySQLReadsWhatTheGuardReads(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, "CREATE TABLE orders (a int)", "INSERT INTO orders VALUES (1)")
	c, err := d.Admin().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(t.Context(), "SET SESSION "+query.MySQLSession); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		`SELECT 5--1`:                                         "6",
		"SELECT 5 -- 1\n- 2":                                  "3",
		"SELECT 5 --\t1\n- 2":                                 "3",
		"SELECT 5 # 1\n- 2":                                   "3",
		`SELECT 5 /* /* */ - 2`:                               "3",
		`SELECT 5 /**/ - 2 /***/`:                             "3",
		`SELECT 5 /*M - 2 */`:                                 "5",
		`SELECT 5 /*T - 2 */`:                                 "5",
		`SELECT 'a\'b' || 'c''d' || '\\'`:                     `a'bc'd\`,
		`SELECT "a" FROM orders`:                              "1",
		"SELECT `a` FROM `orders` AS \"x\"\"y\"":              "1",
		"SELECT \"a\\b\" FROM (SELECT 2 AS `a\\b`) AS t":      "2",
		`SELECT x'41' || 0x42 || b'01000011'`:                 "ABC",
		"SELECT 'a' /* ' */ || 'b' -- '":                      "ab",
		"SELECT 'a'\n'b'":                                     "ab",
		`SELECT NOT 1 = 2`:                                    "1",
		`SELECT (7 DIV 2) || 'x'`:                             "3x",
		"SELECT 'é' || \"é\" FROM (SELECT 'ü' AS \"é\") AS t": "éü",
	} {
		mustAllow(t, sql, checkQuery(guard.MySQL{}, sql))
		var got string
		if err := c.QueryRowContext(t.Context(), "SELECT * FROM (\n"+sql+"\n) AS t").Scan(&got); err != nil || got != want {
			t.Errorf("%s: the server reads %q (%v), want %q", sql, got, err, want)
		}
	}
}
