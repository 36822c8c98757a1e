package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/job"
)

// jobs of a source, the oldest first.
func jobs(t *testing.T, ns, source string) []batchv1.Job {
	t.Helper()
	var list batchv1.JobList
	eventually(t, "a list of Jobs", func(ctx context.Context) error {
		return api.List(ctx, &list, client.InNamespace(ns), client.MatchingLabels{job.LabelDataSource: source})
	})
	slices.SortFunc(list.Items, func(a, b batchv1.Job) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return list.Items
}

func jobNames(list []batchv1.Job) string {
	var out []string
	for _, j := range list {
		out = append(out, j.Name)
	}
	return strings.Join(out, ", ")
}

// runningPod waits until a pod of the source runs its computation, and returns it. Pods of the names in other are passed by.
func runningPod(t *testing.T, ns, source string, other ...string) *corev1.Pod {
	t.Helper()
	var found corev1.Pod
	eventually(t, "a run on "+source, func(ctx context.Context) error {
		var pods corev1.PodList
		if err := api.List(ctx, &pods, client.InNamespace(ns), client.MatchingLabels{job.LabelDataSource: source}); err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.Status.Phase == corev1.PodRunning && !slices.Contains(other, pod.Name) {
				found = pod
				return nil
			}
		}
		return errors.New("no pod is running")
	})
	return &found
}

var again atomic.Int64

// runAgain starts a run of the source's CronJob, as `kubectl create job --from` does, and waits until the source has
// taken in how it ended.
func runAgain(t *testing.T, ns, source string) {
	t.Helper()
	ended(t, ns, source, startRun(t, ns, source))
}

// startRun starts a run and returns its Job's name.
func startRun(t *testing.T, ns, source string) string {
	t.Helper()
	name := fmt.Sprintf("again-%d", again.Add(1))
	kubectl(t, "--namespace", ns, "create", "job", name, "--from=cronjob/"+job.Name(source))
	return name
}

// ended waits until the source has taken in how a run ended.
func ended(t *testing.T, ns, source, name string) {
	t.Helper()
	ds := dataSource(ns, source)
	eventually(t, "the end of run "+name, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(ds), ds); err != nil {
			return err
		}
		if last := ds.Status.LastRun; last == nil || last.Job != name {
			return fmt.Errorf("the last run is %+v", last)
		}
		return nil
	})
}

// checkOnlyComputeHoldsSecrets looks at what the runs of a source mount: its Secrets, into compute, and into nothing else.
func checkOnlyComputeHoldsSecrets(t *testing.T, ns, source string) {
	t.Helper()
	var schedule batchv1.CronJob
	eventually(t, "the CronJob of "+source, func(ctx context.Context) error {
		return api.Get(ctx, client.ObjectKey{Namespace: ns, Name: job.Name(source)}, &schedule)
	})
	pod := schedule.Spec.JobTemplate.Spec.Template.Spec
	secrets := map[string]bool{}
	for _, v := range pod.Volumes {
		if v.Secret != nil {
			secrets[v.Name] = true
		}
	}
	held := 0
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		for _, m := range c.VolumeMounts {
			switch {
			case !secrets[m.Name]:
			case c.Name == job.ComputeContainer && m.ReadOnly:
				held++
			default:
				t.Errorf("%s mounts %s at %s", c.Name, m.Name, m.MountPath)
			}
		}
	}
	if held == 0 {
		t.Error("compute mounts no Secret")
	}
}
