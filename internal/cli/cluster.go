package cli

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// clusterFlags say which cluster a command works on, as whom, and in which namespace: what kubectl would take.
type clusterFlags struct {
	kubeconfig string
	context    string
	namespace  string
}

func (f *clusterFlags) add(command *cobra.Command) {
	command.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig file; $KUBECONFIG or ~/.kube/config, if it is not given")
	command.Flags().StringVar(&f.context, "context", "", "context of the kubeconfig; its current one, if it is not given")
	command.Flags().StringVarP(&f.namespace, "namespace", "n", "", "namespace; that of the context, if it is not given")
}

// cluster is reached with the rights of whoever runs the command, and no others.
type cluster struct {
	client.WithWatch
	// Namespace that the command works in.
	Namespace string
	// Context of the kubeconfig; empty where it has none, as in a pod.
	Context string
	config  *rest.Config
}

// connect reads the kubeconfig and asks the cluster what it serves when that is first needed. Errors of what is read later
// are for clusterError.
func (f *clusterFlags) connect() (*cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: f.context}
	overrides.Context.Namespace = f.namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, errors.New("no cluster is known: give --kubeconfig, set $KUBECONFIG, or have ~/.kube/config")
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("the kubeconfig cannot be read: %w", err)
	case err != nil:
		return nil, fmt.Errorf("the kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig: %w", err)
	}
	config.UserAgent = "kubectl-cpi"
	config.QPS = -1 // one person's handful of requests; the API server has its own limits
	config.WarningHandler = rest.NoWarnings{}
	c, err := client.NewWithWatch(config, client.Options{Scheme: clusterScheme()})
	if err != nil {
		return nil, clusterError(err)
	}
	out := &cluster{WithWatch: c, Namespace: namespace, Context: f.context, config: config}
	if raw, err := loader.RawConfig(); err == nil && out.Context == "" {
		out.Context = raw.CurrentContext
	}
	return out, nil
}

// clusterScheme knows the built-in kinds and the project's.
func clusterScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err) // two kinds of one name: a mistake in the program
		}
	}
	return scheme
}

// clusterError says what to do about an error of the API server; nil stays nil.
func clusterError(err error) error {
	var address *url.Error
	var network net.Error
	switch {
	case err == nil:
		return nil
	case meta.IsNoMatchError(err):
		return fmt.Errorf("cpi-operator's kinds are not in this cluster: install it with `kubectl apply -k config/default`, or look at files with -f FOLDER (%w)", err)
	case apierrors.IsForbidden(err): // its text names user, verb, resource and namespace
		return fmt.Errorf("a right is missing: %w; %s", err, granting(err.Error()))
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("the cluster does not accept these credentials: %w; log in again, or choose another --context", err)
	case errors.As(err, &address), errors.As(err, &network):
		return fmt.Errorf("the cluster does not answer: %w", err)
	}
	return err
}

// granting says what would grant the right that the API server's text says is missing.
func granting(text string) string {
	roles := "the ClusterRole cpi-operator-view has it, and so have the built-in view, edit and admin"
	if strings.Contains(text, " cannot patch ") {
		roles = "the ClusterRole cpi-operator-edit has it, and so have the built-in edit and admin"
	}
	if strings.Contains(text, " at the cluster scope") {
		return roles + "; for all namespaces it takes a ClusterRoleBinding"
	}
	return roles + "; a RoleBinding in the namespace is enough"
}
