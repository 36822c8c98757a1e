package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/cli.md from the help texts")

// docs/cli.md has every help text. go test ./internal/cli -run TestDocs -update writes it.
func TestDocs(t *testing.T) {
	want := page(Command(time.Now()))
	const path = "../../docs/cli.md"
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
		t.Errorf("docs/cli.md is not what the help texts say (go test ./internal/cli -run TestDocs -update):\n%s", diff)
	}
}

// page is the help texts as Markdown.
func page(root *cobra.Command) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# kubectl cpi\n\n<!-- Generated from the help texts: go test ./internal/cli -run TestDocs -update -->\n\n%s\n\n| command | |\n| --- | --- |\n", root.Long)
	commands := []*cobra.Command{}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			commands = append(commands, c)
		}
	}
	for _, c := range commands {
		fmt.Fprintf(&out, "| [%s](#%s) | %s |\n", c.Name(), c.Name(), c.Short)
	}
	for _, c := range commands {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n\n```text\n%s\n```\n", c.Name(), c.Long, c.UseLine())
		fmt.Fprintf(&out, "\n<!-- not run: test/docs runs the examples of help texts -->\n\n```sh\n%s\n```\n", unindented(c.Example))
		if flags := c.NonInheritedFlags(); flags.HasAvailableFlags() {
			fmt.Fprintf(&out, "\n```text\n%s```\n", flags.FlagUsages())
		}
	}
	return out.String()
}

func unindented(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

// Every command says what it does, by example too, and takes the same flags by the same names.
func TestHelpIsConsistent(t *testing.T) {
	known := map[string]string{}
	for _, c := range Command(time.Now()).Commands() {
		if c.Short == "" || c.Long == "" || c.Example == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: short %q, long %d, example %d", c.Name(), c.Short, len(c.Long), len(c.Example))
		}
		for line := range strings.SplitSeq(c.Example, "\n") {
			if line != "" && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: %q is not indented", c.Name(), line)
			}
		}
		for name, short := range map[string]string{"namespace": "n", "filename": "f", "output": "o", "all-namespaces": "A", "kubeconfig": "", "context": ""} {
			f := c.Flags().Lookup(name)
			if f == nil {
				continue
			}
			if f.Shorthand != short {
				t.Errorf("%s: --%s is -%s, elsewhere -%s", c.Name(), name, f.Shorthand, short)
			}
			if name == "kubeconfig" || name == "context" {
				if former, seen := known[name]; seen && former != f.Usage {
					t.Errorf("%s: --%s is told as %q, elsewhere as %q", c.Name(), name, f.Usage, former)
				}
				known[name] = f.Usage
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	for shell, says := range map[string]string{"bash": "__start_kubectl-cpi", "zsh": "#compdef kubectl-cpi", "fish": "complete -c kubectl-cpi", "kubectl": "exec kubectl-cpi __complete"} {
		if code, out, stderr := run(t, "", "completion", shell); code != exitOK || !strings.Contains(out, says) {
			t.Errorf("%s: %d %q %s", shell, code, out, stderr)
		}
	}
	if code, _, stderr := run(t, "", "completion"); code != exitUsage || !strings.Contains(stderr, "bash|zsh|fish|kubectl") {
		t.Errorf("%d %s", code, stderr)
	}
	// Names of files, without a cluster; what cannot be had offers nothing and complains to nobody.
	if _, out, _ := run(t, "", "__complete", "explain", "-f", samples+"/telco.yaml", ""); !strings.Contains(out, "telco-churn\tCPIDefinition\n") || !strings.Contains(out, "telco-churn-goal\tKPITarget\n") {
		t.Error(out)
	}
	if _, out, _ := run(t, "", "__complete", "explain", "-f", samples+"/telco.yaml", "kpi/t"); !strings.Contains(out, "kpi/telco-churn-goal\tKPITarget\n") {
		t.Errorf("after a kind: %q", out)
	}
	if code, out, _ := run(t, "", "__complete", "explain", "--kubeconfig", "/nowhere", ""); code != exitOK || out != ":4\n" {
		t.Errorf("%d %q", code, out)
	}
}

func TestVersion(t *testing.T) {
	if code, out, _ := run(t, "", "version"); code != exitOK || !strings.Contains(out, "Go        go1.") {
		t.Errorf("%d %s", code, out)
	}
}
