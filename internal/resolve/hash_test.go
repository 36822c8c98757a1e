package resolve_test

import (
	"maps"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func hashOf(t *testing.T, spec string, d plan.Dataset, source string) string {
	t.Helper()
	ds := &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Name: "crm", Namespace: "cx"}}
	if err := yaml.UnmarshalStrict([]byte(source), &ds.Spec); err != nil {
		t.Fatal(err)
	}
	got, problems := resolve.CPI(cpi(t, spec), resolve.Context{Dataset: d, Source: ds})
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	return got.RequestHash
}

// Numbers settled on one database must not be taken for those of another.
func TestRequestHashFollowsWhereRowsComeFrom(t *testing.T) {
	const database = `
schedule: "0 6 * * *"
postgres: {host: db, database: crm, credentialsRef: {name: reader}, tls: {mode: VerifyFull, caRef: {name: ca, key: ca.crt}}}
limits: {queryTimeout: 2m}
`
	const mysql = `
mysql: {host: db, database: crm, credentialsRef: {name: reader}, tls: {mode: VerifyFull, caRef: {name: ca, key: ca.crt}}}
`
	const tables = `
files:
  tables:
  - name: answers
    format: CSV
    persistentVolumeClaim: {name: exports, path: answers/*.csv}
    delimiter: ";"
    nullText: [N/A, "-"]
    columns: [{name: nps, type: Integer}, {name: region, type: Text}]
  - {name: other, format: CSV, configMap: {name: lists, key: other.csv}}
`
	const address = `
files: {tables: [{name: answers, format: CSV, url: {address: "https://host/a.csv", authorizationRef: {name: t, key: t}, caRef: {name: t, key: ca}}}]}
`
	const store = `
files: {tables: [{name: answers, format: CSV, s3: {endpoint: "https://host", region: eu, bucket: lake, key: a.csv, credentialsRef: {name: reader}}}]}
`
	for _, c := range []struct {
		source, old, new string
		same             bool
	}{
		{database, "host: db", "host: db2", false},
		{database, "database: crm", "database: crm2", false},
		{database, "host: db", "host: db, port: 5433", false},
		{database, "host: db", "host: db, port: 5432", true},
		{database, "name: reader", "name: writer", true},
		{database, "mode: VerifyFull", "mode: VerifyCA", true},
		{database, "queryTimeout: 2m", "queryTimeout: 5m", true},
		{database, "0 6", "0 7", true},
		{mysql, "host: db", "host: db2", false},
		{mysql, "database: crm", "database: crm2", false},
		{mysql, "host: db", "host: db, port: 3307", false},
		{mysql, "host: db", "host: db, port: 3306", true},
		{mysql, "mysql: {host: db", "postgres: {host: db, port: 3306", false},
		{mysql, "name: reader", "name: writer", true},
		{mysql, "mode: VerifyFull", "mode: VerifyCA", true},
		{tables, "name: exports", "name: imports", false},
		{tables, "answers/*.csv", "answers/2026.csv", false},
		{tables, "persistentVolumeClaim: {name: exports, path: answers/*.csv}", "configMap: {name: exports, key: answers/*.csv}", false},
		{tables, `delimiter: ";"`, `delimiter: ","`, false},
		{tables, `[N/A, "-"]`, `[N/A]`, false},
		{tables, `[N/A, "-"]`, `["-", N/A]`, true},
		{tables, "type: Integer", "type: Number", false},
		{tables, "format: CSV\n    persistent", "format: NDJSON\n    persistent", false},
		{tables, "[{name: nps, type: Integer}, {name: region, type: Text}]", "[{name: region, type: Text}, {name: nps, type: Integer}]", true},
		{tables, "other.csv", "another.csv", true},
		{tables, "tables:\n", "tables:\n  - {name: first, format: CSV, configMap: {name: lists, key: first.csv}}\n", true},
		{address, "host/a.csv", "host/b.csv", false},
		{address, "authorizationRef: {name: t, key: t}, ", "", true},
		{address, ", caRef: {name: t, key: ca}", "", true},
		{store, "https://host", "https://other", false},
		{store, "bucket: lake", "bucket: sea", false},
		{store, "key: a.csv", "key: b.csv", false},
		{store, "region: eu", "region: us, pathStyle: true", true},
		{store, "name: reader", "name: other", true},
	} {
		edited := strings.Replace(c.source, c.old, c.new, 1)
		if edited == c.source {
			t.Fatalf("%q is not in the source", c.old)
		}
		if same := hashOf(t, nps, survey, edited) == hashOf(t, nps, survey, c.source); same != c.same {
			t.Errorf("%q → %q: same hash is %v, want %v", c.old, c.new, same, c.same)
		}
	}
	if hashOf(t, nps, survey, tables) == hashOf(t, nps, survey, database) {
		t.Error("files and a database have the same hash")
	}

	// A query reads what it names.
	query := survey
	query.Table, query.Query, query.Tables = nil, "SELECT * FROM answers", []string{"main.Answers"}
	for old, same := range map[string]bool{"name: exports": false, "name: lists": true} {
		edited := strings.Replace(tables, old, "name: moved", 1)
		if got := hashOf(t, nps, query, edited) == hashOf(t, nps, query, tables); got != same {
			t.Errorf("%q of a query: same hash is %v, want %v", old, got, same)
		}
	}
}

// What makes no number recomputes nothing.
func TestRequestHashLeavesOutWhatMakesNoNumber(t *testing.T) {
	const source = `postgres: {host: db, database: crm}`
	const share = `
title: Solved
theme: Effort
owner: {team: support}
datasetRef: {name: support-survey}
where: [{column: region, operator: In, values: [north, south]}]
measure: {share: {of: [{column: channel, operator: NotIn, values: [mail, phone]}], direction: HigherIsBetter}}
responses: {entity: contact, keep: Latest}
period: {grain: Month}
`
	const ratio = `
title: Cost
theme: Effort
owner: {team: support}
datasetRef: {name: support-survey}
measure: {ratio: {numerator: {column: cost}, denominator: {column: revenue}, clusterBy: contact, direction: LowerIsBetter}}
period: {grain: Month}
`
	for _, c := range []struct {
		spec, old, new string
		same           bool
	}{
		{share, "[north, south]", "[south, north]", true},
		{share, "[mail, phone]", "[phone, mail]", true},
		{share, "[north, south]", "[north]", false},
		{share, "direction: H", "preset: FirstContactResolution, direction: H", true},
		{ratio, "clusterBy: contact", "clusterBy: contact, format: Percent", true},
		{ratio, "clusterBy: contact, ", "", false},
	} {
		edited := strings.Replace(c.spec, c.old, c.new, 1)
		if edited == c.spec {
			t.Fatalf("%q is not in the definition", c.old)
		}
		if same := hashOf(t, edited, survey, source) == hashOf(t, c.spec, survey, source); same != c.same {
			t.Errorf("%q → %q: same hash is %v, want %v", c.old, c.new, same, c.same)
		}
	}

	more, moved := survey, survey
	more.Entities, moved.Entities = maps.Clone(survey.Entities), maps.Clone(survey.Entities)
	more.Entities["account"] = "account_id"
	moved.Entities["contact"] = "person_id"
	if hashOf(t, nps, more, source) != hashOf(t, nps, survey, source) {
		t.Error("an entity that the indicator does not use changed the hash")
	}
	if hashOf(t, nps, moved, source) == hashOf(t, nps, survey, source) {
		t.Error("another column of the entity did not change the hash")
	}
}
