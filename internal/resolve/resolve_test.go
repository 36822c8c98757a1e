package resolve_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

var survey = plan.Dataset{
	Name:       "support-survey",
	Table:      &plan.Table{Name: "answers"},
	PrimaryKey: []string{"response_id"},
	Entities:   map[string]string{"contact": "contact_id"},
	Time:       plan.Time{Event: "submitted_at"},
	Freshness:  &plan.Freshness{Column: "_synced_at", Within: 26 * time.Hour},
	TimeZone:   "UTC",
}

var spells = plan.Dataset{
	Name:     "spells",
	Table:    &plan.Table{Name: "spells"},
	Entities: map[string]string{"account": "account_id"},
	Time:     plan.Time{Start: "valid_from", End: "valid_to"},
	TimeZone: "UTC",
}

var crm = &v1alpha1.DataSource{
	ObjectMeta: metav1.ObjectMeta{Name: "crm", Namespace: "cx"},
	Spec:       v1alpha1.DataSourceSpec{Postgres: &v1alpha1.PostgresSource{Host: "db", Database: "crm"}},
}

func cpi(t *testing.T, spec string) *v1alpha1.CPIDefinition {
	t.Helper()
	out := &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "x", Namespace: "cx", UID: "u"}}
	if err := yaml.UnmarshalStrict([]byte(spec), &out.Spec); err != nil {
		t.Fatal(err)
	}
	return out
}

const nps = `
title: NPS
theme: Advocacy
owner: {team: support}
datasetRef: {name: support-survey}
measure: {netPromoterScore: {score: nps}}
responses: {entity: contact, keep: Latest}
period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}
breakdowns: [{by: [region]}, {by: [plan]}]
thresholds: {warning: 30, critical: 20}
`

func TestCPIFillsDefaults(t *testing.T) {
	got, problems := resolve.CPI(cpi(t, nps), resolve.Context{Dataset: survey, Source: crm})
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if got.Quality != (plan.Quality{MinSampleSize: 30, MinSegmentSize: 10, Confidence: 0.95, CollapseRatio: 0.5}) {
		t.Errorf("quality = %+v", got.Quality)
	}
	want := plan.Period{Grain: plan.Week, Window: 13, History: 104, TimeZone: "Europe/Berlin", WeekStart: time.Monday, FiscalYearStartMonth: time.January, Settle: 7 * 24 * time.Hour}
	if *got.Period != want {
		t.Errorf("period = %+v, want %+v", *got.Period, want)
	}
}

func TestMaturityIsDerivedFromTheMeasure(t *testing.T) {
	got, problems := resolve.CPI(cpi(t, `
title: Churn
theme: Loyalty
owner: {team: retention}
datasetRef: {name: spells}
measure: {churn: {entity: account, toleratedGap: 14d}}
period: {grain: Month}
thresholds: {warning: 2.5%, critical: 4%}
`), resolve.Context{Dataset: spells, Source: crm})
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if got.Period.Maturity != 14*24*time.Hour {
		t.Errorf("maturity = %v, want the tolerated gap", got.Period.Maturity)
	}
	if got.Measure.Churn.Definition != measure.OpeningCohort {
		t.Errorf("definition = %v", got.Measure.Churn.Definition)
	}
}

const payback = "{lifetimeValue: {model: Historic, form: PaybackMonth, entity: contact, amount: nps, cost: nps, unit: EUR, "

func TestProblemsNameTheFieldAndTheCure(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		dataset        plan.Dataset
		field, message string
	}{
		{"survey without responses", "responses: {entity: contact, keep: Latest}\n", "", survey, "spec.responses", "keep"},
		{"unknown entity", "entity: contact", "entity: account", survey, "spec.responses.entity", "declares no entity"},
		{"no period on a dated dataset", "period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}\n", "", survey, "spec.period", "required"},
		{"unknown zone", "Europe/Berlin", "Europe/Berlim", survey, "spec.period.timeZone", "IANA"},
		{"share spelling on points", "warning: 30", "warning: 30%", survey, "spec.thresholds.warning", "plain number"},
		{"critical better than warning", "critical: 20", "critical: 40", survey, "spec.thresholds", "critical must not be above"},
		{"interval dataset", "datasetRef: {name: support-survey}", "datasetRef: {name: spells}", spells, "spec.measure", "intervals"},
		{"too much history", "history: 104", "history: 390", survey, "spec.period", "at most"},
		{"payback within days", "{netPromoterScore: {score: nps}}", payback + "age: 20d}}", survey, "spec.measure.lifetimeValue.age", "between 31d and 120 months"},
		{"payback over decades", "{netPromoterScore: {score: nps}}", payback + "age: 9000d}}", survey, "spec.measure.lifetimeValue.age", "between 31d and 120 months"},
		{"acquisition cost of a share", "{netPromoterScore: {score: nps}}", payback + "age: 90d, acquisitionCost: 5%}}", survey, "spec.measure.lifetimeValue.acquisitionCost", "such as 120"},
		{"latest of undated rows", "", "", plan.Dataset{Name: "telco", Entities: survey.Entities}, "spec.responses.keep", "declares no time"},
		{"a quantile of clusters", "{netPromoterScore: {score: nps}}\nresponses: {entity: contact, keep: Latest}",
			"{duration: {end: answered_at, form: {quantile: 0.5}, open: Exclude}}\nresponses: {entity: contact, keep: All}", survey, "spec.responses", "takes each row as independent"},
		{"customers' histories broken down", "{netPromoterScore: {score: nps}}", payback + "age: 90d}}", survey, "spec.breakdowns", "use where for a part of them"},
		{"weights of all answers", "keep: Latest}", "keep: All}\nweighting: {column: weight}", survey, "spec.responses.keep", "one answer of each"},
		{"weights of a sum", "measure: {netPromoterScore: {score: nps}}", "weighting: {column: weight}\nmeasure: {aggregate: {function: Sum, column: nps, unit: EUR, direction: HigherIsBetter}}", survey, "spec.weighting", "index, and share"},
		{"column twice", "by: [region]", "by: [region, region]", survey, "spec.breakdowns[0].by", "twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(nps, tc.old) {
				t.Fatalf("%q is not in the definition", tc.old)
			}
			_, problems := resolve.CPI(cpi(t, strings.Replace(nps, tc.old, tc.new, 1)), resolve.Context{Dataset: tc.dataset, Source: crm})
			for _, p := range problems {
				if p.Field == tc.field && strings.Contains(p.Message, tc.message) {
					return
				}
			}
			t.Errorf("problems %v lack %s: …%s…", problems, tc.field, tc.message)
		})
	}
}

func TestWeightingByColumn(t *testing.T) {
	base, problems := resolve.CPI(cpi(t, nps), resolve.Context{Dataset: survey, Source: crm})
	weighted, more := resolve.CPI(cpi(t, nps+"weighting: {column: weight}\n"), resolve.Context{Dataset: survey, Source: crm})
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	if w := weighted.Weighting; w == nil || w.Column != "weight" || len(w.Strata) > 0 {
		t.Errorf("%+v", w)
	}
	if base.RequestHash == weighted.RequestHash {
		t.Error("weights are another formula")
	}
}

func TestRequestHashFollowsTheFormulaOnly(t *testing.T) {
	hash := func(spec string, d plan.Dataset) string {
		got, problems := resolve.CPI(cpi(t, spec), resolve.Context{Dataset: d, Source: crm})
		if len(problems) > 0 {
			t.Fatalf("problems: %v", problems)
		}
		return got.RequestHash
	}
	base := hash(nps, survey)
	for _, same := range [][2]string{{"title: NPS", "title: Other"}, {"warning: 30", "warning: 35"}, {"team: support", "team: sales"}, {"grain: Week", "grain: Week, weekStart: Monday"}} {
		if got := hash(strings.Replace(nps, same[0], same[1], 1), survey); got != base {
			t.Errorf("%q changed the hash", same[1])
		}
	}
	for _, other := range [][2]string{{"score: nps", "score: nps2"}, {"keep: Latest", "keep: First"}, {"window: 13", "window: 12"}, {"by: [plan]", "by: [plan, region]"}} {
		if got := hash(strings.Replace(nps, other[0], other[1], 1), survey); got == base {
			t.Errorf("%q did not change the hash", other[1])
		}
	}
	filtered := survey
	filtered.Filters = []plan.Filter{{Name: "previews", Expr: "NOT is_preview"}}
	if hash(nps, filtered) == base {
		t.Error("a dataset filter did not change the hash")
	}
}

func TestTargets(t *testing.T) {
	renewal := `
title: Renewals
category: Growth
owner: {team: sales}
datasetRef: {name: contracts}
measure: {renewal: {decision: {column: status, renewed: [Renewed], lost: [Lost]}, grace: 45d}}
period: {grain: Month}
breakdowns: [{by: [plan]}]
targets: [{from: "2026-07-01", atLeast: 85%}, {by: "2027-06-30", atLeast: 90%, overrides: [{match: {plan: enterprise}, atLeast: 95%}]}]
`
	contracts := plan.Dataset{Name: "contracts", Time: plan.Time{Event: "due_at"}, TimeZone: "UTC"}
	check := func(spec string) resolve.Problems {
		kpi := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "x"}}
		if err := yaml.UnmarshalStrict([]byte(spec), &kpi.Spec); err != nil {
			t.Fatal(err)
		}
		_, problems := resolve.KPI(kpi, resolve.Context{Dataset: contracts, Source: crm})
		return problems
	}
	if got := check(renewal); len(got) > 0 {
		t.Errorf("problems: %v", got)
	}
	for old, bad := range map[string]string{
		"atLeast: 85%":     "atMost: 85%",
		"atLeast: 90%":     "atLeast: 90",
		"by: \"2027-06-30": "by: \"2026-06-30",
		"plan: enterprise": "region: north",
		"lost: [Lost]":     "lost: [Lost, Renewed]",
	} {
		if got := check(strings.Replace(renewal, old, bad, 1)); len(got) != 1 {
			t.Errorf("%q: problems %v, want one", bad, got)
		}
	}
}

func TestConsentIsTheFirstFilter(t *testing.T) {
	d := envtestkit.Dataset("cx", "survey", "crm", func(d *v1alpha1.Dataset) {
		d.Spec.Consent = &v1alpha1.ColumnReference{Column: `agreed "2024"`}
		d.Spec.Filters = []v1alpha1.DatasetFilter{{Name: "internal", Expr: "NOT is_internal"}}
	})
	got, problems := resolve.Dataset(d)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got.Filters[0].Name != "consent" || got.Filters[0].Expr != `"agreed ""2024"""` || got.Filters[1].Name != "internal" {
		t.Errorf("filters %+v", got.Filters)
	}
	d.Spec.Filters[0].Name = "consent"
	if _, problems := resolve.Dataset(d); len(problems) != 1 || problems[0].Field != "spec.filters[0].name" {
		t.Errorf("problems %v", problems)
	}
}
