package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// TestAlerts: a threshold passed, a target missed, a sample too small and a formula that cannot be computed each raise
// their own series, with the owner's team; each goes when its cause does.
func TestAlerts(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+
		good("warned", "survey", "thresholds: {warning: 90%, critical: 70%}")+
		good("alarmed", "survey", "thresholds: {warning: 95%, critical: 90%}", "overrides: []")+
		good("well", "survey", "thresholds: {warning: 70%}")+
		good("small", "survey", "quality: {minSampleSize: 1000}")+
		good("broken", "survey", `where: [{column: nothing, operator: In, values: [x]}]`)+`
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: goal}
spec:
  title: Answers of ten
  category: CustomerGoal
  owner: {team: board}
  cpiRef: {name: well}
  targets: [{from: "2026-01-01", atLeast: 95%}]
`)
	active := func(name, alert, severity, team string) func(string) error {
		return present("cpi_alert", label("namespace", ns), label("name", name), label("alert", alert), label("severity", severity), label("owner", team))
	}
	none := func(name string) func(string) error {
		return absent("cpi_alert", label("namespace", ns), label("name", name))
	}
	expect := func(checks ...func(string) error) func(string) error {
		return func(text string) error {
			var all []error
			for _, check := range checks {
				all = append(all, check(text))
			}
			return errors.Join(all...)
		}
	}
	waitReason(t, cpi(ns, "warned"), v1alpha1.ConditionWithinThresholds, v1alpha1.ReasonWarning)
	waitReason(t, cpi(ns, "alarmed"), v1alpha1.ConditionWithinThresholds, v1alpha1.ReasonCritical)
	waitReason(t, cpi(ns, "well"), v1alpha1.ConditionWithinThresholds, v1alpha1.ReasonWithin)
	waitReason(t, cpi(ns, "small"), v1alpha1.ConditionSampleSufficient, v1alpha1.ReasonTooSmall)
	waitReason(t, cpi(ns, "broken"), v1alpha1.ConditionComputed, "ColumnMissing")
	waitReason(t, kpi(ns, "goal"), v1alpha1.ConditionTargetMet, v1alpha1.ReasonOffTarget)
	metricsShow(t, "the alerts", expect(
		active("warned", "CPIBelowThreshold", "warning", "support"),
		active("alarmed", "CPIBelowThreshold", "critical", "support"),
		active("small", "CPISampleTooSmall", "warning", "support"),
		active("broken", "CPIComputationFailing", "warning", "support"),
		active("goal", "KPITargetMissed", "warning", "board"),
		none("well"),
		absent("cpi_value", label("namespace", ns), label("name", "small")), // withheld
	))

	rules(t, ns)

	update(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "survey"}}, func(c *corev1.ConfigMap) {
		c.Data["survey.csv"] = survey(1000, 990)
	})
	update(t, cpi(ns, "broken"), func(c *v1alpha1.CPIDefinition) { c.Spec.Where = nil })
	reads(t, cpi(ns, "broken"), "99.0 % [98.2, 99.5] n 1000")
	metricsShow(t, "no alerts", expect(none("warned"), none("alarmed"), none("small"), none("broken"), none("goal"),
		present("cpi_value", label("namespace", ns), label("name", "small"))))
}

// rules waits for the namespace's alert rules, wherever the cluster takes them.
func rules(t *testing.T, ns string) {
	t.Helper()
	eventually(t, "the namespace's rules", func(ctx context.Context) error {
		var list corev1.ConfigMapList
		if err := api.List(ctx, &list, client.InNamespace(ns), client.MatchingLabels{"app.kubernetes.io/managed-by": "cpi-operator"}); err != nil {
			return err
		}
		for _, c := range list.Items {
			for _, content := range c.Data {
				if strings.Contains(content, "CPIBelowThreshold") && strings.Contains(content, ns) {
					return nil
				}
			}
		}
		return errors.New("no ConfigMap holds them")
	})
}
