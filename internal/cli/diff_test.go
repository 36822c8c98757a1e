package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// edit a sample: the path of a copy of telco.yaml in which old is now.
func edit(t *testing.T, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile(samples + "/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer(replace...).Replace(string(text))
	if edited == string(text) && len(replace) > 0 {
		t.Fatalf("%q is not in the sample", replace)
	}
	return put(t, t.TempDir(), "telco.yaml", edited)
}

func TestDiff(t *testing.T) {
	old, bind := edit(t), "telco=file:"+samples+"/data/telco_churn.csv.gz"
	code, out, stderr := run(t, "", "diff", "-f", old, "--against", edit(t), "--bind", bind, "--at", monday)
	if code != exitOK || out != "Nothing changes in 4 indicators and claims.\n" || stderr != "" {
		t.Errorf("nothing: %d %q %q", code, out, stderr)
	}

	judged := edit(t, "critical: 25%", "critical: 30%")
	code, out, stderr = run(t, "", "diff", "-f", judged, "--against", old, "--bind", bind, "--at", monday)
	want := `NAME              CHANGE             WAS                           IS                            ALERTS                                                               STATE
cpi/telco-churn   judged otherwise   26.5 % [25.5, 27.6] n 7043    26.5 % [25.5, 27.6] n 7043    begins CPIBelowThreshold (warning), ends CPIBelowThreshold (critical)   Critical → Warning

cpi/telco-churn
  spec.thresholds.critical: 25% → 30%

Unchanged: 3.
`
	if code != exitFound || strings.Join(strings.Fields(out), " ") != strings.Join(strings.Fields(want), " ") || stderr != "" {
		t.Errorf("thresholds: %d\n%s%s", code, out, stderr)
	}

	owner := edit(t, "owner: {team: retention}", "owner: {team: loyalty}")
	code, out, stderr = run(t, "", "diff", "-f", owner, "--against", old, "--bind", bind, "--at", monday)
	for _, want := range []string{
		"cpi/telco-churn edited 26.5 %", "CPIBelowThreshold (critical) goes to loyalty", "spec.owner.team: retention → loyalty",
	} {
		if code != exitFound || !strings.Contains(squeezed(out), want) || stderr != "" {
			t.Errorf("an owner: %d, %q is not in\n%s%s", code, want, out, stderr)
		}
	}

	formula := edit(t, `  breakdowns: [{by: [contract]}]
  thresholds`, `  where: [{column: tech_support, operator: In, values: ["Yes", "No"]}]
  thresholds`)
	code, out, stderr = run(t, "", "diff", "-f", formula, "--against", old, "--bind", bind, "--at", monday, "-o", "json")
	var told diffTold
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != exitFound || stderr != "" {
		t.Fatalf("formula: %d %v %s %s", code, err, out, stderr)
	}
	changes := map[string]string{}
	for _, c := range told.Changes {
		changes[c.Name] = c.Change
	}
	for name, want := range map[string]string{"telco-churn": "new formula", "telco-churn-goal": "new formula", "telco-support": "unchanged", "telco-support-churn": "new formula"} {
		if changes[name] != want {
			t.Errorf("%s: %s, want %s", name, changes[name], want)
		}
	}
	if c := told.Changes[0]; *c.Was.N != 7043 || *c.Is.N != 5517 || c.Was.Value == c.Is.Value || len(c.Edits) != 2 {
		t.Errorf("%+v %+v %q", c.Was, c.Is, c.Edits)
	} else if n := c.Is.Number; n == nil || !strings.HasPrefix(n.Value, "0.3") || n.Unit != "ratio" || n.Lower == "" || *n == *c.Was.Number {
		t.Errorf("numbers for programs: %+v, then %+v", c.Was.Number, n)
	}
}

// What cannot be told is told as such.
func TestDiffThatFails(t *testing.T) {
	old, bind := edit(t), "telco=file:"+samples+"/data/telco_churn.csv.gz"
	for says, args := range map[string][]string{
		"nothing was compared":     {"-f", edit(t, "theme: Loyalty", "theme: Praise"), "--against", old, "--bind", bind},
		"not all of the edit":      {"-f", edit(t, "operator: In, values: [\"Yes\"]}]\n      preset", "operator: In, values: [\"No\"]}]\n      preset"), "--against", old},
		"say which files":          {"--against", old},
		"of namespace demo":        {"-f", samples + "/telco.yaml", "-n", "other", "--against", old},
		"no definition":            {"-f", "testdata/nothing.yaml", "--against", old},
		"say with --against which": {"-f", old, "--kubeconfig", "/nowhere"},
	} {
		code, out, stderr := run(t, "", append([]string{"diff"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %q %q, want %q", args, code, out, stderr, says)
		}
	}
}
