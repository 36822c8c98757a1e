package dashboards

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/dataset"
	"github.com/cpi-operator/cpi-operator/controllers/datasource"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/controllers/linkage"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/metrics/serve"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/publish"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

// namespace of the demo.
const namespace = "demo"

// samples are the files of config/samples; each declares one DataSource, of the file's name.
var samples = []string{"telco", "software", "retailer"}

func samplesFolder() string { return filepath.Join(envtestkit.Root(), "config", "samples") }

// startOperator runs the operator's controllers on a real API server until the test ends. It returns the address of
// /metrics.
func startOperator(t *testing.T, store *metrics.Store) string {
	t.Helper()
	serve.ObserveRequests()
	if err := store.Register(ctrlmetrics.Registry); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	mgr, err := ctrl.NewManager(envtestkit.Config(t), ctrl.Options{
		Scheme:     envtestkit.Scheme(),
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
		Metrics: metricsserver.Options{
			BindAddress: address, SecureServing: true, FilterProvider: serve.FilterProvider(store, ctrlmetrics.Registry, nil),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, live, events, now := mgr.GetClient(), mgr.GetAPIReader(), mgr.GetEventRecorder("test"), clock.RealClock{}
	images := job.Images{Manager: "manager:test", Compute: "compute:test"}
	if err := mgr.Add(serve.Leading{Store: store}); err != nil {
		t.Fatal(err)
	}
	envtestkit.Run(t, mgr,
		&datasource.Reconciler{Client: c, Live: live, Events: events, Clock: now, Images: images},
		&dataset.Reconciler{Client: c, Events: events},
		&indicator.Reconciler{Kind: alert.CPI, Client: c, Events: events, Clock: now, Store: store},
		&indicator.Reconciler{Kind: alert.KPI, Client: c, Events: events, Clock: now, Store: store},
		&indicator.SourceReconciler{Client: c, Clock: now, Store: store},
		&linkage.Reconciler{Client: c, Live: live, Events: events, Clock: now, Store: store, Images: images},
	)
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

// runDemo applies config/samples and does for each source what a run's pod does: plan, compute, publish. The Jobs end
// as the Job controller would have them end.
func runDemo(t *testing.T) {
	t.Helper()
	c := envtestkit.Client(t)
	envtestkit.Create(t, c, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	for _, name := range samples {
		apply(t, c, filepath.Join(samplesFolder(), name+".yaml"))
	}
	for _, name := range samples {
		run(t, c, name)
	}
	envtestkit.Eventually(t, func() bool {
		endJobs(t, c)
		var sources v1alpha1.DataSourceList
		if err := c.List(t.Context(), &sources, client.InNamespace(namespace)); err != nil {
			t.Fatal(err)
		}
		for _, source := range sources.Items {
			if source.Status.LastSuccessTime == nil {
				return false
			}
		}
		return true
	})
}

func apply(t *testing.T, c client.Client, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range decode(t, content) {
		object.SetNamespace(namespace)
		envtestkit.Eventually(t, func() bool { // a server that has just started does not serve all kinds at once
			err := c.Create(t.Context(), object)
			if err != nil && !meta.IsNoMatchError(err) {
				t.Fatal(err)
			}
			return err == nil
		})
	}
}

// decode reads the objects of a YAML file.
func decode(t *testing.T, content []byte) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 1<<12)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, object)
	}
}

// run does the work of a source's run, in October's following month.
func run(t *testing.T, c client.Client, source string) {
	t.Helper()
	log, dir := slog.New(slog.DiscardHandler), t.TempDir()
	path := filepath.Join(dir, "plan.json")
	step := planstep.Step{
		Client: c, Namespace: namespace, Source: source, Run: "demo", Now: time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC), Output: path, Log: log,
	}
	if err := step.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	work, err := plan.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range work.Indicators {
		awaitReport(t, c, key.Kind, key.Name)
	}
	for _, key := range work.Linkages {
		awaitReport(t, c, plan.KindLinkage, key.Name)
	}
	for i, table := range work.Source.Files.Tables {
		work.Source.Files.Tables[i].Path = filepath.Join(samplesFolder(), "data", filepath.Base(table.Path))
	}
	engine, err := files.Open(t.Context(), files.Config{Source: work.Source, ScratchDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	folder := compute.Folder{ResultsFolder: plan.ResultsFolder(t.TempDir())}
	done, err := compute.Run(t.Context(), work, engine, folder, log)
	if err != nil || done.Failed > 0 {
		t.Fatalf("%s: %+v %v", source, done, err)
	}
	if err := folder.WriteDone(done); err != nil {
		t.Fatal(err)
	}
	publisher := publish.Publisher{
		Client: c, Namespace: namespace, Source: source, Plan: work, Results: folder.ResultsFolder, Message: filepath.Join(dir, "message"),
		Every: time.Second, Flush: time.Minute, Clock: clock.RealClock{}, Log: log,
	}
	computed, end := context.WithCancel(t.Context())
	end()
	if err := publisher.Run(computed); err != nil {
		t.Fatal(err)
	}
}

// awaitReport waits for the controllers to make an object's report: results without one are dropped.
func awaitReport(t *testing.T, c client.Client, kind, name string) {
	t.Helper()
	envtestkit.Eventually(t, func() bool {
		err := c.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: planstep.ReportName(kind, name)}, &v1alpha1.IndicatorReport{})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Fatal(err)
		}
		return err == nil
	})
}

// endJobs ends the demo's Jobs as the Job controller would after a success.
func endJobs(t *testing.T, c client.Client) {
	t.Helper()
	var jobs batchv1.JobList
	if err := c.List(t.Context(), &jobs, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs.Items {
		if len(j.Status.Conditions) > 0 {
			continue
		}
		now := metav1.NewTime(time.Now().Truncate(time.Second))
		j.Status.StartTime, j.Status.CompletionTime, j.Status.Succeeded = &now, &now, 1
		for _, kind := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
			j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: now})
		}
		if err := c.Status().Update(t.Context(), &j); err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			t.Fatal(err)
		}
	}
}
