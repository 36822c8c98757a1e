package linkage_test

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

const overTwoSources = "{kpiRef: {name: renewal-rate}, drivers: [{cpiRef: {name: faraway-nps}, expected: Positive}], customerLevel: {unit: account, index: OutcomeDecision, exposureWindow: 90d}}"

func (w *world) jobs(l *v1alpha1.CPILinkage) []batchv1.Job {
	w.Helper()
	var list batchv1.JobList
	must(w, w.client.List(w.Context(), &list, client.InNamespace(w.namespace), client.MatchingLabels{"cpi-operator.io/linkage": l.Name}))
	return list.Items
}

func TestClaimOverTwoSourcesHasWhatItsRunsNeed(t *testing.T) {
	w := newWorld(t)
	l := w.claim("far", overTwoSources)
	w.want(l.Status.Conditions, "Ready", "True", "Ready")
	report := w.report("link-far")
	if report.Spec.ServiceAccountName != "far-cpilink" || report.Spec.DataSourceRef.Name != "crm" {
		t.Errorf("the report takes results of %s from runs of %s", report.Spec.ServiceAccountName, report.Spec.DataSourceRef.Name)
	}
	object := metav1.ObjectMeta{Namespace: w.namespace, Name: "far-cpilink"}
	cronJob := envtestkit.Reload(w, w.client, &batchv1.CronJob{ObjectMeta: object})
	account := envtestkit.Reload(w, w.client, &corev1.ServiceAccount{ObjectMeta: object})
	binding := envtestkit.Reload(w, w.client, &rbacv1.RoleBinding{ObjectMeta: object})
	for _, child := range []client.Object{cronJob, account, binding} {
		if !metav1.IsControlledBy(child, l) {
			t.Errorf("%T does not go with the claim", child)
		}
	}
	if len(binding.Subjects) != 1 || binding.Subjects[0].Name != account.Name || binding.RoleRef.Name != "cpi-operator-job" {
		t.Errorf("binding %v to %v", binding.RoleRef, binding.Subjects)
	}
	pod := cronJob.Spec.JobTemplate.Spec.Template.Spec
	secrets := 0
	for _, v := range pod.Volumes {
		if v.Secret != nil {
			secrets++
		}
	}
	if secrets != 2 || pod.ServiceAccountName != account.Name {
		t.Errorf("%d Secrets, run as %s", secrets, pod.ServiceAccountName)
	}

	if got := w.jobs(l); len(got) != 0 {
		t.Fatalf("a run before the claim was left alone: %d", len(got))
	}
	w.clock.Step(time.Minute)
	w.reconcile(l)
	started := w.jobs(l)
	if len(started) != 1 || !metav1.IsControlledBy(&started[0], l) {
		t.Fatalf("%d runs", len(started))
	}
	w.reconcile(l)
	w.writes.Forget()
	w.reconcile(l)
	if calls := w.writes.Calls(); len(calls) != 0 {
		t.Errorf("without a change it writes %v", calls)
	}
	w.publish(l, &v1alpha1.ReportLink{Drivers: []v1alpha1.LinkFinding{{Driver: "faraway-nps", Verdict: "InsufficientData", Reason: "NoUnits", Sentence: "Nobody answered."}}})
	w.clock.Step(time.Hour)
	w.reconcile(l)
	if got := w.jobs(l); len(got) != 1 {
		t.Errorf("%d runs after the first has told", len(got))
	}
}

func TestClaimThatNeedsNoRunsOfItsOwnAnyMore(t *testing.T) {
	w := newWorld(t)
	l := w.claim("near", overTwoSources)
	l.Spec.Drivers[0].CPIRef.Name = "support-nps"
	must(t, w.client.Update(t.Context(), l))
	w.reconcile(l)
	w.want(l.Status.Conditions, "Ready", "True", "Ready")
	err := w.client.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: "near-cpilink"}, &batchv1.CronJob{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("its CronJob is still there: %v", err)
	}
	if got := w.report("link-near").Spec.ServiceAccountName; got != "crm-cpi" {
		t.Errorf("the report takes results of %s", got)
	}
}

func TestAccountOfSomebodyElseIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	envtestkit.Create(t, w.client, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "taken-cpilink"}})
	l := w.claim("taken", overTwoSources)
	if message := w.want(l.Status.Conditions, "Ready", "False", "Conflict"); !strings.Contains(message, "ServiceAccount taken-cpilink exists and does not belong to CPILinkage taken;") {
		t.Errorf("message %s", message)
	}
}
