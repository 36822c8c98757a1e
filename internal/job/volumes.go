package job

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Folders within the pod.
const (
	planDir    = "/plan"
	resultsDir = "/results"
	scratchDir = "/scratch"
	// tokenDir is where clients look for an account's token.
	tokenDir = "/var/run/secrets/kubernetes.io/serviceaccount"

	// PlanFile is the plan as the plan step hands it over.
	PlanFile = planDir + "/plan.json"
)

// spillBytes of the scratch folder are for queries that do not fit in memory, or for one download; the rest is
// for imported tables.
const spillBytes = 2 << 30

// tokenSeconds is how long a token is good for; the kubelet renews it in time.
const tokenSeconds = 3600

// commonVolumes are those of every run.
func commonVolumes() []corev1.Volume {
	return []corev1.Volume{
		{Name: "plan", VolumeSource: emptyDir("64Mi")},
		{Name: "results", VolumeSource: emptyDir("256Mi")},
		{Name: "scratch", VolumeSource: emptyDir("4Gi")},
		{Name: "token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
			DefaultMode: new(int32(0o440)),
			Sources: []corev1.VolumeProjection{
				{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: new(int64(tokenSeconds))}},
				{ConfigMap: &corev1.ConfigMapProjection{
					LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
					Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
				}},
				{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
					{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}},
				}}},
			},
		}}},
	}
}

func emptyDir(limit string) corev1.VolumeSource {
	return corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: new(resource.MustParse(limit))}}
}

// sourceVolumes mounts what each source itself needs, for compute alone. Nothing is required to exist: the pod starts
// without it, and compute reports what is missing by name.
func (w Work) sourceVolumes() (volumes []corev1.Volume, mounts []corev1.VolumeMount) {
	for i, ds := range w.sources() {
		own, mounted := SourceVolumes(ds)
		if i > 0 { // a place of its own
			for k := range own {
				own[k].Name, mounted[k].Name = "other-"+own[k].Name, "other-"+mounted[k].Name
				mounted[k].MountPath = resolve.OfOther(mounted[k].MountPath)
			}
		}
		volumes, mounts = append(volumes, own...), append(mounts, mounted...)
	}
	return volumes, mounts
}

// SourceVolumes are what a source itself needs, with a mount for each.
func SourceVolumes(ds *v1alpha1.DataSource) (volumes []corev1.Volume, mounts []corev1.VolumeMount) {
	mount := func(name, path string, source corev1.VolumeSource) {
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: source})
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: path, ReadOnly: true})
	}
	database := func(credentials v1alpha1.LocalReference, tls *v1alpha1.DatabaseTLS) {
		mount("credentials", resolve.CredentialsDir, secretKeys(credentials.Name, corev1.BasicAuthUsernameKey, corev1.BasicAuthPasswordKey))
		if tls != nil && tls.CARef != nil {
			mount("ca", resolve.CADir, configMapKey(tls.CARef))
		}
	}
	if pg := ds.Spec.Postgres; pg != nil {
		database(pg.CredentialsRef, pg.TLS)
	}
	if my := ds.Spec.MySQL; my != nil {
		database(my.CredentialsRef, my.TLS)
	}
	if p := ds.Spec.Prometheus; p != nil {
		if p.CredentialsRef != nil {
			mount("credentials", resolve.CredentialsDir, secretKeys(p.CredentialsRef.Name, corev1.BasicAuthUsernameKey, corev1.BasicAuthPasswordKey))
		}
		if p.TokenRef != nil {
			mount("token-of-source", resolve.TokenDir, secretKeys(p.TokenRef.Name, p.TokenRef.Key))
		}
		if p.CARef != nil {
			mount("ca", resolve.CADir, configMapKey(p.CARef))
		}
	}
	if ds.Spec.Files == nil {
		return volumes, mounts
	}
	for i, table := range ds.Spec.Files.Tables {
		name := fmt.Sprintf("table-%d", i)
		switch {
		case table.ConfigMap != nil:
			mount(name, resolve.FileDir(i), configMapKey(table.ConfigMap))
		case table.PersistentVolumeClaim != nil:
			mount(name, resolve.FileDir(i), corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: table.PersistentVolumeClaim.Name, ReadOnly: true},
			})
		case table.URL != nil:
			if ref := table.URL.CARef; ref != nil {
				mount(name+"-ca", resolve.URLCADir(i), configMapKey(ref))
			}
			if ref := table.URL.AuthorizationRef; ref != nil {
				mount(name+"-authorization", resolve.URLAuthorizationDir(i), secretKeys(ref.Name, ref.Key))
			}
		case table.S3 != nil:
			mount(name+"-credentials", resolve.S3CredentialsDir(i), secretKeys(table.S3.CredentialsRef.Name, s3Keys...))
			if ref := table.S3.CARef; ref != nil {
				mount(name+"-ca", resolve.S3CADir(i), configMapKey(ref))
			}
		}
	}
	return volumes, mounts
}

// s3Keys of a Secret with an access key; the last is there for temporary ones only.
var s3Keys = []string{"accessKeyID", "secretAccessKey", "sessionToken"}

func secretKeys(name string, keys ...string) corev1.VolumeSource {
	return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
		SecretName: name, Items: items(keys...), DefaultMode: new(int32(0o440)), Optional: new(true),
	}}
}

func configMapKey(ref *v1alpha1.KeyReference) corev1.VolumeSource {
	return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: ref.Name},
		Items:                items(ref.Key), DefaultMode: new(int32(0o440)), Optional: new(true),
	}}
}

func items(keys ...string) []corev1.KeyToPath {
	out := make([]corev1.KeyToPath, len(keys))
	for i, key := range keys {
		out[i] = corev1.KeyToPath{Key: key, Path: key}
	}
	return out
}
