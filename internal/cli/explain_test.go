package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func step(name string, rows int64) v1alpha1.WaterfallStep {
	return v1alpha1.WaterfallStep{Step: name, Rows: &rows}
}

// Whatever a waterfall drops, what is left after the last drop is what was used.
func TestCascadesAddUp(t *testing.T) {
	found := cascades([]v1alpha1.WaterfallStep{
		step("read", 1000), step("filter/test-accounts", 12), step("filter/test-accounts:null", 3), step("undated", 5), step("outside-history", 300),
		step("rejected/OutOfScale", 20), step("duplicates", 60), step("used", 600),
		step("exposure/read", 50), step("exposure/where", 8), step("exposure/used", 42),
	})
	if len(found) != 2 || found[1].Of != "exposure" {
		t.Fatalf("%+v", found)
	}
	for _, c := range found {
		last := c.Steps[len(c.Steps)-1]
		if before := c.Steps[len(c.Steps)-2]; last.Step != "used" || last.Left != before.Left {
			t.Errorf("%s: %d are left after the last drop, %d are used", c.Of, before.Left, last.Left)
		}
	}
	want := map[string]string{"filter/test-accounts:null": "filter test-accounts: cannot be told (NULL)", "rejected/OutOfScale": "outside the declared scale"}
	for _, s := range found[0].Steps {
		if text, asked := want[s.Step]; asked && s.Text != text {
			t.Errorf("%s: %q, want %q", s.Step, s.Text, text)
		}
		if s.Text == s.Step {
			t.Errorf("%s has no words", s.Step)
		}
	}
}

func TestWrapped(t *testing.T) {
	long := strings.Repeat("väder ", 50)
	for length, s := range map[int]style{lineLength: {}, 60: {length: 60}} {
		for line := range strings.SplitSeq("    "+s.wrapped(long, 4), "\n") {
			if n := len([]rune(line)); n > length || !strings.HasPrefix(line, "    väder") {
				t.Errorf("%d: %q", n, line)
			}
		}
	}
	if got := (style{}).wrapped("", 4); got != "" {
		t.Errorf("%q", got)
	}
}

func TestDocumentFormats(t *testing.T) {
	d := document{title: "A number", data: map[string]int{"rows": 7}}
	var s section
	s.heading = "Facts"
	s.state("N", "7")
	s.state("Nothing", "")
	d.add(s)
	d.add(section{heading: "Empty"})
	d.add(section{heading: "Place", table: listing{headings: []string{"CPI", "VALUE", "TREND"}, rows: [][]string{{"nps", "10.3", ""}}}})
	d.add(section{heading: "SQL", code: "SELECT 1"})
	for format, want := range map[string]string{
		"table":    "A number\n\nFACTS\n  N  7\n\nPLACE\n  CPI   VALUE   TREND\n  nps   10.3\n\nSQL\nSELECT 1\n",
		"markdown": "# A number\n\n## Facts\n\n- N: 7\n\n## Place\n\n| CPI | VALUE | TREND |\n| --- | --- | --- |\n| nps | 10.3 |  |\n\n## SQL\n\n```sql\nSELECT 1\n```\n",
		"yaml":     "rows: 7\n",
		"csv":      "SECTION,ROW,COLUMN,TEXT\nFacts,N,,7\nPlace,1,CPI,nps\nPlace,1,VALUE,10.3\nSQL,,,SELECT 1\n",
	} {
		var out bytes.Buffer
		if err := d.print(&out, format); err != nil || out.String() != want {
			t.Errorf("%s: %q, want %q (%v)", format, out.String(), want, err)
		}
	}
	var out bytes.Buffer
	if err := d.print(&out, "json"); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("%s %v", &out, err)
	}
}

// An end that the data do not tell is told as that: a difference is not a point, and is not left out.
func TestDifferencesWithAnOpenEnd(t *testing.T) {
	e := &explanation{view: &alert.Indicator{Unit: "points", Period: &plan.Period{Grain: plan.Month}}, result: &v1alpha1.ReportResult{
		History: &v1alpha1.ReportHistory{
			Trend: &v1alpha1.ReportTrend{Direction: "Rising", Slope: "2", Lower: "0.5", N: new(int32(8))},
			Changes: []v1alpha1.ReportChange{
				{Against: "PreviousPeriod", Label: "2026-09", Difference: "10", Lower: "2", Clear: new(true)},
				{Against: "LastYear", Label: "2025-10", Difference: "4", Upper: "9"},
			},
		},
		BiasChecks: []v1alpha1.BiasCheck{{Check: "LateAnswers", Difference: "-3", Upper: "-1", Suspicious: new(true)}},
	}}
	var d document
	d.add(e.history())
	d.add(e.bias())
	var out bytes.Buffer
	if err := d.print(&out, "table"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rising, +2.0 points [0.5, ∞) a month", "+10.0 points [2.0, ∞)\n", "+4.0 points (−∞, 9.0], which chance alone", "less early ones: −3.0 points (−∞, −1.0]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
