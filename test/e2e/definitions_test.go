package e2e

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// object names one of ours, to be read.
func dataSource(ns, name string) *v1alpha1.DataSource {
	return &v1alpha1.DataSource{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
}

func cpi(ns, name string) *v1alpha1.CPIDefinition {
	return &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
}

func kpi(ns, name string) *v1alpha1.KPITarget {
	return &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
}

// statusOf an indicator.
func statusOf(indicator client.Object) *v1alpha1.IndicatorStatus {
	switch o := indicator.(type) {
	case *v1alpha1.CPIDefinition:
		return &o.Status
	case *v1alpha1.KPITarget:
		return &o.Status
	}
	panic(fmt.Sprintf("%T is no indicator", indicator))
}

// report of an indicator as it is now.
func report(t *testing.T, indicator client.Object) *v1alpha1.IndicatorReport {
	t.Helper()
	out := &v1alpha1.IndicatorReport{}
	eventually(t, "the report of "+indicator.GetName(), func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(indicator), indicator); err != nil {
			return err
		}
		ref := statusOf(indicator).ReportRef
		if ref == nil {
			return errors.New("it names no report")
		}
		return api.Get(ctx, client.ObjectKey{Namespace: indicator.GetNamespace(), Name: ref.Name}, out)
	})
	return out
}

// computed waits until the formula in force of an indicator has numbers, and returns its status.
func computed(t *testing.T, indicator client.Object) *v1alpha1.IndicatorStatus {
	t.Helper()
	waitReason(t, indicator, v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	return statusOf(indicator)
}

// reads waits until people read this of an indicator: value, interval and n, such as "50.0 % [40.4, 59.6] n 100".
func reads(t *testing.T, indicator client.Object, wanted string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s to read %s", indicator.GetName(), wanted), func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(indicator), indicator); err != nil {
			return err
		}
		if got := reading(indicator); got != wanted {
			return fmt.Errorf("it reads %q; %s", got, conditionsText(indicator))
		}
		return nil
	})
}

func reading(indicator client.Object) string {
	summary := statusOf(indicator).Summary
	if summary == nil || summary.Value == "" {
		return ""
	}
	return fmt.Sprintf("%s %s n %d", summary.Value, summary.Interval, number(summary.N))
}

func number(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

// conditionOf an object; nil if it has none of the type.
func conditionOf(object client.Object, kind string) *metav1.Condition {
	return meta.FindStatusCondition(conditionsOf(object), kind)
}

// file is a ConfigMap with one file.
func file(ns, name, key, content string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Data: map[string]string{key: content}}
}

// survey is a CSV of answers by so many contacts, of whom the first have the good answer 10 and the others 0: their NPS
// is 100 × (2 × good/all − 1). They lie on one day of the past, so that an hour or a month more changes nothing.
func survey(all, good int) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	write := func(record ...string) { _ = w.Write(record) } // a strings.Builder takes everything
	write("contact", "score", "answered_at", "plan")
	for i := range all {
		score := "0"
		if i < good {
			score = "10"
		}
		write(fmt.Sprintf("c%04d", i), score, "2026-03-10 12:00:00", []string{"pro", "free"}[i%2])
	}
	w.Flush()
	return out.String()
}

// surveyColumns are those of survey, in SQL and in order.
const surveyColumns = "contact text, score text, answered_at timestamptz, plan text"

// surveySource is a source with one file table "survey" in the ConfigMap "survey", a dataset "survey" on it.
const surveySource = `
---
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: survey}
spec:
  schedule: 0 0 1 1 *    # no run of its own comes between those that tests wait for
  files:
    tables: [{name: survey, format: CSV, configMap: {name: survey, key: survey.csv}}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: survey}
spec:
  dataSourceRef: {name: survey}
  table: {name: survey}
  entities: {contact: contact}
`

// good is a CPI: the share of answers of 10 in a dataset with a column score, undated.
func good(name, dataset string, extra ...string) string {
	return fmt.Sprintf(`
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: %s}
spec:
  title: Answers of ten
  theme: Satisfaction
  owner: {team: support}
  datasetRef: {name: %s}
  measure: {share: {of: [{column: score, operator: In, values: ["10"]}], direction: HigherIsBetter}}
%s`, name, dataset, indent(extra))
}

func indent(lines []string) string {
	var out strings.Builder
	for _, line := range lines {
		out.WriteString("  " + line + "\n")
	}
	return out.String()
}
