package datasource_test

import (
	"fmt"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// ask for a run now, as kubectl cpi run does.
func ask(t *testing.T, c client.Client, object client.Object, text string) {
	t.Helper()
	before := object.DeepCopyObject().(client.Object)
	object.SetAnnotations(map[string]string{v1alpha1.ComputeAnnotation: text})
	if err := c.Patch(t.Context(), object, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

// answered writes what publish would write after a try that was asked for.
func (w *world) answered(report *v1alpha1.IndicatorReport, text string) {
	w.Helper()
	envtestkit.Reload(w, w.client, report)
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded", Requested: text}
	w.updateStatus(report)
}

// However many ask, and however often, while a run is under way: they share the next one.
func TestRequestsWhileARunIsUnderWayShareTheNext(t *testing.T) {
	w := newWorld(t)
	var cpis []*v1alpha1.CPIDefinition
	var reports []*v1alpha1.IndicatorReport
	for i := range 5 {
		cpi, report := w.addIndicator(fmt.Sprint("nps-", i), "v1-abc")
		w.attempted(report)
		cpis, reports = append(cpis, cpi), append(reports, report)
	}
	ask(t, w.client, cpis[0], "10:00")
	w.settle()
	first := w.onlyJob()
	for round := range 3 {
		for i := range cpis {
			ask(t, w.client, cpis[i], fmt.Sprintf("10:%02d", round+1))
			w.settle()
		}
	}
	w.onlyJob()
	w.answered(reports[0], "10:00") // by the first run, which was asked before
	w.finish(first, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Fatalf("%d runs, want the first and one for all the others", n)
	}
	for i := range reports {
		w.answered(reports[i], "10:03")
	}
	for _, j := range w.jobs() {
		if !finished(j) {
			w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
		}
	}
	w.settle()
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Errorf("%d runs after all were answered, want no further one", n)
	}
	ask(t, w.client, cpis[3], "11:00")
	w.settle()
	if n := len(w.jobs()); n != 3 {
		t.Errorf("%d runs after one asked again, want 3", n)
	}
}

// A run that ends without an answer, because its source failed, is not started over and over.
func TestARequestIsTriedOnce(t *testing.T) {
	w := newWorld(t)
	cpi, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	ask(t, w.client, cpi, "10:00")
	w.settle()
	w.finish(w.onlyJob(), batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy)
	w.settle()
	w.settle()
	w.onlyJob()
	ask(t, w.client, cpi, "10:05")
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Errorf("%d runs after asking again, want 2", n)
	}
}

func TestNobodyRunsASuspendedSource(t *testing.T) {
	w := newWorld(t, func(ds *v1alpha1.DataSource) { ds.Spec.Suspend = new(true) })
	cpi, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	ask(t, w.client, cpi, "10:00")
	w.settle()
	if n := len(w.jobs()); n != 0 {
		t.Errorf("%d runs of a suspended source", n)
	}
}

// A request reaches the controller by itself: an annotation makes no new generation.
func TestRequestsAreWatched(t *testing.T) {
	c := envtestkit.Client(t)
	namespace := envtestkit.Namespace(t)
	startManager(t, namespace)
	source, cpi := envtestkit.DataSource(namespace, "crm"), envtestkit.CPI(namespace, "nps", "survey")
	envtestkit.Create(t, c, source, envtestkit.Dataset(namespace, "survey", "crm"), cpi)
	envtestkit.Eventually(t, func() bool {
		return meta.IsStatusConditionTrue(envtestkit.Reload(t, c, cpi).Status.Conditions, v1alpha1.ConditionReady) && cpi.Status.ReportRef != nil
	})
	report := &v1alpha1.IndicatorReport{}
	report.Namespace, report.Name = namespace, cpi.Status.ReportRef.Name
	envtestkit.Reload(t, c, report)
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded"}
	if err := c.Status().Update(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	ask(t, c, envtestkit.Reload(t, c, cpi), "10:00")
	envtestkit.Eventually(t, func() bool {
		var jobs batchv1.JobList
		return c.List(t.Context(), &jobs, client.InNamespace(namespace)) == nil && len(jobs.Items) == 1
	})
}
