package look

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	"github.com/cpi-operator/cpi-operator/internal/starter"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

const ddl = `CREATE TABLE answers (response_id VARCHAR(10), score INTEGER, amount DECIMAL(8, 2), opened TIMESTAMP NULL, closed TIMESTAMP NULL, due DATE, plan VARCHAR(10))`

// rows of the same table, as CSV and as SQL: 30 answers, of which 10 are not closed.
func rows() (csv string, inserts []string) {
	csv = "response_id,score,amount,opened,closed,due,plan\n"
	for i := range 30 {
		opened := time.Date(2026, time.March, 1+i, 8, 0, 0, 0, time.UTC)
		closed, quoted := "", "NULL"
		if i%3 > 0 {
			closed = opened.Add(time.Duration(i) * time.Hour).Format(time.DateTime)
			quoted = "'" + closed + "'"
		}
		plan := []string{"Team", "Basic"}[i%2]
		csv += fmt.Sprintf("R%02d,%d,%d.25,%s,%s,2026-04-01,%s\n", i, i%11, i, opened.Format(time.DateTime), closed, plan)
		inserts = append(inserts, fmt.Sprintf("INSERT INTO answers VALUES ('R%02d', %d, %d.25, '%s', %s, '2026-04-01', '%s')", i, i%11, i, opened.Format(time.DateTime), quoted, plan))
	}
	return csv, inserts
}

// Of the same rows the same is seen, wherever they lie.
func TestTable(t *testing.T) {
	csv, inserts := rows()
	file := filepath.Join(t.TempDir(), "answers.csv")
	if err := os.WriteFile(file, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	p, m := postgrestest.Start(t), mysqltest.Start(t)
	pd, md := p.NewDatabase(t), m.NewDatabase(t)
	pd.Exec(t, append([]string{ddl}, inserts...)...)
	md.Exec(t, append([]string{ddl}, inserts...)...)
	march := func(day int) time.Time { return time.Date(2026, time.March, day, 8, 0, 0, 0, time.UTC) }
	want := starter.Table{
		Name: "answers", Looked: 30,
		Columns: []starter.Column{
			{Name: "response_id", Kind: query.KindText, Filled: 30, Distinct: 30},
			{Name: "score", Kind: query.KindInteger, Filled: 30, Distinct: 11, Max: 10, Whole: true},
			{Name: "amount", Kind: query.KindNumber, Filled: 30, Distinct: 30, Min: 0.25, Max: 29.25},
			{Name: "opened", Kind: query.KindTimestamp, Filled: 30, Distinct: 30, From: march(1), Until: march(30)},
			{Name: "closed", Kind: query.KindTimestamp, Filled: 20, Distinct: 20, From: march(2).Add(time.Hour), Until: march(30).Add(29 * time.Hour)},
			{Name: "due", Kind: query.KindDate, Filled: 30, Distinct: 1, From: time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC)},
			{Name: "plan", Kind: query.KindText, Filled: 30, Distinct: 2, Values: []string{"Basic", "Team"}},
		},
		Follows: []starter.Pair{{First: "opened", Then: "closed"}},
	}
	for name, address := range map[string]string{
		"file":     file,
		"postgres": fmt.Sprintf("postgres://%s:%s@%s:%d/%s?sslrootcert=%s", pd.User, pd.Password, "localhost", p.Port, pd.Name, url.QueryEscape(p.CAPath)),
		"mysql":    fmt.Sprintf("mysql://%s:%s@%s:%d/%s?sslrootcert=%s", md.User, md.Password, "localhost", m.Port, md.Name, url.QueryEscape(m.CAPath)),
	} {
		t.Run(name, func(t *testing.T) {
			place, err := Find(address)
			if err != nil {
				t.Fatal(err)
			}
			engine, err := place.Open(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = engine.Close() }()
			if place.URL != nil {
				tables, err := Tables(t.Context(), engine)
				if err != nil || len(tables) != 1 || tables[0] != (plan.Table{Name: "answers"}) {
					t.Errorf("%v %v", tables, err)
				}
			}
			got, err := Table(t.Context(), engine, plan.Table{Name: "answers"})
			if err != nil {
				t.Fatal(err)
			}
			for i := range got.Columns { // MySQL's TIMESTAMP has a zone
				c := &got.Columns[i]
				if c.Kind == query.KindInstant {
					c.Kind = query.KindTimestamp
				}
				if c.Name == "score" && len(c.Values) != 11 {
					t.Errorf("%d values of %s", len(c.Values), c.Name)
				}
				if c.Name != "plan" {
					c.Values = nil
				}
			}
			if d := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); d != "" {
				t.Error(d)
			}
		})
	}
}

// A password is in no error, and a place that cannot be read says what can.
func TestFind(t *testing.T) {
	for address, says := range map[string]string{
		"oracle://me:hunter2@db/x": "names no database that is known", "postgres://me:hunter2@db": "names no database", "postgres://me:hunter2@d b/x": "cannot be read",
		"nowhere.csv": "no such file", t.TempDir(): "give a file that ends in",
	} {
		if _, err := Find(address); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
