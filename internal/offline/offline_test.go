package offline

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

var monday = time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC)

// load reads files and expects nothing wrong with them.
func load(t *testing.T, paths ...string) *Namespace {
	t.Helper()
	objects, faults, err := manifest.Read(paths, nil)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	namespaces, findings, err := Load(t.Context(), objects, "default")
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v %+v", err, findings)
	}
	var out *Namespace
	for _, n := range namespaces {
		if !n.Empty() {
			out = n
		}
	}
	return out
}

func compute(t *testing.T, n *Namespace, binds ...string) Computed {
	t.Helper()
	opts := Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	for _, text := range binds {
		b, err := ParseBind(text)
		if err != nil {
			t.Fatal(err)
		}
		opts.Binds = append(opts.Binds, b)
	}
	found, err := n.Compute(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What the demo shows in a cluster, from its files alone.
func TestSamples(t *testing.T) {
	n := load(t, "../../config/samples")
	if found := n.Validate(); len(found) > 0 {
		t.Fatalf("%+v", found)
	}
	found := compute(t, n)
	if len(found.Failed)+len(found.Skipped) > 0 {
		t.Fatalf("failed %v, skipped %v", found.Failed, found.Skipped)
	}
	churn := found.Reports["CPIDefinition/telco-churn"].Status.Result
	if churn == nil || !strings.HasPrefix(churn.Periods[0].Value, "0.26536987") {
		t.Errorf("%+v", churn)
	}
	link := found.Reports["CPILinkage/software-nps-renewal"].Status.Link
	if link == nil || link.Drivers[0].Verdict != "Supported" {
		t.Errorf("%+v", link)
	}
}

const survey = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: crm}
spec: {postgres: {host: db.example, database: crm, credentialsRef: {name: crm}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: answers}
spec: {dataSourceRef: {name: crm}, table: {name: answers}, entities: {customer: id}}
---
# a comment
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: nps}
spec:
  title: NPS
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: answers}
  measure: {netPromoterScore: {score: score}}
  responses: {entity: customer, keep: All}
  quality: {minSampleSize: 2}
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A definition for a database is computed from a file by the same name.
func TestBindFile(t *testing.T) {
	n := load(t, write(t, "nps.yaml", survey))
	data := write(t, "answers.csv", "id,score\n1,10\n2,9\n3,3\n4,8\n")
	found := compute(t, n, "crm/answers=file:"+data)
	report := found.Reports["CPIDefinition/nps"]
	if report.Status.Result == nil || report.Status.Result.Periods[0].Value != "25" {
		t.Fatalf("%+v, failed %v, skipped %v", report.Status.Attempt, found.Failed, found.Skipped)
	}
	found = compute(t, n, "crm=file:"+data)
	if message := found.Failed["crm"].Message; !strings.Contains(message, "--bind crm/TABLE=file:") {
		t.Errorf("%+v", found.Failed)
	}
}

// An address with a password never enters a message.
func TestBindsThatAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		"crm":                                   "binds nothing",
		"=file:x.csv":                           "binds nothing",
		"crm=x.csv":                             "nothing that is known",
		"postgres://me:hunter2@db/x?sslmode=no": "no source",
		"crm=postgres://me:hunter2@/x":          "with host and database",
		"crm=postgres://me:hunter2@db:port/x":   "cannot be read",
		"crm/t=mysql://me:hunter2@db/x":         "whole source",
	} {
		if _, err := ParseBind(text); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", text, err, says)
		}
	}
}

// What is wrong is told with file and line.
func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		old, text string
		line      int
		says      string
	}{
		"reference":      {"datasetRef: {name: answers}", "datasetRef: {name: other}", 20, `Dataset "other" does not exist among these files`},
		"unknown field":  {"title: NPS", "titel: NPS", 17, "unknown field"},
		"unknown number": {"title: NPS", "title: NPS\n  titel: 3", 18, "titel: unknown field"},
		"enum":           {"theme: Advocacy", "theme: Praise", 18, "Unsupported value"},
		"number as text": {"owner: {team: support}", "owner: {team: 12}", 19, `quote it: "12"`},
		"rule":           {"responses: {entity: customer, keep: All}", "", 16, "a survey score needs responses"},
		"formula":        {"entity: customer", "entity: nobody", 22, "nobody"},
		"apiVersion":     {"# a comment\napiVersion: cpi-operator.io/v1alpha1", "apiVersion: cpi-operator.io", 12, "has apiVersion cpi-operator.io/v1alpha1"},
		"syntax":         {"title: NPS", "title: [NPS", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "nps.yaml", strings.Replace(survey, c.old, c.text, 1))
			objects, faults, err := manifest.Read([]string{path}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.says == "" {
				if len(faults) != 1 || faults[0].Line < 16 {
					t.Errorf("%v", faults)
				}
				return
			}
			namespaces, findings, err := Load(t.Context(), objects, "default")
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range namespaces {
				findings = append(findings, n.Validate()...)
			}
			for _, f := range findings {
				if f.Line == c.line && strings.Contains(f.Field+": "+f.Message, c.says) && f.File == path && (strings.Contains(c.says, "quote") || !strings.Contains(f.Message, "quote")) {
					return
				}
			}
			t.Errorf("%+v, want line %d, %q", findings, c.line, c.says)
		})
	}
}
