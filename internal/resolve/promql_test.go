package resolve_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// revenueLive is case 13.
const revenueLive = `
title: Net revenue, from the order service's counter
category: Growth
owner: {team: platform}
dataSourceRef: {name: prom}
measure: {promql: {expr: "sum(increase(shop_order_value_eur_total[$__period]))", unit: EUR, additive: true, direction: HigherIsBetter}}
period: {grain: Month, history: 13, timeZone: Europe/Berlin}
targets: [{by: "2027-01-31", atLeast: 1000000}]
`

const prom = `
prometheus: {address: "https://prometheus.example", credentialsRef: {name: reader}, tenant: {name: shop}}
`

// expressed resolves a KPITarget on a data source.
func expressed(t *testing.T, spec, source string) (plan.Indicator, resolve.Problems) {
	t.Helper()
	kpi := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "revenue-live", UID: "42"}}
	ds := &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: "prom", Namespace: "shop"}}
	for text, into := range map[string]any{spec: &kpi.Spec, source: &ds.Spec} {
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	return resolve.KPI(kpi, resolve.Context{Source: ds})
}

func TestExpressionFillsDefaults(t *testing.T) {
	got, problems := expressed(t, revenueLive, prom)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got.Dataset != "" || got.Measure.PromQL == nil || !got.Measure.PromQL.Additive || got.Measure.PromQL.Unit != "EUR" {
		t.Errorf("%+v", got)
	}
	if p := got.Period; p.Settle != time.Hour || p.Maturity != 0 || p.History != 13 || p.TimeZone != "Europe/Berlin" {
		t.Errorf("a Prometheus forgets, so its periods settle soon: %+v", p)
	}
	if q := got.Quality; q.MinSampleSize != 0 || q.MinSegmentSize != 0 || q.CollapseRatio != 0 || q.Confidence != 0.95 {
		t.Errorf("a census has no sample: %+v", q)
	}
	source, problems := resolve.Source(&v1alpha1.DataSource{Spec: v1alpha1.DataSourceSpec{Prometheus: &v1alpha1.PrometheusSource{
		Address: "http://prometheus.monitoring.svc:9090", TokenRef: &v1alpha1.KeyReference{Name: "reader", Key: "token"},
		CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"}, Tenant: &v1alpha1.PrometheusTenant{Name: "shop"},
	}}})
	want := plan.Prometheus{
		Address: "http://prometheus.monitoring.svc:9090", TokenPath: "/source/token/token", CAPath: "/source/ca/ca.crt", TenantHeader: "X-Scope-OrgID", Tenant: "shop",
	}
	if len(problems) > 0 || *source.Prometheus != want {
		t.Errorf("%v %+v", problems, *source.Prometheus)
	}
}

func TestProblemsOfExpressions(t *testing.T) {
	for _, c := range []struct{ old, new, field, says string }{
		{"$__period", "$__range", "spec.measure.promql.expr", "$__range"},
		{"period: {grain: Month, history: 13, timeZone: Europe/Berlin}", "", "spec.period", "is required"},
		{"period:", "breakdowns: [{by: [brand]}]\nperiod:", "spec.breakdowns", "Define an indicator for each segment"},
		{"period:", "where: [{column: a, operator: Exists}]\nperiod:", "spec.where", "matchers"},
		{"period:", "responses: {entity: a, keep: Latest}\nperiod:", "spec.responses", "nobody's answers"},
		{"period:", "quality: {minSampleSize: 5}\nperiod:", "spec.quality.minSampleSize", "census"},
		{"period:", "quality: {collapseBelow: 50%}\nperiod:", "spec.quality.collapseBelow", "census"},
		{"period:", "datasetRef: {name: orders}\nperiod:", "spec.datasetRef", "reads no dataset"},
		{"additive: true, ", "", "", ""},
		{", unit: EUR, additive: true, direction: HigherIsBetter", ", preset: Revenue", "", ""},
		{"HigherIsBetter", "HigherIsBetter, preset: Churn", "spec.measure.promql.preset", "LowerIsBetter"},
		{`atLeast: 1000000`, `atLeast: 1000000, accumulate: FiscalYear`, "", ""},
		{"additive: true, direction: HigherIsBetter}}", "direction: HigherIsBetter}}\n# ", "", ""},
		{`atLeast: 1000000`, `atLeast: 90%`, "spec.targets[0].atLeast", "plain number"},
	} {
		if !strings.Contains(revenueLive, c.old) {
			t.Fatalf("%q is not in the spec", c.old)
		}
		_, problems := expressed(t, strings.Replace(revenueLive, c.old, c.new, 1), prom)
		told := problems.String()
		if (told == "") != (c.says == "") || !strings.Contains(told, c.says) || !strings.Contains(told, c.field) {
			t.Errorf("%q → %q: problems %q, want %q of %s", c.old, c.new, told, c.says, c.field)
		}
	}
	// Only what adds up is added up.
	single := strings.Replace(strings.Replace(revenueLive, "additive: true, ", "", 1), "atLeast: 1000000", "atLeast: 1000000, accumulate: FiscalYear", 1)
	if _, problems := expressed(t, single, prom); !strings.Contains(problems.String(), "additive") {
		t.Errorf("accumulates what does not add up: %v", problems)
	}
	if _, problems := expressed(t, revenueLive, "postgres: {host: db, database: crm, credentialsRef: {name: a}}"); !strings.Contains(problems.String(), "is not a Prometheus") {
		t.Errorf("a database takes an expression: %v", problems)
	}
}

// Rows of a Prometheus there are none.
func TestDatasetOnAPrometheus(t *testing.T) {
	source := &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: "prom"}, Spec: v1alpha1.DataSourceSpec{Prometheus: &v1alpha1.PrometheusSource{Address: "https://x"}}}
	if _, problems := resolve.CPI(cpi(t, nps), resolve.Context{Dataset: survey, Source: source}); !strings.Contains(problems.String(), "holds no rows") {
		t.Errorf("%v", problems)
	}
}

func TestRequestHashOfExpressions(t *testing.T) {
	hash := func(spec, source string) string {
		got, problems := expressed(t, spec, source)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return got.RequestHash
	}
	before := hash(revenueLive, prom)
	for _, c := range []struct {
		old, new string
		same     bool
	}{
		{"increase", "delta", false},
		{"unit: EUR", "unit: USD", false},
		{"grain: Month", "grain: Week", false},
		{"Net revenue", "Revenue", true},
		{"1000000", "2000000", true},
		{"direction: HigherIsBetter", "preset: Revenue", true},
		{"https://prometheus.example", "https://other.example", false},
		{"https://prometheus.example", "https://prometheus.example/", true},
		{"name: shop", "name: travel", false},
		{"name: reader", "name: writer", true},
	} {
		edit := strings.NewReplacer(c.old, c.new)
		if edit.Replace(revenueLive) == revenueLive && edit.Replace(prom) == prom {
			t.Fatalf("%q is nowhere", c.old)
		}
		if same := hash(edit.Replace(revenueLive), edit.Replace(prom)) == before; same != c.same {
			t.Errorf("%q → %q: same hash is %v", c.old, c.new, same)
		}
	}
}
