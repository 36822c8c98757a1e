package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	declared "github.com/cpi-operator/cpi-operator/internal/rules"
)

// TestPrometheusOperator: the rules move into PrometheusRules when the Prometheus operator's API comes, and back into
// ConfigMaps when it goes, while our operator runs. No other test runs beside it: the API is there for all of them.
func TestPrometheusOperator(t *testing.T) {
	needsDevcluster(t)
	crd := ruleDefinition(t)
	remove := func() {
		if err := api.Delete(cleanupContext(t), crd.DeepCopy()); client.IgnoreNotFound(err) != nil {
			t.Errorf("delete the CRD of PrometheusRule: %v", err)
		}
	}
	remove() // a test that was cut short may have left it
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("nps", "survey"))
	places := map[string]string{ns: "CPIBelowThreshold", operatorNamespace: "CPIOperatorAbsent"}
	for place, alert := range places {
		ruleFile(t, place, alert)
	}
	before := managers(t)

	applyObject(t, crd)
	t.Cleanup(remove)
	for place, alert := range places {
		rule := prometheusRule(t, place, alert)
		spec, err := yaml.Marshal(rule.Object["spec"])
		if err != nil {
			t.Fatal(err)
		}
		checkRules(t, string(spec))
		conforms(t, rule)
		gone(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: place, Name: "cpi-operator-rules"}})
	}
	settled := prometheusRule(t, ns, places[ns]).GetResourceVersion()
	lookAgain(t, ns, "second")
	if version := prometheusRule(t, ns, places[ns]).GetResourceVersion(); version != settled {
		t.Errorf("a second look writes the rules again: version %s, then %s", settled, version)
	}

	remove()
	for place, alert := range places {
		checkRules(t, ruleFile(t, place, alert))
	}
	failures := ruleCount(t, "controller_runtime_reconcile_errors_total")
	lookAgain(t, ns, "third")
	if now := ruleCount(t, "controller_runtime_reconcile_errors_total"); now != failures {
		t.Errorf("the rules' controller goes on failing: %v errors, then %v", failures, now)
	}
	if after := managers(t); !slices.Equal(before, after) {
		t.Errorf("the operator was started anew: %v, then %v", before, after)
	}
}

// ruleDefinition is the CRD of PrometheusRule, as the Prometheus operator ships it.
func ruleDefinition(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	return decode(t, read(t, filepath.Join(monitoringManifests(t), "monitoring.coreos.com_prometheusrules.yaml")))[0]
}

// monitoringManifests is the folder with what the Prometheus operator ships for a cluster.
func monitoringManifests(t *testing.T) string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), filepath.Join(root(), "hack", "tools", "monitoring-manifests")).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(folder))
}

// ruleFile waits for a namespace's ConfigMap of rules with an alert, and returns what it holds.
func ruleFile(t *testing.T, ns, alert string) string {
	t.Helper()
	found := &corev1.ConfigMap{}
	eventually(t, "rules in a ConfigMap of "+ns, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKey{Namespace: ns, Name: "cpi-operator-rules"}, found); err != nil {
			return err
		}
		if !strings.Contains(found.Data["rules.yaml"], alert) {
			return fmt.Errorf("no %s in %v", alert, found.Data)
		}
		return nil
	})
	return found.Data["rules.yaml"]
}

// prometheusRule waits for a namespace's PrometheusRule with an alert.
func prometheusRule(t *testing.T, ns, alert string) *unstructured.Unstructured {
	t.Helper()
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"})
	eventually(t, "rules in a PrometheusRule of "+ns, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKey{Namespace: ns, Name: "cpi-operator"}, found); err != nil {
			return err
		}
		if !strings.Contains(fmt.Sprint(found.Object["spec"]), alert) {
			return fmt.Errorf("no %s in %v", alert, found.Object["spec"])
		}
		return nil
	})
	return found
}

// checkRules gives a rule file to promtool.
func checkRules(t *testing.T, content string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	tool, err := exec.CommandContext(t.Context(), filepath.Join(root(), "hack", "tools", "build.sh"), "promtool").Output()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), strings.TrimSpace(string(tool)), "check", "rules", "--lint-fatal", path).CombinedOutput()
	if err != nil {
		t.Errorf("promtool: %v\n%s\n%s", err, out, content)
	}
}

// conforms makes what the operator wants to say once more, with every field that the schema does not know an error: a
// field that the API server dropped in silence would be written again at every look.
func conforms(t *testing.T, found *unstructured.Unstructured) {
	t.Helper()
	group := declared.Namespace(found.GetNamespace())
	if found.GetNamespace() == operatorNamespace {
		group = declared.Operator().Within(operatorNamespace)
	}
	spec, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&struct {
		Groups []declared.Group `json:"groups"`
	}{[]declared.Group{group}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(spec, found.Object["spec"]); diff != "" {
		t.Errorf("PrometheusRule of %s (-want +got):\n%s", found.GetNamespace(), diff)
	}
	wanted := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	wanted.SetGroupVersionKind(found.GroupVersionKind())
	wanted.SetNamespace(found.GetNamespace())
	wanted.SetName("conforms")
	if err := api.Create(t.Context(), wanted, client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict)); err != nil {
		t.Errorf("PrometheusRule of %s: %v", found.GetNamespace(), err)
	}
}

// lookAgain makes the rules' controller look at a namespace once more, by one more definition.
func lookAgain(t *testing.T, ns, name string) {
	t.Helper()
	before := ruleCount(t, "controller_runtime_reconcile_total")
	apply(t, ns, good(name, "survey"))
	metricsShow(t, "a further look at rules", func(text string) error {
		if now := sum(text, "controller_runtime_reconcile_total", label("controller", "rules")); now <= before {
			return errors.New("there was none")
		}
		return nil
	})
}

// ruleCount is a counter of the rules' controller.
func ruleCount(t *testing.T, metric string) float64 {
	t.Helper()
	var count float64
	metricsShow(t, metric, func(text string) error {
		count = sum(text, metric, label("controller", "rules"))
		return nil
	})
	return count
}

// managers are the operator's pods, with how often each was started.
func managers(t *testing.T) []string {
	t.Helper()
	var pods corev1.PodList
	if err := api.List(t.Context(), &pods, client.InNamespace(operatorNamespace)); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, pod := range pods.Items {
		for _, status := range pod.Status.ContainerStatuses {
			out = append(out, fmt.Sprintf("%s started anew %d times", pod.Name, status.RestartCount))
		}
	}
	return out
}
