package console

import (
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// figure as it stands in a page.
type figure struct {
	drawing
	rows [][]string
}

var (
	figures = regexp.MustCompile(`(?s)<figure class="chart" data-chart="(\w+)">.*?<script type="application/json">(.*?)</script>.*?<tbody>(.*?)</tbody>`)
	rowsOf  = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	cellsOf = regexp.MustCompile(`(?s)<t[hd][^>]*><bdi>(.*?)</bdi></t[hd]>`)
)

// figuresOf a page, of a kind.
func figuresOf(t *testing.T, body, kind string) []figure {
	t.Helper()
	var out []figure
	for _, match := range figures.FindAllStringSubmatch(body, -1) {
		if match[1] != kind {
			continue
		}
		var f figure
		if err := json.Unmarshal([]byte(match[2]), &f.drawing); err != nil {
			t.Fatalf("%s: %v", match[2], err)
		}
		for _, row := range rowsOf.FindAllStringSubmatch(match[3], -1) {
			var cells []string
			for _, cell := range cellsOf.FindAllStringSubmatch(row[1], -1) {
				cells = append(cells, html.UnescapeString(cell[1]))
			}
			f.rows = append(f.rows, cells)
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		t.Fatalf("no chart of kind %s in\n%s", kind, body)
	}
	return out
}

// The chart and its table say the same; what is no result is told, what is not known is no number, and periods before the data
// began are left out.
func TestHistory(t *testing.T) {
	objects := demo(t)
	result := objects.Reports["CPIDefinition/software-nps"].Status.Result
	last := len(result.Periods) - 1
	result.Periods[last-1].State, result.Periods[last-1].Worst, result.Periods[last-1].Best = "Maturing", "12", "8"
	result.Periods[last-3].Flag, result.Periods[last-3].Value, result.Periods[last-3].Lower, result.Periods[last-3].Upper = "NoData", "", "", ""
	result.Periods[last-4].Flag = "InsufficientSample"
	since, yes := metav1.NewTime(result.Periods[last-5].Start.Time), true
	for i := range objects.CPIs {
		objects.CPIs[i].Status.Changes = []v1alpha1.DefinitionChange{{Seen: &since, NewBaseline: &yes}, {Seen: &since}}
	}
	body := get(t, site1(t, objects), "/ns/demo/cpi/software-nps?lang=de", 0).Body.String()
	f := figuresOf(t, body, "history")[0]
	if len(f.Points) != 15 || f.Points[0].Label != "2025-09" || len(f.rows) != len(f.Points) {
		t.Fatalf("%d points, %d rows", len(f.Points), len(f.rows))
	}
	last = len(f.Points) - 1
	for back, want := range map[int]struct {
		state, flag string
		valued      bool
		row         []string
	}{
		0: {"Running", "", true, []string{"2026-11", "10,3", "[3,8; 16,7]", "680", "Läuft noch", "–"}},
		1: {"Maturing", "", true, []string{"2026-10", "10,3", "[3,8; 16,7]", "680", "Reift noch", "[8,0; 12,0]"}},
		2: {"Mature", "", true, []string{"2026-09", "9,3", "[2,6; 16,0]", "634", "Endgültig", "–"}},
		3: {"Mature", "NoData", false, []string{"2026-08", "–", "–", "587", "Endgültig, Keine Daten", "–"}},
		4: {"Mature", "InsufficientSample", true, nil},
	} {
		p, row := f.Points[last-back], f.rows[last-back]
		if p.State != want.state || p.Flag != want.flag || (p.Value != nil) != want.valued || (p.Lower != nil) != want.valued || p.Row != last-back {
			t.Errorf("%d back: %+v", back, p)
		}
		if want.row != nil && !slices.Equal(row, want.row) {
			t.Errorf("%d back: %q", back, row)
		}
	}
	if f.Unit != "points" || len(f.Changes) != 1 || !f.Changes[0].At.Equal(since.Time) {
		t.Errorf("unit %q, changes %+v", f.Unit, f.Changes)
	}
	if want := []level{{20, "Warnung 20", "warning"}, {0, "Kritisch 0", "critical"}}; !slices.Equal(f.Levels, want) {
		t.Errorf("levels %+v", f.Levels)
	}
}

// A target that stands is a line; one that is judged once, or does not stand yet, is none.
func TestTargetLine(t *testing.T) {
	objects := demo(t)
	for i := range objects.KPIs {
		if k := &objects.KPIs[i]; k.Name == "software-renewal" {
			low, high, other := v1alpha1.Value("80%"), v1alpha1.Value("85%"), v1alpha1.Value("99%")
			k.Spec.Targets = []v1alpha1.Target{
				{From: "2025-01-01", AtLeast: &low}, {From: "2026-01-01", AtLeast: &high}, {By: "2026-06-30", AtLeast: &other}, {From: "2030-01-01", AtLeast: &other},
			}
		}
	}
	body := get(t, site1(t, objects), "/ns/demo/kpi/software-renewal", 0).Body.String()
	f := figuresOf(t, body, "history")[0]
	if want := []level{{.85, "Target ≥ 85 %", "target"}}; !slices.Equal(f.Levels, want) || f.Unit != "percent" {
		t.Errorf("%s: %+v", f.Unit, f.Levels)
	}
	for _, want := range []string{"≥ 80 % from 2025-01-01", "≥ 85 % from 2026-01-01", "≥ 99 % by 2026-06-30", "≥ 99 % from 2030-01-01"} {
		if !strings.Contains(body, "<bdi>"+want+"</bdi>") {
			t.Errorf("the target %q is not told", want)
		}
	}
}

// Segments stand in the order of their values, each with interval and n; those that stand out, and those that are too small, say so.
func TestSegments(t *testing.T) {
	body := get(t, site1(t, demo(t)), "/ns/demo/cpi/telco-churn", 0).Body.String()
	f := figuresOf(t, body, "segments")[0]
	var told []string
	for i, p := range f.Points {
		told = append(told, p.Label+" "+p.Told)
		if f.rows[p.Row][0] != p.Label || p.Row != i {
			t.Errorf("%s leads to row %q", p.Label, f.rows[p.Row])
		}
	}
	want := []string{"Month-to-month 42.7 % [41.2, 44.3], n 3,875 · above", "One year 11.3 % [9.8, 13.0], n 1,473 · below", "Two year 2.8 % [2.1, 3.7], n 1,695 · below"}
	if !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
	if len(f.Levels) != 1 || f.Levels[0].Label != "overall 26.5 %" {
		t.Errorf("%+v", f.Levels)
	}
}

// A waterfall's bars lead from what was read to what was used, each where the one before ended.
func TestWaterfall(t *testing.T) {
	l := localeOf(t, "en")
	rows := func(n int64) *int64 { return &n }
	charts := l.waterfallCharts([]v1alpha1.WaterfallStep{
		{Step: "read", Rows: rows(100)}, {Step: "filter/active", Rows: rows(30)}, {Step: "filter/active:null", Rows: rows(5)},
		{Step: "rejected/Missing", Rows: rows(15)}, {Step: "used", Rows: rows(50)},
		{Step: "exposure/read", Rows: rows(7)}, {Step: "exposure/used", Rows: rows(7)},
	})
	if len(charts) != 2 || len(charts[1].Table.Rows) != 2 {
		t.Fatalf("%d charts", len(charts))
	}
	points := charts[0].Data.Points
	for i, want := range []struct {
		label, told string
		from, to    float64
	}{{"read", "100", 0, 100}, {"filter active", "−30", 100, 70}, {"filter active, unknown", "−5", 70, 65}, {"rejected, no answer", "−15", 65, 50}, {"used", "50", 0, 50}} {
		from := 0.0
		if points[i].From != nil {
			from = *points[i].From
		}
		if points[i].Label != want.label || points[i].Told != want.told || from != want.from || *points[i].Value != want.to {
			t.Errorf("%+v is not %+v", points[i], want)
		}
	}
}

// The shares of the cohorts are those of the counts, with the interval that belongs to a share (Wilson 1927): 182 of 200 is
// 91.0 % [86.2, 94.2].
func TestCohorts(t *testing.T) {
	body := get(t, site1(t, demo(t)), "/ns/demo/linkage/software-nps-renewal", 0).Body.String()
	f := figuresOf(t, body, "cohorts")[0]
	if want := []string{"promoters", "91.0 %", "[86.2, 94.2]", "200", "182"}; !slices.Equal(f.rows[2], want) {
		t.Errorf("%q", f.rows)
	}
	for _, want := range []string{"+21.0 pp [13.4, 28.4]", "1.30 [1.18, 1.44]", "4.33 [2.45, 7.67]", "not proof of cause"} {
		if !strings.Contains(html.UnescapeString(body), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// What people copy is what they would have written.
func TestManifest(t *testing.T) {
	objects := demo(t)
	cpi, _ := objects.CPI("software-nps")
	cpi.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "kept"}
	text, err := manifest("CPIDefinition", cpi)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"apiVersion: cpi-operator.io/v1alpha1\nkind: CPIDefinition\nmetadata:\n", "  name: software-nps\n", "team: kept", "\nspec:\n", "netPromoterScore:"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, never := range []string{"status", "uid", "resourceVersion", "last-applied", "managedFields", "creationTimestamp"} {
		if strings.Contains(text, never) {
			t.Errorf("%s stands in\n%s", never, text)
		}
	}
}

// What one must know to read a chart is told, and no more than that.
func TestHistoryNote(t *testing.T) {
	l, one := localeOf(t, "en"), 1.0
	in := &alert.Indicator{Confidence: 0.95}
	result := plan.PeriodResult{Label: "2026-01", State: plan.Mature, Estimate: measure.Estimate{Value: &one}}
	running, flagged, empty := result, result, result
	running.State, flagged.Flag, empty.Value = plan.Running, plan.SuspectData, nil
	more := map[string][]plan.PeriodResult{" Hollow, dashed": {running}, " A cross is": {flagged}, " Where nothing is drawn": {empty}}
	for _, periods := range append(slices.Collect(maps.Values(more)), nil) {
		note := l.historyNote(in, append(periods, result))
		if !strings.HasPrefix(note, "The band is the 95 % interval; filled dots are results.") {
			t.Errorf("%q", note)
		}
		for said, of := range more {
			if told := strings.Contains(note, said); told != (len(periods) > 0 && periods[0].State == of[0].State && periods[0].Flag == of[0].Flag && (periods[0].Value == nil) == (of[0].Value == nil)) {
				t.Errorf("%q of %+v: %t", said, periods, told)
			}
		}
	}
}
