package indicator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

// world is a namespace with a source and a dataset, and the controllers of both kinds, step by step.
type world struct {
	*testing.T
	namespace string
	client    client.Client
	writes    *envtestkit.Writes
	clock     *clocktesting.FakeClock
	events    chan string
	store     *metrics.Store
	source    *v1alpha1.DataSource
	dataset   *v1alpha1.Dataset
	// dryRun as the operator was started.
	dryRun bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	counted, writes := envtestkit.Counted(envtestkit.Client(t))
	recorder := events.NewFakeRecorder(100)
	w := &world{
		T: t, namespace: envtestkit.Namespace(t), client: counted, writes: writes, events: recorder.Events,
		clock: clocktesting.NewFakeClock(time.Now().Truncate(time.Second)), store: metrics.NewStore(metrics.DefaultLimits),
	}
	w.store.Export(true)
	w.source = envtestkit.DataSource(w.namespace, "crm")
	w.dataset = envtestkit.Dataset(w.namespace, "survey", "crm")
	envtestkit.Create(t, counted, w.source, w.dataset)
	w.succeed()
	return w
}

// succeed notes a run of the source that reached the data just now.
func (w *world) succeed() {
	w.Helper()
	envtestkit.Reload(w, w.client, w.source)
	w.source.Status.LastSuccessTime = new(metav1.NewTime(w.clock.Now()))
	w.updateStatus(w.source)
}

func (w *world) updateStatus(object client.Object) {
	w.Helper()
	if err := w.client.Status().Update(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

func (w *world) update(object client.Object) {
	w.Helper()
	if err := w.client.Update(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

func (w *world) delete(object client.Object) {
	w.Helper()
	if err := w.client.Delete(w.Context(), object); err != nil {
		w.Fatal(err)
	}
}

// reconcile once; the object is then the stored one.
func (w *world) reconcile(object client.Object) ctrl.Result {
	w.Helper()
	kind := alert.CPI
	if _, ok := object.(*v1alpha1.KPITarget); ok {
		kind = alert.KPI
	}
	r := &indicator.Reconciler{Kind: kind, Client: w.client, Events: &events.FakeRecorder{Events: w.events}, Clock: w.clock, Store: w.store, DryRun: w.dryRun}
	result, err := r.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)})
	if err != nil {
		w.Fatalf("reconcile: %v", err)
	}
	_ = client.IgnoreNotFound(w.client.Get(w.Context(), client.ObjectKeyFromObject(object), object))
	return result
}

func (w *world) cpi(name string, mutations ...func(*v1alpha1.CPIDefinition)) *v1alpha1.CPIDefinition {
	w.Helper()
	cpi := envtestkit.CPI(w.namespace, name, "survey", mutations...)
	envtestkit.Create(w, w.client, cpi)
	w.reconcile(cpi)
	return cpi
}

func (w *world) report(name string) *v1alpha1.IndicatorReport {
	w.Helper()
	return envtestkit.Reload(w, w.client, &v1alpha1.IndicatorReport{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}})
}

// publish writes numbers of October under the formula in force, as a run would.
func (w *world) publish(name, value, lower, upper string, mutations ...func(*v1alpha1.IndicatorReportStatus)) {
	w.Helper()
	report := w.report(name)
	report.Status = v1alpha1.IndicatorReportStatus{
		Attempt: &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded", Since: new(metav1.NewTime(w.clock.Now()))},
		Result: &v1alpha1.ReportResult{
			RequestHash: report.Spec.RequestHash, Unit: "points", Direction: v1alpha1.HigherIsBetter,
			Periods: []v1alpha1.PeriodValue{{
				Label: "2026-10", State: "Mature", Value: value, Lower: lower, Upper: upper, N: new(int64(1204)),
				Start: new(metav1.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)), End: new(metav1.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)),
			}},
		},
	}
	for _, mutation := range mutations {
		mutation(&report.Status)
	}
	w.updateStatus(report)
}

func (w *world) want(conditions []metav1.Condition, kind string, status metav1.ConditionStatus, reason string) string {
	w.Helper()
	c := meta.FindStatusCondition(conditions, kind)
	if c == nil {
		w.Fatalf("no condition %s in %v", kind, conditions)
	}
	if c.Status != status || c.Reason != reason {
		w.Errorf("%s is %s %s (%s), want %s %s", kind, c.Status, c.Reason, c.Message, status, reason)
	}
	return c.Message
}

// metrics are the lines that the endpoint would serve.
func (w *world) metrics() string {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.store.Handler(prometheus.NewRegistry()).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return recorder.Body.String()
}

func (w *world) wantMetric(part string, present bool) {
	w.Helper()
	if text := w.metrics(); strings.Contains(text, part) != present {
		w.Errorf("metrics contain %s: %v, want %v:\n%s", part, !present, present, text)
	}
}

// told drains the Events so far.
func (w *world) told() []string {
	var out []string
	for {
		select {
		case e := <-w.events:
			out = append(out, e)
		default:
			return out
		}
	}
}
