package linkage_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/controllers/linkage"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

// world is a namespace with the definitions of the case of renewals, and the controllers, step by step.
type world struct {
	*testing.T
	namespace string
	client    client.Client
	writes    *envtestkit.Writes
	clock     *clocktesting.FakeClock
	events    chan string
	store     *metrics.Store
	claims    *linkage.Reconciler
}

// definitions that claims are made on.
const definitions = `
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: crm}
spec: {postgres: {host: db.example, database: crm, credentialsRef: {name: crm-reader}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: billing}
spec: {postgres: {host: db.example, database: billing, credentialsRef: {name: crm-reader}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: support-survey}
spec: {dataSourceRef: {name: crm}, table: {name: answers}, entities: {contact: contact_id, account: account_id}, time: {event: {column: at}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: faraway}
spec: {dataSourceRef: {name: billing}, table: {name: answers}, entities: {account: account_id}, time: {event: {column: at}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: contracts}
spec: {dataSourceRef: {name: crm}, table: {name: contracts}, entities: {account: account_id}, time: {event: {column: due_at}}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: undated}
spec: {dataSourceRef: {name: crm}, table: {name: telco}, entities: {account: account_id}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: support-nps}
spec:
  title: NPS after a support contact
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: support-survey}
  measure: {netPromoterScore: {score: nps}}
  responses: {entity: contact, keep: Latest}
  period: {grain: Week, window: 13, history: 104, timeZone: Europe/Berlin}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: undated-nps}
spec:
  title: NPS
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: undated}
  measure: {netPromoterScore: {score: nps}}
  responses: {entity: account, keep: All}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: faraway-nps}
spec:
  title: NPS
  theme: Advocacy
  owner: {team: support}
  datasetRef: {name: faraway}
  measure: {netPromoterScore: {score: nps}}
  responses: {entity: account, keep: Latest}
  period: {grain: Month, timeZone: Europe/Berlin}
---
apiVersion: cpi-operator.io/v1alpha1
kind: CPIDefinition
metadata: {name: tickets}
spec:
  title: Tickets
  theme: Convenience
  owner: {team: support}
  datasetRef: {name: support-survey}
  measure: {aggregate: {function: Count, direction: LowerIsBetter}}
  period: {grain: Week, window: 4, timeZone: Europe/Berlin}
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: renewal-rate}
spec:
  title: Contract renewals
  category: Growth
  owner: {team: sales}
  incentivised: true
  datasetRef: {name: contracts}
  measure:
    renewal:
      decision: {column: status, renewed: [Renewed], lost: [Churned]}
      decidedAt: decided_at
      grace: 45d
  period: {grain: Month, history: 36, timeZone: Europe/Berlin}
  targets: [{by: "2027-06-30", atLeast: 90%}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: undecided}
spec:
  title: Contract renewals
  category: Growth
  owner: {team: sales}
  datasetRef: {name: contracts}
  measure: {renewal: {decision: {column: status, renewed: [Renewed], lost: [Churned]}, grace: 45d}}
  period: {grain: Month, timeZone: Europe/Berlin}
  targets: [{by: "2027-06-30", atLeast: 90%}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: loved}
spec:
  title: Loved by customers
  category: CustomerGoal
  owner: {team: sales}
  cpiRef: {name: support-nps}
  targets: [{from: "2026-01-01", atLeast: 40}]
---
apiVersion: cpi-operator.io/v1alpha1
kind: KPITarget
metadata: {name: left}
spec:
  title: Churn
  category: Growth
  owner: {team: sales}
  datasetRef: {name: undated}
  measure: {share: {of: [{column: churn, operator: In, values: ["Yes"]}], preset: Churn}}
  targets: [{from: "2026-01-01", atMost: 20%}]
`

func newWorld(t *testing.T) *world {
	t.Helper()
	counted, writes := envtestkit.Counted(envtestkit.Client(t))
	recorder := events.NewFakeRecorder(100)
	w := &world{
		T: t, namespace: envtestkit.Namespace(t), client: counted, writes: writes, events: recorder.Events,
		clock: clocktesting.NewFakeClock(time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)), store: metrics.NewStore(metrics.DefaultLimits),
	}
	w.store.Export(true)
	w.claims = &linkage.Reconciler{
		Client: w.client, Live: w.client, Events: recorder, Clock: w.clock, Store: w.store,
		Images: job.Images{Manager: "m:1", Compute: "c:1"}, Debounce: time.Second,
	}
	for document := range strings.SplitSeq(definitions, "\n---\n") {
		w.apply(document)
	}
	for _, name := range []string{"support-nps", "faraway-nps", "tickets", "undated-nps"} {
		w.reconcileIndicator(alert.CPI, name)
	}
	return w
}

// apply creates the object of a document, of the kind that it names.
func (w *world) apply(document string) client.Object {
	w.Helper()
	var kind metav1.TypeMeta
	must(w, yaml.Unmarshal([]byte(document), &kind))
	object, err := envtestkit.Scheme().New(kind.GroupVersionKind())
	must(w, err)
	must(w, yaml.UnmarshalStrict([]byte(document), object))
	out := object.(client.Object)
	out.SetNamespace(w.namespace)
	envtestkit.Create(w, w.client, out)
	return out
}

// claim makes a linkage and looks after it once.
func (w *world) claim(name, spec string) *v1alpha1.CPILinkage {
	w.Helper()
	l := w.apply("apiVersion: cpi-operator.io/v1alpha1\nkind: CPILinkage\nmetadata: {name: " + name + "}\nspec: " + spec).(*v1alpha1.CPILinkage)
	w.reconcile(l)
	return l
}

// reconcile once; the object is then the stored one.
func (w *world) reconcile(l *v1alpha1.CPILinkage) ctrl.Result {
	w.Helper()
	result, err := w.claims.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(l)})
	must(w, err)
	must(w, client.IgnoreNotFound(w.client.Get(w.Context(), client.ObjectKeyFromObject(l), l)))
	return result
}

func (w *world) reconcileIndicator(kind alert.Kind, name string) {
	w.Helper()
	r := &indicator.Reconciler{Kind: kind, Client: w.client, Events: &events.FakeRecorder{Events: w.events}, Clock: w.clock, Store: w.store}
	_, err := r.Reconcile(w.Context(), ctrl.Request{NamespacedName: client.ObjectKey{Namespace: w.namespace, Name: name}})
	must(w, err)
}

func (w *world) kpi(name string) *v1alpha1.KPITarget {
	w.Helper()
	w.reconcileIndicator(alert.KPI, name)
	return envtestkit.Reload(w, w.client, &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}})
}

func (w *world) report(name string) *v1alpha1.IndicatorReport {
	w.Helper()
	return envtestkit.Reload(w, w.client, &v1alpha1.IndicatorReport{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}})
}

// publish writes what a run found of a claim under the formula in force.
func (w *world) publish(l *v1alpha1.CPILinkage, link *v1alpha1.ReportLink) {
	w.Helper()
	report := w.report("link-" + l.Name)
	link.RequestHash = report.Spec.RequestHash
	report.Status = v1alpha1.IndicatorReportStatus{
		Attempt: &v1alpha1.ReportAttempt{RequestHash: report.Spec.RequestHash, Outcome: "Succeeded", Since: new(metav1.NewTime(w.clock.Now()))},
		Link:    link,
	}
	must(w, w.client.Status().Update(w.Context(), report))
	w.reconcile(l)
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

func (w *world) wantMetric(part string, present bool) {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.store.Handler(prometheus.NewRegistry()).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if text := recorder.Body.String(); strings.Contains(text, part) != present {
		w.Errorf("metrics contain %s: %v, want %v:\n%s", part, !present, present, text)
	}
}

// told drains the Events so far.
func (w *world) told() string {
	var out []string
	for {
		select {
		case e := <-w.events:
			out = append(out, e)
		default:
			return strings.Join(out, "\n")
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// manifest reads a document of a test's folder.
func manifest(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	return string(content)
}

// parse makes a linkage that is not created yet.
func parse(t testing.TB, namespace, spec string) *v1alpha1.CPILinkage {
	t.Helper()
	l := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: "refused-"}}
	must(t, yaml.UnmarshalStrict([]byte(spec), &l.Spec))
	return l
}
