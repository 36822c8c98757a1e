package rules_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/rules"
)

var update = flag.Bool("update", false, "write the generated files anew")

const root = "../.."

// The rules file for a Prometheus without the Prometheus operator is generated; promtool tests it.
func TestRulesFileIsCurrent(t *testing.T) {
	body, err := yaml.Marshal(map[string]any{"groups": []rules.Group{rules.Namespace(""), rules.Operator()}})
	if err != nil {
		t.Fatal(err)
	}
	want := "# Generated from internal/rules: go test ./internal/rules -update\n" + string(body)
	path := filepath.Join(root, "config", "prometheus", "rules.yaml")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./internal/rules -update:\n%s", diff)
	}
}

// With a namespace every selector of indicators is bound to it: another namespace's series never fire here.
func TestRulesOfANamespaceReadNoOther(t *testing.T) {
	for _, r := range rules.Namespace("cx").Rules {
		if selectors, bound := strings.Count(r.Expr, "{"), strings.Count(r.Expr, `namespace="cx"`); selectors == 0 || selectors != bound {
			t.Errorf("%s: %d selectors, %d bound to the namespace: %s", r.Alert, selectors, bound, r.Expr)
		}
	}
}

func TestPromtool(t *testing.T) {
	for _, arguments := range [][]string{
		{"check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"},
		{"test", "rules", "rules_test.yaml", "threshold_test.yaml", "stale_test.yaml", "operator_test.yaml"},
	} {
		command := exec.Command(promtoolPath(t), arguments...)
		command.Dir = filepath.Join(root, "config", "prometheus")
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, out)
		}
	}
}

// promtoolPath builds promtool if it is not there yet.
func promtoolPath(t *testing.T) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(root, "hack", "tools", "build.sh"), "promtool").Output()
	if err != nil {
		t.Fatalf("build promtool: %v", err)
	}
	return strings.TrimSpace(string(out))
}
