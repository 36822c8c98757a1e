package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is printed is the file that the documentation says to load, and promtool takes it, whomever it is for.
func TestRules(t *testing.T) {
	code, all, stderr := run(t, "", "rules")
	if code != exitOK || stderr != "" {
		t.Fatalf("%d %s", code, stderr)
	}
	shipped, err := os.ReadFile("../../config/prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, body, _ := strings.Cut(string(shipped), "\n"); all != body {
		t.Error("the rules for all namespaces are not those of config/prometheus")
	}
	_, demo, _ := run(t, "", "rules", "-n", "demo", "--alert-for", "1h")
	_, ofFiles, _ := run(t, "", "rules", "-f", samples+"/telco.yaml", "--alert-for", "1h")
	if !strings.Contains(demo, `namespace="demo"`) || !strings.Contains(demo, "for: 1h") {
		t.Error(demo)
	}
	if ofFiles != demo {
		t.Errorf("the rules for the namespace of a file are not those for the namespace:\n%s", ofFiles)
	}
	promtool := os.Getenv("PROMTOOL")
	if promtool == "" {
		out, err := exec.Command("../../hack/tools/build.sh", "promtool").Output()
		if err != nil {
			t.Fatalf("build promtool: %v", err)
		}
		promtool = strings.TrimSpace(string(out))
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"all": all, "demo": demo} {
		path := filepath.Join(folder, name+".yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(promtool, "check", "rules", "--lint=all", "--lint-fatal", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestRulesRefuse(t *testing.T) {
	for says, args := range map[string][]string{
		"--namespace Demo\"":    {"rules", "-n", "Demo\""},
		"must not be negative":  {"rules", "--alert-for", "-1s"},
		"print a file for each": {"rules", "-f", samples, "-f", "../../examples/sources"},
		"none of the others":    {"rules", "-n", "demo", "-f", samples},
	} {
		if code, out, stderr := run(t, "", args...); code != exitUsage || out != "" || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %q", args, code, stderr)
		}
	}
}
