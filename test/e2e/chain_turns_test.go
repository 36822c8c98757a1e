package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// newLeader starts the operator anew, as an upgrade does, and waits until Prometheus hears the new leader.
func newLeader(t *testing.T, m *monitoring) {
	t.Helper()
	before := manager(t).Name
	kubectl(t, "--namespace", operatorNamespace, "rollout", "restart", "deployment/cpi-operator")
	kubectl(t, rollout...)
	pod := manager(t)
	if pod.Name == before {
		t.Fatalf("%s is still the operator", before)
	}
	leads(t, m, pod.Name, "0")
}

// crash kills the operator, which leaves its lease behind, and waits until Prometheus hears its successor.
func crash(t *testing.T, m *monitoring) {
	t.Helper()
	pod := manager(t)
	started, err := m.query(t.Context(), fmt.Sprintf(`max(process_start_time_seconds{pod=%q})`, pod.Name))
	if err != nil || started == "" {
		t.Fatalf("when the operator was started: %q, %v", started, err)
	}
	kill(t, process(t, pod, "/manager", "controller"))
	leads(t, m, pod.Name, started)
}

// leads waits until a pod of the operator that was started later than an instant leads and tells alerts.
func leads(t *testing.T, m *monitoring, pod, later string) {
	t.Helper()
	expression := fmt.Sprintf(`count(cpi_alert{pod=%[1]q}) and max(cpi_operator_leader{pod=%[1]q}) == 1 and max(process_start_time_seconds{pod=%[1]q}) > %[2]s`, pod, later)
	eventually(t, "Prometheus to hear alerts of "+pod, func(ctx context.Context) error {
		found, err := m.query(ctx, expression)
		if err == nil && found == "" {
			err = errors.New("it hears none")
		}
		return err
	})
}

// inhibited waits until Alertmanager keeps back what hangs on the dead source.
func inhibited(t *testing.T, m *monitoring, ns string) {
	t.Helper()
	eventually(t, "alerts of the dead source's indicators to be kept back", func(ctx context.Context) error {
		found, err := m.alerts(ctx, fmt.Sprintf("namespace=%q", ns), `source="crm"`, `kind!="DataSource"`)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, alert := range found {
			if alert.Status.State != "suppressed" || len(alert.Status.InhibitedBy) == 0 {
				return fmt.Errorf("%s is %s", alert.Labels["alertname"], alert.Status.State)
			}
			seen[alert.Labels["alertname"]] = true
		}
		if !seen["CPIDataStale"] || !seen["CPIBelowThreshold"] {
			return fmt.Errorf("of its indicators there are %v", seen)
		}
		return nil
	})
}

// foreignRule puts a PrometheusRule that Prometheus cannot load where the operator's would be. The answer checks that it is
// as it was, and that both operators have said so on it.
func foreignRule(t *testing.T, ns string) (check func()) {
	t.Helper()
	foreign := decode(t, `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: cpi-operator}
spec: {groups: [{name: ours, rules: [{alert: Never, expr: "this is not PromQL"}]}]}
`)[0]
	foreign.SetNamespace(ns)
	create(t, foreign)
	apply(t, ns, good("any", "any"))
	return func() {
		t.Helper()
		for _, reason := range []string{"Conflict", "InvalidConfiguration"} {
			eventually(t, reason+" to be told of the foreign PrometheusRule", func(ctx context.Context) error {
				var events corev1.EventList
				if err := api.List(ctx, &events, client.InNamespace(ns), client.MatchingFields{"involvedObject.uid": string(foreign.GetUID()), "reason": reason}); err != nil {
					return err
				}
				if len(events.Items) != 1 {
					return fmt.Errorf("%d Events", len(events.Items))
				}
				if version := events.Items[0].InvolvedObject.ResourceVersion; version != foreign.GetResourceVersion() {
					return fmt.Errorf("it is told of version %q, not %q", version, foreign.GetResourceVersion())
				}
				t.Log(strings.TrimSpace(events.Items[0].Message))
				return nil
			})
		}
		now := &unstructured.Unstructured{}
		now.SetGroupVersionKind(foreign.GroupVersionKind())
		now.SetNamespace(ns)
		now.SetName(foreign.GetName())
		if version := reload(t, now).GetResourceVersion(); version != foreign.GetResourceVersion() {
			t.Errorf("the foreign PrometheusRule was written: version %s, was %s", version, foreign.GetResourceVersion())
		}
	}
}
