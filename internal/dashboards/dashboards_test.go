package dashboards_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/dashboards"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

var update = flag.Bool("update", false, "write the generated files anew")

var folder = filepath.Join("..", "..", "config", "grafana")

func TestFilesAreCurrent(t *testing.T) {
	var want []string
	for _, d := range dashboards.All() {
		content, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, d.UID+".json")
		want = append(want, path)
		if *update {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(content), string(got)); diff != "" {
			t.Errorf("run go test ./internal/dashboards -update:\n%s", diff)
		}
	}
	got, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of config/grafana:\n%s", diff)
	}
}

// What Grafana expects of a dashboard, or would quietly put right.
func TestGrafanaWouldTakeThem(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range dashboards.All() {
		if len(d.UID) == 0 || len(d.UID) > 40 || uids[d.UID] || d.Title == "" {
			t.Errorf("dashboard %q %q: an address of its own of at most 40 characters, and a title", d.UID, d.Title)
		}
		uids[d.UID] = true
		if d.Templating.List[0].Type != "datasource" {
			t.Errorf("%s: the data source is not chosen first", d.UID)
		}
		taken, ids := map[[2]int]string{}, map[int]bool{}
		for _, p := range d.Panels {
			name := d.UID + "/" + p.Title
			if p.ID < 1 || ids[p.ID] {
				t.Errorf("%s: id %d is taken", name, p.ID)
			}
			ids[p.ID] = true
			g := p.GridPos
			if g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > 24 {
				t.Errorf("%s: lies outside of the grid: %+v", name, g)
			}
			for x := g.X; x < g.X+g.W; x++ {
				for y := g.Y; y < g.Y+g.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s lies on %s", name, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
			if p.Type == "row" {
				continue
			}
			checkPanel(t, name, p)
		}
	}
}

// open is a place in a query that nothing was filled into.
var open = regexp.MustCompile(`<[a-z0-9]+>`)

func checkPanel(t *testing.T, name string, p dashboards.Panel) {
	t.Helper()
	if p.Title == "" || len(p.Description) < 20 {
		t.Errorf("%s: a title and a description that says what is shown", name)
	}
	if p.Type == "gauge" || p.Type == "bargauge" || p.Type == "stat" {
		t.Errorf("%s: a %s shows a number without its interval", name, p.Type)
	}
	if p.DataSource == nil || p.DataSource.UID != "${datasource}" || p.FieldConfig == nil || len(p.Targets) == 0 {
		t.Errorf("%s: a data source to choose, the look of its values, and a query", name)
	}
	refs := map[string]bool{}
	for _, target := range p.Targets {
		if refs[target.RefID] || target.Expr == "" || target.DataSource.UID != "${datasource}" || target.Instant == target.Range {
			t.Errorf("%s: query %+v", name, target)
		}
		refs[target.RefID] = true
		if open.MatchString(target.Expr) {
			t.Errorf("%s: a place left open in %s", name, target.Expr)
		}
	}
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.ID == "byFrameRefID" && !refs[o.Matcher.Options] {
			t.Errorf("%s: an override of query %s, which does not exist", name, o.Matcher.Options)
		}
	}
}

// A value never stands alone: where a panel asks for a value or effect it asks for both ends of its interval.
func TestIntervalsStandBesideValues(t *testing.T) {
	for _, d := range dashboards.All() {
		for _, p := range d.Panels {
			var all strings.Builder
			for _, target := range p.Targets {
				all.WriteString(target.Expr + "\n")
			}
			for _, metric := range []string{"cpi_value", "kpi_value", "cpi_segment_value", "kpi_segment_value", "cpi_link_effect"} {
				if !regexp.MustCompile(`(^|[( *])` + metric + `\{[^}]*\}(\n|\)| or|, ")`).MatchString(all.String()) {
					continue
				}
				for _, end := range []string{"_lower{", "_upper{"} {
					if !strings.Contains(all.String(), metric+end) {
						t.Errorf("%s/%s: %s without %s…}", d.UID, p.Title, metric, end)
					}
				}
			}
		}
	}
}

var named = regexp.MustCompile(`\bk?c?pi_[a-z_]+[a-z]\b`)

// Queries use the names that the operator exports, and everything that it exports on indicators can be seen somewhere.
func TestNamesAreThoseOfTheMetrics(t *testing.T) {
	exported, used := map[string]bool{}, map[string]bool{}
	for _, name := range metrics.Names() {
		exported[name] = true
	}
	for _, d := range dashboards.All() {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range named.FindAllString(string(text), -1) {
			base := strings.TrimSuffix(name, "_bucket")
			used[base] = true
			if !exported[base] {
				t.Errorf("%s: %s is not exported", d.UID, name)
			}
		}
	}
	for _, name := range metrics.Names() {
		if !used[name] && !unseen[name] {
			t.Errorf("%s is on no dashboard: show it, or say in unseen why not", name)
		}
	}
}

// unseen are on no dashboard for a reason.
var unseen = map[string]bool{
	metrics.AlertName:                  true, // seen as ALERTS, which the rules make of it
	metrics.SourceFailingName:          true, // the alerts of each source, and of many at once, are seen
	"cpi_period_end_timestamp_seconds": true, // the periods' labels stand in kubectl get
	"kpi_period_end_timestamp_seconds": true,
	"cpi_target":                       true, // a KPI's
	"kpi_threshold":                    true, // a CPI's
}
