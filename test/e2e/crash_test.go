package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// The tests of this file kill what others rely on, so they run one at a time, before the parallel ones.

// midRun starts a run that has computed the indicator "quick" and waits at a gate with "slow".
func midRun(t *testing.T) (ns string, db database, pod *corev1.Pod, open func()) {
	t.Helper()
	ns = namespace(t)
	db = newDatabase(t, ns)
	db.surveyTable(t, "quick", 100, 80)
	open = db.gated(t, "slow", 100, 80)
	apply(t, ns, db.source("db")+onDataset("quick", "db", "table: {name: quick}")+onDataset("slow", "db", "table: {name: slow}"))
	db.held(t)
	return ns, db, runningPod(t, ns, "db"), open
}

// TestManagerKilled: a run goes on while the operator is away, and is taken in when it is back.
func TestManagerKilled(t *testing.T) {
	ns, _, _, open := midRun(t)
	killManager(t)
	open()
	reads(t, cpi(ns, "quick"), eighty)
	reads(t, cpi(ns, "slow"), eighty)
	waitReason(t, dataSource(ns, "db"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	if list := jobs(t, ns, "db"); len(list) != 1 {
		t.Errorf("runs: %s; the one that was under way was enough", jobNames(list))
	}
	labels := []string{label("namespace", ns), label("name", "slow")}
	metricsShow(t, "the value after the restart", present("cpi_value", labels...))
}

// killManager ends every operator process as a crash would.
func killManager(t *testing.T) {
	t.Helper()
	var pods corev1.PodList
	if err := api.List(t.Context(), &pods, client.InNamespace(operatorNamespace)); err != nil {
		t.Fatal(err)
	}
	killed := 0
	for _, pod := range pods.Items {
		for _, id := range processes(&pod, "/manager") {
			kill(t, id)
			killed++
		}
	}
	if killed == 0 {
		t.Fatal("no operator was running")
	}
}

// TestPublishKilled: publish starts anew beside the computation and brings what it finds.
func TestPublishKilled(t *testing.T) {
	ns, _, pod, open := midRun(t)
	first := process(t, pod, "/manager", "publish")
	kill(t, first)
	eventually(t, "publish to start anew", func(context.Context) error {
		for _, id := range processes(pod, "/manager") {
			if id != first {
				return nil
			}
		}
		return errors.New("it is not running")
	})
	open()
	reads(t, cpi(ns, "quick"), eighty)
	reads(t, cpi(ns, "slow"), eighty)
	waitReason(t, dataSource(ns, "db"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
}

// TestComputeKilled: what was computed is kept, what was being computed is tried again alone, and after a second death
// it is left out, until an edit.
func TestComputeKilled(t *testing.T) {
	ns, db, pod, open := midRun(t)
	kill(t, process(t, pod, "/compute", ""))
	db.forget(t)
	reads(t, cpi(ns, "quick"), eighty)
	told := waitReason(t, cpi(ns, "slow"), v1alpha1.ConditionComputed, "EngineCrashed")
	if told.Message == "" {
		t.Error("the reason has no message")
	}

	second := runningPod(t, ns, "db", pod.Name)
	db.held(t)
	kill(t, process(t, second, "/compute", ""))
	waitReason(t, cpi(ns, "slow"), v1alpha1.ConditionComputed, v1alpha1.ReasonQuarantined)

	// The third pod computes the rest without it.
	waitReason(t, dataSource(ns, "db"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	waitReason(t, cpi(ns, "quick"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	open()
	update(t, cpi(ns, "slow"), func(c *v1alpha1.CPIDefinition) { c.Spec.Quality = &v1alpha1.Quality{MinSampleSize: ptr.To[int64](20)} })
	reads(t, cpi(ns, "slow"), eighty)
}

// TestAPIServerKilled: results wait for the API server.
func TestAPIServerKilled(t *testing.T) {
	ns, db, pod, open := midRun(t)
	devcluster(t, "kill", "kube-apiserver")
	open()
	eventually(t, "the computation to end", func(ctx context.Context) error {
		var active int
		err := db.Admin().QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1`, db.User).Scan(&active)
		if err == nil && active > 0 || len(processes(pod, "/compute")) > 0 {
			err = fmt.Errorf("%d connections are open", active)
		}
		return err
	})
	devcluster(t, "up")
	reads(t, cpi(ns, "quick"), eighty)
	reads(t, cpi(ns, "slow"), eighty)
	waitReason(t, dataSource(ns, "db"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	if list := jobs(t, ns, "db"); len(list) != 1 {
		t.Errorf("runs: %s; the one that was under way was enough", jobNames(list))
	}
}

// TestOutOfMemory: a computation that outgrows its container is told as such, and the next pod computes the rest.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	// A million segments of long names are held in memory before any limit on their number can cut them.
	db.Exec(t, `CREATE TABLE wide AS SELECT 'c' || i AS contact, '10' AS score, repeat(md5(i::text), 8) AS plan FROM generate_series(1, 1000000) i`)
	apply(t, ns, db.source("db", "pod: {resources: {limits: {memory: 64Mi}, requests: {memory: 32Mi}}}", "limits: {maxSegments: 1000}")+
		onDataset("survey", "db", "table: {name: survey}")+
		onDataset("wide", "db", "table: {name: wide}")+
		strings.TrimRight(good("segments", "wide", "breakdowns: [{by: [plan]}]"), "\n"))
	reads(t, cpi(ns, "survey"), eighty)
	eventually(t, "an end of segments that tells of memory or of their number", func(ctx context.Context) error {
		c := conditionOf(reload(t, cpi(ns, "segments")), v1alpha1.ConditionComputed)
		if c == nil || !slices.Contains([]string{"OutOfMemory", "EngineCrashed", "Quarantined", "TooManySegments"}, c.Reason) {
			return fmt.Errorf("%s", conditionsText(reload(t, cpi(ns, "segments"))))
		}
		return nil
	})
}
