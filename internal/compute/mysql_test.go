package compute_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
)

// onMySQL loads the twenty answers of a month and makes a world over that database.
func onMySQL(t *testing.T) (*world, *mysqltest.Database) {
	t.Helper()
	database := mysqltest.Start(t).NewDatabase(t)
	var rows []string
	for _, line := range answers("2026-10")[1:] {
		rows = append(rows, "('"+strings.ReplaceAll(strings.ReplaceAll(line, "Z", ""), ",", "', '")+"')")
	}
	database.Exec(t, `CREATE TABLE answers (id varchar(20), at timestamp NULL, contact varchar(20), region varchar(20), score integer, loaded timestamp NULL)`,
		`INSERT INTO answers VALUES `+strings.Join(rows, ", "))
	w := newWorld(t)
	w.Source.Files = nil
	w.Source.MySQL = &plan.MySQL{
		Host: database.Server.Host, Port: database.Server.Port, Database: database.Name, TLS: "Disable", CredentialsDir: database.CredentialsDir(t),
	}
	w.dataset("answers", event("at"), surveyed)
	w.cpi("good", "answers", nps("score"), nil)
	return w, database
}

func (w *world) runMySQL(t *testing.T) (*results, plan.Done) {
	t.Helper()
	engine, err := mysql.Open(t.Context(), mysql.Config{Source: w.Source})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, engine)
	found := newResults(t)
	done, err := compute.Run(t.Context(), w.Plan, engine, found, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return found, done
}

func TestMySQLFailuresHarmNobodyElse(t *testing.T) {
	for name, test := range map[string]struct {
		sql   string
		spoil func(*world)
		want  plan.Reason
		tells string
	}{
		"table missing":  {spoil: func(w *world) { w.Datasets[1].Table.Name = "nowhere" }, want: plan.TableMissing, tells: "nowhere"},
		"column missing": {sql: "CREATE TABLE broken (id int, at timestamp NULL)", want: plan.ColumnMissing, tells: "score"},
		"no grant": {
			sql:   "CREATE DATABASE IF NOT EXISTS elsewhere; CREATE TABLE IF NOT EXISTS elsewhere.broken (id int, at timestamp NULL, score int)",
			spoil: func(w *world) { w.Datasets[1].Table.Schema = "elsewhere" }, want: plan.PermissionDenied, tells: "broken",
		},
		"text where a number should be": {
			sql: "CREATE TABLE broken (at timestamp NULL, score text); INSERT INTO broken VALUES ('2026-10-01', 'secret word')", want: plan.TypeMismatch, tells: "score",
		},
		"rows fanned out": {
			sql:   "CREATE TABLE broken (id int, at timestamp NULL, score int); INSERT INTO broken VALUES (1, '2026-10-01', 9), (1, '2026-10-01', 9)",
			spoil: func(w *world) { w.Datasets[1].PrimaryKey = []string{"id"} }, want: plan.PrimaryKeyViolated, tells: "more row",
		},
		"over its limit": {
			sql: "CREATE TABLE broken (at timestamp NULL, score int); INSERT INTO broken SELECT '2026-10-01', 9 FROM seq_1_to_3000",
			spoil: func(w *world) {
				w.Source.Limits.QueryTimeout = time.Second
				w.Datasets[1].Table, w.Datasets[1].Tables = nil, []string{"broken"}
				w.Datasets[1].Query = "SELECT a.at, a.score FROM broken a, broken b, broken c, broken d"
			},
			want: plan.QueryTimeout, tells: "1s",
		},
		"too large a number, and only when computed": {
			sql: "CREATE TABLE broken (at timestamp NULL, score int); INSERT INTO broken VALUES ('2026-10-01', 1000)",
			spoil: func(w *world) {
				w.Datasets[1].Columns = []plan.Column{{Name: "grown", Type: plan.Number, Expr: "exp(score)"}}
				w.Indicators[1].Measure = measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Mean, Column: "grown"}}
				w.cpi("beside", "broken", countRows(), nil)
			},
			want: plan.TypeMismatch, tells: "out of range",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, database := onMySQL(t)
			if test.sql != "" {
				database.Exec(t, test.sql)
			}
			w.dataset("broken", event("at"), nil)
			w.cpi("bad", "broken", nps("score"), nil)
			if test.spoil != nil {
				test.spoil(w)
			}
			found, done := w.runMySQL(t)
			if got := found.reason("bad"); got != test.want {
				t.Fatalf("failed with %q, want %s: %+v", got, test.want, found.byName["bad"].Failure)
			}
			failure := found.byName["bad"].Failure
			if !strings.Contains(failure.Message, test.tells) || failure.Source || strings.Contains(failure.Message, "secret word") {
				t.Errorf("failure %+v does not tell %q as the dataset's own, without values", failure, test.tells)
			}
			if got := *found.period("good", "2026-10").Value; got != 25 || done.Source != nil {
				t.Errorf("its neighbour reads %v, want 25; done %+v", got, done)
			}
			if _, ok := found.byName["beside"]; ok && found.reason("beside") != "" {
				t.Errorf("a neighbour on the same rows is harmed: %+v", found.byName["beside"].Failure)
			}
		})
	}
}

// Text that is declared a number is counted, never taken for 0, as MySQL itself would.
func TestMySQLCountsWhatItCannotRead(t *testing.T) {
	w, database := onMySQL(t)
	database.Exec(t, "CREATE TABLE words (at timestamp NULL, score varchar(20))",
		"INSERT INTO words VALUES ('2026-10-01', '9'), ('2026-10-02', 'abc'), ('2026-10-03', '7 or so'), ('2026-10-04', ''), ('2026-10-05', NULL), ('2026-10-06', '3'), ('2026-10-07', '10')")
	w.dataset("words", event("at"), func(d *plan.Dataset) {
		d.Columns = []plan.Column{{Name: "score", Type: plan.Number, Expr: "score"}}
	})
	w.cpi("mean", "words", measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Mean, Column: "score"}}, nil)
	found, _ := w.runMySQL(t)
	got := found.period("mean", "2026-10")
	if got.N != 3 || *got.Value < 7.333 || *got.Value > 7.334 {
		t.Errorf("mean %v of %d, want 22/3 of 3", *got.Value, got.N)
	}
	if diff := cmp.Diff(map[measure.Rejection]int64{measure.RejectedUnreadable: 2, measure.RejectedMissing: 2}, got.Rejected); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
}
