package cli

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
)

const telco = "../../config/samples/telco.yaml"

// told puts the telco sample into a namespace of the cluster, with the statuses and reports that a run leaves.
func told(t *testing.T, c client.Client, namespace string) {
	t.Helper()
	objects, faults, err := manifest.Read(append([]string{telco}, offline.Beside([]string{telco})...), nil)
	must(t, err)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	namespaces, _, err := offline.Load(t.Context(), objects, namespace)
	must(t, err)
	n := namespaces[0]
	now := time.Now()
	computed, err := n.Compute(t.Context(), offline.Options{Now: now, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	o, _ := n.Objects(computed, now)
	config := n.ConfigMaps["telco-data"]
	config.Namespace, config.Name = namespace, "telco-data"
	envtestkit.Create(t, c, config)
	for _, object := range withStatus(&o) {
		stored := object.DeepCopyObject().(client.Object)
		clean(object, namespace)
		envtestkit.Create(t, c, object)
		stored.SetResourceVersion(object.GetResourceVersion())
		stored.SetUID(object.GetUID())
		stored.SetNamespace(namespace)
		must(t, c.Status().Update(t.Context(), stored))
	}
}

// withStatus are the objects that an operator would write the status of, reports last.
func withStatus(o *board.Objects) []client.Object {
	var out []client.Object
	for i := range o.Sources {
		out = append(out, &o.Sources[i])
	}
	for i := range o.Datasets {
		out = append(out, &o.Datasets[i])
	}
	for i := range o.CPIs {
		out = append(out, &o.CPIs[i])
	}
	for i := range o.KPIs {
		out = append(out, &o.KPIs[i])
	}
	for i := range o.Linkages {
		out = append(out, &o.Linkages[i])
	}
	for _, report := range o.Reports {
		out = append(out, report)
	}
	return out
}

// clean an object of what only a server gives.
func clean(object client.Object, namespace string) {
	object.SetNamespace(namespace)
	object.SetUID("")
	object.SetGeneration(0)
	object.SetResourceVersion("")
}

// An edit is held against what the cluster tells; a new formula is computed on the data in its ConfigMaps.
func TestDiffAgainstTheCluster(t *testing.T) {
	c, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	told(t, c, namespace)
	s := shell{t, kubeconfig(t, envtestkit.Config(t), namespace)}
	text, err := os.ReadFile(telco)
	must(t, err)
	edit := func(old, now string) string {
		edited := strings.Replace(string(text), old, now, 1)
		if edited == string(text) && old != "" {
			t.Fatalf("the sample has no %q", old)
		}
		path := filepath.Join(t.TempDir(), "telco.yaml")
		must(t, os.WriteFile(path, []byte(edited), 0o600))
		return path
	}
	s.want(s.run("diff", "-f", edit("", "")), 0, "Nothing changes in 4 indicators and claims.")
	s.want(s.run("diff", "-f", edit("critical: 25%", "critical: 30%")), 1, "ends CPIBelowThreshold (critical)", "Critical → Warning", "Unchanged: 3.")
	s.want(s.run("diff", "-f", edit("  breakdowns: [{by: [contract]}]\n  thresholds", "  where: [{column: tech_support, operator: In, values: [\"Yes\", \"No\"]}]\n  thresholds")),
		1, "cpi/telco-churn", "new formula", "n 7043", "n 5517", "kpi/telco-churn-goal", "begin a new baseline")
	s.want(s.run("diff", "-f", edit("column: churn,", "column: chrun,")), 2, "chrun", "not all of the edit could be computed")
}
