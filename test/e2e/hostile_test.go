package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// attempts at what a dataset's SQL must never do. Those of the guard's own tests are many more; these go through a
// real pod.
var attempts = map[string][]string{
	"files": {
		"SELECT * FROM read_text('/var/run/secrets/kubernetes.io/serviceaccount/token')",
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM '/plan/plan.json'",
		"SELECT * FROM read_json_auto('/plan/plan.json')",
		"SELECT * FROM glob('/**')",
		"SELECT getenv('TMPDIR') AS score FROM survey",
		"SELECT * FROM query('SELECT 1 AS score')",
		"SELECT * FROM enable_logging(storage = 'file', storage_path = '/results')",
		"SELECT * FROM duckdb_settings()",
		"SELECT * FROM information_schema.tables",
		"SELECT repeat('x', 1000000000) AS score FROM survey",
		"SELECT 1 AS score; SELECT 2",
		"COPY survey TO '/results/x.csv'",
		"ATTACH '/results/x.db'",
		"INSTALL httpfs",
		"SET memory_limit = '100GB'",
		"PRAGMA database_list",
		"CREATE TABLE x AS SELECT 1",
		"WITH x AS (SELECT * FROM read_text('/proc/self/environ')) SELECT * FROM x",
		"SELECT * FROM survey WHERE score IN (SELECT content FROM read_text('/source/credentials/password'))",
		"SELECT * FROM other",
	},
	"postgres": {
		"SELECT pg_read_file('/etc/passwd') AS score FROM survey",
		"SELECT pg_sleep(1000) AS score FROM survey",
		"SELECT set_config('statement_timeout', '0', false) AS score FROM survey",
		"SELECT pg_notify('x', 'y') AS score FROM survey",
		"SELECT lo_creat(-1) AS score FROM survey",
		"SELECT pg_advisory_lock(1) AS score FROM survey",
		"SELECT query_to_xml('SELECT * FROM secret', true, true, '') AS score FROM survey",
		"SELECT pg_terminate_backend(pid) AS score FROM pg_stat_activity",
		"SELECT rolname AS score FROM pg_roles",
		"SELECT * FROM information_schema.tables",
		"SELECT * FROM secret",
		"SELECT * FROM survey; COMMIT; DELETE FROM survey",
		"COPY survey TO PROGRAM 'id'",
		"DO $$ BEGIN PERFORM 1; END $$",
		"SET TRANSACTION READ WRITE",
		"WITH gone AS (DELETE FROM survey RETURNING *) SELECT * FROM gone",
		"SELECT * INTO stolen FROM survey",
		"SELECT * FROM survey FOR UPDATE",
		"TABLE secret",
		"SELECT (SELECT password FROM secret LIMIT 1) AS score FROM survey",
	},
}

// TestHostileSQL: what a dataset must not do is refused, by name, on both engines, and its neighbour is computed.
func TestHostileSQL(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	db.Exec(t, "CREATE TABLE secret (password text)")
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	manifests := surveySource + db.source("postgres") +
		onDataset("files-well", "survey", "table: {name: survey}") +
		onDataset("postgres-well", "postgres", "table: {name: survey}")
	sources := map[string]string{"files": "survey", "postgres": "postgres"}
	for engine, list := range attempts {
		for i, sql := range list {
			manifests += onDataset(fmt.Sprintf("%s-%d", engine, i), sources[engine], fmt.Sprintf("query: %q\ntables: [survey]", sql))
		}
		// Columns and filters are expressions; they hold no query.
		manifests += onDataset(engine+"-column", sources[engine], "table: {name: survey}\ncolumns: [{name: x, type: Text, expr: (SELECT min(contact) FROM survey)}]")
		manifests += onDataset(engine+"-filter", sources[engine], `table: {name: survey}
filters: [{name: f, expr: "true) OR (true"}]`)
	}
	apply(t, ns, manifests)
	for engine, list := range attempts {
		reads(t, cpi(ns, engine+"-well"), eighty)
		for i, sql := range list {
			t.Run(engine+" "+sql, func(t *testing.T) {
				waitReason(t, cpi(ns, fmt.Sprintf("%s-%d", engine, i)), v1alpha1.ConditionComputed, "QueryRefused")
			})
		}
		for _, place := range []string{"column", "filter"} {
			t.Run(engine+" "+place, func(t *testing.T) {
				waitReason(t, cpi(ns, engine+"-"+place), v1alpha1.ConditionComputed, "QueryRefused")
			})
		}
	}
}

// TestComputeHoldsNoToken looks into the container of a run while it computes, from the pod's spec and from the kernel's.
func TestComputeHoldsNoToken(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	open := db.gated(t, "slow", 100, 80)
	apply(t, ns, db.source("db")+onDataset("slow", "db", "table: {name: slow}"))
	db.held(t)
	pod := runningPod(t, ns, "db")

	if pod.Spec.AutomountServiceAccountToken == nil || *pod.Spec.AutomountServiceAccountToken {
		t.Error("the pod asks for a token in every container")
	}
	secrets := map[string]bool{}
	for _, v := range pod.Spec.Volumes {
		if v.Secret != nil {
			secrets[v.Name] = true
		}
	}
	for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		for _, m := range c.VolumeMounts {
			token, secret := strings.HasPrefix(m.MountPath, "/var/run/secrets"), secrets[m.Name]
			if c.Name == "compute" && token {
				t.Errorf("compute mounts %s", m.MountPath)
			}
			if c.Name != "compute" && secret {
				t.Errorf("%s mounts the source's Secret", c.Name)
			}
		}
		checkContained(t, c)
	}

	compute := process(t, pod, "/compute", "")
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/root/var/run/secrets", compute)); !os.IsNotExist(err) {
		t.Errorf("compute finds /var/run/secrets: %v", err)
	}
	if mounts := read(t, fmt.Sprintf("/proc/%d/mountinfo", compute)); strings.Contains(mounts, "serviceaccount") {
		t.Errorf("compute's mounts hold a token:\n%s", mounts)
	}
	publish := process(t, pod, "/manager", "publish")
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/root/source", publish)); !os.IsNotExist(err) {
		t.Errorf("publish finds the source's Secret: %v", err)
	}
	open()
	reads(t, cpi(ns, "slow"), eighty)
}

// checkContained holds a container to the restricted Pod Security Standard and to a read-only image.
func checkContained(t *testing.T, c corev1.Container) {
	t.Helper()
	s := c.SecurityContext
	if s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation {
		t.Errorf("%s: security context %+v", c.Name, s)
	}
	if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
		t.Errorf("%s: resources %+v", c.Name, c.Resources)
	}
}
