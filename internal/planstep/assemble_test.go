package planstep_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

const namespace = "cx"

// inputs are a source with a dataset of surveys, and CPIs on it by name.
func inputs(names ...string) planstep.Inputs {
	in := planstep.Inputs{
		Source:   envtestkit.DataSource(namespace, "crm"),
		Datasets: []v1alpha1.Dataset{*envtestkit.Dataset(namespace, "survey", "crm"), *envtestkit.Dataset(namespace, "elsewhere", "billing")},
		Run:      "crm-cpi-1",
		Now:      time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC),
	}
	for _, name := range names {
		in.CPIs = append(in.CPIs, *envtestkit.CPI(namespace, name, "survey", func(cpi *v1alpha1.CPIDefinition) { cpi.UID = types.UID("uid-" + name) }))
	}
	return in
}

// hash of the formula of every CPI of inputs.
func hash(t *testing.T) string {
	t.Helper()
	return assemble(t, inputs("any")).Indicators[0].RequestHash
}

func assemble(t *testing.T, in planstep.Inputs) plan.Plan {
	t.Helper()
	out, _, err := planstep.Assemble(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// report of a CPI of inputs.
func report(name string, status v1alpha1.IndicatorReportStatus) v1alpha1.IndicatorReport {
	return v1alpha1.IndicatorReport{
		Spec:   v1alpha1.IndicatorReportSpec{IndicatorRef: v1alpha1.IndicatorReference{Kind: "CPIDefinition", Name: name, UID: "uid-" + name}},
		Status: status,
	}
}

func attempt(hash, reason string, day int) *v1alpha1.ReportAttempt {
	since := metav1.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC)
	return &v1alpha1.ReportAttempt{RequestHash: hash, Reason: reason, Since: &since}
}

func names(p plan.Plan) []string {
	var out []string
	for _, i := range p.Indicators {
		out = append(out, i.Name)
	}
	return out
}

func TestWhatWaitedLongestComesFirst(t *testing.T) {
	in := inputs("old", "recent", "edited", "new", "no-turn")
	h := hash(t)
	in.Reports = []v1alpha1.IndicatorReport{
		report("old", v1alpha1.IndicatorReportStatus{Attempt: attempt(h, "", 1)}),
		report("recent", v1alpha1.IndicatorReportStatus{Attempt: attempt(h, "", 20)}),
		report("edited", v1alpha1.IndicatorReportStatus{Attempt: attempt("v1-former", "", 1)}),
		report("no-turn", v1alpha1.IndicatorReportStatus{Attempt: attempt(h, string(plan.ComputeInterrupted), 20)}),
	}
	got := assemble(t, in)
	if diff := cmp.Diff([]string{"edited", "new", "no-turn", "old", "recent"}, names(got)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if got.Run != in.Run || !got.Now.Equal(in.Now) || got.Source.Name != "crm" || len(got.Datasets) != 1 || got.Datasets[0].Name != "survey" {
		t.Errorf("plan = %+v", got)
	}
}

func TestLeftOut(t *testing.T) {
	h := hash(t)
	for name, tc := range map[string]struct {
		change func(*planstep.Inputs)
		why    string // empty: it does not belong to the source at all
	}{
		"invalid definition": {func(in *planstep.Inputs) { in.CPIs[0].Spec.Responses = nil }, "spec.responses"},
		"invalid dataset":    {func(in *planstep.Inputs) { in.Datasets[0].Spec.TimeZone = "Mars/Olympus" }, "dataset survey is not valid"},
		"quarantined": {func(in *planstep.Inputs) {
			in.Reports = []v1alpha1.IndicatorReport{report("nps", v1alpha1.IndicatorReportStatus{Attempt: &v1alpha1.ReportAttempt{RequestHash: h, Kills: new(int32(2)), SourceGeneration: new(int64(0))}})}
		}, "quarantined"},
		"another source":  {func(in *planstep.Inputs) { in.CPIs[0].Spec.DatasetRef.Name = "elsewhere" }, ""},
		"missing dataset": {func(in *planstep.Inputs) { in.CPIs[0].Spec.DatasetRef.Name = "nowhere" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := inputs("nps", "good")
			tc.change(&in)
			if name == "invalid dataset" {
				in.CPIs[1].Spec.DatasetRef.Name = "other"
				in.Datasets = append(in.Datasets, *envtestkit.Dataset(namespace, "other", "crm"))
			}
			out, skipped, err := planstep.Assemble(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"good"}, names(out)); diff != "" {
				t.Errorf("indicators (-want +got):\n%s", diff)
			}
			if tc.why == "" && len(skipped) != 0 || tc.why != "" && (len(skipped) != 1 || !strings.Contains(skipped[0].Why, tc.why)) {
				t.Errorf("skipped %+v, want why %q", skipped, tc.why)
			}
		})
	}
}

func TestASecondDatasetComesAlong(t *testing.T) {
	in := inputs("nps", "rate")
	envtestkit.RatePer("orders")(&in.CPIs[1])
	in.Datasets = append(in.Datasets, *envtestkit.Dataset(namespace, "orders", "crm"))
	got := assemble(t, in)
	var datasets []string
	for _, d := range got.Datasets {
		datasets = append(datasets, d.Name)
	}
	if diff := cmp.Diff([]string{"survey", "orders"}, datasets); diff != "" {
		t.Errorf("datasets (-want +got):\n%s", diff)
	}
	if rate := got.Indicators[1]; rate.Dataset != "survey" || rate.Other != "orders" || got.Indicators[0].Other != "" {
		t.Errorf("indicators %+v", got.Indicators)
	}

	for why, change := range map[string]func(*planstep.Inputs){
		"exposure.datasetRef: dataset orders does not exist":     func(in *planstep.Inputs) { in.Datasets = in.Datasets[:2] },
		"exposure.datasetRef: dataset orders is of source other": func(in *planstep.Inputs) { in.Datasets[2].Spec.DataSourceRef.Name = "other" },
		"exposure.datasetRef: dataset orders is not valid":       func(in *planstep.Inputs) { in.Datasets[2].Spec.TimeZone = "Mars/Olympus" },
	} {
		in := in
		in.Datasets = slices.Clone(in.Datasets)
		change(&in)
		out, skipped, err := planstep.Assemble(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Indicators) != 1 || len(skipped) != 1 || skipped[0].Name != "rate" || !strings.Contains(skipped[0].Why, why) {
			t.Errorf("%s: %d indicators, skipped %+v", why, len(out.Indicators), skipped)
		}
	}
}

func TestAGoalOnACPIComputesNothing(t *testing.T) {
	in := inputs("nps")
	in.KPIs = []v1alpha1.KPITarget{{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "goal"},
		Spec:       v1alpha1.KPITargetSpec{CPIRef: &v1alpha1.LocalReference{Name: "nps"}},
	}}
	if diff := cmp.Diff([]string{"nps"}, names(assemble(t, in))); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
}

func TestSuspectRunsAlone(t *testing.T) {
	h := hash(t)
	for _, tc := range []struct {
		hash  string
		alone bool
	}{{h, true}, {"v1-former", false}} {
		in := inputs("nps")
		in.Reports = []v1alpha1.IndicatorReport{report("nps", v1alpha1.IndicatorReportStatus{Attempt: &v1alpha1.ReportAttempt{RequestHash: tc.hash, Kills: new(int32(1)), SourceGeneration: new(int64(0))}})}
		if got := assemble(t, in).Indicators[0].Alone; got != tc.alone {
			t.Errorf("formula %s: alone = %v, want %v", tc.hash, got, tc.alone)
		}
	}
}

func TestQuarantineIsLifted(t *testing.T) {
	h := hash(t)
	for _, tc := range []struct {
		name       string
		generation int64
		annotation string
		hash       string
		lifted     bool
	}{
		{"as it was", 3, "May was loaded twice", h, false},
		{"annotation taken off", 3, "", h, false},
		{"source edited", 4, "May was loaded twice", h, true},
		{"another restatement", 3, "June too", h, true},
		{"another formula", 3, "May was loaded twice", "v1-former", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := inputs("nps")
			in.Source.Generation = tc.generation
			in.CPIs[0].Annotations = map[string]string{v1alpha1.RestateAnnotation: tc.annotation}
			killer := report("nps", v1alpha1.IndicatorReportStatus{Attempt: &v1alpha1.ReportAttempt{
				RequestHash: tc.hash, Outcome: "Failed", Kills: new(int32(2)), SourceGeneration: new(int64(3)), Restatement: "May was loaded twice",
			}})
			killer.Spec.RequestHash = h
			in.Reports = []v1alpha1.IndicatorReport{killer}
			if planned := len(assemble(t, in).Indicators) == 1; planned != tc.lifted {
				t.Errorf("planned = %v, want %v", planned, tc.lifted)
			}
			if pending := planstep.Pending(&killer, planstep.CircumstancesOf(in.Source, in.CPIs[0].Annotations)); pending != tc.lifted {
				t.Errorf("pending = %v, want %v", pending, tc.lifted)
			}
		})
	}
}

func TestSettledPeriodsAreFrozen(t *testing.T) {
	start := metav1.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	end := metav1.Date(2026, time.July, 1, 0, 0, 0, 0, time.UTC)
	result := func(hash, restatement string) *v1alpha1.ReportResult {
		return &v1alpha1.ReportResult{RequestHash: hash, Restatement: restatement, Periods: []v1alpha1.PeriodValue{
			{Label: "2026-06", Start: &start, End: &end, State: "Settled", Value: "0.2653698", Lower: "0.255", Upper: "0.276", N: new(int64(7043)),
				Entities: new(int64(7000)), Rejected: []v1alpha1.RejectedRows{{Reason: "Missing", Rows: new(int64(11))}}},
			{Label: "2026-10", Start: &end, End: &end, State: "Mature", Value: "0.3"},
		}}
	}
	h := hash(t)
	for _, tc := range []struct {
		name, annotation string
		result           *v1alpha1.ReportResult
		frozen           int
		full             bool
	}{
		{"same formula", "", result(h, ""), 1, false},
		{"another formula", "", result("v1-former", ""), 0, false},
		{"restatement asked for", "May was loaded twice", result(h, ""), 1, true},
		{"restatement honoured", "May was loaded twice", result(h, "May was loaded twice"), 1, false},
		{"another restatement", "June too", result(h, "May was loaded twice"), 1, true},
		{"no result yet", "May was loaded twice", nil, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := inputs("nps")
			in.CPIs[0].Annotations = map[string]string{v1alpha1.RestateAnnotation: tc.annotation}
			in.Reports = []v1alpha1.IndicatorReport{report("nps", v1alpha1.IndicatorReportStatus{Result: tc.result})}
			got := assemble(t, in).Indicators[0]
			if len(got.Frozen) != tc.frozen || got.Full != tc.full || got.Restatement != tc.annotation {
				t.Errorf("%d frozen, full %v, restatement %q", len(got.Frozen), got.Full, got.Restatement)
			}
			if tc.frozen == 0 {
				return
			}
			content, err := json.Marshal(got.Frozen[0])
			if err != nil {
				t.Fatal(err)
			}
			want := `{"label":"2026-06","start":"2026-06-01T00:00:00Z","end":"2026-07-01T00:00:00Z","state":"Settled","value":0.2653698,"lower":0.255,"upper":0.276,"n":7043,"entities":7000,"rejected":{"Missing":11}}`
			if diff := cmp.Diff(want, string(content)); diff != "" {
				t.Errorf("frozen period (-want +got):\n%s", diff)
			}
		})
	}
}

// Who waits for a number comes first; the request stands in the plan until an attempt has answered it.
func TestRequestsComeFirst(t *testing.T) {
	in := inputs("a", "b", "c")
	h := hash(t)
	for _, name := range []string{"a", "b", "c"} {
		r := report(name, v1alpha1.IndicatorReportStatus{Attempt: &v1alpha1.ReportAttempt{RequestHash: h, Outcome: "Succeeded"}})
		in.Reports = append(in.Reports, r)
	}
	in.CPIs[2].Annotations = map[string]string{v1alpha1.ComputeAnnotation: "10:00"}
	if got := assemble(t, in).Indicators; got[0].Name != "c" || got[0].Requested != "10:00" || got[0].Full {
		t.Errorf("first is %s, requested %q, full %v", got[0].Name, got[0].Requested, got[0].Full)
	}
	pending := func() bool {
		return planstep.Pending(&in.Reports[2], planstep.CircumstancesOf(in.Source, in.CPIs[2].Annotations))
	}
	in.Reports[2].Spec.RequestHash = h
	if !pending() {
		t.Error("a request that was not answered does not wait")
	}
	in.Reports[2].Status.Attempt.Requested = "10:00"
	if pending() {
		t.Error("a request that was answered waits")
	}
	if got := assemble(t, in).Indicators; got[0].Name != "a" {
		t.Errorf("first is %s after the request was answered", got[0].Name)
	}
	in.Reports[2].Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: h, Outcome: "Failed", Kills: new(int32(2)), SourceGeneration: &in.Source.Generation}
	if pending() {
		t.Error("a request lifts a quarantine")
	}
}

func TestInvalidSourceGivesNoPlan(t *testing.T) {
	in := inputs("nps")
	in.Source.Spec.TimeZone = "Mars/Olympus"
	if _, _, err := planstep.Assemble(in); !errors.Is(err, planstep.ErrInvalid) || !strings.Contains(err.Error(), "spec.timeZone") {
		t.Errorf("error = %v", err)
	}
}

func TestLongRestatementFitsTheReport(t *testing.T) {
	long := strings.Repeat("x", 500)
	one := planstep.Restatement(map[string]string{v1alpha1.RestateAnnotation: long})
	two := planstep.Restatement(map[string]string{v1alpha1.RestateAnnotation: long + "y"})
	if len(one) > 63 || one == two || one == "" {
		t.Errorf("%q and %q", one, two)
	}
}

func TestStepWritesThePlanOfItsNamespace(t *testing.T) {
	c := envtestkit.Client(t)
	ns, other := envtestkit.Namespace(t), envtestkit.Namespace(t)
	envtestkit.Create(t, c,
		envtestkit.DataSource(ns, "crm"), envtestkit.Dataset(ns, "survey", "crm"), envtestkit.CPI(ns, "nps", "survey"),
		envtestkit.Dataset(other, "survey", "crm"), envtestkit.CPI(other, "foreign", "survey"))
	for i := range 250 { // more than a page
		envtestkit.Create(t, c, envtestkit.CPI(ns, fmt.Sprintf("nps-%03d", i), "survey"))
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	step := planstep.Step{Client: c, Namespace: ns, Source: "crm", Run: "crm-cpi-1", Now: time.Now(), Output: path, Log: slog.New(slog.DiscardHandler)}
	if err := step.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := plan.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if all := names(got); len(all) != 251 || all[0] != "nps" || all[250] != "nps-249" {
		t.Errorf("%d indicators: %q", len(all), all)
	}
	if got.SourceGeneration != 1 {
		t.Errorf("source generation = %d", got.SourceGeneration)
	}
	if got.Indicators[0].UID == "" {
		t.Error("the indicator's UID is lost")
	}
}
