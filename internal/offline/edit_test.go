package offline

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// edited tells in short what becomes of before, by kind and name, leaving out what stays as it is.
func edited(t *testing.T, before board.Objects, n *Namespace, whole bool, binds ...string) map[string]string {
	t.Helper()
	opts := Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	for _, text := range binds {
		b, err := ParseBind(text)
		if err != nil {
			t.Fatal(err)
		}
		opts.Binds = append(opts.Binds, b)
	}
	e, err := n.Edit(t.Context(), before, whole, opts)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range e.Changes() {
		if c.What == Unchanged {
			continue
		}
		text := string(c.What)
		for _, told := range []*Told{c.Was, c.Is} {
			if told == nil {
				text += " | -"
			} else {
				text += " | " + told.Value + " " + told.State
			}
		}
		for _, a := range c.Begin {
			text += " +" + string(a.Name)
		}
		for _, a := range c.End {
			text += " -" + string(a.Name)
		}
		out[c.Kind+"/"+c.Name] = strings.Join(append([]string{text}, c.Edits...), "; ")
	}
	return out
}

func told(t *testing.T, n *Namespace, binds ...string) board.Objects {
	t.Helper()
	o, _ := n.Objects(compute(t, n, binds...), monday)
	return o
}

const claims = `
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: pros}
spec:
  title: Professionals
  theme: Loyalty
  owner: {team: support}
  datasetRef: {name: answers}
  measure: {share: {of: [{column: plan, operator: In, values: [pro]}], direction: HigherIsBetter}}
  quality: {minSampleSize: 2}
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: goal}
spec:
  title: Be recommended
  category: Growth
  owner: {team: board}
  cpiRef: {name: nps}
  targets: [{from: "2026-01-01", atLeast: "90"}]
`

// Only what an edit touches changes, and only new formulas are computed.
func TestEdit(t *testing.T) {
	rows := write(t, "answers.csv", "id,score,plan\n1,10,basic\n2,9,pro\n3,3,pro\n4,8,pro\n")
	bind := "crm/answers=file:" + rows
	text := survey + strings.TrimPrefix(claims, "\n")
	before := told(t, load(t, write(t, "old.yaml", text)), bind)
	for name, c := range map[string]struct {
		old, text string
		binds     []string
		want      map[string]string
	}{
		"nothing": {"", "", nil, map[string]string{}},
		"words": {"title: NPS", "title: Recommendation", nil, map[string]string{
			"CPIDefinition/nps": "edited | 25.0 Undated | 25.0 Undated; spec.title: NPS → Recommendation",
		}},
		"thresholds": {"  quality: {minSampleSize: 2}\n---", "  quality: {minSampleSize: 2}\n  thresholds: {warning: 90, critical: 10}\n---", nil, map[string]string{
			"CPIDefinition/nps": "judged otherwise | 25.0 Undated | 25.0 OK; spec.thresholds: none → {\"critical\":10,\"warning\":90}",
		}},
		"target": {`atLeast: "90"`, `atLeast: "-100"`, nil, map[string]string{
			"KPITarget/goal": "judged otherwise | 25.0 Inconclusive | 25.0 OnTarget; spec.targets[2026-01-01].atLeast: 90 → -100",
		}},
		"filter": {"entities: {customer: id}}", "entities: {customer: id}, filters: [{name: high, expr: id < 4}]}", []string{bind}, map[string]string{
			"CPIDefinition/nps":  `new formula | 25.0 Undated | 33.3 Undated; Dataset/answers: spec.filters: none → [{"expr":"id < 4","name":"high"}]`,
			"CPIDefinition/pros": `new formula | 75.0 % Undated | 66.7 % Undated; Dataset/answers: spec.filters: none → [{"expr":"id < 4","name":"high"}]`,
			"KPITarget/goal":     "new formula | 25.0 Inconclusive | 33.3 Inconclusive",
		}},
		"one formula": {"values: [pro]", "values: [basic]", []string{bind}, map[string]string{
			"CPIDefinition/pros": "new formula | 75.0 % Undated | 25.0 % Undated; spec.measure.share.of[plan].values: [\"pro\"] → [\"basic\"]",
		}},
		"source": {"host: db.example", "host: other.example", []string{bind}, map[string]string{
			"CPIDefinition/nps":  "new formula | 25.0 Undated | 25.0 Undated; DataSource/crm: spec.postgres.host: db.example → other.example",
			"CPIDefinition/pros": "new formula | 75.0 % Undated | 75.0 % Undated; DataSource/crm: spec.postgres.host: db.example → other.example",
			"KPITarget/goal":     "new formula | 25.0 Inconclusive | 25.0 Inconclusive",
		}},
		"broken": {"entity: customer", "entity: nobody", nil, map[string]string{
			"CPIDefinition/nps": "broken | 25.0 Undated | 25.0 Invalid +CPIComputationFailing; spec.responses.entity: customer → nobody",
			"KPITarget/goal":    "broken | 25.0 Inconclusive | 25.0 Pending +CPIComputationFailing",
		}},
	} {
		edit := strings.Replace(text, c.old, c.text, 1)
		if c.old == "" {
			edit = text
		}
		if diff := cmp.Diff(c.want, edited(t, before, load(t, write(t, "new.yaml", edit)), true, c.binds...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What was applied a moment ago has no numbers yet, and is not judged otherwise for that.
func TestEditOfNothingYet(t *testing.T) {
	bind := "crm/answers=file:" + write(t, "answers.csv", "id,score,plan\n1,10,basic\n2,9,pro\n")
	text := survey + strings.TrimPrefix(claims, "\n")
	n := load(t, write(t, "applied.yaml", text))
	before := board.Objects{Namespace: n.Name, Sources: n.Sources, Datasets: n.Datasets, CPIs: n.CPIs, KPIs: n.KPIs}
	got := edited(t, before, load(t, write(t, "same.yaml", text)), false, bind)
	for _, key := range []string{"CPIDefinition/nps", "CPIDefinition/pros", "KPITarget/goal"} {
		if !strings.HasPrefix(got[key], "not computed yet |  Pending | ") {
			t.Errorf("%s: %s", key, got[key])
		}
	}
	got = edited(t, before, load(t, write(t, "edited.yaml", strings.Replace(text, "values: [pro]", "values: [basic]", 1))), false, bind)
	if !strings.HasPrefix(got["CPIDefinition/pros"], "new formula |") {
		t.Errorf("an edit: %v", got)
	}
}

// What stands beside edited definitions stays, and is looked at again in their light.
func TestEditOfAPart(t *testing.T) {
	before := told(t, load(t, "../../config/samples"))
	text, err := os.ReadFile("../../config/samples/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(strings.Replace(string(text), "critical: 25%", "critical: 30%", 1), "\n---\n")
	n := load(t, write(t, "churn.yaml", parts[2]))
	if len(n.CPIs) != 1 || n.Len() != 1 {
		t.Fatalf("%+v", n.CPIs)
	}
	want := map[string]string{
		"CPIDefinition/telco-churn": "judged otherwise | 26.5 % Critical | 26.5 % Warning +CPIBelowThreshold -CPIBelowThreshold; spec.thresholds.critical: 25% → 30%",
	}
	if diff := cmp.Diff(want, edited(t, before, n, false)); diff != "" {
		t.Error(diff)
	}
	if before.CPIs[3].Status.Summary.State != "Critical" {
		t.Error("what was there is changed")
	}
	if all := edited(t, before, n, true); all["CPILinkage/software-nps-renewal"] == "" || all["KPITarget/telco-churn-goal"] == "" {
		t.Errorf("nothing is taken away: %v", all)
	}
	gone := edited(t, board.Objects{Namespace: "demo"}, load(t, "../../config/samples"), true)
	if !strings.HasPrefix(gone["CPIDefinition/telco-churn"], "new | - | 26.5 % Critical +CPIBelowThreshold") {
		t.Errorf("%v", gone)
	}
}
