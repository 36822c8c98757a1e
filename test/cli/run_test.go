package cli

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// world is a namespace with a CPI that has been computed once, and the operator.
type world struct {
	shell
	client    client.WithWatch
	namespace string
	source    *v1alpha1.DataSource
	cpi       *v1alpha1.CPIDefinition
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	w := &world{
		shell: shell{t, kubeconfig(t, envtestkit.Config(t), namespace)}, client: c, namespace: namespace,
		source: envtestkit.DataSource(namespace, "crm"), cpi: envtestkit.CPI(namespace, "nps", "survey"),
	}
	operator(t, namespace)
	envtestkit.Create(t, c, w.source, envtestkit.Dataset(namespace, "survey", "crm"), w.cpi)
	w.finishAt(w.started(0), "31.4", "", time.Now().Add(-time.Minute)) // times of Jobs are told by the second
	return w
}

// started waits for a run that has not ended, with so many before it.
func (w *world) started(before int) *batchv1.Job {
	w.Helper()
	var found *batchv1.Job
	envtestkit.Eventually(w, func() bool {
		var jobs batchv1.JobList
		must(w, w.client.List(w.Context(), &jobs, client.InNamespace(w.namespace)))
		for i := range jobs.Items {
			if len(jobs.Items) == before+1 && len(jobs.Items[i].Status.Conditions) == 0 {
				found = &jobs.Items[i]
			}
		}
		return found != nil
	})
	return found
}

// report of the CPI.
func (w *world) report() *v1alpha1.IndicatorReport {
	w.Helper()
	report := &v1alpha1.IndicatorReport{}
	envtestkit.Eventually(w, func() bool {
		return w.client.Get(w.Context(), client.ObjectKey{Namespace: w.namespace, Name: "cpi-nps"}, report) == nil
	})
	return report
}

// finish writes what a run that found value writes, and ends its Job.
func (w *world) finish(j *batchv1.Job, value, requested string) {
	w.Helper()
	w.finishAt(j, value, requested, time.Now())
}

func (w *world) finishAt(j *batchv1.Job, value, requested string, instant time.Time) {
	w.Helper()
	report := w.report()
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	start := metav1.NewTime(time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC))
	end := metav1.NewTime(start.AddDate(0, 1, 0))
	report.Status = v1alpha1.IndicatorReportStatus{
		Attempt: &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded", Since: &now, Requested: requested},
		Result: &v1alpha1.ReportResult{
			RequestHash: report.Spec.RequestHash, Unit: "points", ConfidenceLevel: "0.95", ChangedTime: &now, AsOf: &now,
			Periods: []v1alpha1.PeriodValue{{Label: "2026-10", Start: &start, End: &end, State: "Mature", Value: value, Lower: "25", Upper: "38", N: new(int64(412))}},
		},
	}
	must(w, w.client.Status().Update(w.Context(), report))
	envtestkit.Finish(w, w.client, envtestkit.Reload(w, w.client, j), batchv1.JobComplete, batchv1.JobReasonCompletionsReached, instant)
}

// requested is what the CPI's annotation asks for, once it does.
func (w *world) requested() string {
	w.Helper()
	envtestkit.Eventually(w, func() bool {
		return envtestkit.Reload(w, w.client, w.cpi).Annotations[v1alpha1.ComputeAnnotation] != ""
	})
	return w.cpi.Annotations[v1alpha1.ComputeAnnotation]
}

// inBackground runs a command and gives its result when it has ended.
func (w *world) inBackground(ctx context.Context, args ...string) <-chan result {
	out := make(chan result, 1)
	go func() { out <- w.runAs(ctx, args...) }()
	return out
}

func TestRunComputesNowAndTellsWhatChanged(t *testing.T) {
	w := newWorld(t)
	ended, progress := make(chan result, 1), &safeBuffer{}
	go func() { ended <- w.watched(t.Context(), progress, "run", "nps") }()
	j := w.started(1)
	envtestkit.Start(t, w.client, envtestkit.Reload(t, w.client, j), time.Now())
	envtestkit.Pod(t, w.client, j, func(s *corev1.PodStatus) {
		s.Phase = corev1.PodRunning
		s.ContainerStatuses = []corev1.ContainerStatus{{Name: job.ComputeContainer, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
	})
	envtestkit.Eventually(t, func() bool { return strings.Contains(progress.String(), "run "+j.Name+": computing\n") })
	w.finish(j, "33.0", w.requested())
	w.want(<-ended, 0, "done", "Value     33.0", "31.4 [25.0, 38.0], n 412   33.0 [25.0, 38.0], n 412")
	if asked := envtestkit.Reload(t, w.client, w.cpi).Annotations; asked[v1alpha1.RestateAnnotation] != "" {
		t.Errorf("it restates without --full: %v", asked)
	}

	// The same number once more, restated.
	again := w.inBackground(t.Context(), "run", "cpi/nps", "--full", "-o", "json")
	j = w.started(2)
	envtestkit.Reload(t, w.client, w.cpi)
	if asked := w.cpi.Annotations; asked[v1alpha1.RestateAnnotation] == "" || asked[v1alpha1.RestateAnnotation] != asked[v1alpha1.ComputeAnnotation] {
		t.Errorf("it does not restate with --full: %v", asked)
	}
	w.finish(j, "33.0", w.cpi.Annotations[v1alpha1.ComputeAnnotation])
	w.want(<-again, 0, `"changed": []`, `"value": "33.0"`)
}

// A run that fails says why, by whom it can be mended.
func TestRunTellsWhyItFailed(t *testing.T) {
	w := newWorld(t)
	ended := w.inBackground(t.Context(), "run", "nps")
	j := w.started(1)
	envtestkit.Pod(t, w.client, j, func(s *corev1.PodStatus) {
		s.Phase = corev1.PodFailed
		s.ContainerStatuses = []corev1.ContainerStatus{{Name: job.ComputeContainer, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "OOMKilled", ExitCode: 137}}}}
	})
	envtestkit.Finish(t, w.client, envtestkit.Reload(t, w.client, j), batchv1.JobFailed, batchv1.JobReasonBackoffLimitExceeded, time.Now())
	w.want(<-ended, 1, "OutOfMemory", "was killed for want of memory")

	// The indicator itself failed, and not the source.
	ended = w.inBackground(t.Context(), "run", "nps")
	j = w.started(2)
	report := w.report()
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Failed", Reason: "ColumnMissing", Message: "score is gone", Requested: envtestkit.Reload(t, w.client, w.cpi).Annotations[v1alpha1.ComputeAnnotation]}
	must(t, w.client.Status().Update(t.Context(), report))
	w.want(<-ended, 1, "cpi/nps: ColumnMissing: score is gone")
	envtestkit.Finish(t, w.client, envtestkit.Reload(t, w.client, j), batchv1.JobComplete, batchv1.JobReasonCompletionsReached, time.Now())
}

func TestRunGoesOnWithoutTheCommand(t *testing.T) {
	w := newWorld(t)
	ctx, interrupt := context.WithCancel(t.Context())
	ended := w.inBackground(ctx, "run", "nps")
	j := w.started(1)
	interrupt()
	w.want(<-ended, 2, "interrupted; the run goes on")
	if j = envtestkit.Reload(t, w.client, j); !j.DeletionTimestamp.IsZero() {
		t.Error("the run was ended with the command")
	}
	w.want(w.run("run", "nps", "--timeout", "2s"), 2, "no answer within 2s, run "+j.Name+" is still under way", "queued: run "+j.Name+" is under way")
	w.want(w.run("run", "nps", "--timeout", "1ns"), 2, "no answer within 1ns; what was asked for stands")
	w.want(w.run("run", "nps", "--timeout", "0s"), 2, "--timeout 0s: write how long")
}

// Who asks second takes the first one's place on the object; both have the answer.
func TestTwoRunOneObject(t *testing.T) {
	w := newWorld(t)
	first := w.inBackground(t.Context(), "run", "nps")
	asked := w.requested()
	second := w.inBackground(t.Context(), "run", "nps")
	envtestkit.Eventually(t, func() bool { return w.requested() != asked })
	w.finish(w.started(1), "33.0", w.requested())
	w.want(<-first, 0, "done", "33.0 [25.0, 38.0]")
	w.want(<-second, 0, "done", "33.0 [25.0, 38.0]")
}

// What cannot be computed is told at once, and asks for nothing.
func TestRunRefuses(t *testing.T) {
	w := newWorld(t)
	w.want(w.run("run", "mps"), 2, `there is no cpi or kpi or cpilink "mps"`)
	w.want(w.run("run", "cpilink/nps"), 2, "there is no")
	patch(t, w.client, w.source, func(ds *v1alpha1.DataSource) { ds.Spec.Suspend = new(true) })
	w.want(w.run("run", "nps"), 2, "DataSource crm, which is suspended")
	patch(t, w.client, w.source, func(ds *v1alpha1.DataSource) { ds.Spec.Suspend = nil })
	patch(t, w.client, w.cpi, func(c *v1alpha1.CPIDefinition) {
		c.Spec.Measure.NetPromoterScore.Score = "score"
		c.Spec.DatasetRef.Name = "nowhere"
	})
	envtestkit.Eventually(t, func() bool {
		return strings.Contains(w.run("status").stdout, "nowhere")
	})
	w.want(w.run("run", "nps"), 2, "cannot be computed as it stands: ReferenceNotFound")
	if asked := envtestkit.Reload(t, w.client, w.cpi).Annotations[v1alpha1.ComputeAnnotation]; asked != "" {
		t.Errorf("it asked for %q", asked)
	}
}

// The right to patch the kind is the right to run it; who has less is told which right is missing.
func TestRunNeedsTheRightToPatch(t *testing.T) {
	w := newWorld(t)
	grant := func(user string, verbs ...string) shell {
		role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: user}, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"cpi-operator.io"}, Resources: []string{"*"}, Verbs: verbs,
		}}}
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: user}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user},
			Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
		}
		envtestkit.Create(t, w.client, role, binding)
		return shell{t, kubeconfig(t, envtestkit.As(t, user), w.namespace)}
	}
	reader := grant("reader", "get", "list", "watch")
	envtestkit.Eventually(t, func() bool { return reader.run("status").code == 0 }) // the authoriser learns of the role in a moment
	reader.want(reader.run("run", "nps"), 2, "a right is missing", "cannot patch resource", "cpi-operator-edit")
	nobody := shell{t, kubeconfig(t, envtestkit.As(t, "nobody"), w.namespace)}
	nobody.want(nobody.run("status"), 2, "a right is missing", "cannot list resource", "cpi-operator-view")

	// Without a right on Jobs and pods the run is followed all the same.
	editor := grant("editor", "get", "list", "watch", "patch")
	envtestkit.Eventually(t, func() bool { return editor.run("status").code == 0 })
	ended := make(chan result, 1)
	go func() { ended <- editor.runAs(t.Context(), "run", "nps") }()
	j := w.started(1)
	w.finish(j, "35.0", w.requested())
	editor.want(<-ended, 0, "done", "35.0 [25.0, 38.0]")
}

// However many run at once, they share runs.
func TestManyRunsAtOnceShareOne(t *testing.T) {
	w := newWorld(t)
	var all []<-chan result
	for i := range 4 {
		name := fmt.Sprint("nps-", i)
		envtestkit.Create(t, w.client, envtestkit.CPI(w.namespace, name, "survey"))
	}
	j := w.started(1) // for what is new
	envtestkit.Eventually(t, func() bool {
		var reports v1alpha1.IndicatorReportList
		must(t, w.client.List(t.Context(), &reports, client.InNamespace(w.namespace)))
		return len(reports.Items) == 5
	})
	for i := range 4 {
		all = append(all, w.inBackground(t.Context(), "run", fmt.Sprint("nps-", i)))
	}
	asked := map[string]string{}
	envtestkit.Eventually(t, func() bool {
		var cpis v1alpha1.CPIDefinitionList
		must(t, w.client.List(t.Context(), &cpis, client.InNamespace(w.namespace)))
		for _, c := range cpis.Items {
			if text := c.Annotations[v1alpha1.ComputeAnnotation]; text != "" {
				asked[c.Name] = text
			}
		}
		return len(asked) == 4
	})
	envtestkit.Finish(t, w.client, envtestkit.Reload(t, w.client, j), batchv1.JobComplete, batchv1.JobReasonCompletionsReached, time.Now())
	shared := w.started(2)
	for name, text := range asked {
		report := &v1alpha1.IndicatorReport{}
		must(t, w.client.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: "cpi-" + name}, report))
		report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Failed", Reason: "ColumnMissing", Message: "gone", Requested: text}
		must(t, w.client.Status().Update(t.Context(), report))
	}
	envtestkit.Finish(t, w.client, envtestkit.Reload(t, w.client, shared), batchv1.JobComplete, batchv1.JobReasonCompletionsReached, time.Now())
	for _, ended := range all {
		w.want(<-ended, 1, "ColumnMissing")
	}
	var jobs batchv1.JobList
	must(t, w.client.List(t.Context(), &jobs, client.InNamespace(w.namespace)))
	if len(jobs.Items) != 3 {
		t.Errorf("%d runs", len(jobs.Items))
	}
}
