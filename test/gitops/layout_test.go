// Package gitops applies the example repository of examples/gitops as Argo CD and Flux would, and asks what they would take
// for its health.
package gitops

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

func example(parts ...string) string {
	return filepath.Join(append([]string{envtestkit.Root(), "examples", "gitops"}, parts...)...)
}

// decode YAML documents.
func decode(t *testing.T, text []byte) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := documents.Decode(object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(object.Object) > 0 {
			out = append(out, object)
		}
	}
}

// read objects of a file of the example.
func read(t *testing.T, parts ...string) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(example(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, text)
}

// build an environment with kustomize.
func build(t *testing.T, environment string) []*unstructured.Unstructured {
	t.Helper()
	text, err := exec.Command(tools.Build(t, "kustomize"), "build", example("environments", environment)).Output()
	if err != nil {
		t.Fatalf("%s: %v", environment, err)
	}
	return decode(t, text)
}

// apply on the server's side, as both tools do, and give the resource versions.
func apply(t *testing.T, objects []*unstructured.Unstructured) []string {
	t.Helper()
	c := envtestkit.Client(t)
	var versions []string
	for _, object := range objects {
		object := object.DeepCopy()
		if err := c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("gitops"), client.ForceOwnership); err != nil {
			t.Fatalf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		versions = append(versions, object.GetResourceVersion())
	}
	return versions
}

// Every environment is what the API server takes; applied again, nothing changes, so nothing drifts.
func TestEnvironments(t *testing.T) {
	entries, err := os.ReadDir(example("environments"))
	if err != nil || len(entries) < 2 {
		t.Fatal(entries, err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			objects := build(t, e.Name())
			namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: objects[0].GetNamespace()}}
			envtestkit.Create(t, envtestkit.Client(t), namespace)
			// The first update of an object stores the status that it has by default: before it, the API server made it up when
			// asked. In a cluster the operator's own status does that.
			apply(t, objects)
			first := apply(t, objects)
			if again := apply(t, objects); len(first) == 0 || !slices.Equal(first, again) {
				t.Errorf("applied again, resource versions go from %v to %v", first, again)
			}
			for _, object := range objects {
				if object.GetNamespace() != namespace.Name {
					t.Errorf("%s %s is in namespace %q", object.GetKind(), object.GetName(), object.GetNamespace())
				}
				dryRun, _, _ := unstructured.NestedString(object.Object, "spec", "alerting", "mode")
				if told := dryRun != "DryRun"; told != (e.Name() == "production") && slices.Contains([]string{"CPIDefinition", "KPITarget", "CPILinkage"}, object.GetKind()) {
					t.Errorf("%s: whether people are told of %s: %v", e.Name(), object.GetName(), told)
				}
			}
		})
	}
}

// The tools are pointed at a folder that is there.
func TestPaths(t *testing.T) {
	for _, c := range []struct{ file, kind string }{{"argocd/application.yaml", "Application"}, {"flux/kustomization.yaml", "Kustomization"}} {
		found := false
		for _, object := range read(t, filepath.FromSlash(c.file)) {
			if object.GetKind() != c.kind {
				continue
			}
			path, _, _ := unstructured.NestedString(object.Object, "spec", "path")
			if path == "" {
				path, _, _ = unstructured.NestedString(object.Object, "spec", "source", "path")
			}
			_, err := os.Stat(example(path, "kustomization.yaml"))
			if found = path != "" && err == nil; !found {
				t.Errorf("%s: path %q: %v", c.file, path, err)
			}
		}
		if !found {
			t.Errorf("%s has no %s", c.file, c.kind)
		}
	}
}
