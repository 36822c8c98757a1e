package datasource_test

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

func TestRunWaitsUntilEditsSettle(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	if result := w.reconcile(); result.RequeueAfter != debounce {
		t.Errorf("looks again after %v, want %v", result.RequeueAfter, debounce)
	}
	w.clock.Step(debounce - 1)
	w.addIndicator("csat", "v1-def") // the set changed: the wait begins anew
	w.reconcile()
	w.clock.Step(debounce - 1)
	w.reconcile()
	if n := len(w.jobs()); n != 0 {
		t.Fatalf("%d jobs before the edits settled", n)
	}
	w.clock.Step(1)
	w.reconcile()
	w.onlyJob()
}

func TestEndlessEditsDoNotPutARunOffForever(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-0")
	for range 20 {
		w.reconcile()
		w.clock.Step(debounce - 1)
		envtestkit.Reload(t, w.client, report)
		report.Spec.RequestHash += "x"
		if err := w.client.Update(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.jobs()) == 0 {
		t.Error("no run was started while edits kept coming")
	}
}

func TestNoSecondRunForTheSameSet(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	w.settle()
	first := w.onlyJob()
	w.settle() // the run is under way
	w.finish(first, batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded)
	w.settle() // it ended and wrote no attempt: it must not be started over and over
	w.onlyJob()
	if err := w.client.Delete(t.Context(), first, client.PropagationPolicy(metav1.DeletePropagationBackground)); err != nil {
		t.Fatal(err)
	}
	w.settle() // nor when the finished Job is cleaned up
	if n := len(w.jobs()); n != 0 {
		t.Fatalf("%d jobs, want none", n)
	}

	w.edit(report, "v1-def")
	w.settle()
	w.onlyJob()
}

func TestLostResultsRunOnceMore(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	for _, want := range []int{2, 2} {
		for _, j := range w.jobs() {
			if finished(j) {
				continue
			}
			w.pod(&j, died(job.PublishContainer, "Error", 2, ""))
			w.clock.Step(time.Minute / 2)
			w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
		}
		w.settle()
		if n := len(w.jobs()); n != want {
			t.Fatalf("%d jobs, want %d", n, want)
		}
	}
}

// Numbers that are only refreshed are run once more too, and once again after a success in between.
func TestLostRefreshRunsOnceMore(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	w.settle()
	w.attempted(report)
	end := func(summary publish.Summary, want int) {
		t.Helper()
		for _, j := range w.jobs() {
			if !finished(j) {
				w.pod(&j, told(summary))
				w.clock.Step(time.Minute / 2)
				w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
			}
		}
		w.settle()
		if n := len(w.jobs()); n != want {
			t.Fatalf("%d jobs, want %d", n, want)
		}
	}
	lost, good := publish.Summary{Expected: 1, Succeeded: 1, Unwritten: 1}, publish.Summary{Expected: 1, Succeeded: 1}
	end(lost, 2)
	end(lost, 2) // not a third time
	w.scheduled("1")
	end(good, 3)
	w.scheduled("2")
	end(lost, 5)
}

// A wish that comes back is a new one, even while the Job of the first is still there.
func TestSameWishAgain(t *testing.T) {
	w := newWorld(t)
	cpi, report := w.addIndicator("nps", "v1-abc")
	w.settle()
	w.attempted(report)
	w.finish(w.onlyJob(), batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	for i, restatement := range []string{"a", "b", "a", "b", "a"} {
		cpi.Annotations = map[string]string{v1alpha1.RestateAnnotation: restatement}
		if err := w.client.Update(t.Context(), cpi); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if n := len(w.jobs()); n != i+2 {
			t.Fatalf("%d jobs after restatement %d, want %d", n, i+1, i+2)
		}
		envtestkit.Reload(t, w.client, report)
		report.Status.Result = &v1alpha1.ReportResult{RequestHash: "v1-abc", Restatement: restatement, ChangedTime: new(metav1.NewTime(w.clock.Now()))}
		w.updateStatus(report)
		for _, j := range w.jobs() {
			if !finished(j) {
				w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
			}
		}
	}
	before := len(w.jobs())
	if err := w.client.Delete(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	cpi.Annotations = nil
	if err := w.client.Update(t.Context(), cpi); err != nil {
		t.Fatal(err)
	}
	envtestkit.Create(t, w.client, envtestkit.Report(cpi, w.source.Name, "v1-abc"))
	w.settle()
	if n := len(w.jobs()); n != before+1 {
		t.Errorf("%d jobs after the report was made anew, want %d", n, before+1)
	}
}

// A wish that was given up does not shorten the wait of a later one.
func TestEveryWishSettles(t *testing.T) {
	w := newWorld(t)
	cpi, _ := w.addIndicator("nps", "v1-abc")
	w.reconcile()
	if err := w.client.Delete(t.Context(), cpi); err != nil {
		t.Fatal(err)
	}
	w.reconcile()
	w.clock.Step(100 * debounce)
	w.addIndicator("csat", "v1-def")
	if result := w.reconcile(); result.RequeueAfter != debounce || len(w.jobs()) != 0 {
		t.Errorf("looks again after %v with %d jobs, want after %v with none", result.RequeueAfter, len(w.jobs()), debounce)
	}
}

// scheduled makes a run of the CronJob.
func (w *world) scheduled(suffix string) *batchv1.Job {
	w.Helper()
	cronJob := w.cronJob()
	j := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: cronJob.Namespace, Name: cronJob.Name + "-" + suffix, Labels: cronJob.Spec.JobTemplate.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cronJob, batchv1.SchemeGroupVersion.WithKind("CronJob"))},
		},
		Spec: cronJob.Spec.JobTemplate.Spec,
	}
	envtestkit.Create(w, w.client, j)
	return j
}

func finished(j batchv1.Job) bool { return len(j.Status.Conditions) > 0 }

func TestRevertedEditRunsAgain(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	for i, hash := range []string{"v1-abc", "v1-def", "v1-abc"} {
		if i > 0 {
			w.edit(report, hash)
		}
		w.settle()
		if n := len(w.jobs()); n != i+1 {
			t.Fatalf("%d jobs after formula %d, want %d", n, i+1, i+1)
		}
		w.attempted(report)
		for _, j := range w.jobs() {
			if len(j.Status.Conditions) == 0 {
				w.finish(&j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
			}
		}
	}
}

func TestNoOneOffWhileARunIsActive(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	running := w.onlyJob()
	w.addIndicator("csat", "v1-def")
	w.settle()
	w.onlyJob()
	w.finish(running, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Errorf("%d jobs after the run ended, want 2", n)
	}
}

func TestRunOfTheCronJobIsActiveToo(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	w.reconcile()
	w.scheduled("29012345")
	w.addIndicator("csat", "v1-def")
	w.settle()
	w.onlyJob()
}

func TestLostStatusWriteStartsNoSecondRun(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.settle()
	w.finish(w.onlyJob(), batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	requested := w.source.Status.Requested
	w.source.Status.Requested = ""
	w.updateStatus(w.source)
	w.settle()
	w.onlyJob()
	if w.source.Status.Requested != requested || requested == "" {
		t.Errorf("requested = %q, want %q again", w.source.Status.Requested, requested)
	}
}

func TestNothingPendingStartsNothing(t *testing.T) {
	for name, change := range map[string]func(*world, *v1alpha1.CPIDefinition, *v1alpha1.IndicatorReport){
		"tried": func(w *world, _ *v1alpha1.CPIDefinition, report *v1alpha1.IndicatorReport) { w.attempted(report) },
		"invalid": func(w *world, cpi *v1alpha1.CPIDefinition, _ *v1alpha1.IndicatorReport) {
			cpi.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonInvalid,
				ObservedGeneration: cpi.Generation, LastTransitionTime: metav1.Now(),
			}}
			w.updateStatus(cpi)
		},
		"quarantined": func(w *world, _ *v1alpha1.CPIDefinition, report *v1alpha1.IndicatorReport) {
			report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Failed", Kills: new(int32(2)), SourceGeneration: &w.source.Generation}
			w.updateStatus(report)
		},
		"suspended": func(w *world, _ *v1alpha1.CPIDefinition, _ *v1alpha1.IndicatorReport) {
			w.source.Spec.Suspend = new(true)
			w.update()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			cpi, report := w.addIndicator("nps", "v1-abc")
			change(w, cpi, report)
			w.settle()
			if n := len(w.jobs()); n != 0 {
				t.Errorf("%d jobs, want none", n)
			}
		})
	}
}

func TestEditOfTheSourceLiftsAQuarantine(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: "v1-abc", Outcome: "Failed", Kills: new(int32(2)), SourceGeneration: &w.source.Generation}
	w.updateStatus(report)
	w.settle()
	if n := len(w.jobs()); n != 0 {
		t.Fatalf("%d jobs for what is quarantined", n)
	}
	w.source.Spec.Pod = &v1alpha1.PodSettings{Resources: &v1alpha1.PodResources{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("2Gi")}}}
	w.update()
	w.settle()
	w.onlyJob()
}

func TestRestatementRunsOnce(t *testing.T) {
	w := newWorld(t)
	cpi, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	cpi.Annotations = map[string]string{v1alpha1.RestateAnnotation: "double load of May was mended"}
	if err := w.client.Update(t.Context(), cpi); err != nil {
		t.Fatal(err)
	}
	w.settle()
	j := w.onlyJob()
	envtestkit.Reload(t, w.client, report)
	report.Status.Result = &v1alpha1.ReportResult{RequestHash: "v1-abc", Restatement: "double load of May was mended"}
	w.updateStatus(report)
	w.finish(j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	w.settle()
	w.onlyJob()
}

func TestEditOfAFailedSourceRunsAtOnce(t *testing.T) {
	w := newWorld(t, envtestkit.Postgres)
	_, report := w.addIndicator("nps", "v1-abc")
	w.settle()
	w.attempted(report)
	w.finish(w.onlyJob(), batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy)
	w.settle()
	w.onlyJob()
	w.source.Spec.Postgres.Host = "other.example"
	w.update()
	w.settle()
	if n := len(w.jobs()); n != 2 {
		t.Errorf("%d jobs after the host was mended, want 2", n)
	}
}

// edit gives the report another formula, as the controller does when its definition changes.
func (w *world) edit(report *v1alpha1.IndicatorReport, hash string) {
	w.Helper()
	envtestkit.Reload(w, w.client, report)
	report.Spec.RequestHash = hash
	if err := w.client.Update(w.Context(), report); err != nil {
		w.Fatal(err)
	}
}
