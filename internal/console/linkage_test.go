package console

import (
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// The course before a forecast says what is doubtful about it, and days are written as the language does.
func TestForecast(t *testing.T) {
	objects := demo(t)
	kpi := objects.Reports["KPITarget/software-renewal"].Status.Result
	last := len(kpi.Periods) - 1
	for kpi.Periods[last].State != "Mature" && kpi.Periods[last].State != "Settled" {
		last--
	}
	kpi.Periods[last].Flag = "InsufficientSample"
	next := metav1.NewTime(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	found := objects.Reports["CPILinkage/software-nps-renewal"].Status.Link
	found.Series = nil
	found.Forecast = &v1alpha1.LinkForecast{
		Method: "Naive", MAE: "0.02", NaiveMAE: "0.02", BacktestN: new(int32(12)), Level: "0.8",
		Points: []v1alpha1.LinkForecastPoint{{Label: "2026-12", Start: &next, End: &next, LinkInterval: v1alpha1.LinkInterval{Value: "0.8", Lower: "0.7", Upper: "0.9"}}},
		Goals:  []v1alpha1.LinkGoal{{By: "2026-12-31", AtLeast: "0.85", Label: "2026-12", Probability: "0.25"}},
	}
	body := get(t, site1(t, objects), "/ns/demo/linkage/software-nps-renewal?lang=de", 0).Body.String()
	rows := figuresOf(t, body, "forecast")[0].rows
	if state := rows[len(rows)-2][3]; !strings.HasSuffix(state, ", Stichprobe zu klein") {
		t.Errorf("a doubtful value is %q", state)
	}
	if want := []string{"2026-12", "80,0 %", "[70,0; 90,0]", "vorhergesagt"}; !slices.Equal(rows[len(rows)-1], want) {
		t.Errorf("%q", rows[len(rows)-1])
	}
	if !strings.Contains(html.UnescapeString(body), "<bdi>≥ 85 % bis 31.12.2026</bdi>") {
		t.Error("the target's day is not written in German")
	}
	// An error of a share is no share, and a chance beside a bound says what it is.
	f := figuresOf(t, body, "forecast")[0]
	if !strings.Contains(html.UnescapeString(body), "mittlerer Fehler 2,0 Prozentpunkte, ohne Treiber 2,0 Prozentpunkte") || f.Goals[0].Label != "≥ 85 % (Aussicht 25 %)" {
		t.Errorf("%q, %q", f.Goals[0].Label, body)
	}
}

// Without the confidence of its interval a share is no result; the counts are told.
func TestCohortsOfUnknownConfidence(t *testing.T) {
	objects := demo(t)
	objects.Reports["CPILinkage/software-nps-renewal"].Status.Link.ConfidenceLevel = ""
	f := figuresOf(t, get(t, site1(t, objects), "/ns/demo/linkage/software-nps-renewal", 0).Body.String(), "cohorts")[0]
	if want := []string{"promoters", dash, dash, "200", "182"}; len(f.Points) > 0 || !slices.Equal(f.rows[2], want) {
		t.Errorf("%+v %q", f.Points, f.rows)
	}
}

// The head says what the effect rests on, whose it is, and how sure its interval is; a guardrail's loss has no sign, and where it
// is worse without drifting apart from the KPI, the reason is told.
func TestEffectIsToldInFull(t *testing.T) {
	objects := demo(t)
	found := objects.Reports["CPILinkage/software-nps-renewal"].Status.Link
	no, worse := false, true
	found.Divergence = &v1alpha1.LinkDivergence{Diverging: &no, KPIGood: &no, Label: "2026-10", Guardrails: []v1alpha1.LinkGuardrailState{
		{Driver: "software-nps", Loss: "8.2", MinWorsening: "5", Worse: &worse},
	}}
	pages := map[string][]string{
		"/ns/demo/linkage/software-nps-renewal": {
			"<dd>400 customers</dd>", `<dd><bdi dir="ltr">95 %</bdi></dd>`, ">Would you recommend us?</a></dd>", `"Loss"><bdi>8.2 points</bdi></td>`, `"Counts from"><bdi>5.0 points</bdi></td>`,
			"neither on target nor improving", "<dt>Held constant</dt><dd><bdi>nothing</bdi></dd>",
			`<bdi dir="ltr">< 0.001</bdi>`, // which from right to left would read as >
		},
		"/ns/demo/linkage/telco-support-churn": {"<dt>Held constant</dt><dd><bdi>contract</bdi></dd>"},
		"/ns/demo/cpi/software-nps":            {"[13.4, 28.4]</bdi>, n\u00a0400"},
		"/ns/demo/graph":                       {"[13.4, 28.4]</bdi>, n\u00a0400"},
	}
	for path, texts := range pages {
		body := html.UnescapeString(get(t, site1(t, objects), path, 0).Body.String())
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
	}
}
