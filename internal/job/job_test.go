package job_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

var images = job.Images{Manager: "manager:1", Compute: "compute:1"}

func mysql() *v1alpha1.DataSource {
	out := postgres()
	out.Name = "shop"
	pg := out.Spec.Postgres
	out.Spec.Postgres, out.Spec.MySQL = nil, &v1alpha1.MySQLSource{Host: pg.Host, Database: pg.Database, CredentialsRef: pg.CredentialsRef, TLS: pg.TLS}
	return out
}

func postgres() *v1alpha1.DataSource {
	return &v1alpha1.DataSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: "cx", Name: "crm", UID: "5f1c"},
		Spec: v1alpha1.DataSourceSpec{Postgres: &v1alpha1.PostgresSource{
			Host: "db", Database: "crm", CredentialsRef: v1alpha1.LocalReference{Name: "crm-reader"},
			TLS: &v1alpha1.DatabaseTLS{Mode: v1alpha1.TLSVerifyFull, CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"}},
		}},
	}
}

func files() *v1alpha1.DataSource {
	return &v1alpha1.DataSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: "cx", Name: "exports", UID: "77aa"},
		Spec: v1alpha1.DataSourceSpec{Files: &v1alpha1.FilesSource{Tables: []v1alpha1.FileTable{
			{Name: "survey", Format: "CSV", ConfigMap: &v1alpha1.KeyReference{Name: "survey", Key: "survey.csv"}},
			{Name: "orders", Format: "Parquet", PersistentVolumeClaim: &v1alpha1.ClaimFile{Name: "lake", Path: "orders/*.parquet"}},
			{Name: "web", Format: "CSV", URL: &v1alpha1.URLFile{
				Address: "https://files.example/web.csv", CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"},
				AuthorizationRef: &v1alpha1.KeyReference{Name: "files-token", Key: "authorization"},
			}},
			{Name: "lake", Format: "Parquet", S3: &v1alpha1.S3File{
				Endpoint: "https://s3.example", Bucket: "lake", Key: "orders/*.parquet", CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"},
				CredentialsRef: v1alpha1.LocalReference{Name: "lake-reader"},
			}},
		}}},
	}
}

func prometheus() *v1alpha1.DataSource {
	return &v1alpha1.DataSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: "cx", Name: "prom", UID: "91bb"},
		Spec: v1alpha1.DataSourceSpec{Prometheus: &v1alpha1.PrometheusSource{
			Address: "https://prometheus.example", CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"},
			CredentialsRef: &v1alpha1.LocalReference{Name: "reader"}, TokenRef: &v1alpha1.KeyReference{Name: "reader", Key: "token"},
		}},
	}
}

func podOf(t *testing.T, ds *v1alpha1.DataSource) corev1.PodSpec {
	t.Helper()
	schedule, err := job.ScheduleOf(ds)
	if err != nil {
		t.Fatal(err)
	}
	return job.OfSource(ds).CronJob(schedule, images).Spec.JobTemplate.Spec.Template.Spec
}

func containers(pod corev1.PodSpec) map[string]corev1.Container {
	out := map[string]corev1.Container{}
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		out[c.Name] = c
	}
	return out
}

// mounts are the volumes a container sees, marked where it may write.
func mounts(c corev1.Container) []string {
	var out []string
	for _, m := range c.VolumeMounts {
		name := m.Name
		if !m.ReadOnly {
			name += " (writes)"
		}
		out = append(out, name)
	}
	return out
}

func TestTokenAndDataNeverMeet(t *testing.T) {
	for _, tc := range []struct {
		source *v1alpha1.DataSource
		data   []string
	}{
		{postgres(), []string{"credentials", "ca"}},
		{mysql(), []string{"credentials", "ca"}},
		{files(), []string{"table-0", "table-1", "table-2-ca", "table-2-authorization", "table-3-credentials", "table-3-ca"}},
		{prometheus(), []string{"credentials", "token-of-source", "ca"}},
	} {
		t.Run(tc.source.Name, func(t *testing.T) {
			pod := podOf(t, tc.source)
			if ptr.Deref(pod.AutomountServiceAccountToken, true) {
				t.Error("the token is mounted into every container")
			}
			all := containers(pod)
			want := map[string][]string{
				"plan":    {"plan (writes)", "token"},
				"publish": {"plan", "results", "token"},
				"compute": append([]string{"plan", "results (writes)", "scratch (writes)"}, tc.data...),
			}
			for name, volumes := range want {
				if diff := cmp.Diff(volumes, mounts(all[name])); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			if len(all) != len(want) {
				t.Errorf("%d containers", len(all))
			}
			if all["compute"].Image != images.Compute || all["plan"].Image != images.Manager || all["publish"].Image != images.Manager {
				t.Error("a container runs the wrong image")
			}
			if ptr.Deref(all["publish"].RestartPolicy, "") != corev1.ContainerRestartPolicyAlways {
				t.Error("publish is not a sidecar")
			}
		})
	}
}

func TestWhatIsMissingDoesNotKeepThePodFromStarting(t *testing.T) {
	for _, ds := range []*v1alpha1.DataSource{postgres(), mysql(), files(), prometheus()} {
		for _, v := range podOf(t, ds).Volumes {
			if v.Secret != nil && !ptr.Deref(v.Secret.Optional, false) || v.ConfigMap != nil && !ptr.Deref(v.ConfigMap.Optional, false) {
				t.Errorf("volume %s is required: its absence would be told by nobody", v.Name)
			}
		}
	}
}

func TestMountsAreWhereThePlanLooks(t *testing.T) {
	for _, ds := range []*v1alpha1.DataSource{postgres(), mysql(), files(), prometheus()} {
		source, problems := resolve.Source(ds)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var paths []string
		switch {
		case source.Postgres != nil:
			paths = append(paths, source.Postgres.CredentialsDir, source.Postgres.CAPath)
		case source.MySQL != nil:
			paths = append(paths, source.MySQL.CredentialsDir, source.MySQL.CAPath)
		case source.Prometheus != nil:
			paths = append(paths, source.Prometheus.CredentialsDir, source.Prometheus.CAPath, source.Prometheus.TokenPath)
		default:
			for _, table := range source.Files.Tables {
				paths = append(paths, table.Path, table.CAPath, table.HeaderPath)
				if table.S3 != nil {
					paths = append(paths, table.S3.CredentialsDir)
				}
			}
		}
		compute := containers(podOf(t, ds))["compute"]
		for _, path := range paths {
			if path != "" && !slices.ContainsFunc(compute.VolumeMounts, func(m corev1.VolumeMount) bool { return strings.HasPrefix(path+"/", m.MountPath+"/") }) {
				t.Errorf("%s: the plan refers to %s, which is not mounted", ds.Name, path)
			}
		}
	}
}

func TestEveryContainerHasRequestsAndLimits(t *testing.T) {
	for name, c := range containers(podOf(t, files())) {
		for _, resource := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			request, limit := c.Resources.Requests[resource], c.Resources.Limits[resource]
			if request.IsZero() || limit.IsZero() {
				t.Errorf("%s has no %s request or limit", name, resource)
			}
		}
	}
}

func TestSmallLimitLowersTheDefaultRequest(t *testing.T) {
	ds := postgres()
	ds.Spec.Pod = &v1alpha1.PodSettings{Resources: &v1alpha1.PodResources{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")}}}
	got := containers(podOf(t, ds))["compute"].Resources
	if got.Requests.Memory().String() != "64Mi" || got.Limits.Cpu().String() != "1" {
		t.Errorf("resources = %+v", got)
	}
	if problems := job.Check(ds); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
}

func TestPodSettings(t *testing.T) {
	ds := postgres()
	ds.Spec.Pod = &v1alpha1.PodSettings{
		NodeSelector: map[string]string{"disk": "ssd"}, PriorityClassName: "batch",
		Tolerations:      []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}},
		ImagePullSecrets: []v1alpha1.LocalReference{{Name: "registry"}},
		Labels:           map[string]string{"team": "cx", job.LabelDataSource: "another"},
		Annotations:      map[string]string{"sidecar.istio.io/inject": "false"},
	}
	schedule, err := job.ScheduleOf(ds)
	if err != nil {
		t.Fatal(err)
	}
	template := job.OfSource(ds).OneOff("x", schedule, images).Spec.Template
	if template.Labels["team"] != "cx" || template.Labels[job.LabelDataSource] != "crm" {
		t.Errorf("labels = %v: the operator's win", template.Labels)
	}
	if template.Annotations["sidecar.istio.io/inject"] != "false" || template.Spec.NodeSelector["disk"] != "ssd" ||
		template.Spec.PriorityClassName != "batch" || len(template.Spec.Tolerations) != 1 || template.Spec.ImagePullSecrets[0].Name != "registry" {
		t.Errorf("settings did not arrive: %+v", template)
	}
}

func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*v1alpha1.DataSourceSpec)
		field  string
	}{
		"schedule with a zone": {func(s *v1alpha1.DataSourceSpec) { s.Schedule = "TZ=UTC 0 * * * *" }, "spec.schedule"},
		"schedule by word":     {func(s *v1alpha1.DataSourceSpec) { s.Schedule = "@every 1h" }, "spec.schedule"},
		"never":                {func(s *v1alpha1.DataSourceSpec) { s.Schedule = "0 0 31 2 *" }, "spec.schedule"},
		"annotation":           {pod(v1alpha1.PodSettings{Annotations: map[string]string{"container.apparmor.security.beta.kubernetes.io/compute": "unconfined"}}), "spec.pod.annotations"},
		"volumes of a proxy":   {pod(v1alpha1.PodSettings{Annotations: map[string]string{"sidecar.istio.io/userVolume": `[{"hostPath":{"path":"/"}}]`}}), "spec.pod.annotations"},
		"image of a proxy":     {pod(v1alpha1.PodSettings{Annotations: map[string]string{"config.linkerd.io/proxy-image": "evil"}}), "spec.pod.annotations"},
		"request above limit": {pod(v1alpha1.PodSettings{Resources: &v1alpha1.PodResources{
			Requests: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")},
		}}), "spec.pod.resources.requests.memory"},
		"gpu": {pod(v1alpha1.PodSettings{Resources: &v1alpha1.PodResources{
			Limits: corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("1")},
		}}), "spec.pod.resources.limits"},
	} {
		t.Run(name, func(t *testing.T) {
			ds := postgres()
			tc.change(&ds.Spec)
			problems := job.Check(ds)
			if len(problems) != 1 || problems[0].Field != tc.field {
				t.Errorf("problems %v, want one about %s", problems, tc.field)
			}
		})
	}
	if problems := job.Check(postgres()); len(problems) > 0 {
		t.Errorf("problems of a good source: %v", problems)
	}
}

func pod(settings v1alpha1.PodSettings) func(*v1alpha1.DataSourceSpec) {
	return func(s *v1alpha1.DataSourceSpec) { s.Pod = &settings }
}

func TestSchedule(t *testing.T) {
	for _, tc := range []struct {
		cron               string
		interval, deadline time.Duration
	}{
		{"* * * * *", time.Minute, 50 * time.Second},
		{"*/5 * * * *", 5 * time.Minute, 270 * time.Second},
		{"50 * * * *", time.Hour, 54 * time.Minute},
		{"0 6 * * *", 24 * time.Hour, 6 * time.Hour},
		{"0,10 6 * * 1", 10 * time.Minute, 9 * time.Minute},
		{"0 0 1 1 *", 365 * 24 * time.Hour, 6 * time.Hour},
	} {
		ds := postgres()
		ds.Spec.Schedule = tc.cron
		got, err := job.ScheduleOf(ds)
		if err != nil || got.Interval != tc.interval || got.Deadline() != tc.deadline {
			t.Errorf("%q: interval %v, deadline %v, error %v; want %v, %v", tc.cron, got.Interval, got.Deadline(), err, tc.interval, tc.deadline)
		}
		if got.Deadline() >= got.Interval {
			t.Errorf("%q: runs may overlap", tc.cron)
		}
	}
}

func TestSourcesWithoutScheduleSpreadOverTheHour(t *testing.T) {
	minutes := map[string]bool{}
	for i := range 200 {
		ds := postgres()
		ds.UID = types.UID(string(rune('a'+i%26)) + strings.Repeat("x", i))
		first, err := job.ScheduleOf(ds)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := job.ScheduleOf(ds)
		if first != again || first.Interval != time.Hour {
			t.Fatalf("schedule %v, then %v", first, again)
		}
		minutes[first.Cron] = true
	}
	if len(minutes) < 40 {
		t.Errorf("200 sources start in only %d minutes of the hour", len(minutes))
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("a", 52)
	for _, source := range []string{"crm", long, long[:51] + "b", long[:40] + ".bbbbbbbbbbb", "a.b"} {
		if got := job.Name(source); len(got) > 52 {
			t.Errorf("%q has %d characters", got, len(got))
		}
		if got := job.OneOffName(source, "set"); len(got) > 63 {
			t.Errorf("%q has %d characters", got, len(got))
		}
	}
	if job.Name("crm") != "crm-cpi" {
		t.Errorf("Name(crm) = %q", job.Name("crm"))
	}
	if job.Name(long) == job.Name(long[:51]+"b") {
		t.Error("two sources share a name")
	}
	if job.OneOffName("crm", "a") == job.OneOffName("crm", "b") {
		t.Error("two sets share a name")
	}
}
