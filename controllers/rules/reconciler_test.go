package rules_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/rules"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

type world struct {
	*testing.T
	client    client.Client
	writes    *envtestkit.Writes
	events    chan string
	namespace string
	metrics   *prometheus.Registry
	*rules.Reconciler
}

func newWorld(t *testing.T) *world {
	t.Helper()
	counted, writes := envtestkit.Counted(envtestkit.Client(t))
	recorder := events.NewFakeRecorder(10)
	registry := prometheus.NewRegistry()
	if err := metrics.NewStore(metrics.DefaultLimits).Register(registry); err != nil {
		t.Fatal(err)
	}
	return &world{T: t, metrics: registry, client: counted, writes: writes, events: recorder.Events, namespace: envtestkit.Namespace(t),
		Reconciler: &rules.Reconciler{Client: counted, Live: counted, APIs: discovery.NewDiscoveryClientForConfigOrDie(envtestkit.Config(t)),
			Events: recorder, Labels: map[string]string{"release": "prometheus"}}}
}

func (w *world) reconcile() {
	w.Helper()
	if _, err := w.Reconcile(w.Context(), ctrl.Request{NamespacedName: types.NamespacedName{Name: w.namespace}}); err != nil {
		w.Fatal(err)
	}
}

// stands checks the metric that tells what became of the namespace's rules; empty for none.
func (w *world) stands(want string) {
	w.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			if family.GetName() == "cpi_operator_rules" && labels["namespace"] == w.namespace {
				got = append(got, labels["state"])
			}
		}
	}
	if strings.Join(got, ",") != want {
		w.Errorf("the rules are %q, want %q", got, want)
	}
}

// find reads an object of the namespace; nil if it is not there.
func (w *world) find(object client.Object, name string) client.Object {
	w.Helper()
	err := w.client.Get(w.Context(), client.ObjectKey{Namespace: w.namespace, Name: name}, object)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		w.Fatal(err)
	}
	return object
}

func prometheusRule() *unstructured.Unstructured {
	out := &unstructured.Unstructured{}
	out.SetGroupVersionKind(schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"})
	return out
}

// The order matters: the API appears in the first part and goes in the last.
func TestRules(t *testing.T) {
	t.Run("a ConfigMap where there is no Prometheus operator", func(t *testing.T) {
		w := newWorld(t)
		w.reconcile()
		if w.find(&corev1.ConfigMap{}, "cpi-operator-rules") != nil {
			t.Error("rules without definitions")
		}
		cpi := envtestkit.CPI(w.namespace, "nps", "survey")
		envtestkit.Create(t, w.client, cpi)
		w.reconcile()
		found := w.find(&corev1.ConfigMap{}, "cpi-operator-rules")
		if found == nil {
			t.Fatal("no rules")
		}
		if text := found.(*corev1.ConfigMap).Data["rules.yaml"]; !strings.Contains(text, "CPIBelowThreshold") || !strings.Contains(text, `namespace="`+w.namespace+`"`) {
			t.Errorf("rules: %s", text)
		}
		w.writes.Forget()
		w.reconcile()
		if calls := w.writes.Calls(); len(calls) > 0 {
			t.Errorf("a second look writes %q", calls)
		}

		installPrometheusRules(t)
		w.reconcile()
		if w.find(prometheusRule(), "cpi-operator") == nil || w.find(&corev1.ConfigMap{}, "cpi-operator-rules") != nil {
			t.Error("the API has come, but the rules did not move")
		}
	})
	t.Run("a PrometheusRule", func(t *testing.T) {
		w := newWorld(t)
		cpi := envtestkit.CPI(w.namespace, "nps", "survey")
		envtestkit.Create(t, w.client, cpi)
		w.reconcile()
		found := w.find(prometheusRule(), "cpi-operator").(*unstructured.Unstructured)
		if found.GetLabels()["release"] != "prometheus" {
			t.Errorf("labels = %v", found.GetLabels())
		}
		w.writes.Forget()
		w.reconcile()
		if calls := w.writes.Calls(); len(calls) > 0 {
			t.Errorf("a second look writes %q", calls)
		}

		groups, _, _ := unstructured.NestedSlice(found.Object, "spec", "groups")
		if err := unstructured.SetNestedSlice(found.Object, groups[:0], "spec", "groups"); err != nil {
			t.Fatal(err)
		}
		if err := w.client.Update(t.Context(), found); err != nil {
			t.Fatal(err)
		}
		w.reconcile()
		if groups, _, _ := unstructured.NestedSlice(w.find(prometheusRule(), "cpi-operator").(*unstructured.Unstructured).Object, "spec", "groups"); len(groups) != 1 {
			t.Errorf("an edit by hand stays: %v", groups)
		}

		if err := w.client.Delete(t.Context(), cpi); err != nil {
			t.Fatal(err)
		}
		w.reconcile()
		if w.find(prometheusRule(), "cpi-operator") != nil {
			t.Error("the last definition is gone, its rules are not")
		}
		w.stands("")
	})
	t.Run("of anything that can have alerts", func(t *testing.T) {
		w := newWorld(t)
		claim := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "claim"}, Spec: v1alpha1.CPILinkageSpec{
			KPIRef: v1alpha1.LocalReference{Name: "arr"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
			Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "nps"}, Expected: "Positive"}}}}
		for _, object := range []client.Object{claim, envtestkit.DataSource(w.namespace, "crm")} {
			envtestkit.Create(t, w.client, object)
			w.reconcile()
			if w.find(prometheusRule(), "cpi-operator") == nil {
				t.Errorf("no rules with a %T alone", object)
			}
			if err := w.client.Delete(t.Context(), object); err != nil {
				t.Fatal(err)
			}
			w.reconcile()
			if w.find(prometheusRule(), "cpi-operator") != nil {
				t.Errorf("the %T is gone, its rules are not", object)
			}
		}
	})
	t.Run("a foreign object is left alone and told about once", func(t *testing.T) {
		w := newWorld(t)
		foreign := prometheusRule()
		foreign.SetNamespace(w.namespace)
		foreign.SetName("cpi-operator")
		foreign.Object["spec"] = map[string]any{}
		envtestkit.Create(t, w.client, foreign, envtestkit.CPI(w.namespace, "nps", "survey"))
		w.writes.Forget()
		w.reconcile()
		w.reconcile()
		if calls := w.writes.Calls(); len(calls) > 0 {
			t.Errorf("writes: %q", calls)
		}
		if len(w.events) != 1 {
			t.Errorf("%d events, want one", len(w.events))
		}
		w.stands("Foreign")
	})
	t.Run("what the Prometheus operator says of the rules is read back", func(t *testing.T) {
		w := newWorld(t)
		envtestkit.Create(t, w.client, envtestkit.CPI(w.namespace, "nps", "survey"))
		w.reconcile()
		w.stands("Written")
		rejects := func(object client.Object) *corev1.Event {
			return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, GenerateName: "cpi-operator."}, Reason: "InvalidConfiguration", Message: "invalid rule",
				InvolvedObject: corev1.ObjectReference{APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule", Namespace: w.namespace, Name: object.GetName(), UID: object.GetUID(), ResourceVersion: object.GetResourceVersion()}}
		}
		rule := w.find(prometheusRule(), "cpi-operator").(*unstructured.Unstructured)
		envtestkit.Create(t, w.client, rejects(rule))
		w.reconcile()
		w.stands("Rejected")
		rule.SetLabels(map[string]string{"app.kubernetes.io/managed-by": "cpi-operator"})
		if err := w.client.Update(t.Context(), rule); err != nil {
			t.Fatal(err)
		}
		w.reconcile() // corrects it
		w.reconcile()
		w.stands("Written") // the Event speaks of what is no more

		for status, want := range map[string]string{"True": "Accepted", "False": "Rejected", "Unknown": "Written"} {
			rule := w.find(prometheusRule(), "cpi-operator").(*unstructured.Unstructured)
			rule.Object["status"] = map[string]any{"bindings": []any{map[string]any{"conditions": []any{
				map[string]any{"type": "Accepted", "status": status, "observedGeneration": rule.GetGeneration(), "message": "what became of it"},
			}}}}
			if err := w.client.Status().Update(t.Context(), rule); err != nil {
				t.Fatal(err)
			}
			w.reconcile()
			w.stands(want)
		}
	})
	t.Run("the operator's namespace", func(t *testing.T) {
		w := newWorld(t)
		w.Namespace = w.namespace
		w.reconcile()
		groups, _, _ := unstructured.NestedSlice(w.find(prometheusRule(), "cpi-operator").(*unstructured.Unstructured).Object, "spec", "groups")
		if len(groups) != 1 || groups[0].(map[string]any)["name"] != "cpi-operator-health" {
			t.Errorf("groups = %v", groups)
		}
	})
	t.Run("a ConfigMap again when the Prometheus operator has gone", func(t *testing.T) {
		w := newWorld(t)
		envtestkit.Create(t, w.client, envtestkit.CPI(w.namespace, "nps", "survey"))
		w.reconcile()
		uninstallPrometheusRules(t)
		w.reconcile()
		if w.find(&corev1.ConfigMap{}, "cpi-operator-rules") == nil {
			t.Error("no rules")
		}
	})
}

// prometheusRules is the API of the Prometheus operator, as it ships it.
func prometheusRules(t *testing.T) envtest.CRDInstallOptions {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), filepath.Join(envtestkit.Root(), "hack", "tools", "monitoring-manifests")).Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(folder)), "monitoring.coreos.com_prometheusrules.yaml")
	return envtest.CRDInstallOptions{Paths: []string{path}, ErrorIfPathMissing: true}
}

// installPrometheusRules also gives them the status that later versions have.
func installPrometheusRules(t *testing.T) {
	t.Helper()
	installed, err := envtest.InstallCRDs(envtestkit.Config(t), prometheusRules(t))
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	c, err := client.New(envtestkit.Config(t), client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(installed[0]), crd); err != nil {
		t.Fatal(err)
	}
	crd.Spec.Versions[0].Subresources = &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}}
	crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"] = apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: new(true)}
	if err := c.Update(t.Context(), crd); err != nil {
		t.Fatal(err)
	}
}

func uninstallPrometheusRules(t *testing.T) {
	t.Helper()
	if err := envtest.UninstallCRDs(envtestkit.Config(t), prometheusRules(t)); err != nil {
		t.Fatal(err)
	}
	apis := discovery.NewDiscoveryClientForConfigOrDie(envtestkit.Config(t))
	envtestkit.Eventually(t, func() bool {
		_, err := apis.ServerResourcesForGroupVersion("monitoring.coreos.com/v1")
		return apierrors.IsNotFound(err)
	})
}
