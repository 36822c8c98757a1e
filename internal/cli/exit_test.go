package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/offline"
)

// detractors are rows of which each answers 0: a score of −100 whose interval ends well below zero.
func detractors() string {
	var rows strings.Builder
	rows.WriteString("id,score\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%d,0\n", i)
	}
	return rows.String()
}

// A warning is told and ends no pipeline; what is critical does.
func TestStatusEndsByWhatIsCritical(t *testing.T) {
	folder := t.TempDir()
	rows := put(t, folder, "answers.csv", detractors())
	for thresholds, want := range map[string]int{"{warning: 0, critical: -100}": exitOK, "{warning: 10, critical: 0}": exitFound} {
		definition := put(t, folder, "nps.yaml", nps+"  thresholds: "+thresholds+"\n")
		code, out, stderr := run(t, "", "status", "-f", definition, "--bind", "crm/answers=file:"+rows)
		if code != want || stderr != "" || strings.Contains(out, "nothing critical, 1 warning") != (want == exitOK) || strings.Contains(out, "1 critical") != (want == exitFound) {
			t.Errorf("%s: %d %s\n%s", thresholds, code, stderr, out)
		}
	}
}

// What is valid is computed beside what is not, and the exit code tells of the latter.
func TestComputeBesideWhatIsInvalid(t *testing.T) {
	folder := t.TempDir()
	rows := put(t, folder, "answers.csv", detractors())
	definition := put(t, folder, "nps.yaml", nps+"---\napiVersion: cpi-operator.io/v1alpha1\nkind: CPIDefinition\nmetadata: {name: wrong}\nspec: {title: Wrong}\n")
	code, out, stderr := run(t, "", "compute", "-f", definition, "--bind", "crm/answers=file:"+rows)
	if code != exitFound || !strings.Contains(out, "−100.0") || !strings.Contains(stderr, "CPIDefinition/wrong") {
		t.Errorf("%d %s\n%s", code, stderr, out)
	}
}

// What was there and is not any more is removed; both sides are computed on the data of the edited one.
func TestDiffOfAFolder(t *testing.T) {
	folder := t.TempDir()
	source := "\napiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: crm}\nspec: {files: {tables: [{name: answers, format: CSV, configMap: {name: rows, key: answers.csv}}]}}\n"
	_, rest, _ := strings.Cut(nps, "---")
	before := source + "---" + rest
	rows := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: rows}\ndata:\n  answers.csv: |\n    " + strings.ReplaceAll(strings.TrimSpace(detractors()), "\n", "\n    ") + "\n"
	other := "---\n" + strings.Replace(nps[strings.LastIndex(nps, "---\n")+4:], "name: nps", "name: gone", 1)
	code, out, stderr := run(t, "", "diff", "-f", put(t, folder, "new.yaml", before+rows), "--against", put(t, folder, "old.yaml", before+other))
	if code != exitFound || stderr != "" || !strings.Contains(squeezed(out), "cpi/gone removed −100.0") || !strings.Contains(out, "Unchanged: 1.") {
		t.Errorf("%d %s\n%s", code, stderr, out)
	}
}

// What has no number yet and is not edited does not change; what failed before the edit is none of its problems.
func TestWhatDiffCountsAsAChange(t *testing.T) {
	for what, want := range map[offline.What]bool{
		offline.Unchanged: false, offline.Awaited: false, offline.Added: true, offline.Removed: true, offline.Broken: true, offline.NewFormula: true,
		offline.Rejudged: true, offline.Reworded: true,
	} {
		told := diffTold{Changes: []diffChange{{Change: string(offline.Unchanged)}, {Change: string(what)}}}
		if got := told.differs(); got != want {
			t.Errorf("%s differs: %t", what, got)
		}
	}
	failed := &v1alpha1.IndicatorReport{Status: v1alpha1.IndicatorReportStatus{Attempt: &v1alpha1.ReportAttempt{Outcome: "Failed", Reason: "QueryFailed", Message: "No such column."}}}
	for _, c := range []struct {
		after *v1alpha1.IndicatorReport
		want  int
	}{{failed, 0}, {failed.DeepCopy(), 1}} {
		var told diffTold
		told.add(offline.Edited{
			Before: board.Objects{Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/nps": failed}},
			After:  board.Objects{Reports: map[string]*v1alpha1.IndicatorReport{"CPIDefinition/nps": c.after}},
		})
		if len(told.Problems) != c.want {
			t.Errorf("%q, want %d", told.Problems, c.want)
		}
	}
}

// Documents that follow each other are parted: in YAML as its readers ask for.
func TestBetweenTwoComputations(t *testing.T) {
	for format, want := range map[string]string{"yaml": "---\n", "table": "\n", "json": "\n"} {
		var out bytes.Buffer
		f := computeFlags{output: format}
		f.between(&out, true)
		if f.between(&out, false); out.String() != want {
			t.Errorf("%s: %q", format, out.String())
		}
	}
}
