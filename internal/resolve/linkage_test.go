package resolve_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// world is a namespace of definitions, read from YAML.
type world struct {
	cpis     map[string]*v1alpha1.CPIDefinition
	kpis     map[string]*v1alpha1.KPITarget
	datasets map[string]*v1alpha1.Dataset
	reports  map[string]*v1alpha1.IndicatorReport
}

func (w world) CPI(name string) (*v1alpha1.CPIDefinition, error) { return w.cpis[name], nil }
func (w world) KPI(name string) (*v1alpha1.KPITarget, error)     { return w.kpis[name], nil }
func (w world) Dataset(name string) (*v1alpha1.Dataset, error)   { return w.datasets[name], nil }
func (w world) Source(name string) (*v1alpha1.DataSource, error) {
	if name == "prom" {
		return &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1alpha1.DataSourceSpec{Prometheus: &v1alpha1.PrometheusSource{Address: "http://p.m.svc"}}}, nil
	}
	return &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: crm.Spec}, nil
}
func (w world) Report(kind, name string) (*v1alpha1.IndicatorReport, error) {
	return w.reports[kind+"/"+name], nil
}

func parse[T any](t *testing.T, text string) *T {
	t.Helper()
	out := new(T)
	if err := yaml.UnmarshalStrict([]byte(text), out); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return out
}

// cx is the namespace of case 15, with more to link.
func cx(t *testing.T) world {
	w := world{map[string]*v1alpha1.CPIDefinition{}, map[string]*v1alpha1.KPITarget{}, map[string]*v1alpha1.Dataset{}, map[string]*v1alpha1.IndicatorReport{}}
	for name, spec := range map[string]string{
		"contracts": "{dataSourceRef: {name: crm}, table: {name: contracts}, entities: {account: account_id}, time: {event: {column: due_at}}}",
		"survey":    "{dataSourceRef: {name: crm}, table: {name: answers}, entities: {contact: contact_id, account: account_id}, time: {event: {column: at}}}",
		"numbers":   "{dataSourceRef: {name: prom}, table: {name: any}, entities: {account: account_id}}",
		"elsewhere": "{dataSourceRef: {name: shop}, table: {name: accounts}, entities: {account: account_id}}",
		"faraway":   "{dataSourceRef: {name: billing}, table: {name: answers}, entities: {account: account_id}, time: {event: {column: at}}}",
		"telco":     "{dataSourceRef: {name: crm}, table: {name: telco}, entities: {account: id}}",
		"spells":    "{dataSourceRef: {name: crm}, table: {name: spells}, entities: {account: id}, time: {interval: {start: a, end: b}}}",
		"accounts":  "{dataSourceRef: {name: crm}, table: {name: accounts}, entities: {customer: id}, time: {event: {column: at}}}",
		"orders":    "{dataSourceRef: {name: crm}, table: {name: orders}, entities: {account: id, customer: id}, time: {event: {column: at}}}",
	} {
		w.datasets[name] = &v1alpha1.Dataset{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: *parse[v1alpha1.DatasetSpec](t, spec)}
	}
	const people = "title: T, theme: Advocacy, owner: {team: a}, "
	const score = "measure: {netPromoterScore: {score: nps}}, responses: {entity: account, keep: Latest}, "
	for name, spec := range map[string]string{
		"support-nps":   people + "datasetRef: {name: survey}, " + score + "period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}, breakdowns: [{by: [region]}]",
		"faraway-nps":   people + "datasetRef: {name: faraway}, " + score + "period: {grain: Month, timeZone: Europe/Berlin}",
		"faraway-week":  people + "datasetRef: {name: faraway}, " + score + "period: {grain: Week, timeZone: Europe/Berlin}",
		"faraway-utc":   people + "datasetRef: {name: faraway}, " + score + "period: {grain: Month}",
		"faraway-trail": people + "datasetRef: {name: faraway}, " + score + "period: {grain: Month, window: 3, timeZone: Europe/Berlin}",
		"telco-nps":     people + "datasetRef: {name: telco}, " + strings.Replace(score, "Latest", "All", 1),
		"handling":      people + "datasetRef: {name: survey}, measure: {aggregate: {function: Mean, column: minutes, direction: LowerIsBetter}}, period: {grain: Month}",
		"tickets":       people + "datasetRef: {name: survey}, measure: {aggregate: {function: Count, direction: LowerIsBetter}}, period: {grain: Month}",
		"weekly":        people + "datasetRef: {name: survey}, measure: {precomputed: {value: v, direction: HigherIsBetter}}, period: {grain: Week}",
		"value":         people + "datasetRef: {name: orders}, measure: {lifetimeValue: {model: Historic, entity: customer, amount: eur, unit: EUR}}, period: {grain: Month}",
		"health":        people + "measure: {composite: {method: Arithmetic, missingPart: NoValue, parts: [{cpiRef: {name: handling}, weight: 50%, goalposts: {worst: 9, best: 1}}, {cpiRef: {name: tickets}, weight: 50%, goalposts: {worst: 9, best: 1}}]}}, period: {grain: Month, timeZone: Europe/Berlin}",
		"on-time":       people + "datasetRef: {name: survey}, measure: {share: {of: [{column: late, operator: In, values: [\"no\"]}], direction: HigherIsBetter}}, period: {grain: Month}",
	} {
		spec = strings.TrimSuffix(strings.TrimSpace(spec), ",")
		w.cpis[name] = &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name)}, Spec: *parse[v1alpha1.CPIDefinitionSpec](t, "{"+spec+"}")}
		w.reports["CPIDefinition/"+name] = &v1alpha1.IndicatorReport{Spec: v1alpha1.IndicatorReportSpec{RequestHash: "h-" + name, DataSourceRef: v1alpha1.LocalReference{Name: "crm"}}}
		if strings.HasPrefix(name, "faraway") {
			w.reports["CPIDefinition/"+name].Spec.DataSourceRef.Name = "billing"
		}
	}
	const renewal = "measure: {renewal: {decision: {column: status, renewed: [R], lost: [L]}, grace: 45d"
	const target = ", category: Growth, owner: {team: sales}, targets: [{by: \"2027-06-30\", atLeast: 90%}]"
	for name, spec := range map[string]string{
		"renewal-rate": "title: Renewals, datasetRef: {name: contracts}, " + renewal + ", decidedAt: decided_at}}, period: {grain: Month, window: 3, history: 36, timeZone: Europe/Berlin}, breakdowns: [{by: [plan]}]" + target,
		"undecided":    "title: Renewals, datasetRef: {name: contracts}, " + renewal + "}}, period: {grain: Month, timeZone: Europe/Berlin}" + target,
		"revenue":      "title: Revenue, datasetRef: {name: orders}, measure: {aggregate: {function: Sum, column: eur, unit: EUR, direction: HigherIsBetter}}, period: {grain: Month}, category: Growth, owner: {team: sales}, targets: [{from: \"2027-01-01\", atLeast: 1000}]",
		"churned":      "title: Churn, datasetRef: {name: telco}, measure: {share: {of: [{column: churn, operator: In, values: [\"Yes\"]}], preset: Churn}}, category: Growth, owner: {team: sales}, targets: [{from: \"2027-01-01\", atMost: 20%}]",
		"left":         "title: Churn, datasetRef: {name: spells}, measure: {churn: {entity: account}}, period: {grain: Month}, category: Growth, owner: {team: sales}, targets: [{from: \"2027-01-01\", atMost: 20%}]",
		"easy":         "title: On time, cpiRef: {name: on-time}, category: CustomerGoal, owner: {team: sales}, targets: [{from: \"2027-01-01\", atLeast: 90%}]",
	} {
		w.kpis[name] = &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("k-" + name)}, Spec: *parse[v1alpha1.KPITargetSpec](t, "{"+spec+"}")}
	}
	return w
}

// case15 is the case of linkages.
const case15 = `
kpiRef: {name: renewal-rate}
drivers: [{cpiRef: {name: support-nps}, expected: Positive, guardrail: {minWorsening: 5}}]
customerLevel:
  unit: account
  collapse: Mean
  cohorts: {high: {atLeast: 9}, low: {atMost: 6}}
  index: OutcomeDecision
  exposureWindow: 365d
  stratifyBy: [{datasetRef: {name: contracts}, column: plan}]
periodLevel: {maxLagPeriods: 6, attributeOutcomeTo: DecidedAt}
minEffect: {absolute: 2%}
`

func linkage(t *testing.T, spec string) *v1alpha1.CPILinkage {
	t.Helper()
	return &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Name: "link", UID: "l"}, Spec: *parse[v1alpha1.CPILinkageSpec](t, spec)}
}

func link(t *testing.T, w world, spec string) (plan.Linkage, *resolve.Refusal) {
	t.Helper()
	l := linkage(t, spec)
	on, err := resolve.FollowLinkage(l, w)
	if err != nil {
		t.Fatal(err)
	}
	return resolve.Linkage(l, on)
}

func linked(t *testing.T, w world, spec string) plan.Linkage {
	t.Helper()
	out, refusal := link(t, w, spec)
	if refusal != nil {
		t.Fatalf("refused: %s %s", refusal.Reason, refusal.Problems)
	}
	return out
}

func TestClaimIsReadInTheKPIsPeriods(t *testing.T) {
	got := linked(t, cx(t), case15)
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for _, s := range []plan.Series{got.KPI, got.Drivers[0].Series} {
		if s.Indicator == nil || s.Refused != nil {
			t.Fatalf("%s has no series: %+v", s.Key, s.Refused)
		}
		p := s.Indicator.Period
		if s.Indicator.Key != got.Key || p.Grain != plan.Month || p.Window != 1 || p.History != 60 || p.TimeZone != "Europe/Berlin" || s.Indicator.Breakdowns != nil {
			t.Errorf("%s is computed as %+v in %+v", s.Key, s.Indicator, p)
		}
	}
	if d := got.Drivers[0]; d.Unit != "points" || d.Expected != 1 || *d.Guardrail != (plan.Guardrail{MinWorsening: 5}) {
		t.Errorf("driver %+v", d)
	}
	c := got.Customers
	if c.Exposure != 365*24*time.Hour || *c.High.AtLeast != 9 || *c.Low.AtMost != 6 || c.History != 730*24*time.Hour || c.MinPerCohort != 30 {
		t.Errorf("customers %+v", c)
	}
	if !slices.Equal(c.StratifyBy, []plan.Attribute{{Column: "plan"}}) {
		t.Errorf("strata %+v: the KPI's own dataset goes without a name", c.StratifyBy)
	}
	if *got.Periods != (plan.PeriodLevel{MaxLag: 6, Season: 12}) || *got.MinEffect.Absolute != 0.02 || got.Evidence != plan.Observational || got.Confidence != 0.95 {
		t.Errorf("%+v %+v", got.Periods, got)
	}
	if g := got.Goals[0]; !g.By.Equal(time.Date(2027, 6, 30, 0, 0, 0, 0, berlin)) || *g.AtLeast != 0.9 {
		t.Errorf("goal %+v", g)
	}
	if got.Calendar == nil || got.Calendar.Grain != plan.Month || got.Calendar.Maturity != 45*24*time.Hour {
		t.Errorf("calendar %+v", got.Calendar)
	}
}

// The driver of another source hands in what its report holds, if that can be compared.
func TestWhatCannotBeHadInTheKPIsPeriodsSaysSo(t *testing.T) {
	for driver, want := range map[string]plan.Reason{
		"support-nps": "", "faraway-nps": "", "health": "",
		"faraway-week": plan.GrainMismatch, "faraway-utc": plan.GrainMismatch, "faraway-trail": plan.PeriodsShareRows,
		"weekly": plan.GrainMismatch, "value": plan.PeriodsShareRows, "telco-nps": plan.NoPeriods,
	} {
		// A second driver that can be tested keeps the claim alive.
		second := "handling"
		got := linked(t, cx(t), "{kpiRef: {name: renewal-rate}, periodLevel: {}, drivers: [{cpiRef: {name: "+driver+"}, expected: Positive}, {cpiRef: {name: "+second+"}, expected: Negative}]}")
		s := got.Drivers[0]
		if (s.Refused == nil) != (want == "") || want != "" && s.Refused.Reason != want {
			t.Errorf("%s is refused: %+v, want %q", driver, s.Refused, want)
		}
		handed := driver == "faraway-nps" || driver == "health"
		if computed := s.Indicator != nil; computed != (want == "" && !handed) {
			t.Errorf("%s is computed: %v", driver, computed)
		}
	}
}

func TestRefusalsNameReasonAndField(t *testing.T) {
	const customers = ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d}"
	claim := func(kpi, driver, rest string) string {
		return "{kpiRef: {name: " + kpi + "}, drivers: [{cpiRef: {name: " + driver + "}, expected: Positive}]" + rest + "}"
	}
	for name, c := range map[string]struct {
		spec   string
		reason plan.Reason
		field  string
	}{
		"no decidedAt": {claim("undecided", "support-nps", customers), plan.NoDecisionTime, "spec.customerLevel.index"},
		"three sources": {"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: faraway-nps}, expected: Positive}]" +
			", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, covariates: [{datasetRef: {name: elsewhere}, column: size}]}}", plan.TooManySources, "spec.drivers[0].cpiRef"},
		"churn":                {claim("left", "support-nps", customers), plan.OutcomeUnsupported, "spec.kpiRef"},
		"a sum":                {claim("revenue", "support-nps", customers), plan.OutcomeUnsupported, "spec.kpiRef"},
		"renewal forwards":     {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: Exposure, exposureWindow: 90d, followUp: 90d}"), plan.OutcomeUnsupported, "spec.customerLevel.index"},
		"undated, not vouched": {claim("churned", "telco-nps", customers), plan.OutcomeUnsupported, "spec.customerLevel.index"},
		"dated, but vouched":   {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: Vouched}"), plan.OutcomeUnsupported, "spec.customerLevel.index"},
		"a count as driver":    {claim("renewal-rate", "tickets", customers), plan.ExposureUnsupported, "spec.drivers[0].cpiRef"},
		"a composite driver":   {claim("renewal-rate", "health", customers), plan.ExposureUnsupported, "spec.drivers[0].cpiRef"},
		"undated driver":       {claim("renewal-rate", "telco-nps", customers), plan.ExposureUnsupported, "spec.drivers[0].cpiRef"},
		"undated periods":      {claim("churned", "telco-nps", ", periodLevel: {}"), plan.NoPeriods, "spec.periodLevel"},
		"no driver left":       {claim("renewal-rate", "weekly", ", periodLevel: {}"), plan.GrainMismatch, "spec.drivers[0].cpiRef"},
		"a share by decision":  {claim("easy", "support-nps", ", periodLevel: {attributeOutcomeTo: DecidedAt}"), plan.AttributionUnsupported, "spec.periodLevel.attributeOutcomeTo"},
		"decided never":        {claim("undecided", "support-nps", ", periodLevel: {attributeOutcomeTo: DecidedAt}"), plan.NoDecisionTime, "spec.periodLevel.attributeOutcomeTo"},
		"undated by decision":  {claim("churned", "telco-nps", ", periodLevel: {attributeOutcomeTo: DecidedAt}"), plan.NoPeriods, "spec.periodLevel"},
		"entity":               {claim("renewal-rate", "support-nps", ", customerLevel: {unit: contact, index: OutcomeDecision, exposureWindow: 90d}"), "", "spec.customerLevel.unit"},
		"rowless stratum":      {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, stratifyBy: [{column: plan}, {datasetRef: {name: numbers}, column: size}]}"), "", "spec.customerLevel.stratifyBy[1].datasetRef"},
		"rowless covariate":    {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, covariates: [{datasetRef: {name: numbers}, column: size}]}"), "", "spec.customerLevel.covariates[0].datasetRef"},
		"attribute's entity":   {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, stratifyBy: [{datasetRef: {name: accounts}, column: size}]}"), "", "spec.customerLevel.unit"},
		"no classes":           {claim("renewal-rate", "handling", customers), "", "spec.customerLevel.cohorts"},
		"cohorts overlap":      {claim("renewal-rate", "support-nps", ", customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, cohorts: {high: {atLeast: 6}, low: {atMost: 6}}}"), "", "spec.customerLevel.cohorts"},
		"unit of minEffect":    {claim("renewal-rate", "support-nps", ", periodLevel: {}, minEffect: {absolute: 2}"), "", "spec.minEffect.absolute"},
		"no level":             {claim("renewal-rate", "support-nps", ""), "", "spec"},
		"follow-up":            {claim("easy", "support-nps", ", customerLevel: {unit: account, index: Exposure, exposureWindow: 90d}"), "", "spec.customerLevel.followUp"},
		"guardrail's unit":     {"{kpiRef: {name: renewal-rate}, periodLevel: {}, drivers: [{cpiRef: {name: support-nps}, expected: Positive, guardrail: {minWorsening: 5%}}]}", "", "spec.drivers[0].guardrail.minWorsening"},
		"guardrail's sign":     {"{kpiRef: {name: renewal-rate}, periodLevel: {}, drivers: [{cpiRef: {name: support-nps}, expected: Positive, guardrail: {minWorsening: -5}}]}", "", "spec.drivers[0].guardrail.minWorsening"},
		"twice":                {"{kpiRef: {name: renewal-rate}, periodLevel: {}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}, {cpiRef: {name: support-nps}, expected: Negative}]}", "", "spec.drivers[1].cpiRef"},
	} {
		t.Run(name, func(t *testing.T) {
			_, refusal := link(t, cx(t), c.spec)
			if refusal == nil {
				t.Fatal("taken")
			}
			if refusal.Reason != c.reason || refusal.Problems[0].Field != c.field {
				t.Errorf("refused: %q %s, want %q at %s", refusal.Reason, refusal.Problems, c.reason, c.field)
			}
		})
	}
}

func TestWhatCustomersTellOf(t *testing.T) {
	for _, spec := range []string{
		"{kpiRef: {name: easy}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], customerLevel: {unit: account, index: Exposure, exposureWindow: 90d, followUp: 90d}}",
		"{kpiRef: {name: easy}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d}}",
		"{kpiRef: {name: churned}, drivers: [{cpiRef: {name: telco-nps}, expected: Negative}], customerLevel: {unit: account, index: Vouched}}",
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: telco-nps}, expected: Positive}], customerLevel: {unit: account, index: Vouched}}",
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: handling}, expected: Negative}], customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d, cohorts: {high: {atLeast: 60}, low: {atMost: 10}}}}",
	} {
		got := linked(t, cx(t), spec)
		if got.Customers == nil || got.KPI.Indicator == nil || got.Drivers[0].Indicator == nil {
			t.Errorf("%s\nhas no rows to compare: %+v", spec, got)
		}
		if undated := got.KPI.Name == "churned"; undated != (got.KPI.Refused != nil) || undated && got.Calendar != nil {
			t.Errorf("%s\nseries %+v", spec, got.KPI.Refused)
		}
	}
}

func TestReferencesThatAreNotMet(t *testing.T) {
	for spec, want := range map[string]string{
		"{kpiRef: {name: nobody}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {}}":       `ReferenceNotFound: spec.kpiRef: KPITarget "nobody" does not exist in this namespace, and references do not lead out of it.`,
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: nobody}, expected: Positive}], periodLevel: {}}":      `ReferenceNotFound: spec.drivers[0].cpiRef: CPIDefinition "nobody" does not exist`,
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: unreported}, expected: Positive}], periodLevel: {}}":  `ReferenceNotReady: spec.drivers[0].cpiRef: CPIDefinition "unreported" is not ready: CPIDefinition/unreported has no report yet`,
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: broken}, expected: Positive}], periodLevel: {}}":      `ReferenceNotReady: spec.drivers[0].cpiRef: CPIDefinition "broken" is not ready: spec.period: is required`,
		"{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: datasetless}, expected: Positive}], periodLevel: {}}": `ReferenceNotFound: spec.drivers[0].cpiRef: CPIDefinition/datasetless: Dataset "gone" does not exist`,
	} {
		w := cx(t)
		w.cpis["unreported"] = w.cpis["faraway-nps"].DeepCopy()
		w.cpis["unreported"].Name = "unreported"
		w.cpis["broken"] = w.cpis["support-nps"].DeepCopy()
		w.cpis["broken"].Spec.Period = nil
		w.cpis["datasetless"] = w.cpis["support-nps"].DeepCopy()
		w.cpis["datasetless"].Spec.DatasetRef.Name = "gone"
		_, err := resolve.FollowLinkage(linkage(t, spec), w)
		var unmet *resolve.Unmet
		if !errors.As(err, &unmet) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestClaimHashFollowsTheClaimOnly(t *testing.T) {
	same := linked(t, cx(t), case15).RequestHash
	with := func(change func(world), spec string) string {
		w := cx(t)
		if change != nil {
			change(w)
		}
		return linked(t, w, spec).RequestHash
	}
	for name, hash := range map[string]string{
		"a guardrail":      with(nil, strings.Replace(case15, "minWorsening: 5", "minWorsening: 9", 1)),
		"a title":          with(nil, case15+"title: Another\n"),
		"a target":         with(func(w world) { w.kpis["renewal-rate"].Spec.Targets[0].AtLeast = new(v1alpha1.Value("80%")) }, case15),
		"a breakdown":      with(func(w world) { w.cpis["support-nps"].Spec.Breakdowns = nil }, case15),
		"the KPI's window": with(func(w world) { w.kpis["renewal-rate"].Spec.Period.Window = 12 }, case15),
	} {
		if hash != same {
			t.Errorf("%s makes another claim", name)
		}
	}
	for name, hash := range map[string]string{
		"the smallest effect":  with(nil, strings.Replace(case15, "2%", "3%", 1)),
		"the expectation":      with(nil, strings.Replace(case15, "Positive", "Negative", 1)),
		"the exposure":         with(nil, strings.Replace(case15, "365d", "180d", 1)),
		"the evidence":         with(nil, case15+"evidence: Randomised\n"),
		"the attribution":      with(nil, strings.Replace(case15, "DecidedAt", "DueDate", 1)),
		"the driver's formula": with(func(w world) { w.cpis["support-nps"].Spec.Measure.NetPromoterScore.Score = "other" }, case15),
		"the unit's column":    with(func(w world) { w.datasets["contracts"].Spec.Entities["account"] = "other" }, case15),
	} {
		if hash == same {
			t.Errorf("%s makes no other claim", name)
		}
	}
}

func TestCirclesAreSpelledOut(t *testing.T) {
	w := cx(t)
	all := resolve.Claims{}
	for _, c := range w.cpis {
		all.CPIs = append(all.CPIs, *c)
	}
	for _, k := range w.kpis {
		all.KPIs = append(all.KPIs, *k)
	}
	healthGoal := *w.kpis["easy"].DeepCopy()
	healthGoal.Name, healthGoal.Spec.CPIRef.Name = "healthy", "health"
	npsGoal := *w.kpis["easy"].DeepCopy()
	npsGoal.Name, npsGoal.Spec.CPIRef.Name = "loved", "support-nps"
	all.KPIs = append(all.KPIs, healthGoal, npsGoal)
	claims := map[string]*v1alpha1.CPILinkage{}
	for name, ends := range map[string][2]string{
		"plain": {"renewal-rate", "support-nps"}, "itself": {"easy", "on-time"}, "part": {"healthy", "tickets"},
		"there": {"easy", "support-nps"}, "back": {"loved", "on-time"}, "whole": {"revenue", "health"},
	} {
		l := linkage(t, "{kpiRef: {name: "+ends[0]+"}, drivers: [{cpiRef: {name: "+ends[1]+"}, expected: Positive}], periodLevel: {}}")
		l.Name = name
		claims[name] = l
		all.Linkages = append(all.Linkages, *l)
	}
	for name, want := range map[string]string{
		"plain": "", "whole": "",
		"itself": "KPITarget easy is a goal on CPIDefinition on-time, which should move it",
		"part":   "CPIDefinition/health joins CPIDefinition/tickets: both move together by arithmetic",
		"there":  "CPIDefinition/on-time is moved, by CPILinkage/there, by CPIDefinition/support-nps; but CPIDefinition/support-nps is moved, by CPILinkage/back, by CPIDefinition/on-time",
		"back":   "CPIDefinition/support-nps is moved, by CPILinkage/back, by CPIDefinition/on-time; but CPIDefinition/on-time is moved, by CPILinkage/there, by CPIDefinition/support-nps",
	} {
		if got := all.Cycle(claims[name]); (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// Customers of two data sources are brought together by runs of the claim's own: their rows are resolved wherever they are.
func TestCustomersOfTwoSources(t *testing.T) {
	const customers = "customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d"
	for what, spec := range map[string]string{
		"driver":    "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: faraway-nps}, expected: Positive}], " + customers + "}}",
		"both":      "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: faraway-nps}, expected: Positive}, {cpiRef: {name: support-nps}, expected: Positive}], " + customers + "}}",
		"attribute": "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], " + customers + ", covariates: [{datasetRef: {name: faraway}, column: size}]}}",
	} {
		got := linked(t, cx(t), spec)
		if got.Other != "billing" {
			t.Errorf("%s: the second source is %q", what, got.Other)
		}
		for _, d := range got.Drivers {
			if d.Indicator == nil {
				t.Errorf("%s: rows of %s are not read", what, d.Key)
			}
		}
	}
	if one := linked(t, cx(t), "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], "+customers+"}}"); one.Other != "" {
		t.Errorf("one source and yet another: %q", one.Other)
	}
}
