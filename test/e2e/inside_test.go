package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

const (
	// nodeAddress is where pods of the dev cluster reach servers in the node's network.
	nodeAddress = "10.90.0.1"
	// dnsAddress is the dev cluster's DNS service.
	dnsAddress = "10.96.0.10:53"
)

// devcluster runs the script of that name.
func devcluster(t *testing.T, arguments ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join(root(), "hack", "devcluster", "devcluster"), arguments...).Output()
	if err != nil {
		t.Fatalf("devcluster %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// inside makes a socket in the node's network. A socket stays in the network in which it was made, so a thread that
// enters it is enough, and what uses the socket is an ordinary part of this process.
func inside[T any](network string, open func() (T, error)) (T, error) {
	type answer struct {
		socket T
		err    error
	}
	done := make(chan answer)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and nobody else gets it
		var out answer
		if out.err = enter(network); out.err == nil {
			out.socket, out.err = open()
		}
		done <- out
	}()
	out := <-done
	return out.socket, out.err
}

func enter(network string) error {
	file, err := os.Open(network)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter %s: %w", network, err)
	}
	return nil
}

// nodeNetwork is the file that stands for the node's network.
func nodeNetwork(t *testing.T) string {
	t.Helper()
	return filepath.Join(filepath.Dir(devcluster(t, "kubeconfig")), "netns")
}

// listenInside listens on a free port of the node's network.
func listenInside(t *testing.T) net.Listener {
	t.Helper()
	listener, err := inside(nodeNetwork(t), func() (net.Listener, error) { return net.Listen("tcp", nodeAddress+":0") })
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func portOf(l net.Listener) int32 { return int32(l.Addr().(*net.TCPAddr).Port) }

// relay hands every connection of a listener on to an address of this machine, until the listener is closed.
func relay(from net.Listener, to string) {
	for {
		outer, err := from.Accept()
		if err != nil {
			return
		}
		go func() {
			defer outer.Close()
			inner, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer inner.Close()
			var both sync.WaitGroup
			for _, pair := range [][2]net.Conn{{outer, inner}, {inner, outer}} {
				both.Go(func() {
					_, _ = io.Copy(pair[0], pair[1]) // either end may break off
					_ = pair[0].(*net.TCPConn).CloseWrite()
				})
			}
			both.Wait()
		}()
	}
}

// service gives a port of the node's network a name in the namespace, and waits until the cluster's DNS knows it.
func service(t *testing.T, ns, name string, port, target int32) {
	t.Helper()
	create(t,
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "main", Port: port, TargetPort: intstr.FromInt32(target)}}},
		},
		&discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Namespace: ns, Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name}},
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{nodeAddress}}},
			Ports:       []discoveryv1.EndpointPort{{Name: new("main"), Port: new(target), Protocol: ptr.To(corev1.ProtocolTCP)}},
		},
	)
	resolves(t, ns, name)
}

// resolves waits until the cluster's DNS knows a name of the namespace.
func resolves(t *testing.T, ns, name string) {
	t.Helper()
	network := nodeNetwork(t)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, protocol, _ string) (net.Conn, error) {
		return inside(network, func() (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, protocol, dnsAddress) })
	}}
	eventually(t, "the address of "+name, func(ctx context.Context) error {
		_, err := resolver.LookupHost(ctx, name+"."+ns+".svc.cluster.local.")
		return err
	})
}

// httpsInside serves a handler to the namespace's pods as https://NAME and returns the PEM of the CA that vouches for it.
func httpsInside(t *testing.T, ns, name string, handler http.Handler) (ca string) {
	t.Helper()
	listener := listenInside(t)
	ca, server := serverFor(t, name, handler)
	go func() { _ = server.ServeTLS(listener, "", "") }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	service(t, ns, name, 443, portOf(listener))
	return ca
}
