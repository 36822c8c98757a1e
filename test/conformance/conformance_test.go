package conformance

import (
	"encoding/json"
	"log/slog"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// results keep what was found, by indicator.
type results map[string]plan.Result

func (r results) Attempt(plan.Attempt) error { return nil }

func (r results) Result(_ int, result plan.Result) error {
	if _, err := json.Marshal(result); err != nil {
		return err
	}
	r[result.Name] = result
	return nil
}

// tally counts numbers compared, and those of them that print alike but for the tenth digit: they stand on the edge
// between two, and engines add in orders of their own.
type tally struct{ numbers, onEdge int }

// printed compares numbers as a report has them.
func (c *tally) printed() cmp.Option {
	return cmp.Comparer(func(a, b float64) bool {
		c.numbers++
		if state.Decimal(a) == state.Decimal(b) {
			return true
		}
		if math.Abs(a-b) <= 1e-10*max(math.Abs(a), math.Abs(b)) {
			c.onEdge++
			return true
		}
		return false
	})
}

func run(t *testing.T, engine source.Engine, work plan.Plan) results {
	t.Helper()
	found := results{}
	done, err := compute.Run(t.Context(), work, engine, found, slog.New(slog.DiscardHandler))
	if err != nil || done.Source != nil {
		t.Fatalf("%s: %v %+v", engine.Dialect(), err, done.Source)
	}
	for name, result := range found {
		if result.Numbers != nil {
			result.Numbers.SQL = "" // in the engine's own words
			found[name] = result
		}
	}
	return found
}

func TestEnginesPrintTheSame(t *testing.T) {
	engines := map[query.Dialect]source.Engine{}
	for dialect, open := range openers {
		engines[dialect] = open(t)
		t.Cleanup(func() { _ = engines[dialect].Close() })
	}
	periods, segments, values := 0, 0, 0
	var compared tally
	for _, d := range datasets() {
		t.Run(d.Name, func(t *testing.T) {
			work := plan.Plan{FormatVersion: plan.FormatVersion, Run: "run", Now: now, Source: plan.Source{Namespace: "test", Name: "rows", Limits: limits}, Datasets: []plan.Dataset{d}, Indicators: indicators(d)}
			want := run(t, engines[query.DuckDB], work)
			if len(want) != len(work.Indicators) {
				t.Fatalf("%d results of %d indicators", len(want), len(work.Indicators))
			}
			for _, dialect := range []query.Dialect{query.Postgres, query.MySQL} {
				got := run(t, engines[dialect], work)
				for _, i := range work.Indicators {
					if diff := cmp.Diff(want[i.Name], got[i.Name], compared.printed()); diff != "" {
						t.Errorf("%s (-DuckDB +%s), period %+v:\n%s", i.Name, dialect, i.Period, diff)
					}
				}
			}
			for name, result := range want {
				if result.Failure != nil {
					t.Errorf("%s: %s: %s", name, result.Failure.Reason, result.Failure.Message)
					continue
				}
				periods, segments = periods+len(result.Numbers.Periods), segments+len(result.Numbers.Segments)
				for _, p := range result.Numbers.Periods {
					if p.Value != nil {
						values++
					}
				}
			}
		})
	}
	// Rows that answer nothing would agree on everything.
	t.Logf("%d periods, %d of them with a value, %d segments; %d numbers compared, %d of them on an edge", periods, values, segments, compared.numbers, compared.onEdge)
	if compared.onEdge > compared.numbers/10_000 {
		t.Errorf("%d of %d numbers differ in the tenth digit", compared.onEdge, compared.numbers)
	}
	if values < periods/2 || segments < 1000 {
		t.Errorf("only %d of %d periods have a value, only %d segments", values, periods, segments)
	}
}
