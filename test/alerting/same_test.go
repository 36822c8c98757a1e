package alerting_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// The configuration of a whole Alertmanager and the AlertmanagerConfig of one namespace say the same in two spellings, but
// for what concerns other namespaces and the operator's own absence.
func TestBothConfigurationsAreTheSame(t *testing.T) {
	var whole, namespaced map[string]any
	load(t, configuration, &whole)
	load(t, filepath.Join(filepath.Dir(configuration), "alertmanagerconfig.yaml"), &namespaced)
	spec := namespaced["spec"].(map[string]any)

	var here, there []string
	for _, rule := range whole["inhibit_rules"].([]any) {
		if text := flat(rule); !strings.Contains(text, "CPIOperatorAbsent") {
			here = append(here, text)
		}
	}
	for _, rule := range spec["inhibitRules"].([]any) {
		there = append(there, flat(rule))
	}
	if diff := cmp.Diff(here, there); diff != "" {
		t.Errorf("what silences what (-whole +namespaced):\n%s", diff)
	}

	root := whole["route"].(map[string]any)
	root["routes"] = root["routes"].([]any)[1:] // the first is that of other namespaces
	routes := spec["route"].(map[string]any)
	if diff := cmp.Diff(routed(root, ""), routed(routes, "")); diff != "" {
		t.Errorf("who is told (-whole +namespaced):\n%s", diff)
	}
}

func load(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

// flat is an inhibition in one line, whichever way it is spelled.
func flat(rule any) string {
	r := rule.(map[string]any)
	return fmt.Sprintf("%s silences %s where %v are equal",
		matchers(either(r, "source_matchers", "sourceMatch")), matchers(either(r, "target_matchers", "targetMatch")), r["equal"])
}

// routed is a tree of routes in lines.
func routed(route map[string]any, parent string) []string {
	receiver := parent
	if name, ok := route["receiver"].(string); ok {
		receiver = name
	}
	out := []string{fmt.Sprintf("%s to %s, grouped by %v, after %v, %v and %v", matchers(route["matchers"]), receiver,
		either(route, "group_by", "groupBy"), either(route, "group_wait", "groupWait"), either(route, "group_interval", "groupInterval"), either(route, "repeat_interval", "repeatInterval"))}
	children, _ := route["routes"].([]any)
	for _, child := range children {
		for _, line := range routed(child.(map[string]any), receiver) {
			out = append(out, "  "+line)
		}
	}
	return out
}

func either(object map[string]any, one, other string) any {
	if value, ok := object[one]; ok {
		return value
	}
	return object[other]
}

// matchers are such as owner="support", joined.
func matchers(list any) string {
	var out []string
	each, _ := list.([]any)
	for _, one := range each {
		switch m := one.(type) {
		case string:
			out = append(out, m)
		case map[string]any:
			sign, ok := m["matchType"]
			if !ok {
				sign = "="
			}
			out = append(out, fmt.Sprintf("%s%s%q", m["name"], sign, m["value"]))
		}
	}
	return strings.Join(out, ", ")
}
