package dashboards

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/internal/dashboards"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// What the sidecar of Grafana finds: a ConfigMap for each dashboard, with its label, which the API server takes.
func TestConfigMaps(t *testing.T) {
	manifests, err := exec.Command(tools.Build(t, "kustomize"), "build", filepath.Join(envtestkit.Root(), "config", "grafana")).Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, object := range decode(t, manifests) {
		object.SetNamespace(envtestkit.Namespace(t))
		envtestkit.Create(t, envtestkit.Client(t), object)
		stored := &corev1.ConfigMap{}
		stored.Namespace, stored.Name = object.GetNamespace(), object.GetName()
		envtestkit.Reload(t, envtestkit.Client(t), stored)
		if stored.Labels["grafana_dashboard"] != "1" {
			t.Errorf("%s: the sidecar does not look for labels %v", stored.Name, stored.Labels)
		}
		for file, content := range stored.Data {
			var dashboard struct{ UID string }
			if err := json.Unmarshal([]byte(content), &dashboard); err != nil || filepath.Ext(file) != ".json" {
				t.Errorf("%s/%s: %v", stored.Name, file, err)
			}
			found[dashboard.UID] = true
		}
	}
	for _, d := range dashboards.All() {
		if !found[d.UID] {
			t.Errorf("no ConfigMap holds %s", d.UID)
		}
	}
}
