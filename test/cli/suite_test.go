// Package cli runs the commands of kubectl cpi that need a cluster against a real API server with the operator's controllers.
// The test stands in for kubelet and run: it ends Jobs and writes what a run would write.
package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/cpi-operator/cpi-operator/controllers/datasource"
	"github.com/cpi-operator/cpi-operator/controllers/indicator"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/cli"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	log.SetLogger(logr.Discard()) // the controllers' words are no part of what is tested
	envtestkit.Main(m)
}

// kubeconfig of a user, with a namespace as its context's.
func kubeconfig(t *testing.T, user *rest.Config, namespace string) string {
	t.Helper()
	out := clientcmdapi.NewConfig()
	out.Clusters["test"] = &clientcmdapi.Cluster{Server: user.Host, CertificateAuthorityData: user.CAData}
	out.AuthInfos["user"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: user.CertData, ClientKeyData: user.KeyData, Token: user.BearerToken,
		Impersonate: user.Impersonate.UserName, ImpersonateGroups: user.Impersonate.Groups,
	}
	out.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "user", Namespace: namespace}
	out.CurrentContext = "test"
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*out, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// shell is somebody at a command line.
type shell struct {
	*testing.T
	kubeconfig string
}

// result of a command.
type result struct {
	code           int
	stdout, stderr string
}

func (s shell) run(args ...string) result {
	s.Helper()
	return s.runAs(s.Context(), args...)
}

func (s shell) runAs(ctx context.Context, args ...string) result {
	return s.watched(ctx, &safeBuffer{}, args...)
}

// watched runs a command whose progress somebody looks at.
func (s shell) watched(ctx context.Context, err *safeBuffer, args ...string) result {
	var out safeBuffer
	if args[0] == "run" && !slices.Contains(args, "--timeout") {
		args = append(args, "--timeout", "40s") // a test that waits in vain is to say so
	}
	code := cli.Run(ctx, time.Now(), append(args, "--kubeconfig", s.kubeconfig), strings.NewReader(""), &out, err)
	return result{code, out.String(), err.String()}
}

// complete is what a shell is offered for the last of the arguments.
func (s shell) complete(args ...string) string {
	s.Helper()
	var out, err safeBuffer
	last := len(args) - 1
	typed := append(append([]string{"__complete"}, args[:last]...), "--kubeconfig", s.kubeconfig, args[last])
	if code := cli.Run(s.Context(), time.Now(), typed, strings.NewReader(""), &out, &err); code != 0 {
		s.Fatalf("%d %s", code, err.String())
	}
	return out.String()
}

// want a result's code and texts in its outputs.
func (s shell) want(got result, code int, texts ...string) {
	s.Helper()
	if got.code != code {
		s.Errorf("exit code %d, want %d", got.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(got.stdout+got.stderr, text) {
			s.Errorf("%q is missing", text)
		}
	}
	if s.Failed() {
		s.Fatalf("stdout:\n%s\nstderr:\n%s", got.stdout, got.stderr)
	}
}

// safeBuffer may be read while it is written.
type safeBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// operator looks after one namespace until the test ends.
func operator(t *testing.T, namespace string) {
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
	recorder, store := mgr.GetEventRecorder("test"), metrics.NewStore(metrics.DefaultLimits)
	envtestkit.Run(t, mgr,
		&datasource.Reconciler{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: recorder, Clock: clock.RealClock{},
			Images: job.Images{Manager: "manager:test", Compute: "compute:test"}},
		&indicator.Reconciler{Kind: alert.CPI, Client: mgr.GetClient(), Events: recorder, Clock: clock.RealClock{}, Store: store},
		&indicator.Reconciler{Kind: alert.KPI, Client: mgr.GetClient(), Events: recorder, Clock: clock.RealClock{}, Store: store},
	)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// patch changes an object that others write as well.
func patch[T client.Object](t *testing.T, c client.Client, object T, change func(T)) {
	t.Helper()
	before := envtestkit.Reload(t, c, object).DeepCopyObject().(client.Object)
	change(object)
	must(t, c.Patch(t.Context(), object, client.MergeFrom(before)))
}
