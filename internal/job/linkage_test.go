package job_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func linked(source, other *v1alpha1.DataSource) job.Work {
	return job.OfLinkage(&v1alpha1.CPILinkage{ObjectMeta: metav1.ObjectMeta{Namespace: "cx", Name: "nps-renewal", UID: "11cc"}}, source, other)
}

func TestLinkageSeesWhatItsTwoSourcesNeedAndNoMore(t *testing.T) {
	for _, tc := range []struct {
		source, other *v1alpha1.DataSource
		data          []string
	}{
		{postgres(), mysql(), []string{"credentials", "ca", "other-credentials", "other-ca"}},
		{postgres(), postgres(), []string{"credentials", "ca", "other-credentials", "other-ca"}},
		{mysql(), files(), []string{"credentials", "ca", "other-table-0", "other-table-1", "other-table-2-ca", "other-table-2-authorization", "other-table-3-credentials", "other-table-3-ca"}},
	} {
		schedule, err := job.ScheduleOf(tc.source)
		if err != nil {
			t.Fatal(err)
		}
		work := linked(tc.source, tc.other)
		pod := work.CronJob(schedule, images).Spec.JobTemplate.Spec.Template.Spec
		seen := containers(pod)
		if diff := cmp.Diff(append([]string{"plan", "results (writes)", "scratch (writes)"}, tc.data...), mounts(seen[job.ComputeContainer])); diff != "" {
			t.Error(diff)
		}
		for _, step := range []string{job.PlanContainer, job.PublishContainer} {
			if got := mounts(seen[step]); slices.ContainsFunc(got, func(name string) bool { return slices.Contains(tc.data, name) }) {
				t.Errorf("%s sees %v", step, got)
			}
		}
		if pod.ServiceAccountName != "nps-renewal-cpilink" {
			t.Errorf("runs as %s", pod.ServiceAccountName)
		}
		// What the plan refers to is where it is mounted, no two in one place.
		var paths []string
		for _, m := range seen[job.ComputeContainer].VolumeMounts {
			if slices.Contains(paths, m.MountPath) {
				t.Errorf("%s is mounted twice", m.MountPath)
			}
			paths = append(paths, m.MountPath)
		}
		own, _ := resolve.Source(tc.source)
		other, _ := resolve.OtherSource(tc.other, own.Limits)
		for _, s := range []plan.Source{own, other} {
			for _, at := range placesOf(s) {
				if !slices.ContainsFunc(paths, func(p string) bool { return at == p || strings.HasPrefix(at, p+"/") }) {
					t.Errorf("%s of source %s is not mounted: %v", at, s.Name, paths)
				}
			}
		}
		if slices.ContainsFunc(placesOf(other), func(at string) bool { return slices.Contains(placesOf(own), at) }) {
			t.Errorf("both sources refer to one place: %v", placesOf(other))
		}
		if other.Limits.MemoryBytes != own.Limits.MemoryBytes {
			t.Errorf("the other source has %d bytes, the pod %d", other.Limits.MemoryBytes, own.Limits.MemoryBytes)
		}
	}
}

// placesOf are the paths that a source refers to.
func placesOf(s plan.Source) []string {
	var out []string
	add := func(paths ...string) {
		for _, p := range paths {
			if p != "" {
				out = append(out, p)
			}
		}
	}
	if s.Postgres != nil {
		add(s.Postgres.CAPath, s.Postgres.CredentialsDir)
	}
	if s.MySQL != nil {
		add(s.MySQL.CAPath, s.MySQL.CredentialsDir)
	}
	if s.Files != nil {
		for _, table := range s.Files.Tables {
			add(table.Path, table.CAPath, table.HeaderPath)
			if table.S3 != nil {
				add(table.S3.CredentialsDir)
			}
		}
	}
	return out
}

func TestLinkageOwnsItsRuns(t *testing.T) {
	schedule, err := job.ScheduleOf(postgres())
	if err != nil {
		t.Fatal(err)
	}
	work := linked(postgres(), mysql())
	cronJob := work.CronJob(schedule, images)
	owner := metav1.GetControllerOf(cronJob)
	if owner == nil || owner.Kind != "CPILinkage" || owner.Name != "nps-renewal" || owner.UID != "11cc" {
		t.Errorf("owned by %v", owner)
	}
	if cronJob.Spec.Schedule != schedule.Cron {
		t.Errorf("runs at %s, the KPI's source at %s", cronJob.Spec.Schedule, schedule.Cron)
	}
	for name, labels := range map[string]map[string]string{"CronJob": cronJob.Labels, "pod": cronJob.Spec.JobTemplate.Spec.Template.Labels} {
		if labels[job.LabelLinkage] != "nps-renewal" || labels[job.LabelDataSource] != "" {
			t.Errorf("labels of the %s: %v", name, labels)
		}
	}
	args := containers(cronJob.Spec.JobTemplate.Spec.Template.Spec)[job.PlanContainer].Args
	if diff := cmp.Diff([]string{"plan", "--source", "crm", "--linkage", "nps-renewal", "--output", job.PlanFile}, args); diff != "" {
		t.Error(diff)
	}
	oneOff := work.OneOff("x", schedule, images)
	if oneOff.Name == work.OneOff("y", schedule, images).Name || len(oneOff.Name) > 63 || !strings.HasPrefix(oneOff.Name, "nps-renewal-cpilink-") {
		t.Errorf("one-off is named %s", oneOff.Name)
	}
	// A source of the linkage's name has other objects.
	same := postgres()
	same.Name = "nps-renewal"
	if job.OfSource(same).Name() == work.Name() {
		t.Errorf("both are named %s", work.Name())
	}
	if got := job.LinkageAccountName(strings.Repeat("a", 52)); len(got) > 52 {
		t.Errorf("%s has %d characters", got, len(got))
	}
}
