package indicator_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
)

// lookAtSource reconciles the source's own series.
func (w *world) lookAtSource() ctrl.Result {
	w.Helper()
	r := &indicator.SourceReconciler{Client: w.client, Clock: w.clock, Store: w.store, DryRun: w.dryRun}
	result, err := r.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.source)})
	if err != nil {
		w.Fatal(err)
	}
	return result
}

// fail notes that runs on the source have failed for a day.
func (w *world) fail(indicators int32) {
	w.Helper()
	w.source.Status.Indicators = &indicators
	w.source.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionComputed, Status: metav1.ConditionFalse, Reason: "SourceUnreachable", Message: "no route",
		LastTransitionTime: metav1.NewTime(w.clock.Now().AddDate(0, 0, -1))}}
	w.updateStatus(w.source)
}

// The operator's own alert on many sources at once is told in a dry run too, so what it counts is not muted.
func TestAFailingSourceIsCountedInADryRun(t *testing.T) {
	w := newWorld(t)
	for _, w.dryRun = range []bool{true, false} {
		w.fail(1)
		w.lookAtSource()
		w.wantMetric("cpi_source_failing{namespace=\""+w.namespace+"\",name=\"crm\"} 1", true)
		w.wantMetric("cpi_alert{", !w.dryRun)
	}
	w.fail(0)
	w.lookAtSource()
	w.wantMetric("cpi_source_failing", false)
}

// A failure that no run can end any more would page for ever.
func TestASourceIsToldOfWhileRunsAreDue(t *testing.T) {
	w := newWorld(t)
	const told = `kind="DataSource",alert="CPIComputationFailing",severity="critical"`
	for _, indicators := range []int32{2, 0, 1} { // the last indicator goes, and another comes
		w.fail(indicators)
		w.lookAtSource()
		w.wantMetric(told, indicators > 0)
	}
	for _, suspended := range []bool{true, false} {
		w.source.Spec.Suspend = &suspended
		w.update(w.source)
		w.lookAtSource()
		w.wantMetric(told, !suspended)
	}
}
