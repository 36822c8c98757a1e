package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

// run a command as from a terminal.
func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Run(t.Context(), time.Now(), args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

const samples = "../../config/samples"

func TestValidate(t *testing.T) {
	if code, out, err := run(t, "", "validate", "-f", samples); code != exitOK || out != "21 definitions are valid\n" || err != "" {
		t.Errorf("%d %q %q", code, out, err)
	}
	telco, err := os.ReadFile(samples + "/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(telco), "theme: Loyalty", "theme: Praise", 1)
	code, out, _ := run(t, wrong, "validate", "-f", "-")
	if code != exitFound || !strings.HasPrefix(out, "stdin:27: CPIDefinition/telco-churn: spec.theme: Unsupported value") {
		t.Errorf("%d %q", code, out)
	}
	code, out, _ = run(t, wrong, "validate", "-f", "-", "-o", "json")
	var told []toldFinding
	if err := json.Unmarshal([]byte(out), &told); code != exitFound || err != nil || told[0].Line != 27 || told[0].Field != "spec.theme" {
		t.Errorf("%d %q %v", code, out, err)
	}
	code, out, _ = run(t, wrong, "validate", "-f", "-", "-o", "csv")
	if code != exitFound || !strings.HasPrefix(out, "FILE,LINE,OBJECT,FIELD,MESSAGE\nstdin,27,CPIDefinition/telco-churn,spec.theme,") {
		t.Errorf("%d %q", code, out)
	}
}

// Columns are looked for in the data that is there.
func TestValidateColumns(t *testing.T) {
	folder := t.TempDir()
	data := put(t, folder, "answers.csv", "id,score\n1,10\n2,9\n")
	definition := put(t, folder, "nps.yaml", strings.Replace(nps, "score: score", "score: scroe", 1))
	code, out, stderr := run(t, "", "validate", "-f", definition, "--bind", "crm/answers=file:"+data)
	want := definition + `:20: CPIDefinition/nps: spec.measure.netPromoterScore.score: Dataset "answers" has no column "scroe"; did you mean score?` + "\n"
	if code != exitFound || out != want || stderr != "" {
		t.Errorf("%d %q %q, want %q", code, out, stderr, want)
	}
	if code, out, _ := run(t, "", "validate", "-f", definition); code != exitOK || out != "3 definitions are valid\n" {
		t.Errorf("without data: %d %q", code, out)
	}
}

const monday = "2026-11-16T09:00:00Z"

// The demo's numbers, from its files.
func TestCompute(t *testing.T) {
	code, out, stderr := run(t, "", "compute", "-f", samples+"/telco.yaml", "--at", monday)
	want := `CPI             VALUE    INTERVAL       N      PERIOD   TREND   STATE
telco-churn     26.5 %   [25.5, 27.6]   7043                    Critical
telco-support   37.0 %   [35.8, 38.3]   5517                    Undated

KPI                VALUE    INTERVAL       N      PERIOD   TREND   TARGET                   STATE
telco-churn-goal   26.5 %   [25.5, 27.6]   7043                    ≤ 20 % from 2026-01-01   OffTarget

CLAIM                 KPI                STRONGEST       EFFECT                   N                LAG   VERDICT
telco-support-churn   telco-churn-goal   telco-support   −11.3 pp [−13.8, −8.8]   5517 customers         Supported
`
	if code != exitOK || out != want || stderr != "" {
		t.Errorf("%d\n%s\n%s", code, out, stderr)
	}
	telco, err := os.ReadFile(samples + "/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	code, out, stderr = run(t, string(telco), "compute", "-f", "-", "--at", monday, "-o", "json")
	var all told
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != exitFound || !strings.Contains(stderr, "DataSource/telco: ") || all.Indicators[0].State != "Failing" {
		t.Errorf("without its data: %d %v\n%s\n%s", code, err, out, stderr)
	}
}

// A command that is interrupted says so, and not in Go's words.
func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, told bytes.Buffer
	if code := Run(ctx, time.Now(), []string{"compute", "-f", samples + "/telco.yaml"}, nil, &out, &told); code != exitUsage || told.String() != "error: interrupted\n" {
		t.Errorf("%d %q %q", code, &out, &told)
	}
}

// tidy sees that nothing is left in a folder when something is printed.
type tidy struct {
	t      *testing.T
	folder string
}

func (w tidy) Write(text []byte) (int, error) {
	if left, err := os.ReadDir(w.folder); err != nil || len(left) > 0 {
		w.t.Errorf("%s: left %v, %v", text, left, err)
	}
	return len(text), nil
}

// Whoever reads the output may end the process at any time, as head does: nothing is to be cleaned up then.
func TestNothingIsLeftWhenPrinting(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, args := range [][]string{{"validate", "-f", samples}, {"compute", "-f", samples + "/telco.yaml"}, {"diff", "-f", samples + "/telco.yaml", "--against", samples + "/telco.yaml"}} {
		var told bytes.Buffer
		if code := Run(t.Context(), time.Now(), args, nil, tidy{t, os.Getenv("TMPDIR")}, &told); code != exitOK {
			t.Errorf("%v: %d %s", args, code, &told)
		}
	}
}

// Columns line up though rows lack their last cells.
func TestRowsWithoutTheirLastCells(t *testing.T) {
	var out bytes.Buffer
	rows := listing{headings: []string{"SINCE", "STAGE", "VERDICT"}, rows: [][]string{{"2026-11-01", "Hypothesised", ""}, {"2026-11-02", "Refuted", "NotSupported"}, {"", "", ""}}}
	if err := rows.print(&out, "table"); err != nil || out.String() != "SINCE        STAGE          VERDICT\n2026-11-01   Hypothesised\n2026-11-02   Refuted        NotSupported\n\n" {
		t.Errorf("%v\n%s", err, &out)
	}
}

// What cannot be done at all has its own exit code, and says what to do.
func TestUsage(t *testing.T) {
	for says, args := range map[string][]string{
		"say which files":                                        {"validate"},
		"there is no file or folder nowhere.yaml":                {"validate", "-f", "nowhere.yaml"},
		"of cpi-operator in standard input":                      {"compute", "-f", "-"},
		"is a table: kubectl cpi init":                           {"compute", "-f", samples + "/data/contracts.csv"},
		"tells kubectl cpi explain NAME":                         {"status", "software-nps"},
		"argument belongs to no flag\n":                          {"version", "x"},
		"kubectl cpi status --help tells of all":                 {"status", "--outptu", "json"},
		"one table at a time":                                    {"init", "a.csv", "b.csv"},
		"no definition of cpi-operator in testdata/nothing.yaml": {"validate", "-f", "testdata/nothing.yaml"},
		"kubectl cpi status lists what":                          {"explain", "-f", samples + "/telco.yaml", "cpi/"},
		"1 argument belongs":                                     {"compute", "-f", samples, "crm=postgres://me:hunter2@db/x"},
		"no DataSource":                                          {"compute", "-f", samples, "--bind", "crm=file:x.csv"},
		"has no table":                                           {"compute", "-f", samples, "--bind", "telco/other=file:x.csv"},
		"binds nothing":                                          {"compute", "-f", samples, "--bind", "crm"},
		"such as 2026-11-16T":                                    {"compute", "-f", samples, "--at", "yesterday"},
		"write one of":                                           {"validate", "-f", samples, "-o", "xml"},
		`unknown command "do"`:                                   {"do"},
	} {
		code, out, stderr := run(t, "", args...)
		if code != exitUsage || !strings.Contains(stderr, says) || strings.Contains(stderr, "hunter2") {
			t.Errorf("%v: %d %q %q, want %q", args, code, out, stderr, says)
		}
	}
}
