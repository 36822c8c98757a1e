package datasource_test

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// addLinkage with its report, as its controller makes it.
func (w *world) addLinkage(name, hash string) (*v1alpha1.CPILinkage, *v1alpha1.IndicatorReport) {
	w.Helper()
	linkage := &v1alpha1.CPILinkage{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.source.Namespace, Name: name},
		Spec: v1alpha1.CPILinkageSpec{KPIRef: v1alpha1.LocalReference{Name: "kpi"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
			Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "nps"}, Expected: "Positive"}}},
	}
	envtestkit.Create(w, w.client, linkage)
	report := &v1alpha1.IndicatorReport{
		ObjectMeta: metav1.ObjectMeta{Namespace: linkage.Namespace, Name: "link-" + name},
		Spec: v1alpha1.IndicatorReportSpec{
			IndicatorRef: v1alpha1.IndicatorReference{Kind: "CPILinkage", Name: name, UID: string(linkage.UID)}, RequestHash: hash,
			DataSourceRef: v1alpha1.LocalReference{Name: w.source.Name}, ServiceAccountName: "crm-cpi",
		},
	}
	envtestkit.Create(w, w.client, report)
	return linkage, report
}

func TestAClaimThatWaitsStartsARun(t *testing.T) {
	w := newWorld(t)
	_, numbers := w.addIndicator("nps", "v1-abc")
	w.attempted(numbers)
	w.settle()
	if n := len(w.jobs()); n != 0 {
		t.Fatalf("%d jobs before there is a claim", n)
	}
	linkage, report := w.addLinkage("support", "l1-abc")
	w.settle()
	first := w.onlyJob()
	if *w.source.Status.Indicators != 1 {
		t.Errorf("%d indicators: a claim is none", *w.source.Status.Indicators)
	}
	w.attempted(report)
	w.finish(first, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	w.settle()
	w.onlyJob()

	// Tested anew when it is to be restated, once.
	linkage.Annotations = map[string]string{v1alpha1.RestateAnnotation: "again"}
	if err := w.client.Update(t.Context(), linkage); err != nil {
		t.Fatal(err)
	}
	w.settle()
	jobs := w.jobs()
	if len(jobs) != 2 {
		t.Fatalf("%d jobs after a restatement, want 2", len(jobs))
	}
	envtestkit.Reload(t, w.client, report)
	report.Status.Link = &v1alpha1.ReportLink{RequestHash: "l1-abc", Restatement: "again"}
	w.updateStatus(report)
	for _, j := range jobs {
		if j.Name != first.Name {
			w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
		}
	}
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Errorf("%d jobs after the restatement was honoured, want 2", n)
	}
}

func TestARefusedClaimStartsNone(t *testing.T) {
	w := newWorld(t)
	linkage, _ := w.addLinkage("support", "l1-abc")
	for _, condition := range []string{"Ready", "Stalled"} {
		status := metav1.ConditionFalse
		if condition == "Stalled" {
			status = metav1.ConditionTrue
		}
		meta.SetStatusCondition(&linkage.Status.Conditions, metav1.Condition{Type: condition, Status: status, Reason: v1alpha1.ReasonTooManySources, ObservedGeneration: linkage.Generation})
	}
	w.updateStatus(linkage)
	w.settle()
	if n := len(w.jobs()); n != 0 {
		t.Errorf("%d jobs for a claim that cannot be tested", n)
	}
}

// A claim over two sources has an account, and runs, of its own.
func TestAClaimWithRunsOfItsOwnStartsNoneOfTheSource(t *testing.T) {
	w := newWorld(t)
	_, numbers := w.addIndicator("nps", "v1-abc")
	w.attempted(numbers)
	_, report := w.addLinkage("apart", "l1-abc")
	report.Spec.ServiceAccountName = "apart-cpilink"
	if err := w.client.Update(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if n := len(w.jobs()); n != 0 {
		t.Errorf("%d jobs of the source", n)
	}
}
