package mysql_test

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
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/mysql"
	mysqltest "github.com/cpi-operator/cpi-operator/test/mysql"
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
	server := mysqltest.Start(t)
	d := server.NewDatabase(t)
	good := sourceOf(t, d)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closedPort := free.Addr().(*net.TCPAddr).Port
	free.Close()
	for name, test := range map[string]struct {
		change func(*plan.MySQL)
		want   plan.Reason
		says   []string
	}{
		"wrong password":    {func(p *plan.MySQL) { p.CredentialsDir = mysqltest.CredentialsDir(t, d.User, "wrong-password") }, plan.AuthenticationFailed, []string{"password", "Secret"}},
		"no such user":      {func(p *plan.MySQL) { p.CredentialsDir = mysqltest.CredentialsDir(t, "nobody", "wrong-password") }, plan.AuthenticationFailed, nil},
		"no Secret":         {func(p *plan.MySQL) { p.CredentialsDir = filepath.Join(p.CredentialsDir, "none") }, plan.SecretMissing, []string{`"username"`}},
		"no password":       {func(p *plan.MySQL) { p.CredentialsDir = onlyUsername(t) }, plan.SecretMissing, []string{`"password"`}},
		"no such database":  {func(p *plan.MySQL) { p.Database = "nope" }, plan.SourceUnreachable, []string{`"nope"`, "does not exist"}},
		"nobody listens":    {func(p *plan.MySQL) { p.Port = closedPort }, plan.SourceUnreachable, []string{fmt.Sprint(closedPort), "refused"}},
		"no such host":      {func(p *plan.MySQL) { p.Host = "db.invalid" }, plan.SourceUnreachable, []string{"db.invalid"}},
		"unknown TLS mode":  {func(p *plan.MySQL) { p.TLS = "Maybe" }, plan.TLSFailed, []string{"Maybe", "VerifyFull"}},
		"CA file missing":   {func(p *plan.MySQL) { p.TLS, p.CAPath = "VerifyFull", "/nonexistent/ca.crt" }, plan.SecretMissing, []string{"ca.crt"}},
		"CA file not a PEM": {func(p *plan.MySQL) { p.TLS, p.CAPath = "VerifyFull", filepath.Join(p.CredentialsDir, "username") }, plan.TLSFailed, []string{"PEM"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, pg := good, *good.MySQL
			test.change(&pg)
			s.MySQL = &pg
			_, err := mysql.Open(t.Context(), mysql.Config{Source: s})
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
	server := mysqltest.Start(t)
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
			s.MySQL.TLS, s.MySQL.Host, s.MySQL.CAPath = test.mode, test.host, test.ca
			engine, err := mysql.Open(t.Context(), mysql.Config{Source: s})
			if test.want != "" {
				mustFail(t, err, test.want, true, "certificate")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer engine.Close()
			got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"})
			if err != nil {
				t.Fatal(err)
			}
			if cipher := got.Columns[0].Strings[0]; (cipher != "") != test.encrypted {
				t.Errorf("cipher %q, encrypted: want %t", cipher, test.encrypted)
			}
		})
	}
}

// A server without TLS must not be talked to in plain text by any mode but Disable.
func TestServerWithoutTLS(t *testing.T) {
	d := mysqltest.Start(t, mysqltest.Setting("skip-ssl")).NewDatabase(t)
	for _, mode := range []string{"Require", "VerifyCA", "VerifyFull"} {
		s := sourceOf(t, d)
		s.MySQL.TLS, s.MySQL.CAPath = mode, d.Server.CAPath
		_, err := mysql.Open(t.Context(), mysql.Config{Source: s})
		mustFail(t, err, plan.TLSFailed, true, mode)
	}
}

func TestServerThatWantsTLS(t *testing.T) {
	d := mysqltest.Start(t, mysqltest.Setting("max-connections=20")).NewDatabase(t)
	admin, err := d.Admin().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	require := func(value string) {
		if _, err := admin.ExecContext(context.Background(), "SET GLOBAL require_secure_transport = "+value); err != nil {
			t.Fatal(err)
		}
	}
	require("ON")
	t.Cleanup(func() { require("OFF"); admin.Close() })
	s := sourceOf(t, d)
	_, err = mysql.Open(t.Context(), mysql.Config{Source: s})
	mustFail(t, err, plan.AuthenticationFailed, true, "TLS mode") // MariaDB tells no more; MySQL has a number for it
	s.MySQL.TLS = "Require"
	open(t, s)
}

func TestWhatADatasetGetsWrong(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, orders, "CREATE TABLE secrets (a int)", "CREATE USER few@'%' IDENTIFIED BY 'reader-of-tests'", "GRANT SELECT ON orders TO few@'%'")
	t.Cleanup(func() { d.Exec(t, "DROP USER few@'%'") })
	s := sourceOf(t, d)
	all := open(t, s)
	s.MySQL.CredentialsDir = mysqltest.CredentialsDir(t, "few", "reader-of-tests")
	few := open(t, s)
	column := func(expr string) plan.Dataset {
		dataset := table("orders")
		dataset.Columns = []plan.Column{{Name: "x", Type: plan.Number, Expr: expr}}
		return dataset
	}
	for name, test := range map[string]struct {
		engine  source.Engine
		dataset plan.Dataset
		want    plan.Reason
		says    []string
	}{
		"no table":      {all, table("nope"), plan.TableMissing, []string{"nope"}},
		"no schema":     {all, plan.Dataset{Name: "d", Table: &plan.Table{Schema: "nope", Name: "orders"}}, plan.PermissionDenied, []string{"nope"}},
		"no column":     {all, column("amoun + 1"), plan.ColumnMissing, []string{"columns[0].expr (x)", "amoun"}},
		"quoted text":   {all, column(`if(tier = "gold", 1, 0)`), plan.ColumnMissing, []string{"columns[0].expr (x)", "gold"}},
		"no permission": {few, table("secrets"), plan.PermissionDenied, []string{"secrets", "SELECT"}},
		"refused":       {all, column("sleep(10)"), plan.QueryRefused, []string{"columns[0].expr (x)", "sleep"}},
		"not declared":  {all, plan.Dataset{Name: "d", Query: "SELECT * FROM secrets", Tables: []string{"orders"}}, plan.QueryRefused, []string{"query", "secrets is not declared", "orders"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.engine.Open(t.Context(), test.dataset)
			mustFail(t, err, test.want, false, test.says...)
		})
	}
	_, err := all.Query(t.Context(), query.Statement{SQL: "SELECT exp(1000 * score) FROM orders WHERE score > 1"})
	mustFail(t, err, plan.TypeMismatch, false)
	// Each of these failed alone.
	if set, err := few.Open(t.Context(), table("orders")); err != nil || len(set.Columns) != 16 {
		t.Errorf("%d columns, %v", len(set.Columns), err)
	}
}

func TestQueryDataset(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
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
	got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT sum(revenue) FROM " + query.Relation(query.MySQL, dataset) + " AS t"})
	if err != nil || got.Columns[0].Floats[0] != 10.25 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What the guard might overlook must still do no harm: these statements go straight to the server.
func TestTransactionIsReadOnly(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	d.Exec(t, orders, "GRANT ALL ON "+d.Name+".* TO "+d.User+"@'%'")
	engine := open(t, sourceOf(t, d))
	for _, sql := range []string{
		"DELETE FROM orders", "INSERT INTO orders (id) VALUES (9)", "UPDATE orders SET id = 0", "DROP TABLE orders", "CREATE TABLE x (a int)", "CREATE TEMPORARY TABLE x (a int)", "TRUNCATE orders",
		"SELECT * FROM orders FOR UPDATE", "SELECT 1; DELETE FROM orders", "SELECT * FROM orders INTO OUTFILE '/tmp/x'", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE orders",
	} {
		if _, err := engine.Query(t.Context(), query.Statement{SQL: sql}); err == nil {
			t.Errorf("the server did it: %s", sql)
		}
	}
	// Session state that a statement may change does not outlive its transaction or its connection.
	for _, sql := range []string{"SET SESSION TRANSACTION READ WRITE", "SET max_statement_time = 0", "SET time_zone = 'SYSTEM'", "COMMIT"} {
		_, err := engine.Query(t.Context(), query.Statement{SQL: sql})
		t.Logf("%s: %v", sql, err)
		if _, err := engine.Query(t.Context(), query.Statement{SQL: "DELETE FROM orders"}); err == nil {
			t.Errorf("after %s the server deleted", sql)
		}
	}
	got, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT count(*), @@max_statement_time, @@time_zone FROM orders"})
	if err != nil || got.Columns[0].Ints[0] != 3 || got.Columns[1].Floats[0] != 30 || got.Columns[2].Strings[0] != "+00:00" {
		t.Errorf("got %+v, %v; want 3 rows, 30 s and UTC", got, err)
	}
}

func TestConnectionIsThrownAwayAfterUserSQL(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
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
	first := pid("SELECT connection_id()")
	if again := pid("SELECT connection_id()"); again != first {
		t.Errorf("the planner's own statements used two connections: %d, %d", first, again)
	}
	dataset := plan.Dataset{Name: "d", Tables: []string{"orders"}, Query: "SELECT id FROM orders"}
	if _, err := engine.Open(t.Context(), dataset); err != nil {
		t.Fatal(err)
	}
	before := pid("SELECT connection_id()")
	pid("SELECT count(*) FROM " + query.Relation(query.MySQL, dataset) + " AS t")
	if after := pid("SELECT connection_id()"); after == before {
		t.Error("a connection that ran a user's SQL was used again")
	}
}

func TestStatementOverItsLimit(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	s := sourceOf(t, d)
	s.Limits.QueryTimeout = 200 * time.Millisecond
	engine := open(t, s)
	_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT sleep(60)"})
	mustFail(t, err, plan.QueryTimeout, false, "200ms", "limits.queryTimeout")
	if _, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT 1"}); err != nil {
		t.Errorf("not healthy afterwards: %v", err)
	}
}

// running are a database's statements that wait.
func running(t *testing.T, d *mysqltest.Database) (ids []int64) {
	t.Helper()
	rows, err := d.Admin().QueryContext(t.Context(), "SELECT id FROM information_schema.processlist WHERE user = ? AND info LIKE '%sleep%'", d.User)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
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
	d := mysqltest.Start(t).NewDatabase(t)
	engine := open(t, sourceOf(t, d))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := engine.Query(ctx, query.Statement{SQL: "SELECT sleep(60)"})
		failed <- err
	}()
	until(t, "the statement runs", func() bool { return len(running(t, d)) == 1 })
	cancel()
	mustFail(t, <-failed, plan.ComputeInterrupted, false)
	until(t, "the server stops too", func() bool { return len(running(t, d)) == 0 })
}

func TestConnectionKilledInMidQuery(t *testing.T) {
	d := mysqltest.Start(t).NewDatabase(t)
	engine := open(t, sourceOf(t, d))
	failed := make(chan error, 1)
	go func() {
		_, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT sleep(60)"})
		failed <- err
	}()
	until(t, "the statement runs", func() bool { return len(running(t, d)) == 1 })
	d.Exec(t, fmt.Sprintf("KILL %d", running(t, d)[0]))
	mustFail(t, <-failed, plan.SourceUnreachable, true)
	if _, err := engine.Query(t.Context(), query.Statement{SQL: "SELECT 1"}); err != nil {
		t.Errorf("not healthy afterwards: %v", err)
	}
}
