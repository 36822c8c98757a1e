package alerting_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/test/tools"
)

// The configuration that we hand out is one that Alertmanager takes.
func TestConfigurationIsValid(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), tools.Build(t, "amtool"), "check-config", configuration).CombinedOutput()
	if err != nil {
		t.Errorf("amtool: %v\n%s", err, out)
	}
}

var configuration = filepath.Join("..", "..", "config", "alertmanager", "alertmanager.yaml")

// Who is told follows from owner, concern, severity and namespace.
func TestWhoIsTold(t *testing.T) {
	tool := tools.Build(t, "amtool")
	for labels, want := range map[string]string{
		"owner=support concern=business severity=warning namespace=cx":                   "support",
		"owner=support concern=business severity=critical namespace=cx":                  "support",
		"owner=sales concern=business severity=critical namespace=cx":                    "sales",
		"owner=checkout concern=business severity=critical namespace=cx":                 "unclaimed",
		"owner=support concern=platform severity=warning namespace=cx":                   "platform",
		"owner=platform concern=platform severity=critical namespace=cx kind=DataSource": "platform-on-call",
		"owner=platform concern=platform severity=critical alertname=CPIOperatorAbsent":  "platform-on-call",
		"owner=support concern=business severity=critical namespace=cx-staging":          "nobody",
		"owner=platform concern=platform severity=critical namespace=cx-dev":             "nobody",
	} {
		arguments := append([]string{"config", "routes", "test", "--config.file", configuration}, strings.Fields(labels)...)
		out, err := exec.CommandContext(t.Context(), tool, arguments...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: told are %q (%v), want %s", labels, got, err, want)
		}
	}
}
