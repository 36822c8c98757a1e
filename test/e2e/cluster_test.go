package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

const (
	// patience is how long a fact may take to come true on a busy machine.
	patience = 150 * time.Second
	// pollEvery is how often it is looked for.
	pollEvery = 200 * time.Millisecond
	// fieldManager of what tests apply.
	fieldManager = "e2e"
)

// namespace makes one for the test, which admits restricted pods only. It goes when the test ends; what happened in it
// is shown if the test failed.
func namespace(t *testing.T) string {
	t.Helper()
	needsCluster(t)
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "e2e-" + slug(t.Name()) + "-",
		Labels:       map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	create(t, ns)
	t.Cleanup(func() {
		if t.Failed() {
			dump(t, ns.Name)
		}
		if err := api.Delete(context.Background(), ns); client.IgnoreNotFound(err) != nil {
			t.Errorf("delete namespace %s: %v", ns.Name, err)
		}
	})
	return ns.Name
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a test's name part of an object's.
func slug(name string) string {
	name = strings.Trim(notInNames.ReplaceAllString(strings.ToLower(strings.TrimPrefix(name, "Test")), "-"), "-")
	return strings.TrimRight(name[:min(len(name), 30)], "-")
}

// create makes objects, in order.
func create(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		if err := api.Create(t.Context(), object); err != nil {
			t.Fatalf("create %T %s: %v", object, object.GetName(), err)
		}
	}
}

// apply brings YAML documents to the namespace by server-side apply, as users do.
func apply(t *testing.T, ns, manifests string) {
	t.Helper()
	for _, object := range decode(t, manifests) {
		object.SetNamespace(ns)
		applyObject(t, object)
	}
}

// applyObject applies one object. An API server that is briefly away is waited for.
func applyObject(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	object = object.DeepCopy() // the answer would be written into it
	err := api.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(fieldManager), client.ForceOwnership)
	if err != nil {
		t.Fatalf("apply %s %s: %v", object.GetKind(), object.GetName(), err)
	}
}

// decode reads the documents of a YAML text.
func decode(t *testing.T, manifests string) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("decode: %v\n%s", err, manifests)
		}
		if len(object.Object) > 0 {
			out = append(out, object)
		}
	}
}

// update changes an object by a function, again if somebody else changed it meanwhile.
func update[T client.Object](t *testing.T, object T, change func(T)) T {
	t.Helper()
	eventually(t, fmt.Sprintf("update %T %s", object, object.GetName()), func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		change(object)
		return api.Update(ctx, object)
	})
	return object
}

// reload reads an object anew.
func reload[T client.Object](t *testing.T, object T) T {
	t.Helper()
	eventually(t, fmt.Sprintf("read %T %s", object, object.GetName()), func(ctx context.Context) error {
		return api.Get(ctx, client.ObjectKeyFromObject(object), object)
	})
	return object
}

// gone waits until an object does not exist.
func gone(t *testing.T, object client.Object) {
	t.Helper()
	eventually(t, fmt.Sprintf("%T %s to go", object, object.GetName()), func(ctx context.Context) error {
		err := api.Get(ctx, client.ObjectKeyFromObject(object), object)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(errors.New("it is still there"), err)
	})
}

// eventually waits until check returns nil, and fails the test with its last error if that does not come.
func eventually(t *testing.T, what string, check func(ctx context.Context) error) {
	t.Helper()
	eventuallyWithin(t, patience, what, check)
}

func eventuallyWithin(t *testing.T, limit time.Duration, what string, check func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last error
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited %s for %s: %v", limit, what, last)
		case <-tick.C:
		}
	}
}

// conditionsOf an object of ours.
func conditionsOf(object client.Object) []metav1.Condition {
	switch o := object.(type) {
	case *v1alpha1.DataSource:
		return o.Status.Conditions
	case *v1alpha1.Dataset:
		return o.Status.Conditions
	case *v1alpha1.CPIDefinition:
		return o.Status.Conditions
	case *v1alpha1.KPITarget:
		return o.Status.Conditions
	case *v1alpha1.CPILinkage:
		return o.Status.Conditions
	}
	panic(fmt.Sprintf("%T has no conditions", object))
}

// waitReason waits until a condition of the object has the reason, for the generation in force, and returns it.
func waitReason(t *testing.T, object client.Object, condition, reason string) metav1.Condition {
	t.Helper()
	var found metav1.Condition
	eventually(t, fmt.Sprintf("%s of %T %s to be %s", condition, object, object.GetName(), reason), func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		c := meta.FindStatusCondition(conditionsOf(object), condition)
		switch {
		case c == nil:
			return fmt.Errorf("it has no such condition; it has %s", conditionsText(object))
		case c.ObservedGeneration != object.GetGeneration():
			return fmt.Errorf("%s speaks of generation %d, it is %d", condition, c.ObservedGeneration, object.GetGeneration())
		case c.Reason != reason:
			return fmt.Errorf("%s", conditionsText(object))
		}
		found = *c
		return nil
	})
	return found
}

func conditionsText(object client.Object) string {
	var out []string
	for _, c := range conditionsOf(object) {
		out = append(out, fmt.Sprintf("%s=%s (%s: %s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(out, "; ")
}

// kubectl runs the cluster's kubectl and returns what it prints.
func kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), kubectlPath(), arguments...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

func kubectlPath() string {
	if path := os.Getenv("KUBECTL"); path != "" {
		return path
	}
	return "kubectl"
}
