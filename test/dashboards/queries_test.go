// Package dashboards holds config/grafana and config/prometheus against a real Prometheus that scrapes the operator while
// it looks after the demo of config/samples.
package dashboards

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/cpi-operator/cpi-operator/internal/dashboards"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	prometheustest "github.com/cpi-operator/cpi-operator/test/prometheus"
)

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	files.Main()
	envtestkit.Main(m)
}

// configuration scrapes one operator all the time and evaluates the rules.
const configuration = `
global: {scrape_interval: 2s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
- job_name: cpi-operator
  scheme: https
  honor_labels: true
  tls_config: {insecure_skip_verify: true}
  static_configs: [{targets: [%q]}]
`

// chosen are values of a dashboard's variables. Those of the demo come first.
type chosen map[string]string

var choices = map[string][]chosen{
	"cpi-operator-overview": {{"namespace": "demo"}, {"namespace": ".*"}},
	"cpi-operator-cpi": {
		{"namespace": "demo", "name": "telco-churn"}, {"namespace": "demo", "name": "software-nps"}, {"namespace": "demo", "name": "retailer-ease"},
		{"namespace": fedNamespace, "name": "plenty"},
	},
	"cpi-operator-kpi": {
		{"namespace": "demo", "name": "software-renewal"}, {"namespace": "demo", "name": "software-nps-goal"},
		{"namespace": fedNamespace, "name": "plenty"}, {"namespace": fedNamespace, "name": "share"},
	},
	"cpi-operator-linkages": {
		{"namespace": "demo", "name": "software-nps-renewal", "driver": "software-nps"}, {"namespace": fedNamespace, "name": "claim", "driver": "plenty"},
	},
	"cpi-operator-health": {{"job": "cpi-operator"}},
}

// fed are the queries that the demo has no series for, by dashboard, panel and letter.
var fed = []string{
	"cpi-operator-overview/Nobody is told/A", "cpi-operator-overview/Nobody is told/B",
	"cpi-operator-overview/KPIs against their targets/G",
	"cpi-operator-cpi/Error budget left/A", "cpi-operator-cpi/Error budget left/B", "cpi-operator-cpi/Error budget left/C", "cpi-operator-cpi/Burn rate/A",
	"cpi-operator-cpi/Response rate/A", "cpi-operator-cpi/Rows that could not be used/A", "cpi-operator-cpi/Freshness/A",
	"cpi-operator-kpi/Value with its interval/G", "cpi-operator-kpi/Chance of dated targets/A",
	"cpi-operator-kpi/Response rate/A", "cpi-operator-kpi/Rows that could not be used/A", "cpi-operator-kpi/Freshness/A",
	"cpi-operator-linkages/What goes with which KPI/E", "cpi-operator-linkages/What goes with which KPI/G",
	"cpi-operator-linkages/Effect over time/D", "cpi-operator-linkages/Effect over time/E", "cpi-operator-linkages/Effect over time/F",
	"cpi-operator-linkages/Influence of the drivers/A", "cpi-operator-linkages/Chance of the KPI's dated targets/A",
}

func TestEveryQueryReturnsData(t *testing.T) {
	store := metrics.NewStore(limits)
	address := startOperator(t, store)
	rules := filepath.Join(envtestkit.Root(), "config", "prometheus", "rules.yaml")
	absolute, err := filepath.Abs(rules)
	if err != nil {
		t.Fatal(err)
	}
	server := prometheustest.Start(t, "", prometheustest.Config(fmt.Sprintf(configuration, absolute, address)))
	await(t, server, "cpi_operator_leader == 1") // so that what is counted from now on is an increase
	runDemo(t)
	feed(store, time.Now())
	await(t, server, `count(cpi_link_verdict{namespace="demo"}) == 3`)

	for _, d := range dashboards.All() {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				name := strings.Join([]string{d.UID, p.Title, target.RefID}, "/")
				t.Run(name, func(t *testing.T) {
					demo, made := choices[d.UID][:demos(d.UID)], choices[d.UID][demos(d.UID):]
					if !slices.Contains(fed, name) {
						answered(t, server, target.Expr, demo)
						return
					}
					answered(t, server, target.Expr, made)
					for _, choice := range demo {
						if n, err := ask(server, filled(target.Expr, choice)); err != nil || n > 0 {
							t.Errorf("the demo answers it too (%v): take it off the list", err)
						}
					}
				})
			}
		}
		for _, p := range d.Panels {
			if p.Type == "table" && len(p.Targets) > 1 {
				t.Run(d.UID+"/"+p.Title+"/rows", func(t *testing.T) { joined(t, server, p, choices[d.UID]) })
			}
		}
		for _, v := range d.Templating.List[1:] {
			t.Run(d.UID+"/"+v.Name, func(t *testing.T) { offered(t, server, d.UID, v) })
		}
	}
	t.Run("rules", func(t *testing.T) { rulesAreHealthy(t, server) })
}

// joined waits until a table holds to what Grafana's merging needs: rows come from the first query, and every sample of
// another finds one row, which no other sample of its query has found. Otherwise rows would show up double, or torn.
func joined(t *testing.T, server *prometheustest.Server, p dashboards.Panel, choices []chosen) {
	var torn string
	defer func() {
		if t.Failed() {
			t.Log(torn)
		}
	}()
	for _, choice := range choices {
		envtestkit.Eventually(t, func() bool { // a scrape may come between a value and its state
			torn = tear(t, server, p, choice)
			return torn == ""
		})
	}
}

// tear is a sample without a row of its own; empty if there is none.
func tear(t *testing.T, server *prometheustest.Server, p dashboards.Panel, choice chosen) string {
	t.Helper()
	at := time.Now() // one instant for all queries
	rows := labelled(t, server, filled(p.Targets[0].Expr, choice), at)
	for _, target := range p.Targets[1:] {
		taken := map[int]bool{}
		for _, sample := range labelled(t, server, filled(target.Expr, choice), at) {
			found := slices.IndexFunc(rows, func(row map[string]string) bool { return agree(row, sample) })
			if found < 0 || taken[found] {
				return fmt.Sprintf("query %s with %v: %v has no row of its own among %v", target.RefID, choice, sample, rows)
			}
			taken[found] = true
		}
	}
	return ""
}

// agree reports whether two sets of labels have the same values for the labels that both have.
func agree(a, b map[string]string) bool {
	for label, value := range a {
		if other, both := b[label]; both && other != value {
			return false
		}
	}
	return true
}

// demos is how many choices of a dashboard are the demo's.
func demos(uid string) int {
	made := slices.IndexFunc(choices[uid], func(c chosen) bool { return c["namespace"] == fedNamespace || c["namespace"] == ".*" })
	if made < 0 {
		return len(choices[uid])
	}
	return made
}

// answered waits until a query has data with one of the choices.
func answered(t *testing.T, server *prometheustest.Server, expr string, choices []chosen) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("no data from %s with any of %v", expr, choices)
		}
	}()
	envtestkit.Eventually(t, func() bool {
		for _, choice := range choices {
			n, err := ask(server, filled(expr, choice))
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				return true
			}
		}
		return false
	})
}

// filled puts values in the place of variables, as Grafana does: $namespace is not $name with something after it.
func filled(expr string, choice chosen) string {
	return variable.ReplaceAllStringFunc(expr, func(found string) string {
		switch found {
		case "$__rate_interval":
			return "5m"
		case "$__range":
			return "1h"
		case "$1": // of label_replace
			return found
		}
		return choice[found[1:]]
	})
}

var variable = regexp.MustCompile(`\$\w+`)

// offered wants values of a variable, the chosen ones among them.
func offered(t *testing.T, server *prometheustest.Server, uid string, v dashboards.Variable) {
	t.Helper()
	parts := labelValues.FindStringSubmatch(v.Definition)
	if parts == nil {
		t.Fatalf("%s is no query for the values of a label", v.Definition)
	}
	for _, choice := range choices[uid] {
		if choice[v.Name] != ".*" {
			query := fmt.Sprintf(`(group by (%s) (%s)) and on (%[1]s) label_replace(vector(1), %[1]q, %[3]q, "", "")`, parts[2], parts[1], choice[v.Name])
			answered(t, server, query, []chosen{choice})
		}
	}
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// answer of a Prometheus to a query.
type answer struct {
	Error string
	Data  struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
}

// labelled are the labels of what answers a query at an instant.
func labelled(t *testing.T, server *prometheustest.Server, query string, at time.Time) []map[string]string {
	t.Helper()
	var found answer
	if err := get(server, "/api/v1/query?"+url.Values{"query": {query}, "time": {at.Format(time.RFC3339)}}.Encode(), &found); err != nil || found.Error != "" {
		t.Fatal(err, found.Error)
	}
	var out []map[string]string
	for _, sample := range found.Data.Result {
		out = append(out, sample.Metric)
	}
	return out
}

// ask returns how many samples answer a query; NaN is none.
func ask(server *prometheustest.Server, query string) (int, error) {
	var answer answer
	if err := get(server, "/api/v1/query?"+url.Values{"query": {query}}.Encode(), &answer); err != nil {
		return 0, err
	}
	if answer.Error != "" {
		return 0, fmt.Errorf("%s: %s", query, answer.Error)
	}
	n := 0
	for _, sample := range answer.Data.Result {
		value, err := strconv.ParseFloat(sample.Value[1].(string), 64)
		if err != nil {
			return 0, err
		}
		if !math.IsNaN(value) {
			n++
		}
	}
	return n, nil
}

func get(server *prometheustest.Server, path string, into any) error {
	response, err := http.Get(server.Address + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(into)
}

func await(t *testing.T, server *prometheustest.Server, query string) {
	t.Helper()
	envtestkit.Eventually(t, func() bool {
		n, err := ask(server, query)
		if err != nil {
			t.Fatal(err)
		}
		return n > 0
	})
}

// rulesAreHealthy wants every rule to have been evaluated without an error, over the demo's series.
func rulesAreHealthy(t *testing.T, server *prometheustest.Server) {
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	count := 0
	envtestkit.Eventually(t, func() bool {
		if err := get(server, "/api/v1/rules", &answer); err != nil {
			t.Fatal(err)
		}
		count = 0
		for _, group := range answer.Data.Groups {
			for _, rule := range group.Rules {
				if rule.Health == "unknown" {
					return false
				}
				count++
				if rule.Health != "ok" {
					t.Fatalf("%s: %s %s", rule.Name, rule.Health, rule.LastError)
				}
			}
		}
		return true
	})
	content, err := os.ReadFile(filepath.Join(envtestkit.Root(), "config", "prometheus", "rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if declared := strings.Count(string(content), "- alert: "); count != declared {
		t.Errorf("%d rules were evaluated, %d are declared", count, declared)
	}
}
