package resolve_test

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func shop(name string, change ...func(*plan.Dataset)) plan.Dataset {
	d := plan.Dataset{
		Name: name, Table: &plan.Table{Name: name}, Entities: map[string]string{"customer": "customer_id", "order": "order_id"},
		Time: plan.Time{Event: "at"}, TimeZone: "Europe/Berlin", Freshness: &plan.Freshness{Column: "loaded_at", Within: 3 * time.Hour},
	}
	for _, f := range change {
		f(&d)
	}
	return d
}

const complaintRate = `
title: Complaints per 1,000 orders
theme: Satisfaction
owner: {team: quality}
datasetRef: {name: complaints}
measure: {rate: {exposure: {datasetRef: {name: orders}, where: [{column: status, operator: In, values: [paid, shipped]}]}, per: 1000, preset: ComplaintRate, direction: LowerIsBetter}}
period: {grain: Month, history: 24, timeZone: Europe/Berlin}
breakdowns: [{by: [brand]}]
`

const recognised = `
title: Recognised within 30 days
theme: LoyaltyRecognition
owner: {team: loyalty}
datasetRef: {name: tiers}
measure: {conversion: {entity: customer, base: {occurrence: Every}, outcome: {datasetRef: {name: ledger}, where: [{column: reason, operator: In, values: [gift, anniversary]}], after: 1d}, within: 30d, preset: LoyaltyRecognition}}
period: {grain: Month, history: 24, timeZone: Europe/Berlin}
`

func TestJoinedMeasuresResolve(t *testing.T) {
	orders := shop("orders")
	got, problems := resolve.CPI(cpi(t, complaintRate), resolve.Context{Dataset: shop("complaints"), Other: &orders, Source: crm})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got.Dataset != "complaints" || got.Other != "orders" || got.Measure.Rate.Exposure.Dataset != "orders" || got.Measure.Rate.Per != 1000 {
		t.Errorf("%+v, %+v", got, got.Measure.Rate)
	}
	ledger := shop("ledger")
	got, problems = resolve.CPI(cpi(t, recognised), resolve.Context{Dataset: shop("tiers"), Other: &ledger, Source: crm})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := got.Measure.Conversion
	if got.Period.Maturity != 30*24*time.Hour || c.Direction != measure.HigherIsBetter || c.Outcome.After != 24*time.Hour || c.Outcome.Dataset != "ledger" {
		t.Errorf("maturity %s, %+v", got.Period.Maturity, c)
	}

	// The own dataset, named, is where later rows are the outcome.
	own := strings.Replace(recognised, "name: ledger", "name: tiers", 1)
	tiers := shop("tiers")
	if got, problems = resolve.CPI(cpi(t, own), resolve.Context{Dataset: tiers, Other: &tiers, Source: crm}); len(problems) > 0 || got.Measure.Conversion.Outcome.Dataset != "" {
		t.Errorf("%v, %+v", problems, got.Measure.Conversion)
	}
}

func TestJoinedProblemsNameTheFieldAndTheCure(t *testing.T) {
	undated := func(d *plan.Dataset) { d.Time = plan.Time{} }
	intervals := func(d *plan.Dataset) { d.Time = plan.Time{Start: "from", End: "to"} }
	nobody := func(d *plan.Dataset) { d.Entities = nil }
	for _, c := range []struct {
		name, spec, old, new string
		first, second        func(*plan.Dataset)
		alone                bool
		field, message       string
	}{
		{"where of no dataset", complaintRate, "datasetRef: {name: orders}, ", "column: hours, ", nil, nil, true, "spec.measure.rate.exposure.where", "datasetRef only"},
		{"nothing to count", complaintRate, "datasetRef: {name: orders}, where: [{column: status, operator: In, values: [paid, shipped]}]", "", nil, nil, true, "spec.measure.rate.exposure", "set datasetRef"},
		{"exposure of intervals", complaintRate, "", "", nil, intervals, false, "spec.measure.rate.exposure.datasetRef", "intervals"},
		{"exposure without time", complaintRate, "", "", nil, undated, false, "spec.measure.rate.exposure.datasetRef", "no time"},
		{"events without time", strings.Replace(complaintRate, "period: {grain: Month, history: 24, timeZone: Europe/Berlin}\n", "", 1), "", "", undated, nil, false, "spec.datasetRef", "in neither"},
		{"entity of neither", recognised, "entity: customer", "entity: visitor", nil, nil, false, "spec.measure.conversion.entity", "dataset ledger of the outcome"},
		{"entity of the base only", recognised, "", "", nil, nobody, false, "spec.measure.conversion.entity", "dataset ledger of the outcome"},
		{"outcome without time", recognised, "", "", nil, undated, false, "spec.measure.conversion.outcome.datasetRef", "time.event"},
		{"base of intervals", recognised, "", "", intervals, nil, false, "spec.datasetRef", "time.event"},
		{"after beyond within", recognised, "after: 1d", "after: 31d", nil, nil, false, "spec.measure.conversion.outcome.after", "longer"},
		{"no time at all", recognised, "within: 30d", "within: 0d", nil, nil, false, "spec.measure.conversion.within", "above zero"},
		{"a choice of its own", recognised, "period:", "responses: {entity: customer, keep: First}\nperiod:", nil, nil, false, "spec.responses", "base.occurrence"},
		{"maturity too short", recognised, "history: 24", "maturity: 29d", nil, nil, false, "spec.period.maturity", "shorter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			edited := cpi(t, strings.Replace(c.spec, c.old, c.new, 1))
			if c.old != "" && !strings.Contains(c.spec, c.old) {
				t.Fatalf("%q is not in the definition", c.old)
			}
			change := func(f func(*plan.Dataset)) func(*plan.Dataset) {
				if f == nil {
					return func(*plan.Dataset) {}
				}
				return f
			}
			on := resolve.Context{Dataset: shop(edited.Spec.DatasetRef.Name, change(c.first)), Source: crm}
			if second, _ := resolve.SecondDataset(&edited.Spec.Indicator); !c.alone {
				on.Other = new(shop(second, change(c.second)))
			}
			_, problems := resolve.CPI(edited, on)
			for _, p := range problems {
				if p.Field == c.field && strings.Contains(p.Message, c.message) {
					return
				}
			}
			t.Errorf("problems %v lack %s: …%s…", problems, c.field, c.message)
		})
	}
}

func TestSecondDatasetIsTheOneThatTheMeasureNames(t *testing.T) {
	for spec, want := range map[string][2]string{
		complaintRate: {"orders", "spec.measure.rate.exposure.datasetRef"},
		recognised:    {"ledger", "spec.measure.conversion.outcome.datasetRef"},
		nps:           {},
	} {
		definition := cpi(t, spec)
		name, field := resolve.SecondDataset(&definition.Spec.Indicator)
		if got := [2]string{name, field}; got != want {
			t.Errorf("%s: %q, want %q", definition.Spec.Title, got, want)
		}
		read := resolve.Datasets(&definition.Spec.Indicator)
		if read[0] != definition.Spec.DatasetRef.Name || name != "" && (len(read) != 2 || read[1] != name) || name == "" && len(read) != 1 {
			t.Errorf("%s reads %q", definition.Spec.Title, read)
		}
	}
}

// The second dataset makes numbers as the first does, as far as the indicator reads it.
func TestRequestHashFollowsTheSecondDataset(t *testing.T) {
	const tables = `
files:
  tables:
  - {name: complaints, format: CSV, configMap: {name: lists, key: complaints.csv}}
  - {name: orders, format: CSV, configMap: {name: lists, key: orders.csv}}
  - {name: tiers, format: CSV, configMap: {name: lists, key: tiers.csv}}
  - {name: ledger, format: CSV, configMap: {name: lists, key: ledger.csv}}
`
	hash := func(spec, source string, change func(*plan.Dataset)) string {
		definition := cpi(t, spec)
		name, _ := resolve.SecondDataset(&definition.Spec.Indicator)
		other := shop(name, change)
		ds := &v1alpha1.DataSource{}
		if err := yaml.UnmarshalStrict([]byte(source), &ds.Spec); err != nil {
			t.Fatal(err)
		}
		got, problems := resolve.CPI(definition, resolve.Context{Dataset: shop(definition.Spec.DatasetRef.Name), Other: &other, Source: ds})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return got.RequestHash
	}
	unchanged := func(*plan.Dataset) {}
	for _, c := range []struct {
		name, spec, old, new string
		change               func(*plan.Dataset)
		same                 bool
	}{
		{"a filter", complaintRate, "", "", func(d *plan.Dataset) { d.Filters = []plan.Filter{{Name: "tests", Expr: "NOT is_test"}} }, false},
		{"another time", complaintRate, "", "", func(d *plan.Dataset) { d.Time.Event = "shipped_at" }, false},
		{"how fresh it should be", complaintRate, "", "", func(d *plan.Dataset) { d.Freshness.Within = time.Hour }, true},
		{"an entity that is not used", complaintRate, "", "", func(d *plan.Dataset) { d.Entities = nil }, true},
		{"the entity's column", recognised, "", "", func(d *plan.Dataset) { d.Entities["customer"] = "member_id" }, false},
		{"where its rows come from", complaintRate, "orders.csv", "other.csv", unchanged, false},
		{"a table of neither", complaintRate, "ledger.csv", "other.csv", unchanged, true},
		{"the order of values", complaintRate, "[paid, shipped]", "[shipped, paid]", unchanged, true},
		{"other values", complaintRate, "[paid, shipped]", "[paid]", unchanged, false},
		{"the order of values", recognised, "[gift, anniversary]", "[anniversary, gift]", unchanged, true},
		{"the preset", recognised, ", preset: LoyaltyRecognition", "", unchanged, true},
		{"per so much", complaintRate, "per: 1000", "per: 100", unchanged, false},
		{"within", recognised, "within: 30d", "within: 31d", unchanged, false},
	} {
		spec, source := strings.Replace(c.spec, c.old, c.new, 1), strings.Replace(tables, c.old, c.new, 1)
		if c.old != "" && spec == c.spec && source == tables {
			t.Fatalf("%q is nowhere", c.old)
		}
		if same := hash(spec, source, c.change) == hash(c.spec, tables, unchanged); same != c.same {
			t.Errorf("%s: same hash is %v, want %v", c.name, same, c.same)
		}
	}
}

// Numbers that were settled stay with their formula: what this program knows anew must not change a hash.
func TestRequestHashesStay(t *testing.T) {
	const export = `
files:
  tables:
  - name: answers
    format: CSV
    persistentVolumeClaim: {name: exports, path: answers/*.csv}
`
	for source, want := range map[string]string{`postgres: {host: db, database: crm}`: "v1-b88402edb8cda9932ce086682fb89b5a", export: "v1-d29d49661f759caffb3f920da788d87a"} {
		if got := hashOf(t, nps, survey, source); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}
