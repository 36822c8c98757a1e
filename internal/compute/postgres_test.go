package compute_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// onPostgres loads the twenty answers of a month and makes a world over that database.
func onPostgres(t *testing.T) (*world, *postgrestest.Database) {
	t.Helper()
	database := postgrestest.Start(t).NewDatabase(t)
	rows := strings.Builder{}
	for i, line := range answers("2026-10")[1:] {
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString("('" + strings.ReplaceAll(line, ",", "', '") + "')")
	}
	database.Exec(t, `CREATE TABLE answers (id text, at timestamptz, contact text, region text, score integer, loaded timestamptz)`,
		`INSERT INTO answers VALUES `+rows.String())
	w := newWorld(t)
	w.Source.Files = nil
	w.Source.Postgres = &plan.Postgres{
		Host: database.Server.Host, Port: database.Server.Port, Database: database.Name, TLS: "Disable", CredentialsDir: database.CredentialsDir(t),
	}
	w.dataset("answers", event("at"), surveyed)
	w.cpi("good", "answers", nps("score"), nil)
	return w, database
}

func (w *world) runPostgres(t *testing.T, wrap func(source.Engine) source.Engine) (*results, plan.Done) {
	t.Helper()
	engine, err := postgres.Open(t.Context(), postgres.Config{Source: w.Source})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, engine)
	if wrap != nil {
		engine = wrap(engine)
	}
	found := newResults(t)
	done, err := compute.Run(t.Context(), w.Plan, engine, found, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return found, done
}

func TestPostgresFailuresHarmNobodyElse(t *testing.T) {
	for name, test := range map[string]struct {
		sql   string
		spoil func(*world)
		want  plan.Reason
		tells string
	}{
		"table missing":  {spoil: func(w *world) { w.Datasets[1].Table.Name = "nowhere" }, want: plan.TableMissing, tells: "nowhere"},
		"column missing": {sql: "CREATE TABLE broken (id int, at timestamptz)", want: plan.ColumnMissing, tells: "score"},
		"no grant": {
			sql: "CREATE TABLE broken (id int, at timestamptz, score int); REVOKE ALL ON broken FROM PUBLIC, %reader%", want: plan.PermissionDenied, tells: "broken",
		},
		"text where a number should be": {
			sql: "CREATE TABLE broken (at timestamptz, score text); INSERT INTO broken VALUES ('2026-10-01', 'secret word')", want: plan.TypeMismatch, tells: "score",
		},
		"rows fanned out": {
			sql:   "CREATE TABLE broken (id int, at timestamptz, score int); INSERT INTO broken VALUES (1, '2026-10-01', 9), (1, '2026-10-01', 9)",
			spoil: func(w *world) { w.Datasets[1].PrimaryKey = []string{"id"} }, want: plan.PrimaryKeyViolated, tells: "more row",
		},
		"over its limit": {
			sql: "CREATE TABLE broken (at timestamptz, score int); INSERT INTO broken SELECT '2026-10-01', 9 FROM generate_series(1, 3000)",
			spoil: func(w *world) {
				w.Source.Limits.QueryTimeout = time.Second
				w.Datasets[1].Table, w.Datasets[1].Tables = nil, []string{"broken"}
				w.Datasets[1].Query = "SELECT a.at, a.score FROM broken a, broken b, broken c, broken d"
			},
			want: plan.QueryTimeout, tells: "1s",
		},
		"broken by one row, and only when computed": {
			sql: "CREATE TABLE broken (at timestamptz, score int); INSERT INTO broken VALUES ('2026-10-01', 0)",
			spoil: func(w *world) {
				w.Datasets[1].Columns = []plan.Column{{Name: "inverse", Type: plan.Number, Expr: "1 / score"}}
				w.Indicators[1].Measure = measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Mean, Column: "inverse"}}
				w.cpi("beside", "broken", countRows(), nil)
			},
			want: plan.QueryFailed, tells: "division by zero",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, database := onPostgres(t)
			if test.sql != "" {
				database.Exec(t, strings.ReplaceAll(test.sql, "%reader%", database.User))
			}
			w.dataset("broken", event("at"), nil)
			w.cpi("bad", "broken", nps("score"), nil)
			if test.spoil != nil {
				test.spoil(w)
			}
			found, done := w.runPostgres(t, nil)
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

// leaving is an engine whose database goes away after some statements.
type leaving struct {
	source.Engine
	left  int
	leave func()
}

func (l *leaving) Open(ctx context.Context, d plan.Dataset) (query.RowSet, error) {
	l.step()
	return l.Engine.Open(ctx, d)
}

func (l *leaving) step() {
	if l.left--; l.left == 0 {
		l.leave()
	}
}

func TestDatabaseThatLeavesEndsTheRun(t *testing.T) {
	w, database := onPostgres(t)
	for _, name := range []string{"second", "third"} {
		w.dataset(name, event("at"), func(d *plan.Dataset) { surveyed(d); d.Table = &plan.Table{Name: "answers"} })
		w.cpi(name, name, nps("score"), nil)
	}
	found, done := w.runPostgres(t, func(engine source.Engine) source.Engine {
		return &leaving{Engine: engine, left: 2, leave: func() {
			database.Exec(t, "ALTER ROLE "+database.User+" NOLOGIN",
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+database.User+"'")
		}}
	})
	if got := *found.period("good", "2026-10").Value; got != 25 {
		t.Errorf("what was ready reads %v, want 25", got)
	}
	if done.Source == nil || done.Succeeded != 1 || done.Failed != 2 || done.Interrupted {
		t.Fatalf("done %+v, want one value and the source's failure for the others", done)
	}
	for _, name := range []string{"second", "third"} {
		if diff := cmp.Diff(done.Source, found.byName[name].Failure); diff != "" || !done.Source.Source {
			t.Errorf("%s is not told the source's failure:\n%s", name, diff)
		}
	}
}

// One plan gives the same numbers on either engine.
func TestEnginesAgree(t *testing.T) {
	w, _ := onPostgres(t)
	w.cpi("latest", "answers", nps("score"), func(i *plan.Indicator) {
		i.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepLatest}
		i.Breakdowns = []plan.Breakdown{{By: []string{"region"}}}
	})
	w.cpi("all", "answers", nps("score"), func(i *plan.Indicator) {
		i.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepAll}
		i.Where = []measure.Condition{{Column: "score", Operator: measure.AtLeast, Values: []string{"1"}}}
	})
	there, _ := w.runPostgres(t, nil)

	here := newWorld(t)
	here.csv(t, "answers", answers("2026-10")...)
	here.Datasets, here.Indicators = w.Datasets, w.Indicators
	local := here.run(t)
	for name := range there.byName {
		a, b := *there.numbers(name), *local.numbers(name)
		a.SQL, b.SQL = "", ""
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s (-PostgreSQL +DuckDB):\n%s", name, diff)
		}
	}
}

// What is not a number must reach no report: JSON cannot even hold it.
func TestNotANumberStaysInside(t *testing.T) {
	for _, value := range []string{"NaN", "Infinity", "-Infinity", "1e308"} {
		t.Run(value, func(t *testing.T) {
			w, database := onPostgres(t)
			database.Exec(t, "CREATE TABLE broken (at timestamptz, score double precision)",
				"INSERT INTO broken VALUES ('2026-10-01', '"+value+"'), ('2026-10-02', '"+value+"'), ('2026-10-03', 1)")
			w.dataset("broken", event("at"), nil)
			for name, function := range map[string]measure.Function{"sum": measure.Sum, "mean": measure.Mean} {
				w.cpi(name, "broken", measure.Spec{Aggregate: &measure.Aggregate{Function: function, Column: "score"}}, nil)
			}
			w.cpi("count", "broken", countRows(), nil)
			found, _ := w.runPostgres(t, nil)
			for _, name := range []string{"sum", "mean"} {
				if found.reason(name) != "" {
					continue // refused with a reason is as good
				}
				if got := found.period(name, "2026-10"); got.Value != nil || got.Reason == "" || got.Flag != plan.NoData {
					t.Errorf("%s: %+v, want no value and its reason", name, got)
				}
			}
			if got := *found.period("count", "2026-10").Value; got != 3 {
				t.Errorf("rows counted beside it: %v, want 3", got)
			}
			if got := *found.period("good", "2026-10").Value; got != 25 {
				t.Errorf("its neighbour reads %v, want 25", got)
			}
		})
	}
}
