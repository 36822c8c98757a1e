package gitops

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"testing"

	"github.com/google/cel-go/cel"
	lua "github.com/yuin/gopher-lua"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// A state of an object, and what each tool must take it for.
type state struct {
	name       string
	observed   int64 // the object's generation is 2
	conditions []metav1.Condition
	argo       string
	flux       string
	kstatus    status.Status
}

func condition(kind string, is metav1.ConditionStatus, reason string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: is, Reason: reason, Message: reason + "."}
}

var states = []state{
	{"fresh", -1, nil, "Progressing", "inProgress", status.InProgressStatus},
	{"edited since", 1, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady),
	}, "Progressing", "inProgress", status.InProgressStatus},
	{"progressing", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionUnknown, v1alpha1.ReasonProgressing), condition(v1alpha1.ConditionStalled, metav1.ConditionUnknown, v1alpha1.ReasonProgressing),
	}, "Progressing", "inProgress", status.InProgressStatus},
	{"a reference is missing", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonReferenceNotFound), condition(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing),
	}, "Progressing", "inProgress", status.InProgressStatus},
	{"ready", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady), condition(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing),
	}, "Healthy", "current", status.CurrentStatus},
	{"suspended", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSuspended), condition(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing),
	}, "Suspended", "current", status.CurrentStatus},
	{"a bad number is not bad health", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady), condition(v1alpha1.ConditionWithinThresholds, metav1.ConditionFalse, "BelowCritical"),
		condition(v1alpha1.ConditionComputed, metav1.ConditionFalse, "SourceUnreachable"),
	}, "Healthy", "current", status.CurrentStatus},
	{"stalled", 2, []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonInvalid), condition(v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalid),
	}, "Degraded", "failed", status.FailedStatus},
}

// in gives an object of a kind in the state.
func (s state) in(kind string) *unstructured.Unstructured {
	conditions := []any{}
	for _, c := range s.conditions {
		conditions = append(conditions, map[string]any{"type": c.Type, "status": string(c.Status), "reason": c.Reason, "message": c.Message})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "metadata": map[string]any{"name": "x", "generation": int64(2)},
		"spec": map[string]any{}, "status": map[string]any{"observedGeneration": s.observed, "conditions": conditions},
	}}
}

// written are the kinds that people write, and so have in Git.
func written() []string {
	var out []string
	for kind := range envtestkit.Scheme().KnownTypes(v1alpha1.GroupVersion) {
		if _, err := envtestkit.Scheme().New(v1alpha1.GroupVersion.WithKind(kind + "List")); err == nil && kind != "IndicatorReport" {
			out = append(out, kind)
		}
	}
	slices.Sort(out)
	return out
}

// Argo CD's script tells health as it is, for every kind that is in Git.
func TestArgoHealth(t *testing.T) {
	var customizations map[string]map[string]string
	config := read(t, "argocd", "argocd-cm.yaml")[0]
	text, _, _ := unstructured.NestedString(config.Object, "data", "resource.customizations")
	if err := yaml.Unmarshal([]byte(text), &customizations); err != nil || len(customizations) != 1 {
		t.Fatal(err, customizations)
	}
	for _, kind := range written() {
		script := ""
		for pattern, of := range customizations {
			if fits, err := path.Match(pattern, v1alpha1.GroupVersion.Group+"/"+kind); err != nil || !fits {
				t.Errorf("%s does not fit %s: %v", pattern, kind, err)
			}
			script = of["health.lua"]
		}
		for _, s := range states {
			if got := argoHealth(t, script, s.in(kind)); got != s.argo {
				t.Errorf("%s, %s: %s, want %s", kind, s.name, got, s.argo)
			}
		}
	}
}

// argoHealth runs a script with the libraries that Argo CD opens for it.
func argoHealth(t *testing.T, script string, object *unstructured.Unstructured) string {
	t.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			t.Fatal(err)
		}
	}
	l.SetGlobal("obj", luaValue(l, object.Object))
	if err := l.DoString(script); err != nil {
		t.Fatal(err)
	}
	health, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script returns a %s", l.Get(-1).Type())
	}
	return lua.LVAsString(health.RawGetString("status"))
}

func luaValue(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		out := l.NewTable()
		for key, element := range v {
			out.RawSetString(key, luaValue(l, element))
		}
		return out
	case []any:
		out := l.NewTable()
		for _, element := range v {
			out.Append(luaValue(l, element))
		}
		return out
	case string:
		return lua.LString(v)
	case int64:
		return lua.LNumber(v)
	case bool:
		return lua.LBool(v)
	}
	return lua.LNil
}

// Flux's expressions tell the same, for every kind that is in Git: the first that holds of inProgress, failed and current.
func TestFluxHealth(t *testing.T) {
	var flux struct {
		Spec struct {
			HealthCheckExprs []struct{ APIVersion, Kind, InProgress, Failed, Current string }
		}
	}
	objects := read(t, "flux", "kustomization.yaml")
	text, err := json.Marshal(objects[len(objects)-1].Object)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &flux); err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	for _, e := range flux.Spec.HealthCheckExprs {
		if e.APIVersion != v1alpha1.GroupVersion.String() {
			t.Errorf("%s %s is none of ours", e.APIVersion, e.Kind)
		}
		checked[e.Kind] = true
		for _, s := range states {
			got := "inProgress"
			for _, expr := range []struct{ is, text string }{{"inProgress", e.InProgress}, {"failed", e.Failed}, {"current", e.Current}} {
				holds, err := evaluate(expr.text, s.in(e.Kind))
				if err != nil {
					t.Fatalf("%s %s: %v", e.Kind, expr.is, err)
				}
				if holds {
					got = expr.is
					break
				}
			}
			if got != s.flux {
				t.Errorf("%s, %s: %s, want %s", e.Kind, s.name, got, s.flux)
			}
		}
	}
	for _, kind := range written() {
		if !checked[kind] {
			t.Errorf("no expressions for %s", kind)
		}
	}
}

// evaluate an expression over an object's fields, as Flux hands them over.
func evaluate(expr string, object *unstructured.Unstructured) (bool, error) {
	var options []cel.EnvOption
	for _, field := range []string{"apiVersion", "kind", "metadata", "spec", "status"} {
		options = append(options, cel.Variable(field, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return false, err
	}
	ast, issues := env.Compile(expr)
	if issues.Err() != nil {
		return false, issues.Err()
	}
	program, err := env.Program(ast)
	if err != nil {
		return false, err
	}
	out, _, err := program.Eval(object.Object)
	if err != nil {
		return false, err
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("%s gives a %s", expr, out.Type())
	}
	return holds, nil
}

// What waits by kstatus (Flux without expressions, cli-utils, kpt) is told the same by the objects themselves.
func TestKstatus(t *testing.T) {
	for _, kind := range written() {
		for _, s := range states {
			got, err := status.Compute(s.in(kind))
			if err != nil || got.Status != s.kstatus {
				t.Errorf("%s, %s: %+v %v, want %s", kind, s.name, got, err, s.kstatus)
			}
		}
	}
}

// An object that no operator has seen yet is in progress, as the API server stores it.
func TestFreshObjects(t *testing.T) {
	c := envtestkit.Client(t)
	namespace := envtestkit.Namespace(t)
	seen := map[string]bool{}
	for _, object := range build(t, "production") {
		object.SetNamespace(namespace)
		envtestkit.Create(t, c, object)
		stored := &unstructured.Unstructured{}
		stored.SetGroupVersionKind(schema.FromAPIVersionAndKind(object.GetAPIVersion(), object.GetKind()))
		stored.SetNamespace(namespace)
		stored.SetName(object.GetName())
		envtestkit.Reload(t, c, stored)
		if got, err := status.Compute(stored); err != nil || got.Status != status.InProgressStatus {
			t.Errorf("%s %s: %+v %v", stored.GetKind(), stored.GetName(), got, err)
		}
		seen[stored.GetKind()] = true
	}
	if len(seen) != 5 {
		t.Errorf("the example has %v: it should have one of each kind but Scorecard", seen)
	}
}
