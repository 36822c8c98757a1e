package job_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

func TestMain(m *testing.M) { envtestkit.Main(m) }

// The API server's own admission judges the pod by the restricted Pod Security Standard, and its
// validation the CronJob and the Job.
func TestAPIServerAdmitsRuns(t *testing.T) {
	c := envtestkit.Client(t)
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "restricted-", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	envtestkit.Create(t, c, ns)
	for _, ds := range []*v1alpha1.DataSource{postgres(), files()} {
		ds.Namespace = ns.Name
		schedule, err := job.ScheduleOf(ds)
		if err != nil {
			t.Fatal(err)
		}
		oneOff := job.OfSource(ds).OneOff("x", schedule, images)
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: ds.Name, Labels: oneOff.Spec.Template.Labels},
			Spec:       oneOff.Spec.Template.Spec,
		}
		envtestkit.Create(t, c, job.OfSource(ds).ServiceAccount(), job.OfSource(ds).RoleBinding(), job.OfSource(ds).CronJob(schedule, images), oneOff, pod)
	}
	lax := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "lax"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "x", Image: "x"}}},
	}
	if err := c.Create(t.Context(), lax); err == nil {
		t.Error("the namespace admits anything: this test proves nothing")
	}
}
