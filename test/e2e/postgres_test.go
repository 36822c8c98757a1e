package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// TestPostgresTLS: the server is trusted by its own CA and its name, and by nothing less.
func TestPostgresTLS(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	db.surveyTable(t, "survey", 100, 80)
	create(t,
		file(ns, "roots", "ca.pem", read(t, db.Server.CAPath)),
		file(ns, "other-roots", "ca.pem", read(t, db.Server.OtherCAPath)),
	)
	_, port := postgresServer(t)
	tests := []struct{ name, host, tls, reason string }{
		{"verify-full", databaseHost, "{mode: VerifyFull, caRef: {name: roots, key: ca.pem}}", v1alpha1.ReasonSucceeded},
		{"verify-ca", databaseHost, "{mode: VerifyCA, caRef: {name: roots, key: ca.pem}}", v1alpha1.ReasonSucceeded},
		{"wrong-name", fmt.Sprintf("%s, port: %d", nodeAddress, port), "{mode: VerifyFull, caRef: {name: roots, key: ca.pem}}", "TLSFailed"},
		{"wrong-ca", databaseHost, "{mode: VerifyFull, caRef: {name: other-roots, key: ca.pem}}", "TLSFailed"},
		{"public-roots", databaseHost, "{mode: VerifyFull}", "TLSFailed"},
	}
	for _, test := range tests {
		apply(t, ns, fmt.Sprintf(`
apiVersion: cpi-operator.io/v1alpha1
kind: DataSource
metadata: {name: %[1]s}
spec:
  postgres: {host: %[2]s, database: %[3]s, tls: %[4]s, credentialsRef: {name: reader}}
---
apiVersion: cpi-operator.io/v1alpha1
kind: Dataset
metadata: {name: %[1]s}
spec: {dataSourceRef: {name: %[1]s}, table: {name: survey}}
`, test.name, test.host, db.Name, test.tls)+good(test.name, test.name))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			waitReason(t, dataSource(ns, test.name), v1alpha1.ConditionComputed, test.reason)
			if test.reason == v1alpha1.ReasonSucceeded {
				reads(t, cpi(ns, test.name), eighty)
				return
			}
			waitReason(t, cpi(ns, test.name), v1alpha1.ConditionComputed, v1alpha1.ReasonSourceFailed)
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestCases runs the cases of test/cases on PostgreSQL and compares the periods whose numbers do not depend on today.
// With a fixed clock, all of them are compared without a cluster.
func TestCases(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := newDatabase(t, ns)
	cases := filepath.Join(root(), "test", "cases")
	db.Exec(t, read(t, filepath.Join(cases, "rows.sql")), fmt.Sprintf("GRANT cases_reader TO %s", db.User))
	for _, secret := range []string{"crm-reader", "billing-reader", "warehouse-reader", "shop-reader"} {
		create(t, credentials(ns, secret, db.User, db.Password))
	}
	manifests, err := filepath.Glob(filepath.Join(cases, "manifests", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	place := strings.NewReplacer("${PGHOST}", databaseHost, "${PGPORT}", "5432", "database: postgres", "database: "+db.Name)
	for _, path := range manifests {
		apply(t, ns, place.Replace(read(t, path))) // all in one namespace: no two of them share a name
	}
	var expected struct {
		Definitions map[string]struct {
			Periods []expectedPeriod
		}
	}
	unmarshal(t, json.RawMessage(read(t, filepath.Join(cases, "expected.json"))), &expected)
	for name, want := range expected.Definitions {
		_, name, _ := strings.Cut(name, "/")
		kind, name, _ := strings.Cut(name, "/")
		t.Run(name, func(t *testing.T) {
			var indicator client.Object = cpi(ns, name)
			if kind == "KPITarget" {
				indicator = kpi(ns, name)
			}
			computed(t, indicator)
			if strings.HasPrefix(name, "renewal") {
				return // decisions that lie ahead on the day of the rows are made by now
			}
			result := report(t, indicator).Status.Result
			compared := 0
			for _, p := range want.Periods {
				if p.State != "Mature" || p.Lower == nil || p.Upper == nil {
					continue
				}
				i := slices.IndexFunc(result.Periods, func(got v1alpha1.PeriodValue) bool { return got.Label == p.Label })
				if i < 0 {
					t.Errorf("no period %s", p.Label)
					continue
				}
				compare(t, p.Label, result.Periods[i], estimate{*p.Value, *p.Lower, *p.Upper, p.N})
				compared++
			}
			if compared < 3 {
				t.Errorf("only %s periods compared", strconv.Itoa(compared))
			}
		})
	}
	t.Run("people read each in a table", func(t *testing.T) {
		text := kubectl(t, "--namespace", ns, "get", "cpi,kpi", "--output", "wide")
		printed := parseTable(text)
		for name := range expected.Definitions {
			_, name = filepath.Split(name)
			row, ok := printed[name]
			switch {
			case !ok || row["STATE"] == "" || row["PERIOD"] == "":
				t.Errorf("%s is printed as %v", name, row)
			case slices.Contains(toActOn, row["STATE"]) && (row["VALUE"] == "" || row["INTERVAL"] == "" || row["N"] == ""):
				t.Errorf("%s has a value to act on, but is printed as %v", name, row)
			}
		}
		t.Logf("kubectl get cpi,kpi --output wide\n%s", text)
	})
	t.Run("a fanned-out join is an error", func(t *testing.T) {
		before := reading(reload(t, cpi(ns, "support-nps")))
		db.Exec(t, read(t, filepath.Join(cases, "fanout.sql")))
		runAgain(t, ns, "crm")
		waitReason(t, cpi(ns, "support-nps"), v1alpha1.ConditionComputed, "PrimaryKeyViolated")
		reads(t, cpi(ns, "support-nps"), before)
		waitReason(t, kpi(ns, "renewal-logos"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded)
	})
	t.Run("so is a snapshot loaded twice", func(t *testing.T) {
		db.Exec(t, read(t, filepath.Join(cases, "double-load.sql")))
		runAgain(t, ns, "warehouse")
		waitReason(t, kpi(ns, "nrr"), v1alpha1.ConditionComputed, "PrimaryKeyViolated")
	})
}

type expectedPeriod struct {
	Label, State        string
	Value, Lower, Upper *float64
	N                   int64
}

// cleanupContext is for what must happen after the test, when its own context is done.
func cleanupContext(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }
