package cases

import (
	"os"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// store holds the rows of the cases where an engine reads them.
type store interface {
	// open puts a plan, made for the PostgreSQL of the manifests, on this store and opens its engine.
	open(t *testing.T, work *plan.Plan) source.Engine
}

// loader brings rows.sql to a store, and more files of SQL on top.
type loader func(t *testing.T, more ...string) store

// stores are those that must give the same numbers for every case.
var stores = []struct {
	name string
	load loader
}{
	{"PostgreSQL", func(t *testing.T, more ...string) store { return inPostgres{database(t, more...)} }},
	{"Parquet", func(t *testing.T, more ...string) store { return inFiles(t, plan.Parquet, database(t, more...)) }},
	{"MySQL", func(t *testing.T, more ...string) store { return inMySQL(t, database(t, more...)) }},
	{"CSV", func(t *testing.T, more ...string) store { return inFiles(t, plan.CSV, database(t, more...)) }},
}

// onEveryStore runs a test for each.
func onEveryStore(t *testing.T, test func(t *testing.T, load loader)) {
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) { test(t, s.load) })
	}
}

// database is a PostgreSQL with the rows.
func database(t *testing.T, more ...string) *postgrestest.Database {
	t.Helper()
	rows := postgrestest.Start(t).NewDatabase(t)
	for _, file := range append([]string{"rows.sql"}, more...) {
		rows.Exec(t, read(t, file))
	}
	return rows
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

type inPostgres struct{ *postgrestest.Database }

func (d inPostgres) open(t *testing.T, work *plan.Plan) source.Engine {
	t.Helper()
	pg := work.Source.Postgres
	pg.Host, pg.Port, pg.Database = d.Server.Host, d.Server.Port, d.Name
	pg.CredentialsDir = postgrestest.CredentialsDir(t, "cases_reader", "cases")
	engine, err := postgres.Open(t.Context(), postgres.Config{Source: work.Source})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}
