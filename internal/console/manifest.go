package console

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"k8s.io/apimachinery/pkg/runtime"
)

// manifest is an object of a kind as somebody would write it: without its status, and without what servers and tools add.
func manifest(kind string, object any) (string, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return "", err
	}
	written := map[string]any{}
	if metadata, ok := fields["metadata"].(map[string]any); ok {
		for _, key := range []string{"name", "namespace", "labels", "annotations"} {
			if value, has := metadata[key]; has {
				written[key] = value
			}
		}
		if annotations, ok := metadata["annotations"].(map[string]any); ok {
			kept := maps.Clone(annotations)
			maps.DeleteFunc(kept, func(key string, _ any) bool { return strings.HasPrefix(key, "kubectl.kubernetes.io/") })
			if written["annotations"] = kept; len(kept) == 0 {
				delete(written, "annotations")
			}
		}
	}
	head := map[string]any{"apiVersion": "cpi-operator.io/v1alpha1", "kind": kind, "metadata": written}
	var out strings.Builder
	for _, part := range []map[string]any{head, {"spec": fields["spec"]}} {
		text, err := yaml.Marshal(part)
		if err != nil {
			return "", err
		}
		out.Write(text)
	}
	return out.String(), nil
}

// latestFirst copies what is listed oldest first.
func latestFirst[T any](items []T) []T {
	out := slices.Clone(items)
	slices.Reverse(out)
	return out
}
