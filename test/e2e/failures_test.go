package e2e

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// onDataset is a dataset of the same name as its indicator, with the share of good answers measured on it.
func onDataset(name, source, spec string) string {
	return fmt.Sprintf(`
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: %s}
spec:
  dataSourceRef: {name: %s}
  %s
`, name, source, strings.ReplaceAll(spec, "\n", "\n  ")) + good(name, name)
}

// TestFailingSources: each trouble with a source has its own reason on the DataSource; its indicators point there.
func TestFailingSources(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	create(t, credentials(ns, "wrong", db.User, "wrong"), credentials(ns, "stranger", "nobody-of-that-name", "wrong"))
	postgres := func(host, database, secret string) string {
		return fmt.Sprintf("{host: %s, database: %s, tls: {mode: Require}, credentialsRef: {name: %s}}", host, database, secret)
	}
	tests := []struct{ name, postgres, reason string }{
		{"well", postgres(databaseHost, db.Name, "reader"), v1alpha1.ReasonSucceeded},
		{"down", postgres(nodeAddress+", port: 1", db.Name, "reader"), "SourceUnreachable"},
		{"no-such-host", postgres("nowhere.invalid", db.Name, "reader"), "SourceUnreachable"},
		{"no-such-database", postgres(databaseHost, "nothing", "reader"), "SourceUnreachable"},
		{"wrong-password", postgres(databaseHost, db.Name, "wrong"), "AuthenticationFailed"},
		{"no-such-user", postgres(databaseHost, db.Name, "stranger"), "AuthenticationFailed"},
		{"no-secret", postgres(databaseHost, db.Name, "missing"), "SecretMissing"},
	}
	for _, test := range tests {
		apply(t, ns, fmt.Sprintf(`
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: %s}
spec:
  postgres: %s
`, test.name, test.postgres)+onDataset(test.name, test.name, "table: {name: survey}"))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			told := waitReason(t, dataSource(ns, test.name), v1alpha1.ConditionComputed, test.reason)
			if test.reason == v1alpha1.ReasonSucceeded {
				reads(t, cpi(ns, test.name), eighty)
				return
			}
			if told.Message == "" || strings.Contains(told.Message, db.Password) {
				t.Errorf("message: %q", told.Message)
			}
			pointer := waitReason(t, cpi(ns, test.name), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
			if !strings.Contains(pointer.Message, test.name) {
				t.Errorf("the indicator does not name its source: %s", pointer.Message)
			}
			waitReason(t, dataSource(ns, test.name), v1alpha1.ConditionReady, v1alpha1.ReasonReady) // the declaration itself is sound
		})
	}
	t.Run("a Secret made later heals", func(t *testing.T) {
		create(t, credentials(ns, "missing", db.User, db.Password))
		runAgain(t, ns, "no-secret")
		reads(t, cpi(ns, "no-secret"), eighty)
	})
	t.Run("a source that fails keeps its numbers", func(t *testing.T) {
		before := report(t, cpi(ns, "well"))
		update(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reader"}}, func(s *corev1.Secret) { s.Data[corev1.BasicAuthPasswordKey] = []byte("changed") })
		runAgain(t, ns, "well")
		waitReason(t, dataSource(ns, "well"), v1alpha1.ConditionComputed, "AuthenticationFailed")
		waitReason(t, cpi(ns, "well"), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
		reads(t, cpi(ns, "well"), eighty)
		if after := report(t, cpi(ns, "well")); after.ResourceVersion != before.ResourceVersion {
			t.Error("a failure of the source was written into the indicator's report")
		}
	})
}

// TestFailingDatasetsOnPostgres: each trouble with a dataset has its own reason on its indicator; its neighbours in the
// same run are computed.
func TestFailingDatasetsOnPostgres(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	db.surveyTable(t, "grows", 100, 80)
	db.surveyTable(t, "secret", 100, 80)
	db.Exec(t, "REVOKE SELECT ON secret FROM "+db.User,
		"CREATE TABLE text_scores AS SELECT contact, CASE WHEN contact = 'c7' THEN 'N/A' ELSE score END AS score FROM survey",
		"GRANT SELECT ON text_scores TO "+db.User)
	failing(t, ns, db.source("db", "limits: {queryTimeout: 3s}"), "db", []failure{
		{"well", "table: {name: survey}", v1alpha1.ReasonSucceeded},
		{"grows", "table: {name: grows}\nprimaryKey: [contact]", v1alpha1.ReasonSucceeded},
		{"no-table", "table: {name: nothing}", "TableMissing"},
		{"no-schema", "table: {schema: nowhere, name: survey}", "TableMissing"},
		{"not-allowed", "table: {name: secret}", "PermissionDenied"},
		{"no-column", "query: SELECT contact, result AS score FROM survey\ntables: [survey]", "ColumnMissing"},
		{"no-measure-column", "query: SELECT contact FROM survey\ntables: [survey]", "ColumnMissing"},
		{"text", "query: SELECT contact, CAST(score AS integer) AS score FROM text_scores\ntables: [text_scores]", "TypeMismatch"},
		{"syntax", "query: SELECT contact,, score FROM survey\ntables: [survey]", "QueryRefused"},
		{"too-long", "query: SELECT a.contact, a.score FROM survey a, survey b, survey c, survey d, survey e WHERE a.score || b.score || c.score || d.score || e.score <> 'x'\ntables: [survey]", "QueryTimeout"},
		{"not-unique", "query: SELECT a.contact, a.score FROM survey a, survey b\ntables: [survey]\nprimaryKey: [contact]", "PrimaryKeyViolated"},
	})
	t.Run("a cast column counts what it cannot read", func(t *testing.T) {
		apply(t, ns, onDataset("cast", "db", "table: {name: text_scores}\ncolumns: [{name: score, type: Integer, expr: score}]"))
		computed(t, cpi(ns, "cast"))
	})
	t.Run("an indicator that fails keeps its numbers", func(t *testing.T) {
		reads(t, cpi(ns, "grows"), eighty)
		before := report(t, cpi(ns, "grows")).Status.Result
		db.Exec(t, "INSERT INTO grows SELECT * FROM grows")
		runAgain(t, ns, "db")
		waitReason(t, cpi(ns, "grows"), v1alpha1.ConditionComputed, "PrimaryKeyViolated")
		reads(t, cpi(ns, "grows"), eighty)
		if after := report(t, cpi(ns, "grows")).Status.Result; !after.ChangedTime.Equal(before.ChangedTime) {
			t.Errorf("the numbers' age changed: %s, was %s", after.ChangedTime, before.ChangedTime)
		}
		db.Exec(t, "TRUNCATE grows", "INSERT INTO grows SELECT * FROM survey")
		runAgain(t, ns, "db")
		waitReason(t, cpi(ns, "grows"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	})
}

// TestFailingDatasetsOnFiles is the same on the embedded engine.
func TestFailingDatasetsOnFiles(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)),
		file(ns, "text", "text.csv", strings.Replace(survey(100, 80), ",10,", ",N/A,", 1)))
	source := `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: files}
spec:
  limits: {queryTimeout: 20s}
  files:
    tables:
    - {name: survey, format: CSV, configMap: {name: survey, key: survey.csv}}
    - {name: text_scores, format: CSV, configMap: {name: text, key: text.csv}}
    - {name: absent, format: CSV, configMap: {name: absent, key: absent.csv}}
`
	failing(t, ns, source, "files", []failure{
		{"well", "table: {name: survey}", v1alpha1.ReasonSucceeded},
		{"no-table", "table: {name: nothing}", "TableMissing"},
		{"no-file", "table: {name: absent}", "TableMissing"},
		{"no-column", "query: SELECT contact, result AS score FROM survey\ntables: [survey]", "ColumnMissing"},
		{"no-measure-column", "query: SELECT contact FROM survey\ntables: [survey]", "ColumnMissing"},
		{"text", "query: SELECT contact, CAST(score AS integer) AS score FROM text_scores\ntables: [text_scores]", "TypeMismatch"},
		{"not-unique", "query: SELECT a.contact, a.score FROM survey a, survey b\ntables: [survey]\nprimaryKey: [contact]", "PrimaryKeyViolated"},
		{"too-long", "query: SELECT a.contact, a.score FROM survey a, survey b, survey c, survey d, survey e WHERE a.contact || b.contact || c.contact || d.contact || e.contact <> 'x'\ntables: [survey]", "QueryTimeout"},
		// 10^8 texts of more than 40 bytes do not fit in one list.
		{"too-large", "query: SELECT CASE WHEN len(l) > 1 THEN '10' ELSE '0' END AS score FROM (SELECT list(a.contact || b.contact || c.contact || d.contact || 'and a long text besides') AS l FROM survey a, survey b, survey c, survey d)\ntables: [survey]", "OutOfMemory"},
	})
}

type failure struct{ name, dataset, reason string }

// failing applies a source and datasets, and checks how each ends.
func failing(t *testing.T, ns, source, name string, tests []failure) {
	t.Helper()
	manifests := source
	for _, test := range tests {
		manifests += onDataset(test.name, name, test.dataset)
	}
	apply(t, ns, manifests)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			told := waitReason(t, cpi(ns, test.name), v1alpha1.ConditionComputed, test.reason)
			if test.reason == v1alpha1.ReasonSucceeded {
				reads(t, cpi(ns, test.name), eighty)
			} else if told.Message == "" {
				t.Error("the reason has no message")
			}
		})
	}
	waitReason(t, dataSource(ns, name), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded) // the source itself is well
}
