package rules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/rules"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// An alert that has no namespace gets one, and one that has keeps it.
func TestWithin(t *testing.T) {
	group := rules.Group{Name: "g", Rules: []rules.Rule{
		{Alert: "None", Expr: "absent(nothing)", Labels: map[string]string{"owner": "platform"}, Annotations: map[string]string{}},
		{Alert: "Some", Expr: "something", Labels: map[string]string{"owner": "platform"}, Annotations: map[string]string{}},
	}}
	body, err := yaml.Marshal(map[string]any{"groups": []rules.Group{group.Within("ops")}})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string]string{"rules.yaml": string(body), "test.yaml": `
rule_files: [rules.yaml]
tests:
- input_series: [{series: 'something{namespace="cx"}', values: "1x5"}]
  alert_rule_test:
  - {eval_time: 2m, alertname: None, exp_alerts: [{exp_labels: {owner: platform, namespace: ops}}]}
  - {eval_time: 2m, alertname: Some, exp_alerts: [{exp_labels: {owner: platform, namespace: cx}}]}
`} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), tools.Build(t, "promtool"), "test", "rules", "test.yaml")
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
	if _, changed := group.Rules[0].Labels["namespace"]; changed {
		t.Error("Within changes the group that it is asked of")
	}
}
