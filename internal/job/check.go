package job

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// annotations that a pod may carry: whether a service mesh takes it in, and whether it may be moved. Whole keys
// only: their neighbours of the same prefix choose a proxy's image, or mount volumes.
var annotations = []string{
	"cluster-autoscaler.kubernetes.io/safe-to-evict",
	"consul.hashicorp.com/connect-inject",
	"karpenter.sh/do-not-disrupt",
	"kuma.io/sidecar-injection",
	"linkerd.io/inject",
	"sidecar.istio.io/inject",
}

// Check tells what is wrong with a source's schedule and pod settings.
func Check(ds *v1alpha1.DataSource) resolve.Problems {
	var problems resolve.Problems
	report := func(field, format string, args ...any) {
		problems = append(problems, resolve.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if _, err := ScheduleOf(ds); err != nil {
		report("spec.schedule", "%v", err)
	}
	settings := ds.Spec.Pod
	if settings == nil {
		return problems
	}
	for _, key := range slices.Sorted(maps.Keys(settings.Annotations)) {
		if !slices.Contains(annotations, key) {
			report("spec.pod.annotations", "%q is not taken; allowed are %s", key, strings.Join(annotations, ", "))
		}
	}
	if settings.Resources == nil {
		return problems
	}
	for field, list := range map[string]corev1.ResourceList{"requests": settings.Resources.Requests, "limits": settings.Resources.Limits} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			if name != corev1.ResourceCPU && name != corev1.ResourceMemory {
				report("spec.pod.resources."+field, "%q is not taken; set cpu and memory", name)
			}
		}
	}
	limits, requests := resolve.Limits(ds), settings.Resources.Requests
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		limit, limited := limits[name]
		request := requests[name]
		if limited && request.Cmp(limit) > 0 {
			report(fmt.Sprintf("spec.pod.resources.requests.%s", name), "%s is above the limit of %s; raise the limit too", request.String(), limit.String())
		}
	}
	return problems
}
