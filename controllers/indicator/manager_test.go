package indicator_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/controllers/reports"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/metrics/serve"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Objects applied in any order find each other by watches alone, and the endpoint serves what comes of it.
func TestWithAManager(t *testing.T) {
	w := newWorld(t)
	w.delete(w.dataset)
	w.delete(w.source)
	store := metrics.NewStore(metrics.DefaultLimits)
	address := startManager(t, w.namespace, store)

	cpi := envtestkit.CPI(w.namespace, "nps", "survey", withThresholds)
	goal := &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "goal"}, Spec: v1alpha1.KPITargetSpec{
		Title: "g", Category: "Growth", Owner: v1alpha1.Owner{Team: "board"}, CPIRef: &v1alpha1.LocalReference{Name: "nps"},
		Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("30"))}, {By: "2099-12-31", AtLeast: new(v1alpha1.Value("50"))}}}}
	rate := envtestkit.CPI(w.namespace, "rate", "survey", envtestkit.RatePer("orders"))
	objects := []client.Object{cpi, goal, rate, envtestkit.Dataset(w.namespace, "orders", "crm"), envtestkit.Dataset(w.namespace, "survey", "crm"), envtestkit.DataSource(w.namespace, "crm")}
	rand.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	for _, object := range objects {
		envtestkit.Create(t, w.client, object)
		t.Logf("create %T", object)
	}
	is := func(object client.Object, status *v1alpha1.IndicatorStatus, condition, reason string) func() bool {
		return func() bool {
			envtestkit.Reload(t, w.client, object)
			c := meta.FindStatusCondition(status.Conditions, condition)
			return c != nil && c.Reason == reason
		}
	}
	eventually(t, "the CPI is ready", is(cpi, &cpi.Status, "Ready", "Ready"))
	eventually(t, "the goal is ready", is(goal, &goal.Status, "Ready", "Ready"))
	eventually(t, "the rate is ready", is(rate, &rate.Status, "Ready", "Ready"))
	w.publish("cpi-nps", "17.25", "15.1", "19.3")
	eventually(t, "the CPI tells its numbers", is(cpi, &cpi.Status, "WithinThresholds", "Critical"))
	eventually(t, "the goal tells the numbers of its CPI", is(goal, &goal.Status, "TargetMet", "OffTarget"))

	claim := &v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "claim"}, Spec: v1alpha1.CPILinkageSpec{
		KPIRef: v1alpha1.LocalReference{Name: "goal"}, PeriodLevel: &v1alpha1.LinkPeriodLevel{},
		Drivers: []v1alpha1.LinkDriver{{CPIRef: v1alpha1.LocalReference{Name: "rate"}, Expected: "Positive"}}}}
	envtestkit.Create(t, w.client, claim)
	report, err := reports.Ensure(t.Context(), w.client, claim, plan.KindLinkage, "hash", "crm")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the goal hears of the claim", is(goal, &goal.Status, "TargetInReach", "NoForecast"))
	report.Status.Link = &v1alpha1.ReportLink{RequestHash: "hash", Unit: "points", Forecast: &v1alpha1.LinkForecast{
		Method: "Drivers", MAE: "1", NaiveMAE: "2", Level: "0.8",
		Points: []v1alpha1.LinkForecastPoint{{Label: "2099-12", Method: "Drivers", LinkInterval: v1alpha1.LinkInterval{Value: "40", Lower: "35", Upper: "45"}}},
		Goals:  []v1alpha1.LinkGoal{{By: "2099-12-31", AtLeast: "50", Label: "2099-12", Probability: "0.1", Previous: "0.2"}}}}
	w.updateStatus(report)
	eventually(t, "the goal hears what its claim forecasts", is(goal, &goal.Status, "TargetInReach", "AtRisk"))

	text := scrapeText(t, address)
	for _, part := range []string{
		fmt.Sprintf("cpi_value{namespace=%q,name=\"nps\",unit=\"points\"} 17.25\n", w.namespace),
		fmt.Sprintf("kpi_target{namespace=%q,name=\"goal\",bound=\"at_least\",due=\"\"} 30\n", w.namespace),
		"controller_runtime_reconcile_total{", "cpi_operator_leader 1\n",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the endpoint lacks %s", part)
		}
	}
	w.delete(cpi)
	eventually(t, "the goal says that its CPI is gone", is(goal, &goal.Status, "Ready", "ReferenceNotFound"))
	eventually(t, "the CPI's series are gone", func() bool { return !strings.Contains(scrapeText(t, address), `name="nps"`) })
}

// startManager runs both controllers on one namespace until the test ends and gives the endpoint's address.
func startManager(t *testing.T, namespace string, store *metrics.Store) string {
	t.Helper()
	if err := store.Register(ctrlmetrics.Registry); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	mgr, err := ctrl.NewManager(envtestkit.Config(t), ctrl.Options{
		Scheme:     envtestkit.Scheme(),
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
		Metrics: metricsserver.Options{
			BindAddress: address, SecureServing: true,
			FilterProvider: serve.FilterProvider(store, ctrlmetrics.Registry, nil),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := mgr.Add(serve.Leading{Store: store}); err != nil {
		t.Fatal(err)
	}
	c, events, now := mgr.GetClient(), mgr.GetEventRecorder("test"), clock.RealClock{}
	envtestkit.Run(t, mgr,
		&indicator.Reconciler{Kind: alert.CPI, Client: c, Events: events, Clock: now, Store: store},
		&indicator.Reconciler{Kind: alert.KPI, Client: c, Events: events, Clock: now, Store: store},
		&indicator.SourceReconciler{Client: c, Clock: now, Store: store},
	)
	eventually(t, "the endpoint listens", func() bool {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	})
	return address
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func scrapeText(t *testing.T, address string) string {
	t.Helper()
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	response, err := insecure.Get("https://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d %v: %s", response.StatusCode, err, body)
	}
	return string(body)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 60*time.Second, true, func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
