package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	if os.Getenv(asMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// work is a plan over one file with two indicators, of which one names a column that is not there.
func work(t *testing.T) plan.Plan {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte("id,amount\n1,10\n2,32\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := func(name, column string) plan.Indicator {
		return plan.Indicator{
			Key: plan.Key{Kind: "KPITarget", Name: name}, Dataset: "orders",
			Measure: measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Sum, Column: column}},
			Quality: plan.Quality{Confidence: 0.95},
		}
	}
	return plan.Plan{
		Run: "shop-1", Now: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC),
		Source: plan.Source{
			Name: "shop", Namespace: "demo", Limits: plan.Limits{QueryTimeout: time.Minute, MaxSegments: 10},
			Files: &plan.Files{Tables: []plan.FileTable{{Name: "orders", Format: plan.CSV, Path: path}}},
		},
		Datasets:   []plan.Dataset{{Name: "orders", Table: &plan.Table{Name: "orders"}}},
		Indicators: []plan.Indicator{sum("revenue", "amount"), sum("margin", "margin")},
	}
}

// execute runs the program on a plan and returns its exit code, results folder and log.
func execute(t *testing.T, ctx context.Context, work plan.Plan) (int, plan.ResultsFolder, string) {
	t.Helper()
	file, results := filepath.Join(t.TempDir(), "plan.json"), t.TempDir()
	if err := plan.Write(file, work); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	code := run(ctx, []string{"--plan", file, "--results", results, "--scratch", t.TempDir()}, &log)
	return code, plan.ResultsFolder(results), log.String()
}

func doneOf(t *testing.T, folder plan.ResultsFolder) plan.Done {
	t.Helper()
	done, found, err := folder.ReadDone()
	if err != nil || !found {
		t.Fatalf("done.json: found %v, %v", found, err)
	}
	return done
}

func TestFailedIndicatorIsAFinishedRun(t *testing.T) {
	code, folder, log := execute(t, t.Context(), work(t))
	if code != exitDone {
		t.Fatalf("exit code %d, want %d\n%s", code, exitDone, log)
	}
	want := plan.Done{FormatVersion: plan.FormatVersion, Run: "shop-1", Expected: 2, Succeeded: 1, Failed: 1}
	if diff := cmp.Diff(want, doneOf(t, folder)); diff != "" {
		t.Errorf("done.json (-want +got):\n%s", diff)
	}
	revenue, err := folder.ReadResult("0-KPITarget-revenue.json")
	if err != nil || revenue.Numbers == nil || *revenue.Numbers.Periods[0].Value != 42 {
		t.Errorf("revenue: %v %+v, want 42", err, revenue)
	}
	margin, err := folder.ReadResult("1-KPITarget-margin.json")
	if err != nil || margin.Failure == nil || margin.Failure.Reason != plan.ColumnMissing {
		t.Errorf("margin: %v %+v, want ColumnMissing", err, margin)
	}
	if _, found, err := folder.ReadAttempt(); !found || err != nil {
		t.Errorf("no attempt was noted: %v", err)
	}
}

func TestSourceFailureReachesEveryIndicator(t *testing.T) {
	broken := work(t)
	broken.Source.Files = nil
	broken.Source.Postgres = &plan.Postgres{Host: "localhost", Port: 1, Database: "none", TLS: "Disable", CredentialsDir: filepath.Join(t.TempDir(), "absent")}
	code, folder, log := execute(t, t.Context(), broken)
	if code != exitSourceFailed {
		t.Fatalf("exit code %d, want %d\n%s", code, exitSourceFailed, log)
	}
	done := doneOf(t, folder)
	if done.Source == nil || done.Source.Reason != plan.SecretMissing || done.Failed != 2 {
		t.Errorf("done.json %+v does not tell that the Secret is missing", done)
	}
	result, err := folder.ReadResult("1-KPITarget-margin.json")
	if diff := cmp.Diff(done.Source, result.Failure, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("margin's failure is not the source's: %v\n%s", err, diff)
	}
}

func TestInterruptedBeforeTheFirst(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	code, folder, _ := execute(t, ctx, work(t))
	if code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	if done := doneOf(t, folder); !done.Interrupted || done.Failed > 0 {
		t.Errorf("done.json %+v, want interrupted without failures: the last values stay", done)
	}
	if names, err := folder.Results(); len(names) > 0 || err != nil {
		t.Errorf("results %q %v, want none", names, err)
	}
}

func TestUnreadablePlanIsNotTriedAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(`{"formatVersion": 2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if code := run(t.Context(), []string{"--plan", file, "--results", t.TempDir()}, &log); code != exitInvalid {
		t.Errorf("exit code %d, want %d", code, exitInvalid)
	}
	if !strings.Contains(log.String(), "same release") {
		t.Errorf("the log does not say what to do: %s", &log)
	}
}

func TestContainerMemory(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	absent := filepath.Join(dir, "absent")
	for name, test := range map[string]struct {
		files []string
		want  int64
	}{
		"version 2":            {[]string{write("max", "536870912\n"), absent}, 536870912},
		"version 1":            {[]string{absent, write("limit", "268435456\n")}, 268435456},
		"unlimited, version 2": {[]string{write("none", "max\n")}, 0},
		"unlimited, version 1": {[]string{write("huge", "9223372036854771712\n")}, 0},
		"neither":              {[]string{absent}, 0},
	} {
		if got := containerMemory(test.files...); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
