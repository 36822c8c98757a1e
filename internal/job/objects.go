package job

import (
	"encoding/json"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// AnnotationSpec holds a hash of what we asked for, so that a field that is no longer asked for is
// seen in spite of the defaults that the API server fills in.
const AnnotationSpec = "cpi-operator.io/spec"

const (
	// keepFinishedSeconds is how long a finished Job stays for people to look at.
	keepFinishedSeconds = 6 * 3600
	// retries of a pod that died. The first death leaves suspects, which the second pod runs one by one;
	// the third finishes the rest without the one that was found.
	retries = 2
)

// Exit codes of a run's containers after which another pod would fare no better. 2 is not among them: Go
// programs that crash end with it.
const (
	// ExitSourceFailed: compute could not use the source at all and said why.
	ExitSourceFailed = 3
	// ExitInvalid: the plan step refused the source.
	ExitInvalid = 10
)

// ServiceAccount of the runs.
func (w Work) ServiceAccount() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		ObjectMeta:                   w.meta(w.Name(), nil),
		AutomountServiceAccountToken: new(false),
	}
}

// RoleBinding lets the runs read definitions and write report status, in their namespace.
func (w Work) RoleBinding() *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		ObjectMeta: w.meta(w.Name(), nil),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: ClusterRole},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: w.Name(), Namespace: w.Source.Namespace}},
	}
}

// CronJob runs the work on its schedule.
func (w Work) CronJob(schedule Schedule, images Images) *batchv1.CronJob {
	spec := batchv1.CronJobSpec{
		Schedule:                   schedule.Cron,
		TimeZone:                   new(schedule.TimeZone),
		ConcurrencyPolicy:          batchv1.ForbidConcurrent,
		Suspend:                    new(ptr.Deref(w.Source.Spec.Suspend, false)),
		StartingDeadlineSeconds:    new(int64(schedule.startingDeadline().Seconds())),
		SuccessfulJobsHistoryLimit: new(int32(1)),
		FailedJobsHistoryLimit:     new(int32(1)),
		JobTemplate: batchv1.JobTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: w.Labels()},
			Spec:       w.jobSpec(schedule, images),
		},
	}
	return &batchv1.CronJob{ObjectMeta: w.meta(w.Name(), spec), Spec: spec}
}

// OneOff runs the work once, for what identity stands for. Of a source, the run computes all that its definitions ask
// for.
func (w Work) OneOff(identity string, schedule Schedule, images Images) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: w.meta(w.OneOffName(identity), nil),
		Spec:       w.jobSpec(schedule, images),
	}
}

func (w Work) jobSpec(schedule Schedule, images Images) batchv1.JobSpec {
	return batchv1.JobSpec{
		ActiveDeadlineSeconds:   new(int64(schedule.Deadline().Seconds())),
		BackoffLimit:            new(int32(retries)),
		TTLSecondsAfterFinished: new(int32(keepFinishedSeconds)),
		PodReplacementPolicy:    new(batchv1.Failed),
		PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
			{
				Action:          batchv1.PodFailurePolicyActionIgnore,
				OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
			},
			failOn(PlanContainer, ExitInvalid),
			failOn(ComputeContainer, ExitSourceFailed),
		}},
		Template: w.podTemplate(images),
	}
}

func failOn(container string, codes ...int32) batchv1.PodFailurePolicyRule {
	return batchv1.PodFailurePolicyRule{
		Action: batchv1.PodFailurePolicyActionFailJob,
		OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
			ContainerName: new(container), Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: codes,
		},
	}
}

// meta names a child and gives it to its owner, which takes it along when it goes.
func (w Work) meta(name string, spec any) metav1.ObjectMeta {
	out := metav1.ObjectMeta{
		Namespace:       w.Source.Namespace,
		Name:            name,
		Labels:          w.Labels(),
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(w.Owner(), v1alpha1.GroupVersion.WithKind(w.kind()))},
	}
	if spec != nil {
		content, err := json.Marshal(spec)
		if err != nil {
			panic(err) // API types always marshal
		}
		out.Annotations = map[string]string{AnnotationSpec: shortHash(string(content))}
	}
	return out
}
