package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/discovery"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/controllers/dataset"
	"github.com/cpi-operator/cpi-operator/controllers/datasource"
	"github.com/cpi-operator/cpi-operator/controllers/history"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/controllers/linkage"
	"github.com/cpi-operator/cpi-operator/controllers/rules"
	"github.com/cpi-operator/cpi-operator/controllers/scorecard"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/metrics/serve"
	alertrules "github.com/cpi-operator/cpi-operator/internal/rules"
)

// options of the operator.
type options struct {
	images         job.Images
	namespaces     []string
	debounce       time.Duration
	namespace      string
	ruleLabels     map[string]string
	timing         alertrules.Timing
	series         metrics.Limits
	dryRun         bool
	leaderElection bool
	metricsAddress string
	healthAddress  string
}

func controllerCommand() *cobra.Command {
	var o options
	command := &cobra.Command{
		Use:   "controller",
		Short: "Reconcile definitions and serve metrics",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := command.Flags()
	flags.StringVar(&o.images.Manager, "manager-image", os.Getenv("MANAGER_IMAGE"), "image of a run's plan and publish steps (default $MANAGER_IMAGE)")
	flags.StringVar(&o.images.Compute, "compute-image", os.Getenv("COMPUTE_IMAGE"), "image of a run's computation (default $COMPUTE_IMAGE)")
	flags.StringSliceVar(&o.namespaces, "namespaces", nil, "namespaces to look after (default all)")
	flags.DurationVar(&o.debounce, "debounce", 5*time.Second, "how long new and edited definitions must have been left alone before a run starts for them")
	flags.IntVar(&o.series.PerIndicator, "max-series-per-indicator", metrics.DefaultLimits.PerIndicator, "series of one indicator, beyond which segments are left out")
	flags.IntVar(&o.series.PerNamespace, "max-series-per-namespace", metrics.DefaultLimits.PerNamespace, "series of one namespace's indicators, beyond which segments are left out")
	flags.StringVar(&o.namespace, "namespace", os.Getenv("POD_NAMESPACE"), "the operator's own namespace, which gets the rule that watches the operator (default $POD_NAMESPACE)")
	flags.StringToStringVar(&o.ruleLabels, "rule-labels", nil, "labels for alert rules, such as release=prometheus, where Prometheus selects rules by label")
	flags.DurationVar(&o.timing.For, "alert-for", alertrules.DefaultTiming.For, "how long an alert must be active before somebody is told")
	flags.DurationVar(&o.timing.KeepFiringFor, "alert-keep-firing-for", alertrules.DefaultTiming.KeepFiringFor, "how long an alert stays after its series has gone; must outlast a change of leader, or every one resolves alerts and fires them anew")
	flags.BoolVar(&o.dryRun, "dry-run", false, "tell nobody: everything is computed and shown, and conditions say what would be told, but no alert leaves the operator")
	flags.BoolVar(&o.leaderElection, "leader-elect", false, "work only while holding the lease, so that several replicas may run")
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "address of /metrics (TLS, with authentication), 0 for none")
	flags.StringVar(&o.healthAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz")
	return command
}

func (o options) run(ctx context.Context) error {
	if o.images.Manager == "" || o.images.Compute == "" {
		return errors.New("the images of runs are not known: set --manager-image and --compute-image")
	}
	store := metrics.NewStore(o.series)
	serve.ObserveRequests()
	mgr, err := o.newManager(store)
	if err != nil {
		return err
	}
	if err := o.addControllers(mgr, store); err != nil {
		return err
	}
	if err := errors.Join(store.Register(ctrlmetrics.Registry), mgr.Add(serve.Leading{Store: store}), mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("caches", cachesSynced(mgr))); err != nil {
		return err
	}
	if o.dryRun {
		mgr.GetLogger().Info("dry run: nobody is told anything; the condition Alerting of each object says what would be told")
	}
	return mgr.Start(ctx)
}

func (o options) newManager(store *metrics.Store) (ctrl.Manager, error) {
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	return ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         o.cache(),
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              "cpi-operator.cpi-operator.io",
		LeaderElectionReleaseOnCancel: true, // main ends when the manager does
		HealthProbeBindAddress:        o.healthAddress,
		Metrics: metricsserver.Options{
			BindAddress:    o.metricsAddress,
			SecureServing:  true,
			FilterProvider: serve.FilterProvider(store, ctrlmetrics.Registry, filters.WithAuthenticationAndAuthorization),
		},
	})
}

// cache holds of the built-in kinds only what the operator made, and neither managed fields nor former specs.
func (o options) cache() cache.Options {
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{job.LabelManagedBy: job.ManagedBy})}
	out := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&batchv1.Job{}: ours, &batchv1.CronJob{}: ours, &corev1.Pod{}: ours, &corev1.ServiceAccount{}: ours, &rbacv1.RoleBinding{}: ours,
			&appsv1.ControllerRevision{}: {Label: ours.Label, Transform: history.WithoutSpec},
		},
	}
	for _, namespace := range o.namespaces {
		if out.DefaultNamespaces == nil {
			out.DefaultNamespaces = map[string]cache.Config{}
		}
		out.DefaultNamespaces[namespace] = cache.Config{}
	}
	return out
}

func (o options) addControllers(mgr ctrl.Manager, store *metrics.Store) error {
	c, recorder, now := mgr.GetClient(), mgr.GetEventRecorder("cpi-operator"), clock.RealClock{}
	apis, err := discovery.NewDiscoveryClientForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return err
	}
	for _, controller := range []interface{ SetupWithManager(ctrl.Manager) error }{
		&datasource.Reconciler{Client: c, Live: mgr.GetAPIReader(), Events: recorder, Clock: now, Images: o.images, Debounce: o.debounce, DryRun: o.dryRun},
		&dataset.Reconciler{Client: c, Events: recorder},
		&indicator.Reconciler{Kind: alert.CPI, Client: c, Events: recorder, Clock: now, Store: store, DryRun: o.dryRun},
		&indicator.Reconciler{Kind: alert.KPI, Client: c, Events: recorder, Clock: now, Store: store, DryRun: o.dryRun},
		&indicator.SourceReconciler{Client: c, Clock: now, Store: store, DryRun: o.dryRun},
		&linkage.Reconciler{Client: c, Live: mgr.GetAPIReader(), Events: recorder, Clock: now, Store: store, Images: o.images, Debounce: o.debounce, DryRun: o.dryRun},
		&history.Reconciler{Kind: alert.CPI, Client: c, Live: mgr.GetAPIReader()},
		&history.Reconciler{Kind: alert.KPI, Client: c, Live: mgr.GetAPIReader()},
		&history.Reconciler{Kind: alert.Link, Client: c, Live: mgr.GetAPIReader()},
		&history.Reconciler{Kind: history.Card, Client: c, Live: mgr.GetAPIReader()},
		&scorecard.Reconciler{Client: c, Events: recorder, Clock: now, Settle: 2 * time.Second},
		&rules.Reconciler{Client: c, Live: mgr.GetAPIReader(), APIs: apis, Events: recorder, Namespace: o.namespace, Namespaces: o.namespaces, Labels: o.ruleLabels, Timing: o.timing},
	} {
		if err := controller.SetupWithManager(mgr); err != nil {
			return fmt.Errorf("%T: %w", controller, err)
		}
	}
	return nil
}

// cachesSynced is ready once everything that is known to the cluster is known here.
func cachesSynced(mgr ctrl.Manager) healthz.Checker {
	return func(request *http.Request) error {
		ctx, cancel := context.WithTimeout(request.Context(), time.Second)
		defer cancel()
		if !mgr.GetCache().WaitForCacheSync(ctx) {
			return errors.New("the caches are not filled yet")
		}
		return nil
	}
}
