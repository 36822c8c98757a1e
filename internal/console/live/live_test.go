package live_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/console/live"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

// watching a namespace, or all if it is empty, as a user.
func watching(t *testing.T, namespace, user string) *live.Cluster {
	t.Helper()
	config := envtestkit.Config(t)
	if user != "" {
		config = envtestkit.As(t, user)
	}
	return watchingBy(t, config, namespace)
}

func watchingBy(t *testing.T, config *rest.Config, namespace string) *live.Cluster {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	c, err := live.New(ctx, envtestkit.ClientFor(t, config), live.Options{
		Config: config, Scheme: envtestkit.Scheme(), Namespace: namespace, Clock: clock.RealClock{}, Explain: func(err error) error { return err },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsEditedIsShown(t *testing.T) {
	writer, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	envtestkit.Create(t, writer, envtestkit.CPI(namespace, "first", "rows"))
	c := watching(t, namespace, "")
	names := func() string {
		objects, err := c.Objects(t.Context(), namespace)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, cpi := range objects.CPIs {
			out = append(out, cpi.Name)
		}
		return strings.Join(out, " ")
	}
	if got := names(); got != "first" {
		t.Fatalf("at first there are %q", got)
	}
	envtestkit.Create(t, writer, envtestkit.CPI(namespace, "another", "rows"))
	envtestkit.Eventually(t, func() bool { return names() == "another first" })
	if known, err := c.Namespaces(t.Context()); err != nil || strings.Join(known, " ") != namespace {
		t.Errorf("namespaces %v, %v", known, err)
	}
}

func TestAllNamespaces(t *testing.T) {
	writer, one, other := envtestkit.Client(t), envtestkit.Namespace(t), envtestkit.Namespace(t)
	envtestkit.Create(t, writer, envtestkit.CPI(one, "nps", "rows"), envtestkit.DataSource(other, "crm"))
	c := watching(t, "", "")
	for range 2 { // once from the API server, once from memory
		known, err := c.Namespaces(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if all := " " + strings.Join(known, " ") + " "; !strings.Contains(all, " "+one+" ") || !strings.Contains(all, " "+other+" ") {
			t.Errorf("namespaces %v lack %s or %s", known, one, other)
		}
	}
}

// wire is the way to the API server, which can be cut.
type wire struct {
	mutex sync.Mutex
	cut   bool
	open  []net.Conn
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.cut {
		return nil, errors.New("the wire is cut")
	}
	connection, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		w.open = append(w.open, connection)
	}
	return connection, err
}

func (w *wire) set(cut bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.cut = cut
	if !cut {
		return
	}
	for _, connection := range w.open {
		_ = connection.Close()
	}
	w.open = nil
}

func TestOldNumbersAreNotShownForNew(t *testing.T) {
	writer, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	envtestkit.Create(t, writer, envtestkit.CPI(namespace, "first", "rows"))
	config, way := rest.CopyConfig(envtestkit.Config(t)), &wire{}
	config.Dial = way.dial
	c := watchingBy(t, config, namespace)
	for range 2 { // once from the API server, once from memory
		if _, err := c.Objects(t.Context(), namespace); err != nil {
			t.Fatal(err)
		}
	}
	way.set(true)
	envtestkit.Eventually(t, func() bool {
		_, err := c.Objects(t.Context(), namespace)
		return err != nil && strings.Contains(err.Error(), "the wire is cut")
	})
	envtestkit.Create(t, writer, envtestkit.CPI(namespace, "meanwhile", "rows"))
	way.set(false)
	objects, err := c.Objects(t.Context(), namespace)
	if err != nil || len(objects.CPIs) != 2 {
		t.Errorf("after it is mended: %d CPIs, %v", len(objects.CPIs), err)
	}
}

func TestMissingRightIsToldUntilItIsThere(t *testing.T) {
	writer, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	user := "reader-" + namespace
	c := watching(t, namespace, user)
	_, err := c.Objects(t.Context(), namespace)
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), user) {
		t.Fatalf("without any right: %v", err)
	}
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "look"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"cpi-operator.io"}, Resources: []string{"*"}, Verbs: []string{"list", "watch"}}},
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "look"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "look"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}
	for _, object := range []client.Object{role, binding} {
		envtestkit.Create(t, writer, object)
	}
	envtestkit.Eventually(t, func() bool {
		_, err := c.Objects(t.Context(), namespace)
		return err == nil
	})
	if _, err := c.Objects(t.Context(), namespace); err != nil { // from memory, with the rights to list and watch alone
		t.Error(err)
	}
}
