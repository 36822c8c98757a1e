package rules

import (
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/rules"
)

const (
	ruleName      = "cpi-operator"
	configMapName = "cpi-operator-rules"
	// fileKey of the ConfigMap.
	fileKey = "rules.yaml"

	labelManagedBy = "app.kubernetes.io/managed-by"
	managedBy      = "cpi-operator"
)

// ruleKind is known by name only: its Go types would bring another version of Kubernetes with them.
var ruleKind = schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"}

// ruleObject is one way to hand rules to Prometheus.
type ruleObject struct {
	object client.Object
	// empty makes an object of the same kind to read into.
	empty func() client.Object
	// content that must be equal for two objects to be the same.
	content func(client.Object) any
}

// same reports whether got holds the wanted content and labels; labels that others added may stay.
func (o ruleObject) same(got client.Object) bool {
	for key, value := range o.object.GetLabels() {
		if got.GetLabels()[key] != value {
			return false
		}
	}
	return equality.Semantic.DeepEqual(o.content(o.object), o.content(got))
}

func labels(extra map[string]string) map[string]string {
	out := map[string]string{"app.kubernetes.io/name": managedBy, "app.kubernetes.io/component": "rules"}
	maps.Copy(out, extra)
	out[labelManagedBy] = managedBy
	return out
}

func prometheusRule(namespace string, groups []rules.Group, extra map[string]string) ruleObject {
	empty := func() client.Object {
		out := &unstructured.Unstructured{}
		out.SetGroupVersionKind(ruleKind)
		return out
	}
	object := empty().(*unstructured.Unstructured)
	object.SetNamespace(namespace)
	object.SetName(ruleName)
	object.SetLabels(labels(extra))
	object.Object["spec"] = map[string]any{"groups": generic(groups)}
	return ruleObject{object: object, empty: empty, content: func(o client.Object) any { return o.(*unstructured.Unstructured).Object["spec"] }}
}

func configMap(namespace string, groups []rules.Group, extra map[string]string) ruleObject {
	file, err := yaml.Marshal(map[string]any{"groups": groups})
	if err != nil {
		panic(err) // groups hold only text
	}
	return ruleObject{
		object: &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: configMapName, Labels: labels(extra)},
			Data:       map[string]string{fileKey: string(file)},
		},
		empty: func() client.Object {
			return &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}}
		},
		content: func(o client.Object) any { return o.(*corev1.ConfigMap).Data },
	}
}

// generic is the form that unstructured objects hold.
func generic(groups []rules.Group) []any {
	text, err := json.Marshal(groups)
	if err != nil {
		panic(err) // groups hold only text
	}
	out := []any{}
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}
