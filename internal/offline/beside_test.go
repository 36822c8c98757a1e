package offline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// A kustomization beside named files is read once, and not where it is named itself or has none of them.
func TestKustomizationBesideFiles(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	for name, text := range map[string]string{"a.yaml": "", "b.yaml": "", "other.yaml": "", "kustomization.yaml": "resources: [./a.yaml, b.yaml]\n"} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	beside := []string{path("kustomization.yaml")}
	for _, c := range []struct{ named, want []string }{
		{[]string{path("a.yaml")}, beside},
		{[]string{path("a.yaml"), path("b.yaml")}, beside},
		{[]string{path("a.yaml"), path("kustomization.yaml")}, nil},
		{[]string{path("other.yaml")}, nil},
		{[]string{folder}, nil},
		{[]string{path("nowhere.yaml")}, nil},
	} {
		if got := Beside(c.named); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.named, got)
		}
	}
}

// Both sides of an edit read the edited one's data and Secrets.
func TestLend(t *testing.T) {
	mine, theirs := Nothing("demo"), Nothing("demo")
	data, secret := &corev1.ConfigMap{}, &corev1.Secret{}
	mine.ConfigMaps["rows"], mine.Secrets["crm"] = data, secret
	theirs.ConfigMaps["rows"], theirs.Secrets["erp"] = &corev1.ConfigMap{}, &corev1.Secret{}
	mine.Lend(theirs)
	if theirs.ConfigMaps["rows"] != data || theirs.Secrets["crm"] != secret || theirs.Secrets["erp"] == nil || len(mine.Secrets) != 1 {
		t.Errorf("%+v %+v", theirs.ConfigMaps, theirs.Secrets)
	}
}

// A claim that comes back to where it began is no claim.
func TestClaimsInACircle(t *testing.T) {
	got := findingsOf(t, write(t, "nps.yaml", strings.Replace(dependents, "drivers: [{cpiRef: {name: ease}", "drivers: [{cpiRef: {name: nps}", 1)))
	if len(got) != 1 || !strings.HasPrefix(got[0], "CPILinkage/claim: spec.drivers") {
		t.Errorf("%q", got)
	}
}
