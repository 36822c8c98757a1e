package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

// databaseHost is the name by which pods of a namespace reach PostgreSQL, and that its certificate is for.
const databaseHost = "database"

// database is a PostgreSQL database of the test, which its namespace's pods reach as "database" with the Secret "reader".
type database struct{ *postgrestest.Database }

var exposed struct {
	sync.Mutex
	server *postgrestest.Server
	port   int32
}

// postgresServer is the one server of the test binary, and its port in the node's network.
func postgresServer(t *testing.T) (*postgrestest.Server, int32) {
	t.Helper()
	exposed.Lock()
	defer exposed.Unlock()
	if exposed.server == nil {
		server := postgrestest.Start(t, postgrestest.CertificateFor(databaseHost))
		listener := listenInside(t)
		go relay(listener, net.JoinHostPort(server.Host, strconv.Itoa(server.Port)))
		exposed.server, exposed.port = server, portOf(listener)
	}
	return exposed.server, exposed.port
}

// newDatabase makes a database for the namespace.
func newDatabase(t *testing.T, ns string) database {
	t.Helper()
	needsDevcluster(t)
	server, port := postgresServer(t)
	db := database{server.NewDatabase(t)}
	service(t, ns, databaseHost, 5432, port)
	create(t, credentials(ns, "reader", db.User, db.Password))
	return db
}

func credentials(ns, name, user, password string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Type:       corev1.SecretTypeBasicAuth,
		StringData: map[string]string{corev1.BasicAuthUsernameKey: user, corev1.BasicAuthPasswordKey: password},
	}
}

// surveyTable makes a table of answers like survey.
func (d database) surveyTable(t *testing.T, name string, all, good int) {
	t.Helper()
	d.Exec(t, fmt.Sprintf(`CREATE TABLE %s (%s)`, name, surveyColumns), fmt.Sprintf(`
		INSERT INTO %s SELECT 'c' || i, CASE WHEN i <= %d THEN '10' ELSE '0' END, '2026-03-10 12:00Z', CASE i %% 2 WHEN 1 THEN 'pro' ELSE 'free' END
		FROM generate_series(1, %d) i`, name, good, all))
}

// source is the YAML of a data source on the database, with further lines of its spec. Without a schedule among them, no
// run of its own comes between those that tests wait for.
func (d database) source(name string, extra ...string) string {
	if !slices.ContainsFunc(extra, func(line string) bool { return strings.HasPrefix(line, "schedule:") }) {
		extra = append(extra, "schedule: 0 0 1 1 *")
	}
	return fmt.Sprintf(`
---
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: %s}
spec:
  postgres: {host: %s, database: %s, tls: {mode: Require}, credentialsRef: {name: reader}}
%s`, name, databaseHost, d.Name, indent(extra))
}

// gated makes a table of answers that keeps every query that reads its scores waiting until open is called. Counting
// its rows, as a run does first, goes through.
func (d database) gated(t *testing.T, name string, all, good int) (open func()) {
	t.Helper()
	d.surveyTable(t, name+"_rows", all, good)
	gate := fmt.Sprintf("hashtext('%s')", name)
	d.Exec(t,
		// Stable, although it looks at locks: what is volatile would be called by queries that need no scores, too.
		`CREATE OR REPLACE FUNCTION pass(gate integer) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
		 BEGIN
		   WHILE NOT pg_try_advisory_xact_lock_shared(gate) LOOP PERFORM pg_sleep(0.05); END LOOP;
		   RETURN true;
		 END $$`,
		fmt.Sprintf(`CREATE VIEW %s AS SELECT contact, CASE WHEN pass(%s) THEN score END AS score, answered_at, plan FROM %s_rows`, name, gate, name),
		fmt.Sprintf(`SELECT pg_advisory_lock(%s)`, gate))
	return sync.OnceFunc(func() { d.Exec(t, fmt.Sprintf(`SELECT pg_advisory_unlock(%s)`, gate)) })
}

// held waits until a query of the operator waits at a gate.
func (d database) held(t *testing.T) {
	t.Helper()
	eventually(t, "a query to wait at the gate", func(ctx context.Context) error {
		var waiting int
		err := d.Admin().QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1 AND wait_event = 'PgSleep'`, d.User).Scan(&waiting)
		if err == nil && waiting == 0 {
			err = errors.New("none does")
		}
		return err
	})
}

// forget ends the connections of the operator: the server does not notice by itself that a client was killed while its
// query waits.
func (d database) forget(t *testing.T) {
	t.Helper()
	d.Exec(t, fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'`, d.User))
}
