package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// TestManyDefinitions: two hundred definitions on one source are one CronJob and one run, and a second run over the same
// data writes nothing.
func TestManyDefinitions(t *testing.T) {
	t.Parallel()
	const many = 200
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	// Suspended until all are there: on a slow machine they arrive over longer than a burst is waited for.
	apply(t, ns, strings.Replace(surveySource, "spec:", "spec:\n  suspend: true", 1))
	names := make([]string, many)
	var writers sync.WaitGroup
	for i := range names {
		names[i] = fmt.Sprintf("good-%03d", i)
	}
	for part := range 8 {
		writers.Go(func() {
			for i := part; i < many; i += 8 {
				where := `where: [{column: plan, operator: In, values: [pro, free, "` + names[i] + `"]}]` // each a formula of its own
				apply(t, ns, good(names[i], "survey", where))
			}
		})
	}
	writers.Wait()
	for _, name := range names {
		waitReason(t, cpi(ns, name), v1alpha1.ConditionReady, v1alpha1.ReasonReady) // its report waits for a run
	}
	apply(t, ns, surveySource)
	for _, name := range names {
		reads(t, cpi(ns, name), eighty)
		waitReason(t, cpi(ns, name), v1alpha1.ConditionFresh, v1alpha1.ReasonUpToDate) // the run's end is taken in
	}
	var cronJobs batchv1.CronJobList
	if err := api.List(t.Context(), &cronJobs, client.InNamespace(ns)); err != nil {
		t.Fatal(err)
	}
	if len(cronJobs.Items) != 1 {
		t.Errorf("%d CronJobs, want one", len(cronJobs.Items))
	}
	if list := jobs(t, ns, "survey"); len(list) != 1 {
		t.Errorf("runs: %s; want one", jobNames(list))
	}

	before := versions(t, ns)
	runAgain(t, ns, "survey")
	unchanged(t, before, versions(t, ns))
}

// versions of every report, definition and object made for the sources of a namespace.
func versions(t *testing.T, ns string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, list := range []client.ObjectList{
		&v1alpha1.IndicatorReportList{}, &v1alpha1.CPIDefinitionList{}, &v1alpha1.KPITargetList{}, &v1alpha1.DatasetList{},
	} {
		if err := api.List(t.Context(), list, client.InNamespace(ns)); err != nil {
			t.Fatal(err)
		}
		switch l := list.(type) {
		case *v1alpha1.IndicatorReportList:
			for _, o := range l.Items {
				out["report "+o.Name] = o.ResourceVersion
			}
		case *v1alpha1.CPIDefinitionList:
			for _, o := range l.Items {
				out["cpi "+o.Name] = o.ResourceVersion
			}
		case *v1alpha1.KPITargetList:
			for _, o := range l.Items {
				out["kpi "+o.Name] = o.ResourceVersion
			}
		case *v1alpha1.DatasetList:
			for _, o := range l.Items {
				out["dataset "+o.Name] = o.ResourceVersion
			}
		}
	}
	return out
}

func unchanged(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, version := range before {
		if after[name] != version {
			t.Errorf("%s was written: version %s, was %s", name, after[name], version)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d objects, were %d", len(after), len(before))
	}
}

// TestEdits: a title recomputes nothing; a formula restates and begins a new baseline; a deleted definition takes its
// report and series along.
func TestEdits(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("edited", "survey")+good("other", "survey"))
	edited := cpi(ns, "edited")
	reads(t, edited, eighty)
	reads(t, cpi(ns, "other"), eighty)
	ended(t, ns, "survey", jobs(t, ns, "survey")[0].Name)
	first := report(t, edited)
	labels := []string{label("namespace", ns), label("name", "edited")}

	update(t, edited, func(c *v1alpha1.CPIDefinition) { c.Spec.Title = "Another title" })
	eventually(t, "the new title to be seen", func(ctx context.Context) error {
		if reload(t, edited).Status.ObservedGeneration != edited.Generation {
			return errors.New("the status speaks of the generation before")
		}
		return nil
	})
	metricsShow(t, "the new title", present("cpi_info", append(labels, label("title", "Another title"))...))
	if now := report(t, edited); now.ResourceVersion != first.ResourceVersion {
		t.Error("a new title wrote the report")
	}
	baseline := *edited.Status.Baseline

	// A formula: answers from one plan only. A run that the title had asked for would count here.
	update(t, edited, func(c *v1alpha1.CPIDefinition) {
		c.Spec.Where = []v1alpha1.Condition{{Column: "plan", Operator: "In", Values: []string{"pro"}}}
	})
	reads(t, edited, "80.0 % [67.0, 88.8] n 50")
	second := report(t, edited)
	if second.Spec.RequestHash == first.Spec.RequestHash || second.Status.Result.RequestHash != second.Spec.RequestHash {
		t.Errorf("request hash %s, result of %s; before the edit %s", second.Spec.RequestHash, second.Status.Result.RequestHash, first.Spec.RequestHash)
	}
	if b := edited.Status.Baseline; b == nil || b.RequestHash != second.Spec.RequestHash || b.RequestHash == baseline.RequestHash || b.Since == nil {
		t.Errorf("baseline is %+v, was %+v", b, baseline)
	}
	if list := jobs(t, ns, "survey"); len(list) != 2 {
		t.Errorf("runs: %s; want one at first and one for the new formula", jobNames(list))
	}

	metricsShow(t, "its series", present("cpi_value", labels...))
	if err := api.Delete(t.Context(), edited); err != nil {
		t.Fatal(err)
	}
	gone(t, second)
	metricsShow(t, "nothing of it", absent("cpi_value", labels...))
	metricsShow(t, "nothing of it", absent("cpi_info", labels...))
	metricsShow(t, "its neighbour", present("cpi_value", label("namespace", ns), label("name", "other")))
}

// TestRestatement: the annotation asks for a run, once.
func TestRestatement(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("good", "survey"))
	indicator := cpi(ns, "good")
	reads(t, indicator, eighty)
	ended(t, ns, "survey", jobs(t, ns, "survey")[0].Name)
	update(t, indicator, func(c *v1alpha1.CPIDefinition) {
		c.Annotations = map[string]string{v1alpha1.RestateAnnotation: "prices were wrong"}
	})
	eventually(t, "the restatement to be honoured", func(context.Context) error {
		if r := report(t, indicator).Status.Result.Restatement; r != "prices were wrong" {
			return fmt.Errorf("it is %q", r)
		}
		return nil
	})
	if list := jobs(t, ns, "survey"); len(list) != 2 {
		t.Errorf("runs: %s; want one at first and one for the restatement", jobNames(list))
	}
}

// TestAnyOrder: the same objects applied in any order, and applied again, end the same.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	samples := decode(t, kubectl(t, "kustomize", filepath.Join(root(), "config", "samples")))
	applyShuffled := func(ns string, seed uint64) {
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(samples))
		for _, i := range order {
			if object := samples[i].DeepCopy(); object.GetKind() != "Namespace" {
				object.SetNamespace(ns)
				applyObject(t, object)
			}
		}
	}
	settled := func(ns string) {
		for _, object := range samples {
			switch object.GetKind() {
			case "CPIDefinition":
				computed(t, cpi(ns, object.GetName()))
				waitReason(t, cpi(ns, object.GetName()), v1alpha1.ConditionFresh, v1alpha1.ReasonUpToDate)
			case "KPITarget":
				computed(t, kpi(ns, object.GetName()))
				waitReason(t, kpi(ns, object.GetName()), v1alpha1.ConditionFresh, v1alpha1.ReasonUpToDate)
			case "DataSource":
				waitReason(t, dataSource(ns, object.GetName()), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
			}
		}
	}
	one, other := namespace(t), namespace(t)
	applyShuffled(one, 1)
	applyShuffled(other, 2)
	settled(one)
	settled(other)
	for _, object := range samples {
		var a, b client.Object
		switch object.GetKind() {
		case "CPIDefinition":
			a, b = cpi(one, object.GetName()), cpi(other, object.GetName())
		case "KPITarget":
			a, b = kpi(one, object.GetName()), kpi(other, object.GetName())
		default:
			continue
		}
		if x, y := outcome(reload(t, a)), outcome(reload(t, b)); x != y {
			t.Errorf("%s ends otherwise in another order:\n%s\n%s", a.GetName(), x, y)
		}
	}

	before := versions(t, one)
	asked := len(oneOffs(t, one))
	applyShuffled(one, 3)
	settled(one)
	runAgain(t, one, "software") // whatever the second application asked for would be done before or with it
	settled(one)
	unchanged(t, before, versions(t, one))
	if now := len(oneOffs(t, one)); now != asked {
		t.Errorf("%d runs were asked for; before it was applied again there were %d", now, asked)
	}
}

func outcome(indicator client.Object) string {
	var conditions []string
	for _, c := range conditionsOf(indicator) {
		conditions = append(conditions, fmt.Sprintf("%s=%s %s", c.Type, c.Status, c.Reason))
	}
	slices.Sort(conditions) // a map by type: its order means nothing
	summary := statusOf(indicator).Summary
	return fmt.Sprintf("%s %s %s: %s", reading(indicator), summary.State, summary.Period, strings.Join(conditions, "; "))
}

// oneOffs are the runs that the operator started because something was new or edited; those of a schedule come and go.
func oneOffs(t *testing.T, ns string) []batchv1.Job {
	t.Helper()
	return slices.DeleteFunc(allJobs(t, ns), func(j batchv1.Job) bool {
		owner := metav1.GetControllerOf(&j)
		return owner == nil || owner.Kind == "CronJob"
	})
}

func allJobs(t *testing.T, ns string) []batchv1.Job {
	t.Helper()
	var list batchv1.JobList
	if err := api.List(t.Context(), &list, client.InNamespace(ns)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// TestForeignObjects: an object of a name that the operator needs, made by somebody else, is left alone and told.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	foreign := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"namespace": ns, "name": job.ServiceAccountName("survey")}}}
	create(t, foreign)
	apply(t, ns, surveySource+good("good", "survey"))
	told := waitReason(t, dataSource(ns, "survey"), v1alpha1.ConditionReady, v1alpha1.ReasonConflict)
	if !strings.Contains(told.Message, foreign.GetName()) {
		t.Errorf("message does not name it: %s", told.Message)
	}
	if list := allJobs(t, ns); len(list) > 0 {
		t.Errorf("runs were started under a foreign account: %s", jobNames(list))
	}
}
