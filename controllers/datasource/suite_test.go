package datasource_test

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/datasource"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

const debounce = 5 * time.Second

// world is a namespace with a source and the controller that looks after it, step by step.
type world struct {
	*testing.T
	client client.Client
	writes *envtestkit.Writes
	clock  *clocktesting.FakeClock
	events chan string
	source *v1alpha1.DataSource

	reconciler *datasource.Reconciler
}

func newWorld(t *testing.T, mutations ...func(*v1alpha1.DataSource)) *world {
	t.Helper()
	counted, writes := envtestkit.Counted(envtestkit.Client(t))
	recorder := events.NewFakeRecorder(100)
	w := &world{
		T: t, client: counted, writes: writes, events: recorder.Events,
		clock:  clocktesting.NewFakeClock(time.Now()),
		source: envtestkit.DataSource(envtestkit.Namespace(t), "crm", mutations...),
	}
	w.reconciler = &datasource.Reconciler{
		Client: counted, Live: counted, Events: recorder, Clock: w.clock, Debounce: debounce,
		Images: job.Images{Manager: "manager:test", Compute: "compute:test"},
	}
	envtestkit.Create(t, counted, w.source)
	return w
}

// reconcile once; the status of w.source is then the stored one.
func (w *world) reconcile() ctrl.Result {
	w.Helper()
	result, err := w.reconciler.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.source)})
	if err != nil {
		w.Fatalf("reconcile: %v", err)
	}
	envtestkit.Reload(w, w.client, w.source)
	return result
}

// settle reconciles until the debounce is over and nothing more is started.
func (w *world) settle() {
	w.Helper()
	w.reconcile()
	w.clock.Step(debounce)
	w.reconcile()
}

func (w *world) addIndicator(name, hash string, mutations ...func(*v1alpha1.CPIDefinition)) (*v1alpha1.CPIDefinition, *v1alpha1.IndicatorReport) {
	w.Helper()
	cpi := envtestkit.CPI(w.source.Namespace, name, "survey", mutations...)
	envtestkit.Create(w, w.client, cpi)
	report := envtestkit.Report(cpi, w.source.Name, hash)
	envtestkit.Create(w, w.client, report)
	return cpi, report
}

// attempted writes what publish would write after a try.
func (w *world) attempted(report *v1alpha1.IndicatorReport) {
	w.Helper()
	envtestkit.Reload(w, w.client, report)
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded"}
	if err := w.client.Status().Update(w.Context(), report); err != nil {
		w.Fatal(err)
	}
}

func (w *world) jobs() []batchv1.Job {
	w.Helper()
	var list batchv1.JobList
	if err := w.client.List(w.Context(), &list, client.InNamespace(w.source.Namespace)); err != nil {
		w.Fatal(err)
	}
	return list.Items
}

func (w *world) cronJob() *batchv1.CronJob {
	w.Helper()
	cronJob := &batchv1.CronJob{}
	cronJob.Namespace, cronJob.Name = w.source.Namespace, job.Name(w.source.Name)
	return envtestkit.Reload(w, w.client, cronJob)
}

// onlyJob is the one Job that there must be.
func (w *world) onlyJob() *batchv1.Job {
	w.Helper()
	jobs := w.jobs()
	if len(jobs) != 1 {
		w.Fatalf("%d jobs, want 1", len(jobs))
	}
	return &jobs[0]
}

// start marks a Job as begun, as the Job controller would.
func (w *world) start(j *batchv1.Job) {
	w.Helper()
	envtestkit.Start(w, w.client, j, w.clock.Now())
}

// finish marks a Job as ended, as the Job controller would.
func (w *world) finish(j *batchv1.Job, condition batchv1.JobConditionType, reason string) {
	w.Helper()
	envtestkit.Finish(w, w.client, j, condition, reason, w.clock.Now())
}

// pod of a Job, in a state that change sets.
func (w *world) pod(j *batchv1.Job, change func(*corev1.PodStatus)) {
	w.Helper()
	envtestkit.Pod(w, w.client, j, change)
}

func (w *world) updateStatus(object client.Object) {
	w.Helper()
	if err := w.client.Status().Update(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

func (w *world) condition(kind string) metav1.Condition {
	w.Helper()
	c := meta.FindStatusCondition(w.source.Status.Conditions, kind)
	if c == nil {
		w.Fatalf("no condition %s in %v", kind, w.source.Status.Conditions)
	}
	return *c
}

func (w *world) wantCondition(kind string, status metav1.ConditionStatus, reason string) string {
	w.Helper()
	c := w.condition(kind)
	if c.Status != status || c.Reason != reason {
		w.Errorf("%s is %s (%s: %s), want %s (%s)", kind, c.Status, c.Reason, c.Message, status, reason)
	}
	return c.Message
}
