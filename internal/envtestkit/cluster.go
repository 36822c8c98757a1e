// Package envtestkit is what controller tests share: a real API server with the project's CRDs, builders
// of objects, a clock to turn, and a count of writes.
package envtestkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	machinery "k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

var (
	server *envtest.Environment
	config *rest.Config
)

// Main runs a package's tests against one API server, which starts when the first test asks for it:
//
//	func TestMain(m *testing.M) { envtestkit.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if server != nil {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the API server:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

var start = sync.OnceValue(func() error {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		out, err := exec.Command(filepath.Join(Root(), "hack", "tools", "envtest-assets")).Output()
		if err != nil {
			return fmt.Errorf("hack/tools/envtest-assets: %w", err)
		}
		lines := strings.Fields(string(out))
		if len(lines) == 0 {
			return errors.New("hack/tools/envtest-assets printed no folder")
		}
		assets = lines[len(lines)-1]
	}
	environment := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join(Root(), "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	var err error
	if config, err = environment.Start(); err != nil {
		return errors.Join(err, environment.Stop())
	}
	config.QPS, config.Burst = -1, 0 // tests are not to be slowed down by the client
	server = environment
	return nil
})

// Config of the API server, as its administrator.
func Config(t testing.TB) *rest.Config {
	t.Helper()
	if err := start(); err != nil {
		t.Fatalf("start the API server: %v", err)
	}
	return rest.CopyConfig(config)
}

// As is the configuration of another user of the API server.
func As(t testing.TB, user string, groups ...string) *rest.Config {
	t.Helper()
	out := Config(t)
	out.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	return out
}

// Scheme knows the built-in kinds and the project's.
func Scheme() *machinery.Scheme {
	scheme := machinery.NewScheme()
	for _, add := range []func(*machinery.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return scheme
}

// Client reads and writes without a cache, as the administrator.
func Client(t testing.TB) client.WithWatch {
	t.Helper()
	return ClientFor(t, Config(t))
}

// ClientFor reads and writes without a cache.
func ClientFor(t testing.TB, config *rest.Config) client.WithWatch {
	t.Helper()
	c, err := client.NewWithWatch(config, client.Options{Scheme: Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Namespace creates one for the test.
func Namespace(t testing.TB) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	Create(t, Client(t), ns)
	return ns.Name
}

// Create makes objects, in order.
func Create(t testing.TB, c client.Client, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatalf("create %T %s: %v", object, object.GetName(), err)
		}
	}
}

// Reload reads an object anew.
func Reload[T client.Object](t testing.TB, c client.Client, object T) T {
	t.Helper()
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
		t.Fatalf("get %T %s: %v", object, object.GetName(), err)
	}
	return object
}

// Root is the folder of the module.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Eventually waits until condition holds, at most half a minute.
func Eventually(t testing.TB, condition func() bool) {
	t.Helper()
	deadline, tick := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the condition did not come true in 30 s")
		}
	}
}
