package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/test/attempts"
)

// TestHostileSQL: what a dataset must not do is refused, by name, on both engines, and its neighbour is computed. The
// whole corpus goes through the container itself in TestAttemptsInTheContainer.
func TestHostileSQL(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := attacked(t, ns)
	manifests := db.source("postgres") + filesSource
	corpora := map[string]attempts.Corpus{"files": attempts.For(query.DuckDB, "/results/x"), "postgres": attempts.For(query.Postgres, "/tmp/x")}
	for engine, corpus := range corpora {
		manifests += onDataset(engine+"-well", engine, "table: {name: orders}")
		for i, sql := range corpus.Chosen {
			manifests += onDataset(fmt.Sprintf("%s-%d", engine, i), engine, fmt.Sprintf("query: %q\ntables: [orders]", sql))
		}
		// Columns and filters are expressions; they hold no query.
		manifests += onDataset(engine+"-column", engine, "table: {name: orders}\ncolumns: [{name: x, type: Text, expr: (SELECT min(contact) FROM orders)}]")
		manifests += onDataset(engine+"-filter", engine, `table: {name: orders}
filters: [{name: f, expr: "true) OR (true"}]`)
	}
	apply(t, ns, manifests)
	for engine, corpus := range corpora {
		reads(t, cpi(ns, engine+"-well"), eighty)
		for i, sql := range corpus.Chosen {
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

// filesSource is a source "files" with the table orders, as the corpus of attempts wants it.
const filesSource = `
---
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: files}
spec:
  files:
    tables: [{name: orders, format: CSV, configMap: {name: survey, key: survey.csv}}]
`

// attacked gives the namespace a database with the table orders and one of secrets, and the file of filesSource. Its
// role may do more than a reader's: what is left is the engine's own fence.
func attacked(t *testing.T, ns string) database {
	t.Helper()
	db := newDatabase(t, ns)
	db.surveyTable(t, "orders", 100, 80)
	db.Exec(t, "CREATE TABLE secrets (password text)", "GRANT ALL ON orders TO "+db.User, "GRANT ALL ON SCHEMA public TO "+db.User)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	return db
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
