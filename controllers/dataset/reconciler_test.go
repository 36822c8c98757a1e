package dataset_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/dataset"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

func TestDataset(t *testing.T) {
	c, writes := envtestkit.Counted(envtestkit.Client(t))
	namespace := envtestkit.Namespace(t)
	recorder := events.NewFakeRecorder(10)
	r := &dataset.Reconciler{Client: c, Events: recorder}
	d := envtestkit.Dataset(namespace, "survey", "crm")
	envtestkit.Create(t, c, d)
	want := func(ready, message, stalled string, indicators int32) {
		t.Helper()
		if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(d)}); err != nil {
			t.Fatal(err)
		}
		envtestkit.Reload(t, c, d)
		got := meta.FindStatusCondition(d.Status.Conditions, "Ready")
		if got == nil || string(got.Status)+" "+got.Reason != ready || !strings.HasPrefix(got.Message, message) {
			t.Errorf("Ready = %+v, want %s: %s", got, ready, message)
		}
		if got := meta.FindStatusCondition(d.Status.Conditions, "Stalled"); string(got.Status) != stalled {
			t.Errorf("Stalled = %+v, want %s", got, stalled)
		}
		if *d.Status.Indicators != indicators || d.Status.ObservedGeneration != d.Generation {
			t.Errorf("status = %+v", d.Status)
		}
	}
	want("False ReferenceNotFound", `spec.dataSourceRef: DataSource "crm" does not exist`, "False", 0)
	envtestkit.Create(t, c, envtestkit.DataSource(namespace, "crm"), envtestkit.CPI(namespace, "a", "survey"), envtestkit.CPI(namespace, "b", "another"),
		envtestkit.CPI(namespace, "c", "another", envtestkit.RatePer("survey")), envtestkit.CPI(namespace, "d", "survey", envtestkit.RatePer("survey")))
	want("True Ready", "", "False", 3) // as the first dataset, as the second, as both
	writes.Forget()
	want("True Ready", "", "False", 3)
	if calls := writes.Calls(); len(calls) > 0 {
		t.Errorf("a second look writes %q", calls)
	}
	d.Spec.TimeZone = "Europe/Atlantis"
	if err := c.Update(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	want("False Invalid", "spec.timeZone: ", "True", 3)
	d.Spec = v1alpha1.DatasetSpec{DataSourceRef: v1alpha1.LocalReference{Name: "crm"}, Table: &v1alpha1.TableReference{Name: "survey"}}
	if err := c.Update(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	want("True Ready", "", "False", 3)
	if got := len(recorder.Events); got != 4 {
		t.Errorf("%d events, want one a transition: 4", got)
	}
}
