package cases

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// mysqlStore holds every table of the database in one of MySQL's; schema.table is schema_table.
type mysqlStore struct{ *mysqltest.Database }

// mysqlType is how MySQL declares a column of PostgreSQL's, and how its value is written there as text.
func mysqlType(postgres, column string) (declared, value string) {
	name := query.Quote(column)
	switch kind, _, _ := strings.Cut(postgres, "("); kind {
	case "boolean":
		return "boolean", name + "::int::text"
	case "timestamp with time zone":
		return "timestamp(6) NULL", "to_char(" + name + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
	case "timestamp without time zone":
		return "datetime(6)", name + "::text"
	case "numeric":
		return "decimal(38,10)", name + "::text"
	case "double precision":
		return "double", name + "::text"
	case "integer", "bigint", "smallint", "date":
		return kind, name + "::text"
	case "jsonb", "json":
		return "json", name + "::text"
	}
	return "varchar(200)", name + "::text"
}

// inMySQL copies a database's tables into MySQL.
func inMySQL(t *testing.T, from *postgrestest.Database) mysqlStore {
	t.Helper()
	rows, err := from.Admin().Query(t.Context(), `
		SELECT c.oid::regclass::text, array_agg(a.attname::text ORDER BY a.attnum), array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' GROUP BY c.oid`)
	if err != nil {
		t.Fatal(err)
	}
	type table struct {
		Path           string
		Columns, Types []string
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil || len(found) == 0 {
		t.Fatalf("tables %v: %v", found, err)
	}
	into := mysqltest.Start(t).NewDatabase(t)
	for _, one := range found {
		var declared, values []string
		for i, column := range one.Columns {
			kind, value := mysqlType(one.Types[i], column)
			if declared, values = append(declared, query.Quote(column)+" "+kind), append(values, value); strings.HasSuffix(column, "_id") {
				declared = append(declared, "KEY ("+query.Quote(column)+")")
			}
		}
		name := strings.ReplaceAll(one.Path, ".", "_")
		into.Exec(t, "CREATE TABLE "+name+" ("+strings.Join(declared, ", ")+")")
		cells, err := from.Admin().Query(t.Context(), "SELECT ARRAY["+strings.Join(values, ", ")+"] FROM "+one.Path)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pgx.CollectRows(cells, pgx.RowTo[[]*string])
		if err != nil {
			t.Fatal(err)
		}
		for start := 0; start < len(list); start += 1000 {
			var tuples []string
			for _, row := range list[start:min(start+1000, len(list))] {
				literals := make([]string, len(row))
				for i, cell := range row {
					if literals[i] = "NULL"; cell != nil {
						literals[i] = "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(*cell) + "'"
					}
				}
				tuples = append(tuples, "("+strings.Join(literals, ", ")+")")
			}
			into.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES %s", name, strings.Join(tuples, ", ")))
		}
		into.Exec(t, "ANALYZE TABLE "+name)
	}
	return mysqlStore{into}
}

func (s mysqlStore) open(t *testing.T, work *plan.Plan) source.Engine {
	t.Helper()
	work.Source.Postgres, work.Source.MySQL = nil, &plan.MySQL{
		Host: s.Server.Host, Port: s.Server.Port, Database: s.Name, TLS: "Disable", CredentialsDir: s.CredentialsDir(t),
	}
	for i := range work.Datasets {
		inItsWords(t, "mysql", &work.Datasets[i])
	}
	engine, err := mysql.Open(t.Context(), mysql.Config{Source: work.Source})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}
