package compute_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// now is a Monday; the running week began on it, the running month is November.
var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// results is a sink that keeps what it is told, as bytes and decoded.
type results struct {
	t        *testing.T
	bytes    map[string]string
	byName   map[string]plan.Result
	order    []string
	attempts []plan.Attempt
	after    func() // called after each result
}

func newResults(t *testing.T) *results {
	return &results{t: t, bytes: map[string]string{}, byName: map[string]plan.Result{}}
}

func (r *results) Attempt(attempt plan.Attempt) error {
	r.attempts = append(r.attempts, attempt)
	return nil
}

func (r *results) Result(place int, result plan.Result) error {
	content, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if _, twice := r.byName[result.Name]; twice {
		r.t.Errorf("%s has two results", result.Name)
	}
	r.bytes[result.Name], r.byName[result.Name] = string(content), result
	r.order = append(r.order, result.Name)
	if r.after != nil {
		r.after()
	}
	return nil
}

// numbers are an indicator's, which must have some.
func (r *results) numbers(name string) *plan.Numbers {
	r.t.Helper()
	result, ok := r.byName[name]
	if !ok {
		r.t.Fatalf("%s has no result", name)
	}
	if result.Failure != nil {
		r.t.Fatalf("%s failed: %s: %s", name, result.Failure.Reason, result.Failure.Message)
	}
	return result.Numbers
}

// period is one of an indicator's, by label.
func (r *results) period(name, label string) plan.PeriodResult {
	r.t.Helper()
	var labels []string
	for _, p := range r.numbers(name).Periods {
		if p.Label == label {
			return p
		}
		labels = append(labels, p.Label)
	}
	r.t.Fatalf("%s has no period %q, only %q", name, label, labels)
	return plan.PeriodResult{}
}

func (r *results) reason(name string) plan.Reason {
	r.t.Helper()
	result, ok := r.byName[name]
	switch {
	case !ok:
		return "(no result)"
	case result.Failure == nil:
		return ""
	case result.Numbers != nil:
		r.t.Errorf("%s has both numbers and a failure", name)
	case result.Failure.Message == "":
		r.t.Errorf("%s failed without a message", name)
	}
	return result.Failure.Reason
}

// world is a plan over CSV files.
type world struct {
	plan.Plan
	dir string
}

func newWorld(t *testing.T) *world {
	return &world{dir: t.TempDir(), Plan: plan.Plan{
		FormatVersion: plan.FormatVersion, Run: "run-1", Now: now,
		Source: plan.Source{
			Namespace: "test", Name: "rows", Files: &plan.Files{},
			Limits: plan.Limits{QueryTimeout: time.Minute, MaxSegments: 50, MemoryBytes: 512 << 20, CPUs: 1},
		},
	}}
}

// csv adds a table with a file of lines; without lines the file is missing.
func (w *world) csv(t *testing.T, name string, lines ...string) {
	t.Helper()
	path := filepath.Join(w.dir, name+".csv")
	w.Source.Files.Tables = append(w.Source.Files.Tables, plan.FileTable{Name: name, Format: plan.CSV, Path: path})
	if len(lines) == 0 {
		return
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// dataset adds a dataset over the table of its name.
func (w *world) dataset(name string, time plan.Time, change func(*plan.Dataset)) {
	d := plan.Dataset{Name: name, Table: &plan.Table{Name: name}, Time: time, TimeZone: "UTC"}
	if change != nil {
		change(&d)
	}
	w.Datasets = append(w.Datasets, d)
}

// cpi adds an indicator with months from September 2026 to November, the running one, settling after 45 days.
func (w *world) cpi(name, dataset string, spec measure.Spec, change func(*plan.Indicator)) {
	i := plan.Indicator{
		Key: plan.Key{Kind: "CPIDefinition", Name: name}, UID: "uid-" + name, RequestHash: "hash-" + name,
		Dataset: dataset, Measure: spec,
		Period: &plan.Period{
			Grain: plan.Month, Window: 1, History: 3, Settle: 45 * 24 * time.Hour, TimeZone: "UTC",
			WeekStart: time.Monday, FiscalYearStartMonth: time.January,
		},
		Quality: plan.Quality{MinSampleSize: 3, Confidence: 0.95, CollapseRatio: 0.5},
	}
	if change != nil {
		change(&i)
	}
	w.Indicators = append(w.Indicators, i)
}

// run computes the plan on a fresh engine.
func (w *world) run(t *testing.T) *results {
	t.Helper()
	found := newResults(t)
	if _, err := w.runInto(t, t.Context(), found); err != nil {
		t.Fatal(err)
	}
	return found
}

func (w *world) runInto(t *testing.T, ctx context.Context, sink compute.Sink) (plan.Done, error) {
	t.Helper()
	engine, err := files.Open(ctx, files.Config{Source: w.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, engine)
	return compute.Run(ctx, w.Plan, engine, sink, slog.New(slog.DiscardHandler))
}

func closeEngine(t *testing.T, engine source.Engine) {
	t.Helper()
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}

func nps(score string) measure.Spec {
	return measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: score}}
}

func countRows() measure.Spec {
	return measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Count, Direction: measure.HigherIsBetter}}
}

// twenty are the answers of the field's worked example: 10 promoters, 5 passives, 5 detractors, NPS 25.
var twenty = []int{10, 10, 10, 9, 9, 9, 9, 9, 8, 8, 7, 7, 7, 6, 5, 4, 3, 0, 10, 9}

// answers are lines of id,at,contact,region,score,loaded: the twenty in each of the months.
func answers(months ...string) []string {
	lines := []string{"id,at,contact,region,score,loaded"}
	for _, month := range months {
		for i, score := range twenty {
			lines = append(lines, fmt.Sprintf("%s-%02d,%s-%02dT10:00:00Z,c%02d,%s,%d,2026-11-16T08:00:00Z",
				month, i, month, i+1, i%14+1, []string{"north", "south"}[i%2], score))
		}
	}
	return lines
}

// surveyed is how answers stand in time, with their load time.
func surveyed(d *plan.Dataset) {
	d.PrimaryKey = []string{"id"}
	d.Entities = map[string]string{"contact": "contact"}
	d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
}

func event(column string) plan.Time { return plan.Time{Event: column} }
