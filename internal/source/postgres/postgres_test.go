package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func sourceOf(t *testing.T, d *postgrestest.Database) plan.Source {
	t.Helper()
	return plan.Source{
		Namespace: "test", Name: "crm",
		Postgres: &plan.Postgres{Host: d.Server.Host, Port: d.Server.Port, Database: d.Name, TLS: "Disable", CredentialsDir: d.CredentialsDir(t)},
		Limits:   plan.Limits{QueryTimeout: 30 * time.Second},
	}
}

func open(t *testing.T, s plan.Source) source.Engine {
	t.Helper()
	engine, err := postgres.Open(t.Context(), postgres.Config{Source: s})
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

func table(name string) plan.Dataset {
	return plan.Dataset{Name: name, Table: &plan.Table{Schema: "public", Name: name}}
}

const orders = `
CREATE TYPE tier AS ENUM ('gold', 'basic');
CREATE TABLE orders (id bigint, customer text, amount numeric(12,2), paid boolean, day date, at timestamp, placed timestamptz, tier tier, score double precision, big bigint, n smallint);
INSERT INTO orders VALUES
 (1, 'c1', 10.25, true,  '2026-01-05', '2026-01-05 10:00', '2026-01-05 10:00+02', 'gold', 0.5, 9007199254740993, 1),
 (2, 'c2', 20.50, false, '2026-01-06', '2026-01-06 10:00', '2026-01-06 10:00+02', 'basic', 1.5, 1, 2),
 (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
ANALYZE orders;`

func TestEveryTypeArrivesAsItsKind(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
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
		query.KindInstant, query.KindOther, query.KindNumber, query.KindInteger, query.KindInteger}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if set.Rows != 3 || set.Columns[0].Distinct != 3 || set.Columns[3].Distinct != 2 {
		t.Errorf("rows %d, distinct ids %d, distinct paid %d; want 3, 3, 2", set.Rows, set.Columns[0].Distinct, set.Columns[3].Distinct)
	}

	got, err := engine.Query(t.Context(), query.Statement{SQL: `SELECT customer, amount, paid, day, at, placed, tier, score, big, n, count(*) OVER () AS rows
		FROM orders WHERE id = $1 OR customer IS NULL ORDER BY id`, Args: []any{int64(1)}})
	if err != nil {
		t.Fatal(err)
	}
	null := []bool{false, true}
	wanted := &query.Table{
		Names: []string{"customer", "amount", "paid", "day", "at", "placed", "tier", "score", "big", "n", "rows"}, Len: 2,
		Columns: []query.Vector{
			{Strings: []string{"c1", ""}, Null: null}, {Floats: []float64{10.25, 0}, Null: null}, {Bools: []bool{true, false}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), {}}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC), {}}, Null: null},
			{Times: []time.Time{time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), {}}, Null: null},
			{Strings: []string{"gold", ""}, Null: null}, {Floats: []float64{0.5, 0}, Null: null},
			{Ints: []int64{9007199254740993, 0}, Null: null}, {Ints: []int64{1, 0}, Null: null}, {Ints: []int64{2, 2}},
		},
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}
