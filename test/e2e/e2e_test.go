// Package e2e tests the operator as its users meet it: YAML goes in, real pods run, numbers come out. It needs a
// cluster with the operator installed and is skipped unless CPI_E2E=1; `hack/test.sh e2e` arranges both.
//
// Each test has a namespace of its own that admits restricted pods only. Data come from ConfigMaps, volumes, and from
// servers of this process that pods can reach (see inside_test.go).
package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// operatorNamespace is where config/default installs the operator.
const operatorNamespace = "cpi-operator-system"

// together is how many tests run side by side: they wait for pods most of the time.
const together = "5"

var (
	config *rest.Config
	api    client.WithWatch
)

func TestMain(m *testing.M) {
	flag.Parse()
	if !enabled() {
		os.Exit(m.Run())
	}
	if err := connect(); err != nil {
		fmt.Fprintln(os.Stderr, "connect to the cluster:", err)
		os.Exit(1)
	}
	if !parallelGiven() {
		if err := flag.Set("test.parallel", together); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func enabled() bool { return os.Getenv("CPI_E2E") == "1" }

func parallelGiven() bool {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	return given
}

// connect opens the client. Tests are not to be slowed down by its rate limit.
func connect() error {
	var err error
	if config, err = clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")); err != nil {
		return err
	}
	config.QPS, config.Burst = -1, 0
	config.WarningHandler = rest.NoWarnings{}
	if err := v1alpha1.AddToScheme(clientgoscheme.Scheme); err != nil {
		return err
	}
	api, err = client.NewWithWatch(config, client.Options{Scheme: clientgoscheme.Scheme})
	return err
}

// needsDevcluster skips a test that starts servers in the node's network or kills the node's processes.
func needsDevcluster(t *testing.T) {
	t.Helper()
	needsCluster(t)
	if os.Getenv("CLUSTER") == "current" {
		t.Skip("needs the dev cluster: it works in the node's network or on the node's processes")
	}
}

func needsCluster(t *testing.T) {
	t.Helper()
	if !enabled() {
		t.Skip("needs a cluster with the operator: CPI_E2E=1, see hack/test.sh e2e")
	}
}

// root is the folder of the module.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
