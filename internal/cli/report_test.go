package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

func TestReport(t *testing.T) {
	look := func(args ...string) (int, string, string) {
		return run(t, "", append([]string{"report", "-f", samples + "/software.yaml", "-f", samples + "/scorecard.yaml", "--at", monday}, args...)...)
	}
	code, out, stderr := look("software")
	if code != exitOK || stderr != "" {
		t.Fatalf("%d %q", code, stderr)
	}
	for _, says := range []string{
		"# Do customers stay, and do they want to?\n", "- **For**: The board\n", "2026-10-01 (the last review)",
		"Members: 3. On target: 0. Off target: 1. Cannot be judged: 1. Need attention: 3.",
		"1. **Look into “Would you recommend us?”, which is beyond its threshold. It goes with “Contracts renewed”, and its owner can change it.**",
		"80.4 % [76.8, 83.5], n 530, in 2026-10; target ≥ 85 %", "not proof of cause",
		"| Contracts renewed | 80.4 % | [76.8, 83.5] | 530 | 2026-10 |", "No member belongs to Product",
	} {
		if !strings.Contains(out, says) {
			t.Errorf("the report lacks %q", says)
		}
	}
	if t.Failed() {
		t.Log(out)
	}

	code, out, _ = look("-o", "json", "--since", "2026-11-01")
	var told struct {
		Scorecard string
		Counts    struct{ Members int }
		Changes   struct{ Since struct{ At, Why string } }
	}
	if err := json.Unmarshal([]byte(out), &told); code != exitOK || err != nil || told.Scorecard != "" || told.Counts.Members != 3 || told.Changes.Since.At != "2026-11-01T00:00:00Z" || told.Changes.Since.Why != "as asked for" {
		t.Errorf("%d %v %+v", code, err, told)
	}
	if code, out, _ = look("software", "-o", "html"); code != exitOK || !strings.HasPrefix(out, "<!DOCTYPE html>") {
		t.Errorf("%d %.100s", code, out)
	}

	for want, args := range map[string][]string{
		`there is no scorecard "hardware"`:   {"hardware"},
		"name one scorecard":                 {"software", "hardware"},
		"--since yesterday: write a day":     {"--since", "yesterday"},
		"--since 2027-01-01 lies ahead":      {"--since", "2027-01-01"},
		"--output table: write one of markd": {"-o", "table"},
	} {
		if code, out, stderr := look(args...); code != exitUsage || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %q %q, want %q", args, code, out, stderr, want)
		}
	}
}

// Where a cluster knows no Scorecards, that is said: nobody looks for a name there.
func TestReportWhereScorecardsAreUnknown(t *testing.T) {
	for says, objects := range map[string]board.Objects{
		"does not know Scorecards: update it": {Namespace: "demo", Cardless: true}, "there is no Scorecard in namespace demo": {Namespace: "demo"},
	} {
		if _, err := setOf(objects, "software"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
		objects.CPIs = []v1alpha1.CPIDefinition{{}}
		if _, err := setOf(objects, ""); err != nil {
			t.Error(err)
		}
	}
}

// Where there is nothing to report on, nobody is told that all is well.
func TestReportOfNothing(t *testing.T) {
	if _, err := setOf(board.Objects{Namespace: "nosuch"}, ""); err == nil || !strings.Contains(err.Error(), "namespace nosuch has no indicator to report on") {
		t.Error(err)
	}
}
