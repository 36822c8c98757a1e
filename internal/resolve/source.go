package resolve

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Where a run's pod mounts what a source needs. The job builder mounts, the plan refers.
const (
	// CredentialsDir holds the files username and password of a database or a Prometheus.
	CredentialsDir = "/source/credentials"
	// CADir holds the roots that vouch for either.
	CADir = "/source/ca"
	// FilesDir holds one folder a file table, named by the table's index.
	FilesDir = "/source/files"
	// URLDir holds, by table index, the folders ca and authorization for downloads.
	URLDir = "/source/url"
	// TokenDir holds a bearer token.
	TokenDir = "/source/token"
	// S3Dir holds, by table index, the folders ca and credentials for downloads from a store.
	S3Dir = "/source/s3"
)

// What holds where a source says nothing.
const (
	defaultQueryTimeout = 2 * time.Minute
	defaultMaxSegments  = 50
	defaultRegion       = "us-east-1"
	// DefaultMemory and DefaultCPU are the compute container's limits where none are set.
	DefaultMemory = "512Mi"
	DefaultCPU    = "1"
)

// root is the folder of all of these; otherRoot takes its place for the second data source of a run.
const (
	root      = "/source"
	otherRoot = "/other"
)

// OfOther is where the pod mounts what stands at path for the second data source of a run; empty for no path.
func OfOther(path string) string {
	if rest, within := strings.CutPrefix(path, root+"/"); within {
		return otherRoot + "/" + rest
	}
	return path
}

// OtherSource resolves the second data source of a run, whose pod has the memory and the processors of limits.
func OtherSource(ds *v1alpha1.DataSource, limits plan.Limits) (plan.Source, Problems) {
	out, problems := Source(ds)
	out.Limits.MemoryBytes, out.Limits.CPUs = limits.MemoryBytes, limits.CPUs
	if f := out.Files; f != nil {
		for i := range f.Tables {
			t := &f.Tables[i]
			t.Path, t.CAPath, t.HeaderPath = OfOther(t.Path), OfOther(t.CAPath), OfOther(t.HeaderPath)
			if t.S3 != nil {
				t.S3.CredentialsDir = OfOther(t.S3.CredentialsDir)
			}
		}
	}
	if p := out.Postgres; p != nil {
		p.CAPath, p.CredentialsDir = OfOther(p.CAPath), OfOther(p.CredentialsDir)
	}
	if m := out.MySQL; m != nil {
		m.CAPath, m.CredentialsDir = OfOther(m.CAPath), OfOther(m.CredentialsDir)
	}
	return out, problems
}

// FileDir is where the pod mounts the file of table i.
func FileDir(i int) string { return path.Join(FilesDir, fmt.Sprint(i)) }

// URLCADir is where the pod mounts the roots for table i's server.
func URLCADir(i int) string { return path.Join(URLDir, fmt.Sprint(i), "ca") }

// URLAuthorizationDir is where the pod mounts table i's Authorization header.
func URLAuthorizationDir(i int) string { return path.Join(URLDir, fmt.Sprint(i), "authorization") }

// S3CADir is where the pod mounts the roots for table i's store.
func S3CADir(i int) string { return path.Join(S3Dir, fmt.Sprint(i), "ca") }

// S3CredentialsDir is where the pod mounts the access key for table i's store.
func S3CredentialsDir(i int) string { return path.Join(S3Dir, fmt.Sprint(i), "credentials") }

// Source resolves a data source. The plan's source is complete only without problems.
func Source(ds *v1alpha1.DataSource) (plan.Source, Problems) {
	var problems Problems
	out := plan.Source{
		Namespace: ds.Namespace,
		Name:      ds.Name,
		Limits:    plan.Limits{QueryTimeout: defaultQueryTimeout, MaxSegments: defaultMaxSegments},
	}
	if ds.Spec.Schedule != "" {
		if _, err := cron.ParseStandard(ds.Spec.Schedule); err != nil {
			problems.add("spec.schedule", fmt.Sprintf("%q is not a cron expression of five fields: %v", ds.Spec.Schedule, err))
		}
	}
	checkZone("spec.timeZone", ds.Spec.TimeZone, &problems)
	if l := ds.Spec.Limits; l != nil {
		out.Limits.QueryTimeout = duration("spec.limits.queryTimeout", l.QueryTimeout, defaultQueryTimeout, &problems)
		if l.MaxSegments > 0 {
			out.Limits.MaxSegments = int(l.MaxSegments)
		}
	}
	limits := Limits(ds)
	out.Limits.MemoryBytes = limits.Memory().Value()
	out.Limits.CPUs = int(max(1, limits.Cpu().Value()))

	engines := 0
	if spec := ds.Spec.Files; spec != nil {
		engines++
		out.Files = files(spec)
		for i, t := range spec.Tables {
			if t.S3 != nil {
				checkAddress(fmt.Sprintf("spec.files.tables[%d].s3.endpoint", i), t.S3.Endpoint, &problems)
			}
		}
	}
	if spec := ds.Spec.Postgres; spec != nil {
		engines++
		out.Postgres = postgres(spec)
	}
	if spec := ds.Spec.MySQL; spec != nil {
		engines++
		out.MySQL = mysql(spec)
	}
	if spec := ds.Spec.Prometheus; spec != nil {
		engines++
		out.Prometheus = prometheus(spec)
		checkAddress("spec.prometheus.address", spec.Address, &problems)
	}
	if engines != 1 {
		problems.add("spec", "set exactly one engine: files, postgres, mysql or prometheus")
	}
	return out, problems
}

// Limits are the compute container's limits in force.
func Limits(ds *v1alpha1.DataSource) corev1.ResourceList {
	out := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse(DefaultCPU),
		corev1.ResourceMemory: resource.MustParse(DefaultMemory),
	}
	if p := ds.Spec.Pod; p != nil && p.Resources != nil {
		maps.Copy(out, p.Resources.Limits)
	}
	return out
}

func files(spec *v1alpha1.FilesSource) *plan.Files {
	out := &plan.Files{}
	for i, t := range spec.Tables {
		table := plan.FileTable{
			Name:      string(t.Name),
			Format:    plan.FileFormat(t.Format),
			Delimiter: t.Delimiter,
			NullText:  t.NullText,
		}
		for _, c := range t.Columns {
			if table.Columns == nil {
				table.Columns = map[string]plan.ColumnType{}
			}
			table.Columns[string(c.Name)] = plan.ColumnType(c.Type)
		}
		switch {
		case t.ConfigMap != nil:
			table.Path = path.Join(FileDir(i), t.ConfigMap.Key)
		case t.PersistentVolumeClaim != nil:
			table.Path = path.Join(FileDir(i), t.PersistentVolumeClaim.Path)
		case t.URL != nil:
			table.URL = t.URL.Address
			if ref := t.URL.CARef; ref != nil {
				table.CAPath = path.Join(URLCADir(i), ref.Key)
			}
			if ref := t.URL.AuthorizationRef; ref != nil {
				table.HeaderPath = path.Join(URLAuthorizationDir(i), ref.Key)
			}
		case t.S3 != nil:
			table.S3 = &plan.S3{
				Endpoint: string(t.S3.Endpoint), Region: cmp.Or(t.S3.Region, defaultRegion), Bucket: t.S3.Bucket, Key: t.S3.Key,
				PathStyle: ptr.Deref(t.S3.PathStyle, false), CredentialsDir: S3CredentialsDir(i),
			}
			if ref := t.S3.CARef; ref != nil {
				table.CAPath = path.Join(S3CADir(i), ref.Key)
			}
		}
		out.Tables = append(out.Tables, table)
	}
	return out
}

func postgres(spec *v1alpha1.PostgresSource) *plan.Postgres {
	out := &plan.Postgres{
		Host:           spec.Host,
		Port:           5432,
		Database:       spec.Database,
		TLS:            string(v1alpha1.TLSVerifyFull),
		CredentialsDir: CredentialsDir,
	}
	if spec.Port != 0 {
		out.Port = int(spec.Port)
	}
	if t := spec.TLS; t != nil {
		out.TLS = string(t.Mode)
		if t.CARef != nil {
			out.CAPath = path.Join(CADir, t.CARef.Key)
		}
	}
	return out
}

// tenantHeader is what Mimir, and Thanos behind a gateway, read a tenant from.
const tenantHeader = "X-Scope-OrgID"

func prometheus(spec *v1alpha1.PrometheusSource) *plan.Prometheus {
	out := &plan.Prometheus{Address: string(spec.Address)}
	if ref := spec.CARef; ref != nil {
		out.CAPath = path.Join(CADir, ref.Key)
	}
	if spec.CredentialsRef != nil {
		out.CredentialsDir = CredentialsDir
	}
	if ref := spec.TokenRef; ref != nil {
		out.TokenPath = path.Join(TokenDir, ref.Key)
	}
	if t := spec.Tenant; t != nil {
		out.TenantHeader, out.Tenant = cmp.Or(t.Header, tenantHeader), t.Name
	}
	return out
}

// inCluster are hosts of Services: what is sent to them does not leave the cluster.
var inCluster = regexp.MustCompile(`^([a-z0-9-]+\.){1,2}svc(\.cluster\.local)?$`)

// checkAddress tells an address that is not https, nor a Service of the cluster.
func checkAddress(field string, address v1alpha1.ServerAddress, problems *Problems) {
	parsed, err := url.Parse(string(address))
	switch {
	case err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		problems.add(field, fmt.Sprintf("%q is not an address such as https://host:port/path", string(address)))
	case parsed.Scheme == "https":
	case parsed.Scheme != "http" || !inCluster.MatchString(parsed.Hostname()):
		problems.add(field, "must begin with https://; http:// is taken for a Service of the cluster only, such as http://NAME.NAMESPACE.svc:9000")
	}
}

func mysql(spec *v1alpha1.MySQLSource) *plan.MySQL {
	out := &plan.MySQL{
		Host:           spec.Host,
		Port:           3306,
		Database:       spec.Database,
		TLS:            string(v1alpha1.TLSVerifyFull),
		CredentialsDir: CredentialsDir,
	}
	if spec.Port != 0 {
		out.Port = int(spec.Port)
	}
	if t := spec.TLS; t != nil {
		out.TLS = string(t.Mode)
		if t.CARef != nil {
			out.CAPath = path.Join(CADir, t.CARef.Key)
		}
	}
	return out
}

// duration parses an optional duration, telling a bad one as a problem.
func duration(field string, text v1alpha1.Duration, otherwise time.Duration, problems *Problems) time.Duration {
	if text == "" {
		return otherwise
	}
	d, err := v1alpha1.Value(text).Duration()
	if err != nil || d < 0 {
		problems.add(field, fmt.Sprintf("%q is not a duration: write a number and one of s, m, h, d, w", string(text)))
		return otherwise
	}
	return d
}

// zone returns the zone's name, UTC if none is given, and tells an unknown one as a problem.
func zone(field string, name v1alpha1.TimeZone, problems *Problems) string {
	if name == "" {
		return "UTC"
	}
	checkZone(field, name, problems)
	return string(name)
}

func checkZone(field string, name v1alpha1.TimeZone, problems *Problems) {
	if name == "" {
		return
	}
	if _, err := time.LoadLocation(string(name)); err != nil || name == "Local" {
		problems.add(field, fmt.Sprintf("%q is not an IANA time zone such as Europe/Berlin", string(name)))
	}
}
