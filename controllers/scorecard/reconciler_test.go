package scorecard_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func card(namespace string, members ...string) *v1alpha1.Scorecard {
	out := &v1alpha1.Scorecard{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "board"},
		Spec: v1alpha1.ScorecardSpec{
			Title: "Customers", Audience: "The board", Owner: v1alpha1.Owner{Team: "strategy"},
			Review: &v1alpha1.Review{Every: "30d", LastReviewed: "2026-11-01"},
		},
	}
	for _, name := range members {
		out.Spec.Members = append(out.Spec.Members, v1alpha1.ScorecardMember{CPIRef: &v1alpha1.LocalReference{Name: name}})
	}
	return out
}

// judge tells of a CPI what its controller would.
func judge(t *testing.T, c client.Client, cpi *v1alpha1.CPIDefinition, state, message string) {
	t.Helper()
	envtestkit.Reload(t, c, cpi)
	cpi.Status.ObservedGeneration, cpi.Status.Summary = cpi.Generation, &v1alpha1.IndicatorSummary{State: state}
	status := metav1.ConditionTrue
	if state == "Critical" {
		status = metav1.ConditionFalse
	}
	meta.SetStatusCondition(&cpi.Status.Conditions, metav1.Condition{Type: "WithinThresholds", Status: status, Reason: state, Message: message})
	if err := c.Status().Update(t.Context(), cpi); err != nil {
		t.Fatal(err)
	}
}

func TestScorecard(t *testing.T) {
	c, writes := envtestkit.Counted(envtestkit.Client(t))
	namespace := envtestkit.Namespace(t)
	recorder, clock := events.NewFakeRecorder(10), clocktesting.NewFakeClock(monday)
	r := &scorecard.Reconciler{Client: c, Events: recorder, Clock: clock}
	s := card(namespace, "nps", "ease")
	nps := envtestkit.CPI(namespace, "nps", "survey")
	envtestkit.Create(t, c, s, nps)
	look := func() time.Duration {
		t.Helper()
		result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(s)})
		if err != nil {
			t.Fatal(err)
		}
		envtestkit.Reload(t, c, s)
		return result.RequeueAfter
	}
	want := func(condition, told, message string) {
		t.Helper()
		got := meta.FindStatusCondition(s.Status.Conditions, condition)
		if got == nil || string(got.Status)+" "+got.Reason != told || !strings.Contains(got.Message, message) || got.ObservedGeneration != s.Generation {
			t.Errorf("%s = %+v, want %s: %s", condition, got, told, message)
		}
	}
	look()
	want("Ready", "False ReferenceNotFound", `CPIDefinition "ease" does not exist`)
	if n := s.Status.Summary; *n.Members != 2 || *n.Unknown != 2 || *n.Attention != 1 || s.Status.ObservedGeneration != s.Generation {
		t.Errorf("status %+v", s.Status)
	}

	judge(t, c, nps, "Critical", "below 20") // while the other member is still missing, which is told once
	look()
	if n := s.Status.Summary; *n.Attention != 2 {
		t.Errorf("status %+v", n)
	}

	ease := envtestkit.CPI(namespace, "ease", "survey", func(c *v1alpha1.CPIDefinition) { c.Spec.Theme = "Convenience" })
	envtestkit.Create(t, c, ease)
	judge(t, c, ease, "Within", "all is well")
	judge(t, c, nps, "Critical", "10.3 [3.8, 16.7], n 680: below 20.")
	again := look()
	want("Ready", "True Ready", "All members exist")
	want("Covered", "False ThemeUnmeasured", "theme Time, MoneySaved, LoyaltyRecognition")
	want("Balanced", "True Balanced", "")
	want("ReviewDue", "False Reviewed", "due 2026-12-01")
	if due := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); again <= 0 || !monday.Add(again).Before(due) {
		t.Errorf("looks again after %s; the review is soon due before %s", again, due)
	}
	actions := s.Status.Actions
	if len(actions) != 1 || actions[0].Name != "nps" || actions[0].Team != "support" || actions[0].Why != "10.3 [3.8, 16.7], n 680: below 20." || !strings.Contains(actions[0].Do, "critical threshold") {
		t.Errorf("actions %+v", actions)
	}
	writes.Forget()
	look()
	if calls := writes.Calls(); len(calls) > 0 {
		t.Errorf("a second look writes %q", calls)
	}

	clock.SetTime(time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC))
	look()
	want("ReviewDue", "True Overdue", "since 2026-12-01. Team strategy")
	s.Spec.Review = nil
	if err := c.Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if again := look(); again != 0 || meta.FindStatusCondition(s.Status.Conditions, "ReviewDue") != nil {
		t.Errorf("without a review: again in %s, %+v", again, s.Status.Conditions)
	}
	if got := len(recorder.Events); got != 3 {
		t.Errorf("%d events, want missing, found and overdue", got)
	}
}

// A member's new state reaches the card by itself, and then nothing is written any more.
func TestScorecardFollowsItsMembers(t *testing.T) {
	c, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	mgr, err := ctrl.NewManager(envtestkit.Config(t), ctrl.Options{
		Scheme: envtestkit.Scheme(), Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)}, Metrics: metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	envtestkit.Run(t, mgr, &scorecard.Reconciler{Client: mgr.GetClient(), Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(monday), Settle: 10 * time.Millisecond})
	s := card(namespace, "nps")
	envtestkit.Create(t, c, s)
	counts := func(attention, unknown int32) {
		t.Helper()
		envtestkit.Eventually(t, func() bool {
			n := envtestkit.Reload(t, c, s).Status.Summary
			return n != nil && *n.Attention == attention && *n.Unknown == unknown
		})
	}
	counts(1, 1)
	nps := envtestkit.CPI(namespace, "nps", "survey")
	envtestkit.Create(t, c, nps)
	counts(0, 1)
	judge(t, c, nps, "Critical", "below 20")
	counts(1, 0)
	judge(t, c, nps, "OK", "well")
	counts(0, 0)
	crm := envtestkit.DataSource(namespace, "crm")
	envtestkit.Create(t, c, crm)
	meta.SetStatusCondition(&crm.Status.Conditions, metav1.Condition{Type: "Computed", Status: metav1.ConditionFalse, Reason: "Unreachable", Message: "no answer"})
	if err := c.Status().Update(t.Context(), crm); err != nil {
		t.Fatal(err)
	}
	envtestkit.Create(t, c, envtestkit.Report(nps, "crm", "v1-hash")) // which says what the member rests on
	envtestkit.Eventually(t, func() bool {
		actions := envtestkit.Reload(t, c, s).Status.Actions
		return len(actions) == 1 && actions[0].Kind == "DataSource"
	})
	if err := c.Delete(t.Context(), nps); err != nil {
		t.Fatal(err)
	}
	counts(1, 1)
	version, quiet := "", 0
	envtestkit.Eventually(t, func() bool {
		if quiet++; envtestkit.Reload(t, c, s).ResourceVersion != version {
			version, quiet = s.ResourceVersion, 0
		}
		return quiet == 50
	})
}

// What kubectl get prints is enough to know where to look.
func TestWhatKubectlPrints(t *testing.T) {
	c, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	s := card(namespace, "nps")
	nps := envtestkit.CPI(namespace, "nps", "survey")
	envtestkit.Create(t, c, s, nps)
	judge(t, c, nps, "Critical", "below 20")
	r := &scorecard.Reconciler{Client: c, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(monday)}
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(s)}); err != nil {
		t.Fatal(err)
	}
	rest, err := discovery.NewDiscoveryClientForConfig(envtestkit.Config(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rest.RESTClient().Get().AbsPath("/apis/cpi-operator.io/v1alpha1/namespaces/"+namespace+"/scorecards").
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var table metav1.Table
	if err := json.Unmarshal(raw, &table); err != nil {
		t.Fatal(err)
	}
	var printed []string
	for i, column := range table.ColumnDefinitions {
		if column.Priority == 0 && column.Name != "Age" {
			printed = append(printed, fmt.Sprint(column.Name, "=", table.Rows[0].Cells[i]))
		}
	}
	want := "Name=board Audience=The board Members=1 Attention=1 On Target=0 Off Target=0 Unknown=0 Covered=ThemeUnmeasured Balanced=Balanced"
	if got := strings.Join(printed, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
