package job

import (
	"fmt"
	"maps"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Images of a run's pod.
type Images struct {
	// Manager runs the plan and publish steps; Compute the computation.
	Manager, Compute string
}

// user of every container; scratch images know no other.
const user int64 = 65532

// publishPort is where publish says that it has started.
const publishPort int32 = 8081

// graceSeconds is how long publish has, after the computation, to bring results to an API server that is away.
const graceSeconds = 120

// podTemplate is a run: plan (API token, no data), then compute (data, no token) with publish (API token,
// no data) beside it as a native sidecar, which the kubelet ends after compute.
func (w Work) podTemplate(images Images) corev1.PodTemplateSpec {
	volumes, mounts := w.sourceVolumes()
	pod := corev1.PodSpec{
		ServiceAccountName:            w.Name(),
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		RestartPolicy:                 corev1.RestartPolicyNever,
		TerminationGracePeriodSeconds: new(int64(graceSeconds)),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:        new(true),
			RunAsUser:           new(user),
			RunAsGroup:          new(user),
			FSGroup:             new(user),
			FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch),
			SeccompProfile:      &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		InitContainers: []corev1.Container{w.planContainer(images.Manager), w.publishContainer(images.Manager)},
		Containers:     []corev1.Container{computeContainer(w.Source, images.Compute, mounts)},
		Volumes:        append(commonVolumes(), volumes...),
	}
	template := corev1.PodTemplateSpec{Spec: pod, ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{}}}
	if settings := w.Source.Spec.Pod; settings != nil {
		template.Spec.NodeSelector = settings.NodeSelector
		template.Spec.Tolerations = settings.Tolerations
		template.Spec.PriorityClassName = settings.PriorityClassName
		for _, secret := range settings.ImagePullSecrets {
			template.Spec.ImagePullSecrets = append(template.Spec.ImagePullSecrets, corev1.LocalObjectReference{Name: secret.Name})
		}
		maps.Copy(template.Labels, settings.Labels)
		template.Annotations = settings.Annotations
	}
	maps.Copy(template.Labels, w.Labels())
	return template
}

func (w Work) planContainer(image string) corev1.Container {
	return contained(corev1.Container{
		Name:  PlanContainer,
		Image: image,
		Args:  w.args("plan", "--output", PlanFile),
		Env:   []corev1.EnvVar{fromField("NAMESPACE", "metadata.namespace"), fromField("RUN", "metadata.labels['batch.kubernetes.io/job-name']")},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "plan", MountPath: planDir},
			{Name: "token", MountPath: tokenDir, ReadOnly: true},
		},
		Resources:                stepResources(),
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
	})
}

// args of a step: what it does, for which source and linkage, and the rest.
func (w Work) args(step string, rest ...string) []string {
	out := []string{step, "--source", w.Source.Name}
	if w.Linkage != nil {
		out = append(out, "--linkage", w.Linkage.Name)
	}
	return append(out, rest...)
}

func (w Work) publishContainer(image string) corev1.Container {
	return contained(corev1.Container{
		Name:          PublishContainer,
		Image:         image,
		RestartPolicy: new(corev1.ContainerRestartPolicyAlways),
		Args:          w.args("publish", "--plan", PlanFile, "--results", resultsDir, "--ready-address", fmt.Sprintf(":%d", publishPort)),
		Env:           []corev1.EnvVar{fromField("NAMESPACE", "metadata.namespace")},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "plan", MountPath: planDir, ReadOnly: true},
			{Name: "results", MountPath: resultsDir, ReadOnly: true},
			{Name: "token", MountPath: tokenDir, ReadOnly: true},
		},
		// Compute starts only when publish listens for the signal that says it has ended: a run can be over
		// before a slow node has got publish going.
		StartupProbe: &corev1.Probe{
			ProbeHandler:     corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/readyz", Port: intstr.FromInt32(publishPort), Scheme: corev1.URISchemeHTTP}},
			PeriodSeconds:    1,
			TimeoutSeconds:   5,
			SuccessThreshold: 1,
			FailureThreshold: 120,
		},
		Resources:                stepResources(),
		TerminationMessagePolicy: corev1.TerminationMessageReadFile,
	})
}

func computeContainer(ds *v1alpha1.DataSource, image string, mounts []corev1.VolumeMount) corev1.Container {
	return contained(corev1.Container{
		Name:  ComputeContainer,
		Image: image,
		Args:  []string{"--plan", PlanFile, "--results", resultsDir, "--scratch", scratchDir, "--scratch-bytes", strconv.Itoa(spillBytes)},
		Env:   []corev1.EnvVar{{Name: "TMPDIR", Value: scratchDir}},
		VolumeMounts: append([]corev1.VolumeMount{
			{Name: "plan", MountPath: planDir, ReadOnly: true},
			{Name: "results", MountPath: resultsDir},
			{Name: "scratch", MountPath: scratchDir},
		}, mounts...),
		Resources:                computeResources(ds),
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
	})
}

// contained locks a container in: the restricted Pod Security Standard in full, and a read-only image.
func contained(c corev1.Container) corev1.Container {
	c.ImagePullPolicy = corev1.PullIfNotPresent
	c.TerminationMessagePath = corev1.TerminationMessagePathDefault
	c.SecurityContext = &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		Privileged:               new(false),
		ReadOnlyRootFilesystem:   new(true),
		RunAsNonRoot:             new(true),
		SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	return c
}

// stepResources are for plan and publish, which hold definitions and reports and little else.
func stepResources() corev1.ResourceRequirements {
	return corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi")},
		Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("256Mi")},
	}
}

// computeResources are the declared ones over the defaults; a default request never exceeds a declared limit.
func computeResources(ds *v1alpha1.DataSource) corev1.ResourceRequirements {
	limits := resolve.Limits(ds)
	requests := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi")}
	for name, request := range requests {
		if limit := limits[name]; request.Cmp(limit) > 0 {
			requests[name] = limit
		}
	}
	if p := ds.Spec.Pod; p != nil && p.Resources != nil {
		maps.Copy(requests, p.Resources.Requests)
	}
	return corev1.ResourceRequirements{Requests: requests, Limits: limits}
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
}
