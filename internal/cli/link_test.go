package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// findings of a claim with two drivers, tested on periods, as a report holds them.
const findings = `{
  "confidenceLevel": "0.95", "unit": "ratio",
  "drivers": [
    {"driver": "nps", "verdict": "Supported", "sentence": "Supported.", "p": "0.0004", "q": "0.0121", "minEffect": "0.02",
     "effect": {"level": "Periods", "value": "0.021", "lower": "0.011", "upper": "0.031", "per": "5", "lag": 2, "n": 36},
     "customers": {"cohorts": [{"name": "promoters", "n": 200, "outcomes": 182}, {"name": "untold"}]},
     "periods": {"n": 36, "lag": 2, "slope": {"value": "0.0042", "lower": "0.0022", "upper": "0.0062"}, "p": "0.0004", "reverse": "0.41", "method": "OLS", "warnings": ["They wander."]}},
    {"driver": "effort", "verdict": "InsufficientData", "reason": "Underpowered", "sentence": "Not settled.", "needed": 61,
     "effect": {"level": "Periods", "value": "-0.002", "lower": "-0.02", "upper": "0.016", "n": 36}, "periods": {"reason": "TooFewPeriods", "n": 11}}
  ],
  "influence": {"method": "LMG", "rSquared": "0.62", "n": 36, "collinear": true, "topActions": ["nps"],
    "shares": [{"driver": "nps", "value": "0.8", "lower": "0.55", "upper": "0.95", "rank": 1, "stable": true}, {"driver": "effort", "value": "0.2", "lower": "0.05", "upper": "0.45", "rank": 2}]},
  "forecast": {"method": "Drivers", "mae": "0.012", "naiveMAE": "0.02", "backtestN": 24, "level": "0.8", "coverage": "0.83",
    "points": [{"label": "2026-12", "value": "0.81", "lower": "0.77", "upper": "0.85", "method": "Drivers"}],
    "goals": [{"by": "2027-06-30", "atLeast": "0.85", "label": "2027-06", "probability": "0.34", "previous": "0.41"}],
    "whatIf": [{"driver": "nps", "step": "5", "value": "0.021", "lower": "0.011", "upper": "0.031", "lag": 2}]},
  "divergence": {"diverging": true, "since": "2026-09", "label": "2026-10", "kpiGood": true,
    "guardrails": [{"driver": "nps", "worse": true, "loss": "8.2", "p": "0.002", "q": "0.004", "minWorsening": "5"}]}
}`

// claimed is a namespace with that claim. Its definitions cannot be resolved, so numbers are written plainly.
func claimed(t *testing.T) board.Objects {
	t.Helper()
	link := &v1alpha1.ReportLink{}
	if err := json.Unmarshal([]byte(findings), link); err != nil {
		t.Fatal(err)
	}
	l := v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Name: "claim"}}
	l.Spec.KPIRef.Name = "renewal"
	l.Spec.Drivers = []v1alpha1.LinkDriver{
		{CPIRef: v1alpha1.LocalReference{Name: "nps"}, Expected: "Positive"}, {CPIRef: v1alpha1.LocalReference{Name: "effort"}, Expected: "Negative"},
		{CPIRef: v1alpha1.LocalReference{Name: "new"}, Expected: "Positive"},
	}
	l.Status.Drivers = []v1alpha1.LinkDriverStatus{{Name: "nps", Verdict: "Supported", Effect: "+2.1 pp [1.1, 3.1]"}, {Name: "effort", Verdict: "InsufficientData", Reason: "Underpowered"}}
	l.Status.Explanation = []string{"nps: Supported."}
	return board.Objects{
		Namespace: "demo", At: noon, Linkages: []v1alpha1.CPILinkage{l},
		Reports: map[string]*v1alpha1.IndicatorReport{"CPILinkage/claim": {Status: v1alpha1.IndicatorReportStatus{Link: link}}},
	}
}

func TestLinkTellsAllThatWasFound(t *testing.T) {
	var out bytes.Buffer
	if err := newEvidence(claimed(t), "claim").document().print(&out, "table"); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"nps Positive +2.1 pp [1.1, 3.1] 36 periods < 0.001 0.012 80 % [55 %, 95 %] Supported",
		"effort Negative 36 periods 20 % [5 %, 45 %] InsufficientData (Underpowered)",
		"new Positive not tested yet",
		"Enough for effort about 61 periods",
		"the KPI before the CPI: p 0.410",
		"Not compared: too few mature periods in a row in which both have a value (TooFewPeriods), with 11 periods aligned.",
		"62 % of the KPI's variance in 36 periods",
		"effort 20 % [5 %, 45 %] 2, not settled",
		"2026-12 0.81 [0.77, 0.85] Drivers",
		"≥ 0.85 by 2027-06-30 2027-06 34 % 41 %",
		"promoters 200 182 91.0 % [86.2, 94.2] untold",
		"nps +5 +0.021 [0.011, 0.031] 2 periods",
		"Diverging yes, since 2026-09",
		"nps 8.20 5 0.002 0.004 worse",
		"associations in rows that nobody assigned by chance",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// An end that the report does not have is not zero: what lacks one is not told.
func TestLinkTellsNoZeroForWhatIsAbsent(t *testing.T) {
	objects := claimed(t)
	link := objects.Reports["CPILinkage/claim"].Status.Link
	link.Drivers[0].Periods.Slope.Upper, link.Influence.Shares[0].Upper, link.Forecast.WhatIf[0].Lower = "", "", ""
	var out bytes.Buffer
	if err := newEvidence(objects, "claim").document().print(&out, "table"); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"36 periods < 0.001 0.012 Supported", "nps +5 2 periods"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for _, wrong := range []string{"Slope", "[55 %", "+0.021"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%q is told without an end:\n%s", wrong, out.String())
		}
	}
}

// Before the first run there is nothing to tell, and nothing is made up.
func TestLinkBeforeTheFirstRun(t *testing.T) {
	objects := claimed(t)
	objects.Reports, objects.Linkages[0].Status = nil, v1alpha1.CPILinkageStatus{}
	var out bytes.Buffer
	if err := newEvidence(objects, "claim").document().print(&out, "table"); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "Nothing was found yet") || strings.Contains(text, "FORECAST") || strings.Contains(text, " 0") {
		t.Error(text)
	}
	objects.Linkages[0].Spec.Evidence = randomised
	if told := newEvidence(objects, "claim").told(); told.Evidence != randomised || !strings.HasPrefix(told.Caveat, "Chance decided") {
		t.Errorf("%+v", told)
	}
}

func TestFind(t *testing.T) {
	objects := board.Objects{Namespace: "demo"}
	for _, name := range []string{"nps", "churn"} {
		objects.CPIs = append(objects.CPIs, v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	objects.KPIs = append(objects.KPIs, v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "churn"}})
	objects.Linkages = append(objects.Linkages, v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Name: "renews"}})
	objects.Scorecards = append(objects.Scorecards, v1alpha1.Scorecard{ObjectMeta: metav1.ObjectMeta{Name: "board"}})
	if _, err := find(objects, "else", kindScorecard); err == nil || !strings.HasSuffix(err.Error(), "there is scorecard/board") {
		t.Error(err)
	}
	kinds := []string{"CPIDefinition", "KPITarget"}
	for text, want := range map[string]named{"nps": {"CPIDefinition", "nps"}, "kpi/churn": {"KPITarget", "churn"}, "CPIDefinition/churn": {"CPIDefinition", "churn"}} {
		if got, err := find(objects, text, kinds...); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"churn": "cpi/churn or kpi/churn", "chur": "did you mean cpi/churn or kpi/churn?", "x": "kubectl cpi status lists", "cpilink/nps": "must be cpi or kpi", "kpi/nps": `there is no kpi "nps" in namespace demo; did you mean cpi/nps?`,
		"npss": "did you mean cpi/nps?", "renews": "kubectl cpi link renews tells of cpilink/renews", "cpilink/renews": "kubectl cpi link renews tells",
	} {
		if got, err := find(objects, text, kinds...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v %v, want %q", text, got, err, says)
		}
	}
}
