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

// ServiceAccount of a source's runs.
func ServiceAccount(ds *v1alpha1.DataSource) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		ObjectMeta:                   meta(ds, ServiceAccountName(ds.Name), nil),
		AutomountServiceAccountToken: new(false),
	}
}

// RoleBinding lets a source's runs read definitions and write report status, in their namespace.
func RoleBinding(ds *v1alpha1.DataSource) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		ObjectMeta: meta(ds, Name(ds.Name), nil),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: ClusterRole},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: ServiceAccountName(ds.Name), Namespace: ds.Namespace}},
	}
}

// CronJob runs a source on its schedule.
func CronJob(ds *v1alpha1.DataSource, schedule Schedule, images Images) *batchv1.CronJob {
	spec := batchv1.CronJobSpec{
		Schedule:                   schedule.Cron,
		TimeZone:                   new(schedule.TimeZone),
		ConcurrencyPolicy:          batchv1.ForbidConcurrent,
		Suspend:                    new(ptr.Deref(ds.Spec.Suspend, false)),
		StartingDeadlineSeconds:    new(int64(schedule.startingDeadline().Seconds())),
		SuccessfulJobsHistoryLimit: new(int32(1)),
		FailedJobsHistoryLimit:     new(int32(1)),
		JobTemplate: batchv1.JobTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels(ds)},
			Spec:       jobSpec(ds, schedule, images),
		},
	}
	return &batchv1.CronJob{ObjectMeta: meta(ds, Name(ds.Name), spec), Spec: spec}
}

// OneOff runs a source once, for the indicators that identity stands for. The run computes all that the
// source's definitions ask for.
func OneOff(ds *v1alpha1.DataSource, identity string, schedule Schedule, images Images) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: meta(ds, OneOffName(ds.Name, identity), nil),
		Spec:       jobSpec(ds, schedule, images),
	}
}

func jobSpec(ds *v1alpha1.DataSource, schedule Schedule, images Images) batchv1.JobSpec {
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
		Template: podTemplate(ds, images),
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

// meta names a child and gives it to the source, which takes it along when it goes.
func meta(ds *v1alpha1.DataSource, name string, spec any) metav1.ObjectMeta {
	out := metav1.ObjectMeta{
		Namespace:       ds.Namespace,
		Name:            name,
		Labels:          labels(ds),
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(ds, v1alpha1.GroupVersion.WithKind("DataSource"))},
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
