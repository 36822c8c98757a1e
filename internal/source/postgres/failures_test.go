package postgres_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source/postgres"
	postgrestest "github.com/cpi-operator/cpi-operator/test/postgres"
)

func mustFail(t *testing.T, err error, want plan.Reason, ofSource bool, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	typed := failure(t, err)
	if typed.Reason != want || typed.Source != ofSource {
		t.Errorf("reason %s (of the source: %t), want %s (%t): %v", typed.Reason, typed.Source, want, ofSource, err)
	}
	for _, text := range says {
		if !strings.Contains(typed.Message, text) {
			t.Errorf("%q does not say %q", typed.Message, text)
		}
	}
	if strings.Contains(typed.Message, "pod") {
		t.Errorf("read at a desk as well, where there is none: %s", typed.Message)
	}
	for _, secret := range []string{"reader-of-tests", "wrong-password", "secret-value"} {
		if strings.Contains(typed.Message, secret) {
			t.Errorf("the message shows a secret: %s", typed.Message)
		}
	}
}

func TestWhatKeepsUsOut(t *testing.T) {
	server := postgrestest.Start(t)
	d := server.NewDatabase(t)
	good := sourceOf(t, d)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closedPort := free.Addr().(*net.TCPAddr).Port
	free.Close()
	for name, test := range map[string]struct {
		change func(*plan.Postgres)
		want   plan.Reason
		says   []string
	}{
		"wrong password":    {func(p *plan.Postgres) { p.CredentialsDir = postgrestest.CredentialsDir(t, d.User, "wrong-password") }, plan.AuthenticationFailed, []string{"password", "Secret"}},
		"no such user":      {func(p *plan.Postgres) { p.CredentialsDir = postgrestest.CredentialsDir(t, "nobody", "wrong-password") }, plan.AuthenticationFailed, nil},
		"no Secret":         {func(p *plan.Postgres) { p.CredentialsDir = filepath.Join(p.CredentialsDir, "none") }, plan.SecretMissing, []string{`"username"`}},
		"no password":       {func(p *plan.Postgres) { p.CredentialsDir = onlyUsername(t) }, plan.SecretMissing, []string{`"password"`}},
		"no such database":  {func(p *plan.Postgres) { p.Database = "nope" }, plan.SourceUnreachable, []string{`"nope"`, "does not exist"}},
		"nobody listens":    {func(p *plan.Postgres) { p.Port = closedPort }, plan.SourceUnreachable, []string{fmt.Sprint(closedPort), "refused"}},
		"no such host":      {func(p *plan.Postgres) { p.Host = "db.invalid" }, plan.SourceUnreachable, []string{"db.invalid"}},
		"unknown TLS mode":  {func(p *plan.Postgres) { p.TLS = "Maybe" }, plan.TLSFailed, []string{"Maybe", "VerifyFull"}},
		"CA file missing":   {func(p *plan.Postgres) { p.TLS, p.CAPath = "VerifyFull", "/nonexistent/ca.crt" }, plan.SecretMissing, []string{"ca.crt"}},
		"CA file not a PEM": {func(p *plan.Postgres) { p.TLS, p.CAPath = "VerifyFull", filepath.Join(p.CredentialsDir, "username") }, plan.TLSFailed, []string{"PEM"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, pg := good, *good.Postgres
			test.change(&pg)
			s.Postgres = &pg
			_, err := postgres.Open(t.Context(), postgres.Config{Source: s})
			mustFail(t, err, test.want, true, test.says...)
		})
	}
}

func onlyUsername(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "username"), []byte("someone\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTLSModes(t *testing.T) {
	server := postgrestest.Start(t)
	d := server.NewDatabase(t)
	for _, test := range []struct {
		mode, host, ca string
		want           plan.Reason // empty: connects
		encrypted      bool
	}{
		{"Disable", "localhost", "", "", false},
		{"Require", "127.0.0.1", "", "", true},
		{"Require", "127.0.0.1", server.OtherCAPath, "", true},
		{"VerifyCA", "127.0.0.1", server.CAPath, "", true},
		{"VerifyCA", "localhost", server.OtherCAPath, plan.TLSFailed, true},
		{"VerifyCA", "localhost", "", plan.TLSFailed, true},
		{"VerifyFull", "localhost", server.CAPath, "", true},
		{"VerifyFull", "127.0.0.1", server.CAPath, plan.TLSFailed, true},
		{"VerifyFull", "localhost", server.OtherCAPath, plan.TLSFailed, true},
		{"VerifyFull", "localhost", "", plan.TLSFailed, true},
	} {
		t.Run(test.mode+"/"+test.host+"/"+filepath.Base(test.ca), func(t *testing.T) {
			s := sourceOf(t, d)
			s.Postgres.TLS, s.Postgres.Host, s.Postgres.CAPath = test.mode, test.host, test.ca
			engine, err := postgres.Open(t.Context(), postgres.Config{Source: s})
			if test.want != "" {
				mustFail(t, err, test.want, true, "certificate")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Columns[0].Bools[0] != test.encrypted {
				t.Errorf("encrypted: %t, want %t", got.Columns[0].Bools[0], test.encrypted)
			}
		})
	}
}

// A server without TLS must not be talked to in plain text by any mode but Disable.
func TestServerWithoutTLS(t *testing.T) {
	d := postgrestest.Start(t, postgrestest.Setting("ssl=off")).NewDatabase(t)
	for _, mode := range []string{"Require", "VerifyCA", "VerifyFull"} {
		s := sourceOf(t, d)
		s.Postgres.TLS, s.Postgres.CAPath = mode, d.Server.CAPath
		_, err := postgres.Open(t.Context(), postgres.Config{Source: s})
		mustFail(t, err, plan.TLSFailed, true, mode)
	}
}

func TestServerThatWantsTLS(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	d.Exec(t, "CREATE ROLE secure LOGIN PASSWORD 'reader-of-tests'")
	t.Cleanup(func() { d.Exec(t, "DROP ROLE secure") })
	s := sourceOf(t, d)
	s.Postgres.CredentialsDir = postgrestest.CredentialsDir(t, "secure", "reader-of-tests")
	_, err := postgres.Open(t.Context(), postgres.Config{Source: s})
	mustFail(t, err, plan.TLSFailed, true, "without TLS")
	s.Postgres.TLS = "Require"
	open(t, s)
}

func TestWhatADatasetGetsWrong(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	d.Exec(t, orders, "CREATE TABLE secrets (a int)", "REVOKE ALL ON secrets FROM "+d.User, "CREATE TABLE words (w text)", "INSERT INTO words VALUES ('secret-value')")
	engine := open(t, sourceOf(t, d))
	column := func(expr string) plan.Dataset {
		dataset := table("orders")
		dataset.Columns = []plan.Column{{Name: "x", Type: plan.Number, Expr: expr}}
		return dataset
	}
	for name, test := range map[string]struct {
		dataset plan.Dataset
		want    plan.Reason
		says    []string
	}{
		"no table":      {table("nope"), plan.TableMissing, []string{"nope"}},
		"no schema":     {plan.Dataset{Name: "d", Table: &plan.Table{Schema: "nope", Name: "orders"}}, plan.TableMissing, []string{"nope"}},
		"no column":     {column("amoun + 1"), plan.ColumnMissing, []string{"columns[0].expr (x)", "amoun", "amount"}},
		"wrong type":    {column("customer + 1"), plan.TypeMismatch, []string{"columns[0].expr (x)"}},
		"no permission": {table("secrets"), plan.PermissionDenied, []string{"secrets", "SELECT"}},
		"refused":       {column("pg_sleep(10)"), plan.QueryRefused, []string{"columns[0].expr (x)", "pg_sleep"}},
		"not declared":  {plan.Dataset{Name: "d", Query: "SELECT * FROM secrets", Tables: []string{"orders"}}, plan.QueryRefused, []string{"query", "secrets is not declared", "orders"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := engine.Open(t.Context(), test.dataset)
			mustFail(t, err, test.want, false, test.says...)
		})
	}
	_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT sum(w::int) FROM words"})
	mustFail(t, err, plan.TypeMismatch, false)
	// Each of these failed alone.
	if set, err := engine.Open(t.Context(), table("orders")); err != nil || len(set.Columns) != 11 {
		t.Errorf("%d columns, %v", len(set.Columns), err)
	}
}

func TestQueryDataset(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	d.Exec(t, orders)
	engine := open(t, sourceOf(t, d))
	dataset := plan.Dataset{Name: "d", Tables: []string{"orders"}, Query: "SELECT customer, amount AS revenue FROM orders WHERE paid -- trailing\n;"}
	set, err := engine.Open(t.Context(), dataset)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Columns) != 2 || set.Columns[0].Distinct == 0 {
		t.Errorf("got %+v", set)
	}
	got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT sum(revenue) FROM " + query.Relation(query.Postgres, dataset) + " AS t"})
	if err != nil || got.Columns[0].Floats[0] != 10.25 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What the guard might overlook must still do no harm (test/attempts has more of it): these statements go straight to the
// server.
func TestTransactionIsReadOnly(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	d.Exec(t, orders, "GRANT ALL ON orders TO "+d.User, "GRANT ALL ON SCHEMA public TO "+d.User)
	engine := open(t, sourceOf(t, d))
	// Session state that a statement may change does not outlive its transaction or its connection.
	for _, sql := range []string{"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET statement_timeout = 0", "COMMIT"} {
		_, err := engine.Query(t.Context(), query.Statement{SQL: sql})
		t.Logf("%s: %v", sql, err)
		if _, err := engine.Query(t.Context(), query.Statement{SQL: "DELETE FROM orders"}); err == nil {
			t.Errorf("after %s the server deleted", sql)
		}
	}
	got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT count(*), current_setting('statement_timeout') FROM orders"})
	if err != nil || got.Columns[0].Ints[0] != 3 || got.Columns[1].Strings[0] != "30s" {
		t.Errorf("got %+v, %v; want 3 rows and 30s", got, err)
	}
}

// Grouping gets memory enough to stay in it; a role that has more keeps it.
func TestMemoryForGrouping(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	for _, role := range []struct{ set, want string }{{"1MB", "32MB"}, {"64MB", "64MB"}} {
		d.Exec(t, "ALTER ROLE "+d.User+" SET work_mem = '"+role.set+"'")
		got, err := open(t, sourceOf(t, d)).Query(t.Context(), query.Statement{SQL: "SELECT current_setting('work_mem')"})
		if err != nil || got.Columns[0].Strings[0] != role.want {
			t.Errorf("with a role's %s got %+v, %v; want %s", role.set, got, err, role.want)
		}
	}
}

func TestConnectionIsThrownAwayAfterUserSQL(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	d.Exec(t, orders)
	engine := open(t, sourceOf(t, d))
	pid := func(sql string) int64 {
		t.Helper()
		got, err := engine.Query(t.Context(), query.Statement{SQL: sql})
		if err != nil {
			t.Fatal(err)
		}
		return got.Columns[0].Ints[0]
	}
	first := pid("SELECT pg_backend_pid()")
	if again := pid("SELECT pg_backend_pid()"); again != first {
		t.Errorf("the planner's own statements used two connections: %d, %d", first, again)
	}
	dataset := plan.Dataset{Name: "d", Tables: []string{"orders"}, Query: "SELECT id FROM orders"}
	if _, err := engine.Open(t.Context(), dataset); err != nil {
		t.Fatal(err)
	}
	before := pid("SELECT pg_backend_pid()")
	pid("SELECT count(*) FROM " + query.Relation(query.Postgres, dataset) + " AS t")
	if after := pid("SELECT pg_backend_pid()"); after == before {
		t.Error("a connection that ran a user's SQL was used again")
	}
}

func TestStatementOverItsLimit(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	s := sourceOf(t, d)
	s.Limits.QueryTimeout = 200 * time.Millisecond
	engine := open(t, s)
	_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT pg_sleep(60)"})
	mustFail(t, err, plan.QueryTimeout, false, "200ms", "limits.queryTimeout")
	if _, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT 1"}); err != nil {
		t.Errorf("not healthy afterwards: %v", err)
	}
}

// running counts a database's statements other than the asker's.
func running(t *testing.T, d *postgrestest.Database) (pids []int32) {
	t.Helper()
	rows, err := d.Admin().Query(t.Context(), "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = $1 AND state = 'active' AND query LIKE '%pg_sleep%'", d.User)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var pid int32
		if err := rows.Scan(&pid); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// until polls a condition, for at most a minute.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestCancelReachesTheServer(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	engine := open(t, sourceOf(t, d))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := engine.Query(ctx, query.Statement{SQL: "SELECT pg_sleep(60)"})
		failed <- err
	}()
	until(t, "the statement runs", func() bool { return len(running(t, d)) == 1 })
	cancel()
	mustFail(t, <-failed, plan.ComputeInterrupted, false)
	until(t, "the server stops too", func() bool { return len(running(t, d)) == 0 })
}

func TestConnectionKilledInMidQuery(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	engine := open(t, sourceOf(t, d))
	failed := make(chan error, 1)
	go func() {
		_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT pg_sleep(60)"})
		failed <- err
	}()
	until(t, "the statement runs", func() bool { return len(running(t, d)) == 1 })
	if _, err := d.Admin().Exec(t.Context(), "SELECT pg_terminate_backend($1)", running(t, d)[0]); err != nil {
		t.Fatal(err)
	}
	mustFail(t, <-failed, plan.SourceUnreachable, true)
	if _, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT 1"}); err != nil {
		t.Errorf("not healthy afterwards: %v", err)
	}
}

func TestEnvironmentIsIgnored(t *testing.T) {
	d := postgrestest.Start(t).NewDatabase(t)
	for name, value := range map[string]string{"PGHOST": "db.invalid", "PGPORT": "1", "PGDATABASE": "nope", "PGUSER": "nope", "PGPASSWORD": "wrong-password", "PGOPTIONS": "-c search_path=nope", "PGSSLMODE": "verify-full", "PGAPPNAME": "nope"} {
		t.Setenv(name, value)
	}
	engine := open(t, sourceOf(t, d))
	got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT current_setting('application_name'), current_setting('search_path')"})
	if err != nil {
		t.Fatal(err)
	}
	if name := got.Columns[0].Strings[0]; name != "cpi-operator test/crm" {
		t.Errorf("application_name %q", name)
	}
	if path := got.Columns[1].Strings[0]; strings.Contains(path, "nope") {
		t.Errorf("search_path %q", path)
	}
}
