package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/rules"
)

var runbooks = filepath.Join(root, "docs", "runbooks")

func TestEveryAlertHasARuleAndARunbook(t *testing.T) {
	ruled := map[string]bool{}
	index := read(t, "README.md")
	for _, group := range []rules.Group{rules.Namespace("cx"), rules.Operator()} {
		for _, r := range group.Rules {
			ruled[r.Alert] = true
			if page := read(t, strings.TrimPrefix(r.Annotations["runbook_url"], rules.Runbooks)); !strings.HasPrefix(page, "# "+r.Alert+"\n") || !strings.Contains(page, "**When it ends.**") {
				t.Errorf("the runbook of %s has another title, or does not say when it ends", r.Alert)
			}
			if !strings.Contains(index, "["+r.Alert+"]("+r.Alert+".md)") {
				t.Errorf("%s is not in the list of runbooks", r.Alert)
			}
		}
	}
	for _, name := range alert.Names {
		if !ruled[string(name)] {
			t.Errorf("%s has no rule", name)
		}
	}
	for _, kind := range []alert.Kind{alert.CPI, alert.KPI, alert.Link, alert.Source} {
		for _, name := range alert.Of(kind, false) {
			if !slices.Contains(alert.Names, name) {
				t.Errorf("%s of a %s is no alert", name, kind)
			}
		}
	}
	for _, page := range pages(t) {
		if name := strings.TrimSuffix(page, ".md"); name != "README" && !ruled[name] {
			t.Errorf("%s is the runbook of no alert", page)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinksOfRunbooksResolve(t *testing.T) {
	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(found[1], "://") {
				t.Errorf("%s leads out of the documentation: %s", page, found[1])
			} else if _, err := os.Stat(filepath.Join(runbooks, found[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(runbooks, "*.md"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no runbooks: %v", err)
	}
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return found
}

func read(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(runbooks, page))
	if err != nil {
		t.Error(err)
	}
	return string(content)
}
