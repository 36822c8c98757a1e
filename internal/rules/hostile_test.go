package rules_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/rules"
)

// hostile texts try to be run by the template, to break out of the query that it makes, or to be too much.
var hostile = []string{
	"{{ query `cpi_secret` | first | value }}",
	`a",namespace="other`,
	`a"} or cpi_secret or cpi_alert_message{name="x`,
	`back\slash\"`,
	"`}} {{ printf `%s` `x` }} {{` %q %s %!d",
	"line one\nline two\r\n\tthree\x00\x1b[31m",
	".*|.+", "a", "", " ",
	"größe=Zürich, 東京 🙂 \u200b\u202e\U000e0041",
	"not\xffUTF-8\xc3",
	strings.Repeat("long ", 2000),
	strings.Repeat(`"\`, 5000),
}

// What people wrote as title, owner, theme, segment and in a message arrives as it leaves the operator, by the letter:
// no template reads it, and no query that a template makes of it reads anything else.
func TestHostileTextsAreShownAndReadNothing(t *testing.T) {
	store := metrics.NewStore(metrics.DefaultLimits)
	store.Export(true)
	for i, text := range hostile {
		view := &alert.Indicator{Kind: alert.CPI, Name: fmt.Sprintf("nps-%d", i), Title: text, Team: text, Source: alert.SourceRuns{Name: "crm"}}
		alerts := []alert.Alert{{Name: alert.BelowThreshold, Severity: alert.Warning, Team: text, Segment: "plan=" + text, Message: "Said: " + text}}
		store.SetIndicator(metrics.Indicator{Namespace: "cx", View: view, Theme: text, Decision: alert.Decision{Alerts: alerts}})
	}
	recorder := httptest.NewRecorder()
	store.Handler(prometheus.NewRegistry()).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	found, err := parser.TextToMetricFamilies(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}

	inputs := []map[string]string{input("cpi_secret", nil), input(metrics.MessageName, map[string]string{ // of everything but the right labels
		"namespace": "other", "kind": "CPIDefinition", "name": "nps-7", "alert": "CPIBelowThreshold", "segment": "plan=a", "message": "of another namespace"})}
	said := map[string]string{}
	for _, m := range found[metrics.MessageName].Metric {
		labels := labelsOf(m)
		said[labels["name"]] = labels["message"]
		inputs = append(inputs, input(metrics.MessageName, labels))
	}
	var expected []map[string]any
	for _, m := range found[metrics.AlertName].Metric {
		labels := labelsOf(m)
		inputs = append(inputs, input(metrics.AlertName, labels))
		delete(labels, "alert")
		labels["concern"] = "business"
		expected = append(expected, map[string]any{"exp_labels": labels, "exp_annotations": map[string]string{
			"summary":     labels["title"] + " is beyond its warning threshold",
			"description": "cx/" + labels["name"] + ": " + said[labels["name"]] + " kubectl describe --namespace cx CPIDefinition " + labels["name"],
			"runbook_url": rules.Runbooks + "CPIBelowThreshold.md",
		}})
	}
	if len(expected) != len(hostile) || len(said) != len(hostile) {
		t.Fatalf("%d alerts and %d messages of %d texts", len(expected), len(said), len(hostile))
	}
	for name, text := range said {
		if len(text) > 1024 || !strings.HasPrefix(text, "Said: ") || strings.ContainsAny(text, "\n\r\x00\x1b") {
			t.Errorf("%s says %q", name, text)
		}
	}
	promtool(t, inputs, expected)
}

// Where somebody else's exporter writes such labels as they are, nothing breaks either.
func TestHostileTextsThatNobodyCleaned(t *testing.T) {
	inputs, expected := []map[string]string{input("cpi_secret", nil)}, []map[string]any(nil)
	for i, text := range hostile {
		text = strings.ToValidUTF8(text, "?")
		labels := map[string]string{"namespace": "cx", "kind": "CPIDefinition", "name": fmt.Sprintf("nps-%d", i), "severity": "warning", "title": text, "segment": "plan=" + text}
		series := map[string]string{"alert": "CPIBelowThreshold"}
		maps.Copy(series, labels)
		inputs = append(inputs, input(metrics.AlertName, series), input(metrics.MessageName, map[string]string{
			"namespace": "cx", "kind": "CPIDefinition", "name": labels["name"], "alert": "CPIBelowThreshold", "segment": labels["segment"], "message": text}))
		if text == "" { // a label without a value is none
			delete(labels, "title")
		}
		labels["concern"] = "business"
		expected = append(expected, map[string]any{"exp_labels": labels, "exp_annotations": map[string]string{
			"summary":     text + " is beyond its warning threshold",
			"description": "cx/" + labels["name"] + ": " + text + " kubectl describe --namespace cx CPIDefinition " + labels["name"],
			"runbook_url": rules.Runbooks + "CPIBelowThreshold.md",
		}})
	}
	promtool(t, inputs, expected)
}

func labelsOf(m *dto.Metric) map[string]string {
	out := map[string]string{}
	for _, l := range m.Label {
		if l.GetValue() != "" {
			out[l.GetName()] = l.GetValue()
		}
	}
	return out
}

// input is a series that stands for an hour.
func input(name string, labels map[string]string) map[string]string {
	var pairs []string
	for k, v := range labels {
		pairs = append(pairs, k+"="+quoted.Replace(`"`+quote.Replace(v)+`"`))
	}
	return map[string]string{"series": name + "{" + strings.Join(pairs, ",") + "}", "values": "1x60"}
}

// quote escapes as PromQL asks; quoted writes what may not stand in YAML.
var (
	quote  = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\uFFFD", `\uFFFD`)
	quoted = strings.NewReplacer("\x00", `\x00`, "\x1b", `\x1b`)
)

// promtool evaluates the rules over the series for ten minutes and compares the alerts below a threshold.
func promtool(t *testing.T, inputs []map[string]string, expected []map[string]any) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(root, "config", "prometheus", "rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := yaml.Marshal(map[string]any{
		"rule_files": []string{file}, "evaluation_interval": "1m",
		"tests": []map[string]any{{
			"interval": "1m", "input_series": inputs,
			"alert_rule_test": []map[string]any{{"eval_time": model.Duration(10 * time.Minute).String(), "alertname": "CPIBelowThreshold", "exp_alerts": expected}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hostile_test.yaml")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtoolPath(t), "test", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%.6000s", err, out)
	}
}
