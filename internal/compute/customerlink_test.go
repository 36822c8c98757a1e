package compute

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

// linked is a claim over CSV files, and the datasets it reads.
type linked struct {
	t        *testing.T
	plan     plan.Plan
	claim    plan.Linkage
	driver   plan.Driver
	datasets []plan.Dataset
}

func newLinked(t *testing.T) *linked {
	return &linked{
		t: t,
		plan: plan.Plan{
			Now: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC),
			Source: plan.Source{
				Namespace: "test", Name: "rows", Files: &plan.Files{},
				Limits: plan.Limits{QueryTimeout: time.Minute, MemoryBytes: 512 << 20, CPUs: 1},
			},
		},
		claim: plan.Linkage{
			Key: plan.Key{Kind: plan.KindLinkage, Name: "claim"},
			Customers: &plan.CustomerLevel{
				Unit: "customer", Collapse: plan.CollapseLatest, Index: plan.OutcomeDecision,
				Exposure: 365 * 24 * time.Hour, History: 1000 * 24 * time.Hour,
			},
		},
	}
}

// table makes a dataset of a file.
func (l *linked) table(name, path string, at plan.Time, change func(*plan.Dataset)) {
	l.plan.Source.Files.Tables = append(l.plan.Source.Files.Tables, plan.FileTable{Name: name, Format: plan.CSV, Path: path})
	d := plan.Dataset{Name: name, Table: &plan.Table{Name: name}, Time: at, TimeZone: "UTC", Entities: map[string]string{"customer": "customer_id"}}
	if change != nil {
		change(&d)
	}
	l.datasets = append(l.datasets, d)
}

// csv makes a dataset of lines.
func (l *linked) csv(name string, at plan.Time, change func(*plan.Dataset), lines ...string) {
	l.t.Helper()
	path := filepath.Join(l.t.TempDir(), name+".csv")
	var content []byte
	for _, line := range lines {
		content = append(append(content, line...), '\n')
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		l.t.Fatal(err)
	}
	l.table(name, path, at, change)
}

func (l *linked) between(kpi, cpi measure.Spec, outcomes, responses string) {
	indicator := func(kind, name string, spec measure.Spec) *plan.Indicator {
		return &plan.Indicator{Key: plan.Key{Kind: kind, Name: name}, Dataset: name, Measure: spec, Period: &plan.Period{TimeZone: "Europe/Berlin"}}
	}
	l.claim.KPI = plan.Series{Key: plan.Key{Kind: "KPITarget", Name: "kpi"}, Indicator: indicator("KPITarget", outcomes, kpi)}
	l.driver = plan.Driver{Series: plan.Series{Key: plan.Key{Kind: "CPIDefinition", Name: "cpi"}, Indicator: indicator("CPIDefinition", responses, cpi)}}
}

func (l *linked) run() (*customerRows, *plan.Failure) {
	l.t.Helper()
	engine, err := files.Open(l.t.Context(), files.Config{Source: l.plan.Source, ScratchDir: l.t.TempDir()})
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			l.t.Error(err)
		}
	}()
	opened := map[string]*dataset{}
	for _, declared := range l.datasets {
		if opened[declared.Name], err = openDataset(l.t.Context(), engine, declared, l.plan); err != nil {
			l.t.Fatal(err)
		}
	}
	return customerLink(l.t.Context(), opened, l.claim, l.driver)
}

func (l *linked) mustRun() *customerRows {
	l.t.Helper()
	found, failure := l.run()
	if failure != nil {
		l.t.Fatalf("%s: %s", failure.Reason, failure.Message)
	}
	return found
}

// tally adds units up by cohort: "promoters 182/200".
func (r *customerRows) tally() []string {
	out := make([]string, len(r.Cohorts))
	for level, name := range r.Cohorts {
		var n, yes int64
		for _, unit := range r.Units {
			if unit.Level == level {
				n += unit.N
				if unit.Outcome {
					yes += unit.N
				}
			}
		}
		out[level] = fmt.Sprintf("%s %d/%d", name, yes, n)
	}
	return out
}

func (r *customerRows) steps() []string {
	var out []string
	for _, step := range r.Waterfall {
		out = append(out, fmt.Sprintf("%s %d", step.Step, step.Rows))
	}
	return out
}

var (
	npsScore = measure.Spec{NetPromoterScore: &measure.NetPromoterScore{Score: "score"}}
	renewals = measure.Spec{Renewal: &measure.Renewal{
		Decision: "status", Renewed: []string{"Renewed", "AutoRenewed", "Upsold"}, Lost: []string{"Churned", "Lost"}, DecidedAt: "decided_at", Grace: 14 * 24 * time.Hour,
	}}
)

const samples = "../../config/samples/data/"

func TestCustomersOfTheSampleCompanies(t *testing.T) {
	software := newLinked(t)
	software.table("contracts", samples+"contracts.csv", plan.Time{Event: "due_at"}, nil)
	software.table("nps_survey", samples+"nps_survey.csv", plan.Time{Event: "answered_at"}, nil)
	software.between(renewals, npsScore, "contracts", "nps_survey")
	found := software.mustRun()
	if diff := cmp.Diff([]string{"detractors 140/200", "passives 104/130", "promoters 182/200"}, found.tally()); diff != "" {
		t.Errorf("software firm (-want +got):\n%s", diff)
	}
	want := []string{
		"read 530", "units 530", "compared 530", "responses/read 680", "responses/used 680",
	}
	if diff := cmp.Diff(want, found.steps()); diff != "" {
		t.Errorf("software firm's rows (-want +got):\n%s", diff)
	}

	software.claim.Customers.StratifyBy = []plan.Attribute{{Column: "plan"}}
	software.claim.Customers.Covariates = []plan.Attribute{{Dataset: "nps_survey", Column: "channel"}, {Column: "acv_eur"}}
	found = software.mustRun()
	if diff := cmp.Diff([]string{"plan"}, found.Strata); diff != "" {
		t.Error(diff)
	}
	if found.Covariates[len(found.Covariates)-1] != "acv_eur" || found.Covariates[0] != "channel: in-app" {
		t.Errorf("covariates %q", found.Covariates)
	}
	var strata []string
	var n int64
	for _, unit := range found.Units {
		n += unit.N
		if !slices.Contains(strata, unit.Stratum) {
			strata = append(strata, unit.Stratum)
		}
		if len(unit.Covariates) != len(found.Covariates) {
			t.Fatalf("%v do not go with %q", unit.Covariates, found.Covariates)
		}
	}
	slices.Sort(strata)
	if diff := cmp.Diff([]string{"Business", "Enterprise", "Team"}, strata); diff != "" || n != 530 {
		t.Errorf("%d units in strata %q", n, strata)
	}

	retailer := newLinked(t)
	retailer.table("repeat_purchase", samples+"repeat_purchase.csv", plan.Time{Event: "surveyed_at"}, nil)
	retailer.table("ces_survey", samples+"ces_survey.csv", plan.Time{Event: "answered_at"}, nil)
	retailer.between(
		measure.Spec{Share: &measure.Share{Of: []measure.Condition{{Column: "bought_again", Operator: measure.In, Values: []string{"yes"}}}}},
		measure.Spec{CustomerEffortScore: &measure.CustomerEffortScore{Score: "ces", Version: measure.CESV2, Form: measure.CESShare, Bound: 5}},
		"repeat_purchase", "ces_survey")
	retailer.claim.Customers.Index = plan.Vouched
	if diff := cmp.Diff([]string{"high effort 48/240", "low effort 96/240"}, retailer.mustRun().tally()); diff != "" {
		t.Errorf("retailer (-want +got):\n%s", diff)
	}
}

// Every row and every unit that is left out is told, with cut points in place of classes.
func TestWaterfallOfAClaim(t *testing.T) {
	l := newLinked(t)
	l.csv("contracts", plan.Time{Event: "due_at"}, nil, "contract_id,customer_id,due_at,decided_at,status",
		"1,a,2026-06-01,2026-05-01T10:00:00Z,Renewed", "2,a,2025-06-01,2025-05-01T10:00:00Z,Renewed", "3,b,2026-06-01,2026-05-01T10:00:00Z,Lost",
		"4,c,2026-06-01,2026-05-01T10:00:00Z,Lost", "5,d,2026-06-01,2026-05-01T10:00:00Z,Renewed", "6,,2026-06-01,2026-05-01T10:00:00Z,Lost",
		"7,e,2026-06-01,,Renewed", "8,f,2026-11-10,,", "9,g,2026-06-01,2026-05-01T10:00:00Z,Odd")
	l.csv("answers", plan.Time{Event: "at"}, nil, "answer_id,customer_id,at,score",
		"1,a,2026-04-01T10:00:00Z,9", "2,a,2026-04-02T10:00:00Z,10", "3,b,2026-04-01T10:00:00Z,3", "4,b,2026-04-03T10:00:00Z,4",
		"5,c,2026-04-01T10:00:00Z,8", "6,d,2026-05-01T10:00:00Z,10", "7,a,2026-04-03T10:00:00Z,12", "8,,2026-04-01T10:00:00Z,1", "9,b,2026-04-01T10:00:00Z,")
	l.between(renewals, npsScore, "contracts", "answers")
	l.claim.Customers.Collapse = plan.CollapseMean
	l.claim.Customers.High, l.claim.Customers.Low = &plan.Cut{AtLeast: new(9.0)}, &plan.Cut{AtMost: new(6.0)}
	found := l.mustRun()
	if diff := cmp.Diff([]string{"at most 6 0/1", "at least 9 1/1"}, found.tally()); diff != "" {
		t.Errorf("cohorts (-want +got):\n%s", diff)
	}
	want := []string{
		"read 9", "pending 1", "rejected/NoEntity 1", "undated 1", "unknown-decision 1", "duplicates 1", "units 4", "no-response 1", "no-cohort 1", "compared 2",
		"responses/read 9", "responses/rejected/NoEntity 1", "responses/rejected/Missing 1", "responses/rejected/OutOfScale 1", "responses/used 6",
	}
	if diff := cmp.Diff(want, found.steps()); diff != "" {
		t.Errorf("waterfall (-want +got):\n%s", diff)
	}
	l.claim.Customers.Low = nil
	if _, failure := l.run(); failure == nil || failure.Reason != plan.UnsupportedCombination {
		t.Errorf("one side alone: %+v", failure)
	}
}
