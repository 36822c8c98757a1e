// Package envtest holds tests of the schema against a real API server.
package envtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/schema"
)

var api client.Client

func TestMain(m *testing.M) {
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the API server:", err)
		os.Exit(1)
	}
	api, err = client.New(config, client.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := environment.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the API server:", err)
	}
	os.Exit(code)
}

// apply creates the YAML object in a namespace that always exists.
func apply(t *testing.T, text string) (*unstructured.Unstructured, error) {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	object.SetNamespace("default")
	sent, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	err = api.Create(t.Context(), object, &client.CreateOptions{FieldValidation: "Strict"})
	asOffline(t, object.GetKind(), sent, err)
	if err == nil {
		t.Cleanup(func() { _ = api.Delete(context.Background(), object.DeepCopy()) })
	}
	return object, err
}

// asOffline asserts that the check without a cluster says the same of an object as the API server does.
func asOffline(t *testing.T, kind string, sent []byte, served error) {
	t.Helper()
	if !schema.Knows(kind) {
		return
	}
	_, problems, err := schema.Check(t.Context(), kind, sent)
	switch {
	case err != nil:
		t.Fatal(err)
	case served == nil && len(problems) > 0:
		t.Errorf("taken by the API server, refused offline: %v", problems)
	case served != nil && len(problems) == 0:
		t.Errorf("taken offline, refused by the API server: %v", served)
	}
	for _, p := range problems {
		if last := p.Field[strings.LastIndex(p.Field, ".")+1:]; served != nil && !strings.Contains(served.Error(), last) {
			t.Errorf("offline %s: %s; the API server says only %v", p.Field, p.Message, served)
		}
	}
}

const header = "apiVersion: cpi-operator.io/v1alpha1\n"

const validCPI = header + `kind: CPIDefinition
metadata: {name: support-nps}
spec:
  title: NPS
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: support-survey}
  measure: {netPromoterScore: {score: nps}}
  responses: {entity: contact, keep: Latest}
  period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}
  breakdowns: [{by: [region]}, {by: [plan]}]
  quality: {minSampleSize: 30, confidenceLevel: 95%}
  thresholds: {warning: 30, critical: 20}
`

const validShare = header + `kind: CPIDefinition
metadata: {name: churn}
spec:
  title: Churn
  theme: Loyalty
  owner: {team: demo}
  datasetRef: {name: telco}
  measure: {share: {of: [{column: churn, operator: In, values: ["Yes"]}], direction: LowerIsBetter}}
  thresholds: {warning: 30%}
`

const validIndex = header + `kind: CPIDefinition
metadata: {name: satisfaction-index}
spec:
  title: Satisfaction index
  theme: Satisfaction
  owner: {team: support}
  datasetRef: {name: survey}
  measure: {index: {items: [{column: overall, weight: 60%}, {column: expected, weight: 40%, scale: {min: 1, max: 5}}], scale: {min: 1, max: 10}}}
  responses: {entity: contact, keep: Latest}
`

const validNet = header + `kind: CPIDefinition
metadata: {name: sentiment}
spec:
  title: Sentiment
  theme: Satisfaction
  owner: {team: brand}
  datasetRef: {name: comments}
  measure:
    share:
      of: [{column: label, operator: In, values: [positive]}]
      less: {of: [{column: label, operator: In, values: [negative]}]}
      classifier: {sensitivity: 80%, specificity: 90%, checkedOn: {positives: 200, negatives: 300}}
      preset: Sentiment
  thresholds: {warning: 10}
`

const validMean = header + `kind: CPIDefinition
metadata: {name: reviews}
spec:
  title: Reviews
  theme: Advocacy
  owner: {team: brand}
  datasetRef: {name: reviews}
  measure: {aggregate: {function: Mean, column: stars, shrink: {towards: "3.9", weight: 20, scale: {min: 1, max: 5}}, preset: ReviewRating}}
`

const validPrecomputed = header + `kind: CPIDefinition
metadata: {name: given}
spec:
  title: Given
  theme: Value
  owner: {team: data}
  datasetRef: {name: values}
  measure: {precomputed: {value: v, lower: lo, upper: hi, sampleSize: answers, format: Percent, direction: HigherIsBetter}}
  thresholds: {warning: 80%}
`

const validKPI = header + `kind: KPITarget
metadata: {name: renewal-rate}
spec:
  title: Renewals
  category: Growth
  owner: {team: sales}
  datasetRef: {name: contracts}
  measure: {renewal: {decision: {column: status, renewed: [Renewed], lost: [Lost]}, decidedAt: decided_at, grace: 45d}}
  period: {grain: Month}
  targets: [{by: "2027-06-30", atLeast: 90%}]
`

const validGoal = header + `kind: KPITarget
metadata: {name: nps-bonus}
spec:
  title: Bonus
  category: CustomerGoal
  owner: {team: support}
  cpiRef: {name: support-nps}
  targets: [{by: "2026-12-31", atLeast: 40}]
`

const validSource = header + `kind: DataSource
metadata: {name: crm}
spec:
  postgres: {host: db, database: crm, tls: {mode: VerifyFull, caRef: {name: ca, key: ca.crt}}, credentialsRef: {name: reader}}
  schedule: "15 * * * *"
  limits: {queryTimeout: 2m, maxSegments: 50}
  pod: {resources: {limits: {cpu: "1", memory: 512Mi}}}
`

const validMySQL = header + `kind: DataSource
metadata: {name: shop}
spec:
  mysql: {host: db, port: 3307, database: shop, tls: {mode: VerifyCA, caRef: {name: ca, key: ca.crt}}, credentialsRef: {name: reader}}
`

const validFiles = header + `kind: DataSource
metadata: {name: telco-file}
spec:
  files: {tables: [{name: telco, format: CSV, configMap: {name: telco, key: telco.csv.gz}}, {name: big, format: Parquet, persistentVolumeClaim: {name: data, path: a/b.parquet}}, {name: far, format: NDJSON, url: {address: "https://x/y"}}]}
`

const validDataset = header + `kind: Dataset
metadata: {name: survey}
spec:
  dataSourceRef: {name: crm}
  query: SELECT * FROM answers
  tables: [answers]
  primaryKey: [response_id]
  entities: {contact: contact_id}
  time: {event: {column: submitted_at}}
  columns: [{name: nps, type: Integer, expr: nps}]
  filters: [{name: previews, expr: NOT is_preview}]
  freshness: {column: _synced_at, within: 26h}
`

func TestValidObjectsAreAcceptedAndStartUnobserved(t *testing.T) {
	for _, text := range []string{validCPI, validShare, validIndex, validNet, validMean, validPrecomputed, validKPI, validGoal, validSource, validMySQL, validFiles, validDataset} {
		object, err := apply(t, text)
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		generation, found, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
		if !found || generation != -1 {
			t.Errorf("%s: observedGeneration = %v, want -1 so that nobody takes it for ready", object.GetKind(), generation)
		}
	}
}

const lifetime = "{lifetimeValue: {entity: contact, amount: margin, unit: EUR, model: "

func TestInvalidObjectsAreRefusedWithTheFieldAndTheCure(t *testing.T) {
	for _, tc := range []struct{ name, base, old, new, want string }{
		{"two measures", validCPI, "{netPromoterScore: {score: nps}}", "{netPromoterScore: {score: nps}, churn: {entity: account}}", "exactly one of the fields"},
		{"no measure", validCPI, "  measure: {netPromoterScore: {score: nps}}\n", "", "measure is required"},
		{"no dataset", validCPI, "  datasetRef: {name: support-survey}\n", "", "datasetRef is required"},
		{"unknown field", validCPI, "{score: nps}", "{score: nps, scal: 3}", "unknown field"},
		{"unknown theme", validCPI, "theme: Advocacy", "theme: Joy", "spec.theme"},
		{"unknown grain", validCPI, "grain: Week", "grain: Fortnight", "spec.period.grain"},
		{"share threshold without a per cent sign", validShare, "warning: 30%", "warning: 30", "write a percentage"},
		{"score threshold with a per cent sign", validCPI, "warning: 30", "warning: 30%", "write a plain number"},
		{"confidence without a per cent sign", validCPI, "confidenceLevel: 95%", "confidenceLevel: 95", "such as 95%"},
		{"confidence of 100%", validCPI, "confidenceLevel: 95%", "confidenceLevel: 100%", "below 100%"},
		{"threshold that is no number", validCPI, "warning: 30", "warning: high", "spec.thresholds.warning"},
		{"survey without responses", validCPI, "  responses: {entity: contact, keep: Latest}\n", "", "responses"},
		{"In without values", validShare, `values: ["Yes"]`, `values: []`, "values"},
		{"Exists with values", validShare, `operator: In`, `operator: Exists`, "take no values"},
		{"comparison with two values", validShare, `operator: In, values: ["Yes"]`, `operator: AtLeast, values: ["1", "2"]`, "exactly one value"},
		{"name too long", validCPI, "name: support-nps", "name: " + strings.Repeat("a", 53), "at most 52"},
		{"window too long", validCPI, "window: 13", "window: 1300", "spec.period.window"},
		{"breakdown of nothing", validCPI, "[{by: [region]}, {by: [plan]}]", "[{by: []}]", "spec.breakdowns"},
		{"goal with a measure of its own", validGoal, "  cpiRef:", "  measure: {netPromoterScore: {score: nps}}\n  cpiRef:", "either cpiRef alone"},
		{"neither goal nor measure", validGoal, "  cpiRef: {name: support-nps}\n", "", "either cpiRef alone"},
		{"target without a date", validKPI, `by: "2027-06-30", `, "", "exactly one of the fields in [from by]"},
		{"target with both bounds", validKPI, "atLeast: 90%", "atLeast: 90%, atMost: 95%", "exactly one of the fields in [atLeast atMost]"},
		{"target with a bad date", validKPI, "2027-06-30", "2027-13-30", "spec.targets[0].by"},
		{"target in the wrong spelling", validKPI, "atLeast: 90%", "atLeast: 90", "write a percentage"},
		{"index without responses", validIndex, "  responses: {entity: contact, keep: Latest}\n", "", "a survey score needs responses"},
		{"some weights", validIndex, ", weight: 60%", "", "give every item a weight, or none"},
		{"weight without a per cent sign", validIndex, "weight: 60%", `weight: "0.6"`, "such as 40%"},
		{"item without a scale", validIndex, ", scale: {min: 1, max: 10}", "", "give the index a scale"},
		{"one item", validIndex, "{column: overall, weight: 60%}, {column: expected, weight: 40%, scale: {min: 1, max: 5}}", "{column: overall}", "spec.measure.index.items"},
		{"neither direction nor preset", validShare, ", direction: LowerIsBetter", "", "direction is required unless a preset brings it"},
		{"a net is not a share", validNet, "warning: 10", "warning: 10%", "write a plain number"},
		{"sensitivity without a per cent sign", validNet, "sensitivity: 80%", `sensitivity: "0.8"`, "such as 80%"},
		{"shrunk sum", validMean, "function: Mean", "function: Sum", "shrink goes with function Mean"},
		{"shrunk clusters", validMean, "column: stars", "column: stars, clusterBy: customer", "shrink goes with function Mean"},
		{"half an interval", validPrecomputed, "upper: hi, ", "", "lower and upper go together"},
		{"precomputed percentage as a number", validPrecomputed, "warning: 80%", "warning: 80", "write a percentage"},
		{"renewal value without unit", validKPI, "grace: 45d", "grace: 45d, value: acv", "value and unit go together"},
		{"payback without an age", validCPI, "{netPromoterScore: {score: nps}}", lifetime + "Historic, form: PaybackMonth, cost: care}}", "needs model Historic, age"},
		{"payback without a cost", validCPI, "{netPromoterScore: {score: nps}}", lifetime + "Historic, form: PaybackMonth, age: 365d}}", "cost or acquisitionCost"},
		{"acquisition cost of a value", validCPI, "{netPromoterScore: {score: nps}}", lifetime + "Historic, acquisitionCost: 5}}", "goes with form PaybackMonth"},
		{"acquisition cost in percent", validCPI, "{netPromoterScore: {score: nps}}", lifetime + "Historic, form: PaybackMonth, age: 365d, acquisitionCost: 5%}}", "such as 120"},
		{"ratio without a cost", validCPI, "{netPromoterScore: {score: nps}}", lifetime + "Historic, form: RatioToCost}}", "RatioToCost needs model Historic and cost"},
		{"weights of two kinds", validCPI, "  measure:", "  weighting: {column: w, postStratify: {by: [plan], population: {shares: {a: 50%, b: 50%}}}}\n  measure:", "exactly one of the fields in [postStratify column]"},
		{"two engines", validSource, "  schedule:", "  files: {tables: [{name: a, format: CSV, url: {address: \"https://x/y\"}}]}\n  schedule:", "exactly one of the fields in [files postgres"},
		{"ca without verification", validSource, "mode: VerifyFull", "mode: Require", "caRef needs mode"},
		{"MySQL beside PostgreSQL", validMySQL, "  mysql:", "  postgres: {host: db, database: crm, credentialsRef: {name: reader}}\n  mysql:", "exactly one of the fields in [files postgres"},
		{"MySQL without credentials", validMySQL, ", credentialsRef: {name: reader}", "", "credentialsRef"},
		{"plain http", validFiles, "https://x/y", "http://x/y", "url.address"},
		{"path out of the volume", validFiles, "path: a/b.parquet", "path: ../b.parquet", "must not contain"},
		{"two origins of a table", validFiles, "configMap: {name: telco, key: telco.csv.gz}", "configMap: {name: telco, key: k}, url: {address: \"https://x/y\"}", "exactly one of the fields in [configMap persistentVolumeClaim url s3]"},
		{"query without tables", validDataset, "  tables: [answers]\n", "", "must list the tables"},
		{"table and query", validDataset, "  query:", "  table: {name: t}\n  query:", "exactly one of the fields in [table query]"},
		{"two kinds of time", validDataset, "{event: {column: submitted_at}}", "{event: {column: a}, snapshot: {column: b}}", "exactly one of the fields in [event interval snapshot]"},
		{"duration without unit", validDataset, "within: 26h", `within: "26"`, "spec.freshness.within"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(tc.base, tc.old) {
				t.Fatalf("%q is not in the base", tc.old)
			}
			_, err := apply(t, strings.Replace(tc.base, tc.old, tc.new, 1))
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q lacks %q", err, tc.want)
			}
		})
	}
}

func TestCRDsStaySmall(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs: %v", err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() >= 256<<10 {
			t.Errorf("%s has %d bytes; client-side apply ends at 256 KiB", file, info.Size())
		}
	}
}
