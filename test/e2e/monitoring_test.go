package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/test/alerting"
)

// monitoring is the Prometheus operator in a namespace, with a Prometheus and an Alertmanager that it runs.
type monitoring struct {
	namespace string
	http      *http.Client
}

// installMonitoringAPIs makes the cluster know the Prometheus operator's kinds, until the test ends.
func installMonitoringAPIs(t *testing.T) {
	t.Helper()
	folder := monitoringManifests(t)
	for _, kind := range []string{"alertmanagerconfigs", "alertmanagers", "podmonitors", "probes", "prometheuses", "prometheusrules", "servicemonitors"} {
		install(t, decode(t, read(t, filepath.Join(folder, "monitoring.coreos.com_"+kind+".yaml")))[0])
	}
	kubectl(t, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
	install(t, decode(t, read(t, filepath.Join(folder, "prometheus-operator-cluster-role.yaml")))[0])
}

// install applies an object that lies outside the test's namespaces, and removes it when the test ends.
func install(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	applyObject(t, object)
	t.Cleanup(func() {
		if err := api.Delete(cleanupContext(t), object.DeepCopy()); client.IgnoreNotFound(err) != nil {
			t.Errorf("delete %s %s: %v", object.GetKind(), object.GetName(), err)
		}
	})
}

// startMonitoring runs everything in a namespace and waits until Prometheus scrapes the operator. What it is to read at its
// start (rules, routes) must be there: later changes reach its pods only with the kubelet's next look.
func startMonitoring(t *testing.T, ns string) *monitoring {
	t.Helper()
	m := &monitoring{namespace: ns, http: nodeClient(t)}
	words := []string{"NAMESPACE", ns}
	command := exec.CommandContext(t.Context(), filepath.Join(root(), "hack", "monitoring.sh"), "images")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("hack/monitoring.sh images: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		name, image, _ := strings.Cut(strings.TrimSpace(line), "=")
		words = append(words, "IMAGE("+name+")", image, "VERSION("+name+")", image[strings.LastIndex(image, ":")+1:])
	}
	replace := strings.NewReplacer(words...).Replace
	for _, object := range decode(t, replace(read(t, "testdata/monitoring-access.yaml"))) {
		install(t, object)
	}
	install(t, decode(t, read(t, filepath.Join(root(), "config", "prometheus", "servicemonitor.yaml")))[0])
	apply(t, ns, replace(read(t, "testdata/monitoring.yaml")))
	eventually(t, "Prometheus to scrape the operator", func(ctx context.Context) error {
		found, err := m.query(ctx, `max(cpi_operator_leader)`)
		if err == nil && found != "1" {
			err = fmt.Errorf("it knows of leaders: %q", found)
		}
		return err
	})
	return m
}

// nodeClient makes requests from the node's network, where pods have addresses.
func nodeClient(t *testing.T) *http.Client {
	t.Helper()
	network := nodeNetwork(t)
	transport := &http.Transport{DialContext: func(ctx context.Context, protocol, address string) (net.Conn, error) {
		return inside(network, func() (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, protocol, address) })
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get asks a pod of the namespace and decodes its answer.
func (m *monitoring) get(ctx context.Context, pod string, port int, path string, answer any) error {
	found := &corev1.Pod{}
	if err := api.Get(ctx, client.ObjectKey{Namespace: m.namespace, Name: pod}, found); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s:%d%s", found.Status.PodIP, port, path), nil)
	if err != nil {
		return err
	}
	response, err := m.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

// query asks Prometheus for one number; empty if there is none.
func (m *monitoring) query(ctx context.Context, expression string) (string, error) {
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	err := m.get(ctx, "prometheus-chain-0", 9090, "/api/v1/query?"+url.Values{"query": {expression}}.Encode(), &answer)
	if err != nil || len(answer.Data.Result) == 0 {
		return "", err
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1]), nil
}

// held is an alert as Alertmanager holds it.
type held struct {
	Labels map[string]string
	Status struct {
		State       string
		InhibitedBy []string
	}
}

// alerts that Alertmanager holds and that match a filter such as alertname="CPIDataStale".
func (m *monitoring) alerts(ctx context.Context, filters ...string) ([]held, error) {
	var out []held
	err := m.get(ctx, "alertmanager-chain-0", 9093, "/api/v2/alerts?"+url.Values{"filter": filters}.Encode(), &out)
	return out, err
}

// receive starts a receiver of messages in the node's network and routes a namespace's alerts to it, as our AlertmanagerConfig
// says, only sooner.
func receive(t *testing.T, ns string) *alerting.Receiver {
	t.Helper()
	receiver := &alerting.Receiver{}
	listener := listenInside(t)
	server := &http.Server{Handler: receiver}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() {
		_ = server.Close()
		if t.Failed() {
			for _, told := range receiver.About(nil) {
				t.Logf("%s was told %s: %q", told.To, told.Status, told.Labels)
			}
		}
	})

	route := decode(t, read(t, filepath.Join(root(), "config", "alertmanager", "alertmanagerconfig.yaml")))[0]
	addresses := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "alert-receivers"}, StringData: map[string]string{}}
	receivers, _, err := unstructured.NestedSlice(route.Object, "spec", "receivers")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range receivers {
		name := one.(map[string]any)["name"].(string)
		addresses.StringData[name] = fmt.Sprintf("http://%s/%s", listener.Addr(), name)
	}
	create(t, addresses)
	sooner(route.Object)
	route.SetNamespace(ns)
	applyObject(t, route)
	return receiver
}

// sooner makes waits of a route, at any depth, a second.
func sooner(object any) {
	switch o := object.(type) {
	case map[string]any:
		for key, value := range o {
			if key == "groupWait" || key == "groupInterval" {
				o[key] = "1s"
			}
			sooner(value)
		}
	case []any:
		for _, value := range o {
			sooner(value)
		}
	}
}

// operatorWith starts the operator anew with further arguments, until the test ends.
func operatorWith(t *testing.T, arguments ...string) {
	t.Helper()
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: "cpi-operator"}}
	var before []string
	update(t, deployment, func(d *appsv1.Deployment) {
		container := &d.Spec.Template.Spec.Containers[0]
		before = container.Args
		container.Args = append(append([]string{}, before...), arguments...)
	})
	t.Cleanup(func() {
		ctx := cleanupContext(t)
		for {
			err := api.Get(ctx, client.ObjectKeyFromObject(deployment), deployment)
			if err == nil {
				deployment.Spec.Template.Spec.Containers[0].Args = before
				err = api.Update(ctx, deployment)
			}
			if err == nil {
				break
			}
			if !apierrors.IsConflict(err) {
				t.Errorf("the operator keeps its arguments %q: %v", arguments, err)
				return
			}
		}
		if out, err := exec.CommandContext(ctx, kubectlPath(), rollout...).CombinedOutput(); err != nil {
			t.Errorf("the operator as it was: %v\n%s", err, out)
		}
	})
	kubectl(t, rollout...)
}

// rollout waits until every pod of the operator is of its latest template.
var rollout = []string{"--namespace", operatorNamespace, "rollout", "status", "deployment/cpi-operator", "--timeout=120s"}

// manager is the operator's only pod.
func manager(t *testing.T) *corev1.Pod {
	t.Helper()
	var found corev1.Pod
	eventually(t, "one pod of the operator", func(ctx context.Context) error {
		var pods corev1.PodList
		if err := api.List(ctx, &pods, client.InNamespace(operatorNamespace), client.MatchingLabels{"app.kubernetes.io/component": "controller"}); err != nil {
			return err
		}
		if len(pods.Items) != 1 {
			return fmt.Errorf("there are %d", len(pods.Items))
		}
		found = pods.Items[0]
		if found.Status.Phase != corev1.PodRunning {
			return errors.New("it does not run")
		}
		return nil
	})
	return &found
}
