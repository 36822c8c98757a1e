package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// TestNeverStarted: a run whose pod does not start is told on the source, with the cluster's own words.
func TestNeverStarted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, from, to, says string
		prepare              func(t *testing.T, ns string)
	}{
		{name: "no such node", from: "spec:", to: "spec:\n  pod: {nodeSelector: {kubernetes.io/hostname: nowhere}}", says: "node"},
		{name: "no such volume", from: "configMap: {name: survey, key: survey.csv}", to: "persistentVolumeClaim: {name: nothing, path: survey.csv}", says: "nothing"},
		{name: "quota used up", says: "quota", prepare: func(t *testing.T, ns string) {
			create(t, &corev1.ResourceQuota{
				ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "full"},
				Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}},
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ns := namespace(t)
			if test.prepare != nil {
				test.prepare(t, ns)
			}
			create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
			apply(t, ns, strings.Replace(surveySource, test.from, test.to, 1)+good("good", "survey"))
			told := waitReason(t, dataSource(ns, "survey"), v1alpha1.ConditionComputed, v1alpha1.ReasonNeverStarted)
			if !strings.Contains(told.Message, test.says) {
				t.Errorf("message %q does not speak of %q", told.Message, test.says)
			}
			waitReason(t, cpi(ns, "good"), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
		})
	}
}

// TestSuspend: no run starts while a source is suspended, and what waited is computed afterwards.
func TestSuspend(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, strings.Replace(surveySource, "spec:", "spec:\n  suspend: true", 1)+good("good", "survey"))
	ds := dataSource(ns, "survey")
	waitReason(t, ds, v1alpha1.ConditionReady, v1alpha1.ReasonSuspended)
	cronJob := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: job.Name("survey")}}
	eventually(t, "a suspended CronJob", func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(cronJob), cronJob); err != nil {
			return err
		}
		if cronJob.Spec.Suspend == nil || !*cronJob.Spec.Suspend {
			return errors.New("it is not suspended")
		}
		return nil
	})
	waitReason(t, cpi(ns, "good"), v1alpha1.ConditionComputed, v1alpha1.ReasonPending)

	update(t, ds, func(ds *v1alpha1.DataSource) { ds.Spec.Suspend = nil })
	reads(t, cpi(ns, "good"), eighty)
	if list := jobs(t, ns, "survey"); len(list) != 1 {
		t.Errorf("runs: %s; one was to start, after the suspension", jobNames(list))
	}
}

// TestInvalidHeals: what is wrong stands where the user looks, hurts nobody else, and an edit is all it takes.
func TestInvalidHeals(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, good("early", "survey")) // before the dataset and the source exist
	waitReason(t, cpi(ns, "early"), v1alpha1.ConditionReady, v1alpha1.ReasonReferenceNotFound)
	apply(t, ns, surveySource)
	reads(t, cpi(ns, "early"), eighty)

	ds := dataSource(ns, "survey")
	update(t, ds, func(ds *v1alpha1.DataSource) { ds.Spec.Schedule = "61 * * * *" })
	told := waitReason(t, ds, v1alpha1.ConditionStalled, v1alpha1.ReasonInvalid)
	if !strings.Contains(told.Message, "spec.schedule") {
		t.Errorf("message names no field: %s", told.Message)
	}
	reads(t, cpi(ns, "early"), eighty)
	update(t, ds, func(ds *v1alpha1.DataSource) { ds.Spec.Schedule = "30 * * * *" })
	waitReason(t, ds, v1alpha1.ConditionReady, v1alpha1.ReasonReady)
	waitReason(t, ds, v1alpha1.ConditionStalled, v1alpha1.ReasonProgressing)
}
