package e2e

import (
	"encoding/csv"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure/pages"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
)

// TestMySQL: a MariaDB is trusted by its own CA and name and by nothing less, its users come from Secrets, and what two
// pages measure on files reads the same there. A source that fails says why, and harms no other.
func TestMySQL(t *testing.T) {
	t.Parallel()
	needsDevcluster(t)
	ns := namespace(t)
	server := mysqltest.Start(t, mysqltest.CertificateFor(databaseHost))
	listener := listenInside(t)
	t.Cleanup(func() { _ = listener.Close() })
	go relay(listener, net.JoinHostPort(server.Host, strconv.Itoa(server.Port)))
	service(t, ns, databaseHost, 3306, portOf(listener))
	db := server.NewDatabase(t)
	create(t, credentials(ns, "reader", db.User, db.Password), credentials(ns, "wrong", db.User, "wrong"),
		file(ns, "roots", "ca.pem", read(t, server.CAPath)), file(ns, "other-roots", "ca.pem", read(t, server.OtherCAPath)))

	churnPage, err := pages.FamilyExample("churn")
	churn := newExample(t, churnPage, err)
	npsPage, err := pages.FamilyExample("netPromoterScore")
	nps := newExample(t, npsPage, err)
	inMySQL(t, db, churn, "spells", "customer_id varchar(20), from_day date, to_day date")
	inMySQL(t, db, nps, "survey", "answer_id bigint, customer_id varchar(20), answered_at date, score tinyint")

	byAddress := fmt.Sprintf("%s, port: %d", nodeAddress, portOf(listener))
	sources := []struct{ name, host, database, secret, tls, reason string }{
		{"billing", databaseHost, db.Name, "reader", "{mode: VerifyFull, caRef: {name: roots, key: ca.pem}}", v1alpha1.ReasonSucceeded},
		{"surveys", byAddress, db.Name, "reader", "{mode: VerifyCA, caRef: {name: roots, key: ca.pem}}", v1alpha1.ReasonSucceeded},
		{"wrong-name", byAddress, db.Name, "reader", "{mode: VerifyFull, caRef: {name: roots, key: ca.pem}}", "TLSFailed"},
		{"wrong-ca", databaseHost, db.Name, "reader", "{mode: VerifyCA, caRef: {name: other-roots, key: ca.pem}}", "TLSFailed"},
		{"wrong-password", databaseHost, db.Name, "wrong", "{mode: VerifyFull, caRef: {name: roots, key: ca.pem}}", "AuthenticationFailed"},
		{"no-such-database", databaseHost, "nothing", "reader", "{mode: Require}", "SourceUnreachable"},
	}
	for _, s := range sources {
		manifest := fmt.Sprintf(`
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: %s}
spec:
  mysql: {host: %s, database: %s, credentialsRef: {name: %s}, tls: %s}
`, s.name, s.host, s.database, s.secret, s.tls)
		if s.reason != v1alpha1.ReasonSucceeded {
			manifest += onDataset(s.name, s.name, "table: {name: survey}")
		}
		apply(t, ns, manifest)
	}
	for _, e := range []example{churn, nps} {
		for _, object := range e.objects {
			if kind := object.GetKind(); kind != "ConfigMap" && kind != "DataSource" {
				object.SetNamespace(ns)
				applyObject(t, object)
			}
		}
	}
	for _, s := range sources {
		t.Run(s.name, func(t *testing.T) {
			told := waitReason(t, dataSource(ns, s.name), v1alpha1.ConditionComputed, s.reason)
			if s.reason == v1alpha1.ReasonSucceeded {
				return
			}
			if told.Message == "" || strings.Contains(told.Message, db.Password) {
				t.Errorf("message: %q", told.Message)
			}
			waitReason(t, cpi(ns, s.name), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
		})
	}
	for _, e := range []example{churn, nps} {
		for name := range e.shown {
			computed(t, cpi(ns, name))
		}
		e.isPrinted(t, ns)
	}
	checkOnlyComputeHoldsSecrets(t, ns, "billing")
}

// inMySQL makes a table with the rows of an example's file.
func inMySQL(t *testing.T, db *mysqltest.Database, e example, table, columns string) {
	t.Helper()
	for _, object := range e.objects {
		text, found, _ := unstructured.NestedString(object.Object, "data", table+".csv")
		if !found {
			continue
		}
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		db.Exec(t, fmt.Sprintf("CREATE TABLE %s (%s)", table, columns))
		for _, record := range records[1:] {
			db.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES (NULLIF('%s', ''))", table, strings.Join(record, "', ''), NULLIF('")))
		}
		return
	}
	t.Fatalf("example %s has no file %s.csv", e.name, table)
}
