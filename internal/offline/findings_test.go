package offline

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/manifest"
)

// dependents of the survey's definition, directly and by way of each other.
var dependents = strings.NewReplacer("{customer: id}}", "{customer: id}, time: {event: {column: at}}}", "title: NPS", "title: NPS\n  period: {grain: Month}").Replace(survey) + `---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: ease}
spec:
  {title: Ease, theme: Convenience, owner: {team: support}, datasetRef: {name: answers}, measure: {netPromoterScore: {score: ease}}, responses: {entity: customer, keep: All}, period: {grain: Month}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: goal}
spec: {title: Goal, category: CustomerGoal, owner: {team: support}, cpiRef: {name: nps}, targets: [{from: "2026-01-01", atLeast: 30}]}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPILinkage
metadata: {name: claim}
spec: {title: Claim, kpiRef: {name: goal}, drivers: [{cpiRef: {name: ease}, expected: Positive}], minEffect: {absolute: 2}, periodLevel: {}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Scorecard
metadata: {name: set}
spec: {title: Set, audience: Board, owner: {team: support}, members: [{cpiRef: {name: nps}}, {kpiRef: {name: goal}}]}
`

// findingsOf files, as lines of object, field and message.
func findingsOf(t *testing.T, path string) []string {
	t.Helper()
	objects, faults, err := manifest.Read([]string{path}, nil)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	namespaces, findings, err := Load(t.Context(), objects, "default")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range namespaces {
		findings = append(findings, n.Validate()...)
	}
	var out []string
	for _, f := range findings {
		out = append(out, f.Object+": "+f.Field+": "+f.Message)
	}
	slices.Sort(out)
	return out
}

// One mistake is told once, where it is: not of all that waits for it, which is there and would be said not to be.
func TestMistakesAreToldOnce(t *testing.T) {
	if got := findingsOf(t, write(t, "nps.yaml", dependents)); len(got) > 0 {
		t.Fatalf("%q", got)
	}
	for name, c := range map[string]struct{ old, text, want string }{
		"refused by the schema": {"theme: Advocacy", "theme: Praise", "CPIDefinition/nps: spec.theme: Unsupported value"},
		"refused by a rule":     {"score: score}}", "score: score}}\n  thresholds: {warning: 0, critical: 20}", "CPIDefinition/nps: spec.thresholds: higher is better here"},
		"no such dataset":       {"datasetRef: {name: answers}", "datasetRef: {name: answer}", `CPIDefinition/nps: spec.datasetRef: Dataset "answer" does not exist among these files, and references do not lead out of it. Did you mean answers?`},
		"no such source":        {"dataSourceRef: {name: crm}", "dataSourceRef: {name: crmm}", `Dataset/answers: spec.dataSourceRef: DataSource "crmm" is not among these files. Did you mean crm?`},
		"no such member":        {"{kpiRef: {name: goal}}]", "{kpiRef: {name: goals}}]", `Scorecard/set: spec.members[1].kpiRef: KPITarget "goals" is not among these files. Did you mean goal?`},
		"no such driver":        {"drivers: [{cpiRef: {name: ease}", "drivers: [{cpiRef: {name: churn}", `CPILinkage/claim: spec.drivers[0].cpiRef: CPIDefinition "churn" does not exist among these files`},
	} {
		got := findingsOf(t, write(t, "nps.yaml", strings.Replace(dependents, c.old, c.text, 1)))
		if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
			t.Errorf("%s: %s", name, cmp.Diff([]string{c.want}, got))
		}
	}
}

// So it is where what waits stands before what it waits for.
func TestMistakesAreToldOnceInAnyOrder(t *testing.T) {
	index := `
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: index}
spec:
  {title: Index, theme: Value, owner: {team: cx}, measure: {composite: {method: Arithmetic, missingPart: NoValue, parts: [{cpiRef: {name: nps}, weight: 50%, goalposts: {worst: -50, best: 50}}, {cpiRef: {name: ease}, weight: 50%, goalposts: {worst: -50, best: 50}}]}}, period: {grain: Month}}
---`
	if got := findingsOf(t, write(t, "index.yaml", index+dependents)); len(got) > 0 {
		t.Fatalf("%q", got)
	}
	got := findingsOf(t, write(t, "index.yaml", index+strings.Replace(dependents, "datasetRef: {name: answers}", "datasetRef: {name: answer}", 1)))
	if len(got) != 1 || !strings.HasPrefix(got[0], `CPIDefinition/nps: spec.datasetRef: Dataset "answer" does not exist`) {
		t.Errorf("%q", got)
	}
}

// Quotes are advised only where text is wanted.
func TestNumbersWhereNoTextIsWanted(t *testing.T) {
	for text, want := range map[string]bool{"period: {grain: Month, window: 3.5}": false, "thresholds: {warning: 20.5}": true} {
		got := findingsOf(t, write(t, "nps.yaml", survey+"  "+text+"\n"))
		if len(got) != 1 || strings.Contains(got[0], "quote it") != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

const fromConfigMap = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: crm}
spec: {files: {tables: [{name: answers, format: CSV, configMap: {name: data, key: answer.csv}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: data}
data: {answers.csv: "id,score\n1,10\n"}
`

// A ConfigMap that is here lacks the key that a table names, unless the table is bound to something else.
func TestKeyThatAConfigMapLacks(t *testing.T) {
	n := load(t, write(t, "crm.yaml", fromConfigMap))
	want := []string{`5: DataSource/crm: spec.files.tables[0].configMap.key: ConfigMap "data" has no key "answer.csv"; did you mean answers.csv?`}
	if diff := cmp.Diff(want, columnFindings(t, n)); diff != "" {
		t.Error(diff)
	}
	if got := columnFindings(t, n, "crm=file:"+write(t, "mine.csv", "id,score\n1,10\n")); len(got) > 0 {
		t.Errorf("%q", got)
	}
	_, definitions, _ := strings.Cut(survey, "---")
	found := compute(t, load(t, write(t, "nps.yaml", fromConfigMap+"---"+definitions)))
	if a := found.Reports["CPIDefinition/nps"].Status.Attempt; a == nil || a.Message != `ConfigMap "data" has no key "answer.csv"; did you mean answers.csv?` {
		t.Errorf("%+v", a)
	}
}
