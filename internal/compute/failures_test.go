package compute_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Each thing that users break has its own reason, and whoever stands beside it is unharmed.
func TestEachFailureHasItsReason(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		spoil func(*world)
		want  plan.Reason
		tells string
	}{
		"file missing": {
			spoil: func(w *world) {}, want: plan.TableMissing, tells: "broken",
		},
		"file is not what it says": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9", "\x00\x01\x02"},
			spoil: func(w *world) { w.Source.Files.Tables[1].Format = plan.Parquet }, want: plan.FileUnreadable, tells: "Parquet",
		},
		"table not declared": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) { w.Datasets[1].Table.Name = "elsewhere" }, want: plan.TableMissing, tells: "elsewhere",
		},
		"measure's column missing": {
			lines: []string{"id,at,points", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) {}, want: plan.ColumnMissing, tells: "score",
		},
		"time column missing": {
			lines: []string{"id,on,score", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) {}, want: plan.ColumnMissing, tells: "at",
		},
		"text where a number should be": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,very good"},
			spoil: func(w *world) {}, want: plan.TypeMismatch, tells: "score",
		},
		"where does not fit its column": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) {
				w.Indicators[1].Where = []measure.Condition{{Column: "score", Operator: measure.AtLeast, Values: []string{"many"}}}
			},
			want: plan.WhereInvalid, tells: "many",
		},
		"rows loaded twice": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) { w.Datasets[1].PrimaryKey = []string{"id"} }, want: plan.PrimaryKeyViolated, tells: "1 more row",
		},
		"query reads what it may not": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) {
				w.Datasets[1].Table, w.Datasets[1].Query = nil, "SELECT * FROM read_csv('/etc/passwd')"
			},
			want: plan.QueryRefused, tells: "read_csv",
		},
		"measure on the wrong kind of rows": {
			lines: []string{"id,at,score", "1,2026-10-01T00:00:00Z,9"},
			spoil: func(w *world) {
				w.Datasets[1].Entities = map[string]string{"customer": "id"}
				w.Indicators[1].Measure = measure.Spec{Churn: &measure.Churn{Entity: "customer", Definition: measure.OpeningCohort}}
			},
			want: plan.UnsupportedCombination, tells: "interval",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.csv(t, "answers", answers("2026-10")...)
			w.csv(t, "broken", test.lines...)
			w.dataset("answers", event("at"), surveyed)
			w.dataset("broken", event("at"), nil)
			w.cpi("good", "answers", nps("score"), nil)
			w.cpi("bad", "broken", nps("score"), nil)
			test.spoil(w)
			found := w.run(t)
			if got := found.reason("bad"); got != test.want {
				t.Fatalf("failed with %q, want %s: %+v", got, test.want, found.byName["bad"].Failure)
			}
			failure := found.byName["bad"].Failure
			if !strings.Contains(failure.Message, test.tells) || failure.Source {
				t.Errorf("failure %+v does not tell %q as the dataset's own", failure, test.tells)
			}
			if strings.Contains(failure.Message, "very good") {
				t.Errorf("the message shows a row's value: %s", failure.Message)
			}
			if got := *found.period("good", "2026-10").Value; got != 25 {
				t.Errorf("its neighbour reads %v, want 25", got)
			}
		})
	}
}

// Neighbours that the planner merged with something broken are unharmed too.
func TestBrokenIndicatorAmongMergedOnes(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", answers("2026-10")...)
	w.dataset("answers", event("at"), func(d *plan.Dataset) {
		surveyed(d)
		// It can be planned; only rows show that it breaks.
		d.Columns = []plan.Column{{Name: "shares", Type: plan.Number, Expr: "error(region)"}}
	})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.cpi(name, "answers", nps("score"), func(i *plan.Indicator) {
			if name == "c" {
				i.Measure = nps("missing")
			}
		})
	}
	w.Datasets[0].Columns = nil
	found := w.run(t)
	got := map[string]plan.Reason{}
	for name := range found.byName {
		got[name] = found.reason(name)
	}
	want := map[string]plan.Reason{"a": "", "b": "", "c": plan.ColumnMissing, "d": "", "e": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func TestQueryOverItsLimit(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", answers("2026-10")...)
	lines := []string{"id,at,score"}
	for range 2000 {
		lines = append(lines, "1,2026-10-01T00:00:00Z,9")
	}
	w.csv(t, "many", lines...)
	w.dataset("answers", event("at"), surveyed)
	w.dataset("endless", event("at"), func(d *plan.Dataset) {
		d.Table, d.Tables = nil, []string{"many"}
		d.Query = "SELECT a.at, a.score FROM many a, many b, many c, many d"
	})
	w.cpi("endless", "endless", nps("score"), nil)
	w.cpi("good", "answers", nps("score"), nil)
	w.Source.Limits.QueryTimeout = 2 * time.Second
	found := w.run(t)
	if got := found.reason("endless"); got != plan.QueryTimeout {
		t.Errorf("a query without end fails with %q, want QueryTimeout: %+v", got, found.byName["endless"].Failure)
	}
	if got := *found.period("good", "2026-10").Value; got != 25 {
		t.Errorf("its neighbour reads %v, want 25", got)
	}
}
