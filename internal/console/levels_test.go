package console

import (
	"html"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// What a value is held to stands in words too, also where there is no chart over time.
func TestLevelsAreToldInWords(t *testing.T) {
	objects := demo(t)
	for path, want := range map[string][]string{
		"/ns/demo/cpi/telco-churn?lang=en":   {"<bdi>Warning above 20 %</bdi>; <bdi>Critical above 25 %</bdi>"},
		"/ns/demo/cpi/software-nps?lang=en":  {"<bdi>Warning below 20</bdi>; <bdi>Critical below 0</bdi>"},
		"/ns/demo/cpi/retailer-ease?lang=de": {"<bdi>Warnung unter 60 %</bdi>; <bdi>Kritisch unter 40 %</bdi>", "<dd>die letzten 36 Monate</dd>", "Jeder Wert umfasst die letzten 36 Monate:"},
	} {
		body := html.UnescapeString(get(t, site1(t, objects), path, 0).Body.String())
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
	}
	l := localeOf(t, "de")
	in := &alert.Indicator{Unit: "points", Benchmark: &alert.Benchmark{Value: 31.5, Source: "ACSI", Date: "2025", Population: "hotels"}}
	if got := l.benchmark(in); got != "31,5 (ACSI, 2025, hotels)" {
		t.Errorf("benchmark %q", got)
	}
}

// Segments and waterfall are of the period that was broken down, which is not the latest where that one's data are suspect.
func TestExplainedPeriod(t *testing.T) {
	objects := demo(t)
	result := objects.Reports["CPIDefinition/software-nps"].Status.Result
	for i := range result.Periods {
		if p := &result.Periods[i]; p.Label == "2026-10" {
			p.Flag, p.Value = string(plan.SuspectData), "90"
		}
	}
	for i := range result.Segments {
		result.Segments[i].Current.Label, result.Segments[i].Current.State = "2026-09", string(plan.Maturing)
	}
	body := get(t, site1(t, objects), "/ns/demo/cpi/software-nps", 0).Body.String()
	f := figuresOf(t, body, "segments")[0]
	if len(f.Levels) != 1 || f.Levels[0].Label != "overall 9.3" {
		t.Errorf("the line across is %+v", f.Levels)
	}
	if told := f.Points[0].Told; !strings.Contains(told, " · Maturing") {
		t.Errorf("a part that still moves is told as %q", told)
	}
	if n := strings.Count(body, "For 2026-09."); n != 2 {
		t.Errorf("the period of segments and waterfall is told %d times", n)
	}
}
