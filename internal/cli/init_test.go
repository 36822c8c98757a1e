package cli

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

const data = samples + "/data/"

// started runs init into a folder of its own, and gives what it wrote.
func started(t *testing.T, stdin string, args ...string) (folder, text, stderr string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "first")
	code, out, stderr := run(t, stdin, append([]string{"init", "--at", monday, "--output-dir", folder}, args...)...)
	if code != exitOK {
		t.Fatalf("%v: %d\n%s", args, code, stderr)
	}
	for path := range strings.FieldsSeq(out) {
		if filepath.Ext(path) == ".yaml" {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text += string(content)
		}
	}
	return folder, text, stderr
}

// What init writes for real tables is valid as it stands, and computes.
func TestInitComputes(t *testing.T) {
	for _, c := range []struct {
		name, file, owner string
		args, says        []string
		row               string // that compute prints
	}{
		{"nps", "nps_survey.csv", "support", []string{"--time-zone", "Europe/Berlin", "--name", "ours"}, []string{
			"measure: {netPromoterScore: {score: score}}", "primaryKey: [response_id]", "entities: {customer: customer_id}",
			"event: {column: answered_at}", "keep: Latest", "breakdowns: [{by: [plan]}, {by: [channel]}]", "timeZone: Europe/Berlin",
			"- {name: ours-data, files: [nps_survey.csv]}",
		}, "ours   23.9    [0.5, 44.4]   46   2026-10"},
		{"effort", "ces_survey.csv", "checkout", nil, []string{
			"customerEffortScore: {version: V2, score: ces, form: {share: {atLeast: 5}}}", "# - the newest row is of 2026-09-30",
		}, "NoData"},
		{"repeat", "repeat_purchase.csv", "crm", nil, []string{
			`values: ["true"]`, "preset: RepeatPurchase, direction: HigherIsBetter", "primaryKey: [customer_id]",
		}, "NoData"},
		{"renewal", "contracts.csv", "sales", nil, []string{
			"renewed: [AutoRenewed, Renewed, Upsold], lost: [Churned, Lost]", "decidedAt: decided_at", "event: {column: due_at}", "window: 3",
		}, "contracts   "},
		{"churn", "telco_churn.csv.gz", "retention", nil, []string{
			`{column: churn, operator: In, values: ["true"]}`, "preset: Churn, direction: LowerIsBetter", "# breakdowns: ", "no column reads as a time",
		}, "26.5 %   [25.5, 27.6]   7043"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder, text, stderr := started(t, "", append(c.args, data+c.file, "--owner", c.owner)...)
			for _, says := range c.says {
				if !strings.Contains(text, says) {
					t.Errorf("%q is not in\n%s", says, text)
				}
			}
			code, out, problems := run(t, "", "compute", "-f", folder, "--at", monday)
			if code != exitOK || !strings.Contains(out, c.row) || problems != "" {
				t.Errorf("%d\n%s%s\n%s\n%s", code, out, problems, text, stderr)
			}
		})
	}
}

// What is told by nobody is asked, or refused with the flag that would tell it; nothing is written then.
func TestInitAsks(t *testing.T) {
	survey := filepath.Join(t.TempDir(), "survey.csv")
	text := "id;Customer ID;rating;Date of answer;Date of order\n"
	for i := range 40 {
		day := string(rune('1'+i%2)) + string(rune('0'+i%9))
		text += "r" + strings.Repeat("x", i) + ";c" + strings.Repeat("y", i/2) + ";" + string(rune('1'+i%5)) + ";" + day + ".10.2026;" + day + ".09.2026\n"
	}
	if err := os.WriteFile(survey, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, written, stderr := started(t, "\nsupport\n", survey)
	for _, says := range []string{
		"customerSatisfaction: {score: rating, scale: {min: 1, max: 5}", "entities: {customer: Customer ID}",
		`{name: Date of answer, type: Date, expr: "CAST(try_strptime(\"Date of answer\", '%d.%m.%Y') AS DATE)"}`, "owner: {team: support}",
	} {
		if !strings.Contains(written, says) {
			t.Errorf("%q is not in\n%s", says, written)
		}
	}
	if !strings.Contains(stderr, "2  duration of Date of answer  (it is never before Date of order") || !strings.Contains(stderr, "Which team is told") {
		t.Errorf("%s", stderr)
	}
	code, out, problems := run(t, "", "compute", "-f", folder, "--at", monday)
	if code != exitOK || !strings.Contains(out, "survey   ") || !strings.Contains(out, "   20   2026-10") {
		t.Errorf("%d\n%s%s\n%s", code, out, problems, written)
	}

	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for says, args := range map[string][]string{
		"Say which with --measure":         {survey},
		"Say it with --owner":              {survey, "--score", "rating"},
		"say where the table is":           {},
		"at most 52":                       {survey, "--score", "rating", "--owner", "x", "--name", "Our NPS"},
		"no column \"grade\"":              {survey, "--score", "grade"},
		"cannot be a netPromoterScore":     {survey, "--measure", "netPromoterScore", "--score", "id"},
		"does not read as a time":          {survey, "--score", "rating", "--time", "rating", "--owner", "x"},
		"init writes netPromoterScore":     {survey, "--measure", "magic"},
		"names no database that is known":  {"oracle://me:hunter2@db/x"},
		"save its sheet as CSV":            {workbook(t)},
		"--better goes with":               {survey, "--score", "rating", "--better", "lower", "--owner", "x"},
		"Say which with --theme":           {data + "telco_churn.csv.gz", "--score", "partner", "--better", "higher", "--owner", "x"},
		"Say which with --better":          {data + "telco_churn.csv.gz", "--score", "partner", "--theme", "Value", "--owner", "x"},
		"docs/measures has a page with an": {data + "orders.csv", "--owner", "x"},
	} {
		code, out, stderr := run(t, "", append([]string{"init", "--output-dir", elsewhere}, args...)...)
		if code != exitUsage || out != "" || !strings.Contains(stderr, says) || strings.Contains(stderr, "hunter2") {
			t.Errorf("%v: %d %q %q, want %q", args, code, out, stderr, says)
		}
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("something was written although nothing was decided")
	}
}

func workbook(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "survey.xlsx")
	if err := os.WriteFile(path, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What people have edited is not overwritten, nor is half of it.
func TestInitOverwritesNothing(t *testing.T) {
	folder, _, _ := started(t, "", data+"nps_survey.csv", "--owner", "support")
	edited := filepath.Join(folder, "kustomization.yaml")
	if err := os.WriteFile(edited, []byte("# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := []string{"init", data + "nps_survey.csv", "--owner", "other", "--output-dir", folder}
	if code, _, stderr := run(t, "", again...); code != exitUsage || !strings.Contains(stderr, "--force") {
		t.Errorf("%d %s", code, stderr)
	}
	if text, _ := os.ReadFile(filepath.Join(folder, "nps-survey.yaml")); !strings.Contains(string(text), "team: support") {
		t.Errorf("%s", text)
	}
	if code, _, stderr := run(t, "", append(again, "--force")...); code != exitOK {
		t.Errorf("%d %s", code, stderr)
	}
	if text, _ := os.ReadFile(edited); !strings.Contains(string(text), "kind: Kustomization") {
		t.Errorf("%s", text)
	}
}

// A table of a database: its definition computes with the database bound, its Secret is named, and its password is nowhere.
func TestInitDatabase(t *testing.T) {
	server := postgrestest.Start(t)
	db := server.NewDatabase(t)
	db.Exec(t, "CREATE TABLE answers (response_id int PRIMARY KEY, customer_id int, nps int, answered_at timestamptz)",
		"INSERT INTO answers SELECT i, i, i % 11, timestamptz '2026-10-01 00:00Z' + i * interval '1 hour' FROM generate_series(0, 109) AS i")
	address := fmt.Sprintf("postgres://%s@localhost:%d/%s?sslrootcert=%s", db.User, server.Port, db.Name, url.QueryEscape(server.CAPath))
	t.Setenv("PGPASSWORD", db.Password)
	folder, text, stderr := started(t, "", address, "--owner", "support", "--namespace", "crm")
	if strings.Contains(text+stderr, db.Password) {
		t.Errorf("the password is told:\n%s%s", text, stderr)
	}
	for _, says := range []string{"host: localhost", "credentialsRef: {name: answers-reader}", "resources: [answers.yaml]", "namespace: crm", `password: ""`, "primaryKey: [response_id]"} {
		if !strings.Contains(text, says) {
			t.Errorf("%q is not in\n%s", says, text)
		}
	}
	bound := "answers=" + strings.Replace(address, "@", ":"+db.Password+"@", 1)
	code, out, problems := run(t, "", "compute", "-f", folder, "--bind", bound, "--at", monday)
	if code != exitOK || !strings.Contains(out, "answers   −45.5") && !strings.Contains(out, "answers   -45.5") {
		t.Errorf("%d\n%s%s", code, out, problems)
	}
}
