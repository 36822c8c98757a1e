package report_test

import (
	"bytes"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/report"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

var update = flag.Bool("update", false, "write the reports of the samples anew")

func TestMain(m *testing.M) {
	flag.Parse()
	files.Main()
	os.Exit(m.Run())
}

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// samples are the software firm's definitions, computed from their files; without rows, from none.
func samples(t *testing.T, rows bool) board.Objects {
	t.Helper()
	folder := filepath.Join("..", "..", "config", "samples")
	paths := []string{filepath.Join(folder, "software.yaml"), filepath.Join(folder, "scorecard.yaml")}
	if rows {
		paths = append(paths, offline.Beside(paths)...)
	}
	objects, faults, err := manifest.Read(paths, nil)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	namespaces, findings, err := offline.Load(t.Context(), objects, "demo")
	if err != nil || len(findings) > 0 || len(namespaces) != 1 {
		t.Fatal(err, findings, len(namespaces))
	}
	computed, err := namespaces[0].Compute(t.Context(), offline.Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := namespaces[0].Objects(computed, monday)
	return out
}

// The reports of the samples read as they did; what changes is seen, and written anew with -update.
func TestReportsOfTheSamples(t *testing.T) {
	card := func(objects board.Objects) report.Report {
		set := scorecard.Of(objects, &objects.Scorecards[0])
		return report.Make(set, set.LastTime())
	}
	objects := samples(t, true)
	software, failing := card(objects), card(samples(t, false))
	set := scorecard.All(objects)
	namespace := report.Make(set, set.LastTime())
	for file, write := range map[string]func(io.Writer) error{
		"software.md": software.Markdown, "software.html": software.HTML, "software.json": software.JSON, "namespace.md": namespace.Markdown, "failing.md": failing.Markdown,
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
			t.Errorf("%s (go test ./internal/report -update writes it anew): %s", file, diff)
		}
		if strings.HasSuffix(file, ".html") {
			valid(t, out.String())
		}
	}
}

// That nothing asks for action is told only where all can be judged: no data is no good news.
func TestNothingToDo(t *testing.T) {
	const all, part = "Nothing asks for action: no problem is known", "Nothing that is known asks for action. Members of which nobody can tell how they stand: 1; “What is uncertain, and why” says why."
	for state, want := range map[string]string{"OK": all, "NoData": part, "Pending": part, "InsufficientSample": part} {
		objects := board.Objects{Namespace: "demo", At: monday, CPIs: []v1alpha1.CPIDefinition{{Status: v1alpha1.IndicatorStatus{Summary: &v1alpha1.IndicatorSummary{State: state}}}}}
		set := scorecard.All(objects)
		made := report.Make(set, set.LastTime())
		var out bytes.Buffer
		if err := made.Markdown(&out); err != nil {
			t.Fatal(err)
		}
		var program bytes.Buffer
		if err := made.JSON(&program); err != nil || !strings.Contains(program.String(), "\n  \"actions\": [],") {
			t.Errorf("none are a list too: %v %s", err, program.String())
		}
		if text := out.String(); !strings.Contains(text, want) || strings.Contains(text, all) != (want == all) {
			t.Errorf("%s: %s", state, text)
		}
	}
}

// An action says who can act, or that nobody is named, and a command that works where the numbers are: in a cluster or on files.
func TestWhoActsAndWhereToLook(t *testing.T) {
	critical := []metav1.Condition{{Type: "WithinThresholds", Status: "False", Reason: "Critical", Message: "10 [3, 17], n 680."}}
	failed := []metav1.Condition{{Type: "Computed", Status: "False", Reason: "Unreachable", Message: "No answer."}}
	for version, where := range map[string]string{"7": "-n demo", "": "-f FOLDER"} {
		objects := board.Objects{Namespace: "demo", At: monday, Reports: map[string]*v1alpha1.IndicatorReport{}}
		source := v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: "crm"}, Status: v1alpha1.DataSourceStatus{Conditions: failed}}
		cpi := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "nps", ResourceVersion: version}}
		cpi.Spec.Owner.Team, cpi.Status.Conditions = "support", critical
		objects.Sources, objects.CPIs = []v1alpha1.DataSource{source}, []v1alpha1.CPIDefinition{cpi}
		objects.Reports["CPIDefinition/nps"] = &v1alpha1.IndicatorReport{Spec: v1alpha1.IndicatorReportSpec{DataSourceRef: v1alpha1.LocalReference{Name: "crm"}}}
		set := scorecard.All(objects)
		made := report.Make(set, set.LastTime())
		var out bytes.Buffer
		if err := made.Markdown(&out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"- Who: nobody is named as the owner of DataSource crm\n", "`kubectl cpi status " + where + "`", "- Who: support\n", "`kubectl cpi explain cpi/nps " + where + "`"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q misses %q in %s", version, want, out.String())
			}
		}
	}
}

// Of a guardrail that only the card names, and no claim, it is told that nothing tests it.
func TestAGuardrailThatNobodyTests(t *testing.T) {
	objects := board.Objects{Namespace: "demo", At: monday, CPIs: []v1alpha1.CPIDefinition{{ObjectMeta: metav1.ObjectMeta{Name: "nps"}}}}
	card := &v1alpha1.Scorecard{Spec: v1alpha1.ScorecardSpec{Members: []v1alpha1.ScorecardMember{{CPIRef: &v1alpha1.LocalReference{Name: "nps"}, Guardrail: new(true)}}}}
	set := scorecard.Of(objects, card)
	made := report.Make(set, set.LastTime())
	var out bytes.Buffer
	if err := made.Markdown(&out); err != nil || !strings.Contains(out.String(), "| all members | – | – | Pending | Nobody tests it: no claim (CPILinkage) names it") {
		t.Errorf("%v %s", err, out.String())
	}
}
