package datasource_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

func TestNewSourceIsUnobserved(t *testing.T) {
	w := newWorld(t)
	if got := envtestkit.Reload(t, w.client, w.source).Status.ObservedGeneration; got != -1 {
		t.Errorf("observedGeneration starts at %d, want -1", got)
	}
	w.reconcile()
	if w.source.Status.ObservedGeneration != w.source.Generation {
		t.Errorf("observedGeneration = %d, want %d", w.source.Status.ObservedGeneration, w.source.Generation)
	}
	w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady)
	w.wantCondition(v1alpha1.ConditionComputed, metav1.ConditionUnknown, v1alpha1.ReasonPending)
}

func TestManyIndicatorsMakeOneCronJobAndOneRun(t *testing.T) {
	w := newWorld(t)
	for i := range 200 {
		w.addIndicator(fmt.Sprintf("nps-%d", i), "v1-abc")
	}
	w.settle()
	var cronJobs batchv1.CronJobList
	if err := w.client.List(t.Context(), &cronJobs, client.InNamespace(w.source.Namespace)); err != nil {
		t.Fatal(err)
	}
	if len(cronJobs.Items) != 1 || len(w.jobs()) != 1 {
		t.Errorf("%d CronJobs and %d Jobs, want one of each", len(cronJobs.Items), len(w.jobs()))
	}
	if got := ptr.Deref(w.source.Status.Indicators, 0); got != 200 {
		t.Errorf("indicators = %d, want 200", got)
	}
}

func TestSecondReconcileWritesNothing(t *testing.T) {
	w := newWorld(t, func(ds *v1alpha1.DataSource) {
		ds.Spec.Schedule, ds.Spec.TimeZone = "15 6 * * *", "Europe/Berlin"
		ds.Spec.Pod = &v1alpha1.PodSettings{NodeSelector: map[string]string{"disk": "ssd"}}
	})
	_, report := w.addIndicator("nps", "v1-abc")
	w.settle()
	w.attempted(report)
	j := w.onlyJob()
	w.finish(j, batchv1.JobComplete, batchv1.JobReasonCompletionsReached)
	w.reconcile()
	w.writes.Forget()
	w.reconcile()
	w.reconcile()
	if calls := w.writes.Calls(); len(calls) != 0 {
		t.Errorf("an unchanged source was written: %v", calls)
	}
}

func TestCronJobFollowsTheSource(t *testing.T) {
	w := newWorld(t)
	cpi, _ := w.addIndicator("nps", "v1-abc")
	w.reconcile()
	before := w.cronJob()
	if !strings.HasSuffix(before.Spec.Schedule, " * * * *") || w.source.Status.Schedule != before.Spec.Schedule+" UTC" {
		t.Errorf("schedule %q, status %q: want hourly", before.Spec.Schedule, w.source.Status.Schedule)
	}

	w.source.Spec.Schedule = "30 4 * * *"
	w.source.Spec.Suspend = new(true)
	w.source.Spec.Pod = &v1alpha1.PodSettings{PriorityClassName: "batch"}
	w.update()
	w.reconcile()
	after := w.cronJob()
	if after.Spec.Schedule != "30 4 * * *" || !ptr.Deref(after.Spec.Suspend, false) || after.Spec.JobTemplate.Spec.Template.Spec.PriorityClassName != "batch" {
		t.Errorf("CronJob did not follow: %+v", after.Spec)
	}
	w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonSuspended)

	w.source.Spec.Pod = nil // a field that is no longer asked for
	w.update()
	w.reconcile()
	if got := w.cronJob().Spec.JobTemplate.Spec.Template.Spec.PriorityClassName; got != "" {
		t.Errorf("priority class %q is left over", got)
	}

	if err := w.client.Delete(t.Context(), cpi); err != nil {
		t.Fatal(err)
	}
	w.reconcile()
	err := w.client.Get(t.Context(), client.ObjectKeyFromObject(after), &batchv1.CronJob{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("a source that nothing reads still has its CronJob: %v", err)
	}
}

func TestHandMadeChangesAreUndone(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.reconcile()
	cronJob := w.cronJob()
	cronJob.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "evil:1"
	if err := w.client.Update(t.Context(), cronJob); err != nil {
		t.Fatal(err)
	}
	w.reconcile()
	if got := w.cronJob().Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image; got != "compute:test" {
		t.Errorf("image = %q", got)
	}
}

func TestInvalidSourceIsStalledAndHeals(t *testing.T) {
	w := newWorld(t)
	w.addIndicator("nps", "v1-abc")
	w.reconcile()
	w.source.Spec.Schedule = "61 * * * *"
	w.update()
	w.reconcile()
	message := w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonInvalid)
	w.wantCondition(v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalid)
	if !strings.Contains(message, "spec.schedule") || strings.Count(message, "spec.schedule") != 1 {
		t.Errorf("message %q must name spec.schedule once", message)
	}
	if !ptr.Deref(w.cronJob().Spec.Suspend, false) {
		t.Error("runs of an invalid source go on")
	}
	w.source.Spec.Schedule = "1 * * * *"
	w.update()
	w.reconcile()
	w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady)
	w.wantCondition(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing)
	if ptr.Deref(w.cronJob().Spec.Suspend, false) {
		t.Error("runs of a mended source do not go on")
	}
}

func TestForeignObjectsAreLeftAlone(t *testing.T) {
	for _, foreign := range []client.Object{
		&corev1.ServiceAccount{},
		&batchv1.CronJob{Spec: batchv1.CronJobSpec{Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "x", Image: "x"}}}},
		}}}},
	} {
		t.Run(fmt.Sprintf("%T", foreign), func(t *testing.T) {
			w := newWorld(t)
			foreign.SetNamespace(w.source.Namespace)
			foreign.SetName(job.Name(w.source.Name))
			envtestkit.Create(t, w.client, foreign)
			version := foreign.GetResourceVersion()
			w.addIndicator("nps", "v1-abc")
			if result := w.reconcile(); result.RequeueAfter == 0 {
				t.Error("a conflict must be looked at again")
			}
			message := w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonConflict)
			if !strings.Contains(message, foreign.GetName()) {
				t.Errorf("message %q does not name the object", message)
			}
			if got := envtestkit.Reload(t, w.client, foreign).GetResourceVersion(); got != version {
				t.Error("the foreign object was written")
			}
			if len(w.jobs()) != 0 {
				t.Error("a run was started in spite of the conflict")
			}
			w.writes.Forget()
			w.reconcile()
			if calls := w.writes.Calls(); len(calls) != 0 {
				t.Errorf("an unchanged conflict was written: %v", calls)
			}
		})
	}
}

func TestRefusedChildrenAreTold(t *testing.T) {
	w := newWorld(t)
	_, report := w.addIndicator("nps", "v1-abc")
	w.attempted(report)
	w.reconcile()
	w.source.Spec.Pod = &v1alpha1.PodSettings{NodeSelector: map[string]string{"pool": "not a label value!"}}
	w.update()
	if result := w.reconcile(); result.RequeueAfter < time.Minute {
		t.Errorf("looks again after %v: a refused object is to be tried slowly", result.RequeueAfter)
	}
	message := w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonChildRefused)
	if !strings.Contains(message, "CronJob") || !strings.Contains(message, "not a label value!") {
		t.Errorf("message %q names neither the object nor the cause", message)
	}
	if event := <-w.events; !strings.HasPrefix(event, "Warning ChildRefused") {
		t.Errorf("event %q", event)
	}
	w.writes.Forget()
	w.reconcile()
	for _, call := range w.writes.Calls() {
		if strings.Contains(call, "DataSource") {
			t.Errorf("an unchanged refusal was written: %v", call)
		}
	}
	w.source.Spec.Pod.NodeSelector["pool"] = "batch"
	w.update()
	w.reconcile()
	w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady)
}

func TestRefusedRunIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.failing(&batchv1.Job{}, apierrors.NewForbidden(batchv1.Resource("jobs"), "x", errors.New("exceeded quota: runs")))
	w.addIndicator("nps", "v1-abc")
	w.settle()
	message := w.wantCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonChildRefused)
	if !strings.Contains(message, "exceeded quota: runs") {
		t.Errorf("message = %q", message)
	}
	version := w.source.ResourceVersion
	w.reconcile()
	if w.source.ResourceVersion != version {
		t.Error("an unchanged refusal was written")
	}
}

func TestGenerationIsNotObservedBeforeItIsDealtWith(t *testing.T) {
	w := newWorld(t)
	w.failing(&corev1.ServiceAccount{}, apierrors.NewInternalError(errors.New("etcd is away")))
	if _, err := w.reconciler.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(w.source)}); err == nil {
		t.Error("an unclassified error must be tried again")
	}
	if got := envtestkit.Reload(t, w.client, w.source).Status.ObservedGeneration; got == w.source.Generation {
		t.Errorf("observedGeneration = %d though nothing was done", got)
	}
}

// failing lets the creation of objects of one kind fail.
func (w *world) failing(kind client.Object, err error) {
	w.reconciler.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			if reflect.TypeOf(object) == reflect.TypeOf(kind) {
				return err
			}
			return c.Create(ctx, object, options...)
		},
	})
}

func TestLongProblemsFitAnEvent(t *testing.T) {
	w := newWorld(t)
	w.reconcile()
	w.source.Spec.Pod = &v1alpha1.PodSettings{Annotations: map[string]string{}}
	for i := range 16 {
		w.source.Spec.Pod.Annotations[fmt.Sprintf("example.com/annotation-%02d-%s", i, strings.Repeat("x", 40))] = "x"
	}
	w.update()
	w.reconcile()
	if event := strings.TrimPrefix(<-w.events, "Warning Invalid "); len(event) > 1024 || len(event) < 900 {
		t.Errorf("event of %d bytes", len(event))
	}
}

func (w *world) update() {
	w.Helper()
	if err := w.client.Update(w.Context(), w.source); err != nil {
		w.Fatal(err)
	}
}
