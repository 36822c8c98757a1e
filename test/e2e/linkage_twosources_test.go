package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// TestLinkageOverTwoSources: who buys again is in a file, who was content in PostgreSQL. Customers meet in a run of the
// linkage's own, which alone may write its report, and no key of one is anywhere to be read.
func TestLinkageOverTwoSources(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.Exec(t, `CREATE TABLE answers (customer text, score integer)`,
		`INSERT INTO answers SELECT 'shopper-' || i, CASE WHEN i <= 200 THEN 10 ELSE 2 END FROM generate_series(1, 400) i`)
	var rows strings.Builder
	rows.WriteString("customer,again\n")
	for i := 1; i <= 400; i++ { // 182 of 200 who were content, 140 of 200 who were not
		again := "no"
		if i <= 182 || i > 200 && i <= 340 {
			again = "yes"
		}
		fmt.Fprintf(&rows, "shopper-%d,%s\n", i, again)
	}
	create(t, file(ns, "customers", "customers.csv", rows.String()))
	apply(t, ns, `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: shop}
spec: {files: {tables: [{name: customers, format: CSV, configMap: {name: customers, key: customers.csv}}]}}
`+db.source("surveys")+`
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: customers}
spec: {dataSourceRef: {name: shop}, table: {name: customers}, entities: {customer: customer}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: answers}
spec: {dataSourceRef: {name: surveys}, table: {name: answers}, entities: {customer: customer}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: content}
spec:
  title: Would you recommend us?
  theme: Advocacy
  owner: {team: shop}
  datasetRef: {name: answers}
  measure: {netPromoterScore: {score: score}}
  responses: {entity: customer, keep: All}
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: bought-again}
spec:
  title: Bought again
  category: Growth
  owner: {team: shop}
  datasetRef: {name: customers}
  measure: {share: {of: [{column: again, operator: In, values: ["yes"]}], direction: HigherIsBetter}}
  targets: [{from: "2026-01-01", atLeast: 80%}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPILinkage
metadata: {name: content-buys}
spec:
  kpiRef: {name: bought-again}
  drivers: [{cpiRef: {name: content}, expected: Positive}]
  customerLevel: {unit: customer, index: Vouched}
`)
	linkage := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "content-buys"}}
	waitReason(t, linkage, v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	eventually(t, "verdict Supported, +21 points", func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(linkage), linkage); err != nil {
			return err
		}
		if s := linkage.Status; s.Verdict != "Supported" || s.Summary == nil || !strings.Contains(s.Summary.Effect, "+21.0") {
			return fmt.Errorf("%s %+v", s.Verdict, s.Summary)
		}
		return nil
	})
	report := &v1alpha1.IndicatorReport{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: linkage.Status.ReportRef.Name}, report); err != nil {
		t.Fatal(err)
	}
	if report.Spec.ServiceAccountName != "content-buys-cpilink" {
		t.Errorf("written by %s", report.Spec.ServiceAccountName)
	}
	var runs batchv1.JobList
	if err := api.List(t.Context(), &runs, client.InNamespace(ns), client.MatchingLabels{"cpi-operator.io/linkage": linkage.Name}); err != nil || len(runs.Items) == 0 {
		t.Fatalf("%d runs of its own, %v", len(runs.Items), err)
	}
	told := kubectl(t, "--namespace", ns, "get", "cpireport,cpilink", "--output=yaml")
	for _, job := range runs.Items {
		told += kubectl(t, "--namespace", ns, "logs", "job/"+job.Name, "--all-containers")
	}
	if strings.Contains(told, "shopper-") {
		t.Error("the key of a customer can be read")
	}
}
