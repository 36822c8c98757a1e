package mysql_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
)

func sourceOf(t *testing.T, d *mysqltest.Database) plan.Source {
	t.Helper()
	return plan.Source{
		Namespace: "test", Name: "crm",
		MySQL:  &plan.MySQL{Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t)},
		Limits: plan.Limits{QueryTimeout: 30 * time.Second},
	}
}

func open(t *testing.T, s plan.Source) source.Engine {
	t.Helper()
	engine, err := mysql.Open(t.Context(), mysql.Config{Source: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

func failure(t *testing.T, err error) *source.Error {
	t.Helper()
	var typed *source.Error
	if !errors.As(err, &typed) {
		t.Fatalf("got %v, want a *source.Error", err)
	}
	return typed
}

func table(name string) plan.Dataset { return plan.Dataset{Name: name, Table: &plan.Table{Name: name}} }

const orders = `
CREATE TABLE orders (id bigint unsigned, customer varchar(20), amount decimal(12,2), paid boolean, day date, at datetime(6), placed timestamp(6) NULL,
 tier enum('gold', 'basic'), score double, big bigint, n tinyint, payload json, hours time, flag bit(1), year year, raw varbinary(10));
INSERT INTO orders VALUES
 (1, 'c1', 10.25, true,  '2026-01-05', '2026-01-05 10:00:00.25', '2026-01-05 08:00', 'gold', 0.5, 9007199254740993, 1, '{"a": 1}', '10:00:00', b'1', 2026, 'ä'),
 (2, 'c2', 20.50, false, '2026-01-06', '2026-01-06 10:00', '2026-01-06 08:00', 'basic', 1.5, 1, 2, NULL, NULL, NULL, NULL, NULL),
 (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
ANALYZE TABLE orders;`

func TestEveryTypeArrivesAsItsKind(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, orders)
	engine := open(t, sourceOf(t, d))
	set, err := engine.Open(t.Context(), table("orders"))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []query.Kind
	for _, c := range set.Columns {
		kinds = append(kinds, c.Kind)
	}
	want := []query.Kind{query.KindInteger, query.KindText, query.KindNumber, query.KindBoolean, query.KindDate, query.KindTimestamp,
		query.KindInstant, query.KindText, query.KindNumber, query.KindInteger, query.KindInteger, query.KindText, query.KindOther, query.KindBoolean,
		query.KindInteger, query.KindOther}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if set.Rows != 3 || set.Columns[0].Distinct != 3 || set.Columns[3].Distinct != 2 {
		t.Errorf("rows %d, distinct ids %d, distinct paid %d; want 3, 3, 2", set.Rows, set.Columns[0].Distinct, set.Columns[3].Distinct)
	}

	got, err := engine.Query(t.Context(), query.Statement{SQL: `SELECT id, customer, amount, paid, day, at, placed, tier, score, big, n, flag, count(*) OVER () AS num
		FROM orders WHERE id = ? OR customer IS NULL ORDER BY id`, Args: []any{int64(1)}, Positional: true})
	if err != nil {
		t.Fatal(err)
	}
	null := []bool{false, true}
	wanted := &query.Table{
		Names: []string{"id", "customer", "amount", "paid", "day", "at", "placed", "tier", "score", "big", "n", "flag", "num"}, Len: 2,
		Columns: []query.Vector{
			{Ints: []int64{1, 3}}, {Strings: []string{"c1", ""}, Null: null}, {Floats: []float64{10.25, 0}, Null: null}, {Ints: []int64{1, 0}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), {}}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 10, 0, 0, 250_000_000, time.UTC), {}}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), {}}, Null: null},
			{Strings: []string{"gold", ""}, Null: null}, {Floats: []float64{0.5, 0}, Null: null},
			{Ints: []int64{9007199254740993, 0}, Null: null}, {Ints: []int64{1, 0}, Null: null}, {Ints: []int64{1, 0}, Null: null}, {Ints: []int64{2, 2}},
		},
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

// Whatever the server's own zone is, instants are told in UTC and divisions keep their digits.
func TestSession(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	engine := open(t, sourceOf(t, d))
	got, err := engine.Query(t.Context(), query.Statement{SQL: `SELECT FROM_UNIXTIME(0), 7 / 60, 'a' || 'b', 'a' = 'A', 'a' = 'a ', 2 - CAST(3 AS UNSIGNED), @@session.time_zone`})
	if err != nil {
		t.Fatal(err)
	}
	if at := got.Columns[0].Times[0]; !at.Equal(time.Unix(0, 0)) {
		t.Errorf("the epoch is %s", at)
	}
	if q := got.Columns[1].Floats[0]; q < 0.11666666666666 || q > 0.11666666666667 {
		t.Errorf("7 / 60 is %v", q)
	}
	if text := got.Columns[2].Strings[0]; text != "ab" {
		t.Errorf("'a' || 'b' is %q", text)
	}
	if got.Columns[3].Ints[0] != 0 || got.Columns[5].Ints[0] != -1 {
		t.Errorf("'a' = 'A' is %d, 2 - 3 is %d", got.Columns[3].Ints[0], got.Columns[5].Ints[0])
	}
}

// Grouping gets memory enough to stay in it; a server that gives more is not held back.
func TestMemoryForGrouping(t *testing.T) {
	for setting, want := range map[string]int64{"tmp-table-size=1M": 64 << 20, "tmp-table-size=128M": 128 << 20} {
		d := mysqltest.Start(t, mysqltest.Setting(setting)).NewDatabase(t)
		got, err := open(t, sourceOf(t, d)).Query(t.Context(), query.Statement{SQL: "SELECT @@tmp_table_size"})
		if err != nil || got.Columns[0].Ints[0] != want {
			t.Errorf("with %s got %+v, %v; want %d", setting, got, err, want)
		}
	}
}

// What MySQL can hold and others cannot is told, not turned into something else.
func TestValuesThatAreNone(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, "CREATE TABLE odd (id bigint unsigned, day date, at datetime)", "SET SESSION sql_mode = ''; INSERT INTO odd VALUES (18446744073709551615, '0000-00-00', '2026-02-00 00:00:00')")
	engine := open(t, sourceOf(t, d))
	for _, column := range []string{"id", "day", "at"} {
		_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT " + column + " FROM odd"})
		mustFail(t, err, plan.TypeMismatch, false, column)
	}
}

func TestComputedColumnsHaveTheirKind(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, orders)
	engine := open(t, sourceOf(t, d))
	dataset := plan.Dataset{Name: "d", Tables: []string{"orders"}, Query: "SELECT id, paid, paid AS settled, n, placed, at FROM orders"}
	for _, column := range []plan.Column{{Name: "paid", Expr: "paid"}, {Name: "later", Expr: "coalesce(placed, placed)"}, {Name: "wall", Expr: "at"}, {Name: "half", Expr: "n / 2"}, {Name: "word", Expr: "concat(n, 'x')"}} {
		column.Type = plan.Text
		dataset.Columns = append(dataset.Columns, column)
	}
	set, err := engine.Open(t.Context(), dataset)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]query.Kind{"paid": query.KindBoolean, "later": query.KindInstant, "wall": query.KindTimestamp, "half": query.KindNumber, "word": query.KindText}
	if diff := cmp.Diff(want, set.Computed); diff != "" {
		t.Errorf("computed (-want +got):\n%s", diff)
	}
	if kind := set.Columns[2].Kind; kind != query.KindInteger {
		t.Errorf("a boolean under another name is %s, want a number", kind)
	}
}
