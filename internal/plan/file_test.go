package plan_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func TestPlanSurvivesTheFile(t *testing.T) {
	value := 12.5
	written := plan.Plan{
		FormatVersion: plan.FormatVersion,
		Run:           "crm-29384",
		Now:           time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC),
		Source:        plan.Source{Namespace: "cx", Name: "crm", Limits: plan.Limits{QueryTimeout: 2 * time.Minute}},
		Datasets:      []plan.Dataset{{Name: "survey", Table: &plan.Table{Name: "answers"}, Time: plan.Time{Event: "at"}}},
		Indicators: []plan.Indicator{{
			Key:     plan.Key{Kind: "CPIDefinition", Name: "nps"},
			Dataset: "survey",
			Measure: measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}},
			Period:  &plan.Period{Grain: plan.Week, Window: 13, WeekStart: time.Monday, Settle: time.Hour},
			Frozen:  []plan.PeriodResult{{Label: "2026-W01", State: plan.Settled, Estimate: measure.Estimate{Value: &value, N: 3}}},
			Alone:   true,
		}},
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := plan.Write(path, written); err != nil {
		t.Fatal(err)
	}
	read, err := plan.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(written, read); diff != "" {
		t.Errorf("plan changed on its way through the file (-written +read):\n%s", diff)
	}
}

func TestPlanOfAnotherReleaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, []byte(`{"formatVersion": 99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Read(path); !errors.Is(err, plan.ErrFormat) || !strings.Contains(err.Error(), "same release") {
		t.Errorf("got %v, want a refusal that says what to do", err)
	}
}

func TestResultsFolder(t *testing.T) {
	folder := plan.ResultsFolder(t.TempDir())
	if _, found, err := folder.ReadDone(); found || err != nil {
		t.Fatalf("an empty folder reads as done: %v %v", found, err)
	}
	key := plan.Key{Kind: "CPIDefinition", Name: "nps"}
	result := plan.Result{FormatVersion: plan.FormatVersion, Key: key, Failure: &plan.Failure{Reason: plan.TableMissing}}
	attempt := plan.Attempt{FormatVersion: plan.FormatVersion, Run: "r", Keys: []plan.Key{key}}
	done := plan.Done{FormatVersion: plan.FormatVersion, Run: "r", Expected: 2, Failed: 1, Interrupted: true}
	if err := errors.Join(folder.WriteAttempt(attempt), folder.WriteResult(7, result), folder.WriteDone(done)); err != nil {
		t.Fatal(err)
	}

	names, err := folder.Results()
	if diff := cmp.Diff([]string{"7-CPIDefinition-nps.json"}, names); diff != "" || err != nil {
		t.Fatalf("result files: %v\n%s", err, diff)
	}
	gotResult, err := folder.ReadResult(names[0])
	if diff := cmp.Diff(result, gotResult); diff != "" || err != nil {
		t.Errorf("result: %v\n%s", err, diff)
	}
	gotAttempt, found, err := folder.ReadAttempt()
	if diff := cmp.Diff(attempt, gotAttempt); diff != "" || err != nil || !found {
		t.Errorf("attempt: %v %v\n%s", found, err, diff)
	}
	gotDone, found, err := folder.ReadDone()
	if diff := cmp.Diff(done, gotDone); diff != "" || err != nil || !found {
		t.Errorf("done: %v %v\n%s", found, err, diff)
	}
	left, err := filepath.Glob(filepath.Join(string(folder), ".writing-*"))
	if len(left) > 0 || err != nil {
		t.Errorf("temporary files are left behind: %v %v", left, err)
	}
}
