package datasource_test

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/datasource"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// The controllers of sources and of indicators watch each other's status: neither may take what the other
// tells for a reason to tell something else.
func TestSourceAndIndicatorsComeToRest(t *testing.T) {
	c := envtestkit.Client(t)
	namespace := envtestkit.Namespace(t)
	startManager(t, namespace)
	source, cpi := envtestkit.DataSource(namespace, "crm"), envtestkit.CPI(namespace, "nps", "survey")
	foreign := &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: job.Name(source.Name)},
		Spec: batchv1.CronJobSpec{Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "x", Image: "x"}}}},
		}}},
	}
	envtestkit.Create(t, c, foreign, source, envtestkit.Dataset(namespace, "survey", "crm"), cpi)
	comesToRest := func(reason string) {
		t.Helper()
		envtestkit.Eventually(t, func() bool {
			envtestkit.Reload(t, c, source)
			ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady)
			return ready != nil && ready.Reason == reason && ptr.Deref(source.Status.Indicators, 0) == 1
		})
		version, quiet := "", 0
		envtestkit.Eventually(t, func() bool {
			now := envtestkit.Reload(t, c, source).ResourceVersion + "/" + envtestkit.Reload(t, c, cpi).ResourceVersion
			if quiet++; now != version {
				version, quiet = now, 0
			}
			return quiet == 50
		})
		if ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady); ready.Reason != reason || ptr.Deref(source.Status.Indicators, 0) != 1 {
			t.Errorf("came to rest as %s with %v indicators, want %s with 1", ready.Reason, ptr.Deref(source.Status.Indicators, 0), reason)
		}
	}
	comesToRest(v1alpha1.ReasonConflict)

	if err := c.Delete(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	edit(t, c, source, func() { source.Spec.Schedule = "1 * * * *" }) // rather than to wait for the next look
	comesToRest(v1alpha1.ReasonReady)
	ours := envtestkit.Reload(t, c, foreign)

	edit(t, c, source, func() { source.Spec.Schedule = "61 * * * *" })
	comesToRest(v1alpha1.ReasonInvalid)
	edit(t, c, source, func() { source.Spec.Schedule = "2 * * * *" })
	comesToRest(v1alpha1.ReasonReady)
	if now := envtestkit.Reload(t, c, ours.DeepCopy()); now.UID != ours.UID {
		t.Error("the CronJob was made anew while the source healed")
	}
}

// edit changes an object that others write as well.
func edit(t *testing.T, c client.Client, object client.Object, change func()) {
	t.Helper()
	envtestkit.Eventually(t, func() bool {
		envtestkit.Reload(t, c, object)
		change()
		return c.Update(t.Context(), object) == nil
	})
}

// startManager runs the controllers of sources and CPIs on one namespace until the test ends.
func startManager(t *testing.T, namespace string) {
	t.Helper()
	mgr, err := ctrl.NewManager(envtestkit.Config(t), ctrl.Options{
		Scheme:     envtestkit.Scheme(),
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
		Metrics:    metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	recorder := mgr.GetEventRecorder("test")
	envtestkit.Run(t, mgr,
		&datasource.Reconciler{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: recorder, Clock: clock.RealClock{}, Debounce: debounce,
			Images: job.Images{Manager: "manager:test", Compute: "compute:test"}},
		&indicator.Reconciler{Kind: alert.CPI, Client: mgr.GetClient(), Events: recorder, Clock: clock.RealClock{}, Store: metrics.NewStore(metrics.DefaultLimits)},
	)
}
