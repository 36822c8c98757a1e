package history_test

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/labels"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/history"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// With the operator's own cache, which leaves former specs out: what changed is told all the same, and then nothing
// is written any more.
func TestHistoryComesToRestOnItsCache(t *testing.T) {
	c, ns := envtestkit.Client(t), envtestkit.Namespace(t)
	mgr := startManager(t, ns)
	cpi := envtestkit.CPI(ns, "nps", "survey")
	envtestkit.Create(t, c, cpi)
	looked := func(formula string) {
		t.Helper()
		envtestkit.Eventually(t, func() bool {
			envtestkit.Reload(t, c, cpi)
			cpi.Status.ObservedGeneration, cpi.Status.Baseline = cpi.Generation, &v1alpha1.Baseline{RequestHash: formula}
			return c.Status().Update(t.Context(), cpi) == nil
		})
	}
	changes := func(n int) v1alpha1.DefinitionChange {
		t.Helper()
		envtestkit.Eventually(t, func() bool {
			return len(envtestkit.Reload(t, c, cpi).Status.Changes) == n
		})
		return cpi.Status.Changes[0]
	}
	looked("v1-a")
	changes(1)
	for i, score := range []string{"rating", "recommendation"} {
		before := cpi.Spec.Measure.NetPromoterScore.Score
		envtestkit.Eventually(t, func() bool {
			envtestkit.Reload(t, c, cpi).Spec.Measure.NetPromoterScore.Score = v1alpha1.Identifier(score)
			return c.Update(t.Context(), cpi) == nil
		})
		looked("v1-" + score)
		told := changes(i + 2)
		if want := "spec.measure.netPromoterScore.score: " + string(before) + " → " + score; len(told.Fields) != 1 || told.Fields[0] != want || !*told.NewBaseline {
			t.Errorf("%+v, want %s", told, want)
		}
	}

	var cached appsv1.ControllerRevisionList
	if err := mgr.GetClient().List(t.Context(), &cached, client.InNamespace(ns)); err != nil || len(cached.Items) != 3 {
		t.Fatalf("%d revisions, %v", len(cached.Items), err)
	}
	for _, one := range cached.Items {
		if text := string(one.Data.Raw); len(text) > 300 {
			t.Errorf("the cache holds %s", text)
		}
	}
	version, quiet := "", 0
	envtestkit.Eventually(t, func() bool {
		if quiet++; envtestkit.Reload(t, c, cpi).ResourceVersion != version {
			version, quiet = cpi.ResourceVersion, 0
		}
		return quiet == 50
	})
}

func startManager(t *testing.T, namespace string) ctrl.Manager {
	t.Helper()
	ours := labels.SelectorFromSet(labels.Set{job.LabelManagedBy: job.ManagedBy})
	mgr, err := ctrl.NewManager(envtestkit.Config(t), ctrl.Options{
		Scheme: envtestkit.Scheme(),
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{namespace: {}},
			ByObject:          map[client.Object]cache.ByObject{&appsv1.ControllerRevision{}: {Label: ours, Transform: history.WithoutSpec}},
		},
		Controller: config.Controller{SkipNameValidation: new(true)},
		Metrics:    metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	envtestkit.Run(t, mgr, &history.Reconciler{Kind: alert.CPI, Client: mgr.GetClient(), Live: mgr.GetAPIReader()})
	return mgr
}
