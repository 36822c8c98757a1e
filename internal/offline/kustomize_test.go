package offline

import (
	"os"
	"path/filepath"
	"testing"
)

// A kustomization need not say that it is one: its file's name does, as for kustomize.
func TestKustomizationByItsName(t *testing.T) {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		folder := t.TempDir()
		for file, text := range map[string]string{
			"crm.yaml": survey, "answers.csv": "id,score\n1,10\n",
			name: "namespace: there\nresources: [crm.yaml]\nconfigMapGenerator:\n- {name: data, files: [answers.csv]}\n",
		} {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n := load(t, folder)
		if n.Name != "there" || n.ConfigMaps["data"] == nil || string(n.ConfigMaps["data"].BinaryData["answers.csv"]) != "id,score\n1,10\n" {
			t.Errorf("%s: namespace %s, ConfigMaps %v", name, n.Name, n.ConfigMaps)
		}
	}
}
