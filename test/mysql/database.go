package mysqltest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// Database is an empty database of one test, with a user that may only read it. Its collation is
// Debian's default: "a" equals "A" and "a ".
type Database struct {
	Server *Server
	Name   string
	// User may SELECT from every table of the database, also from those made later.
	User, Password string
	admin          *sql.DB
}

var databases atomic.Int64

// NewDatabase makes a database; it is dropped with the test.
func (s *Server) NewDatabase(t testing.TB) *Database {
	t.Helper()
	n := databases.Add(1)
	d := &Database{Server: s, Name: fmt.Sprintf("test_%d_%d", os.Getpid(), n), User: fmt.Sprintf("reader_%d_%d", os.Getpid(), n), Password: "reader-of-tests"}
	s.exec(t, "mysql", "CREATE DATABASE "+d.Name, fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY '%s'", d.User, d.Password),
		fmt.Sprintf("GRANT SELECT ON %s.* TO %s@'%%'", d.Name, d.User))
	admin, err := s.Connect(d.Name)
	if err != nil {
		t.Fatal(err)
	}
	d.admin = admin
	t.Cleanup(func() {
		_ = admin.Close()
		s.exec(t, "mysql", "DROP DATABASE "+d.Name, "DROP USER "+d.User+"@'%'")
	})
	return d
}

func (s *Server) exec(t testing.TB, database string, statements ...string) {
	t.Helper()
	db, err := s.Connect(database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		// In Cleanup the test's own context is done.
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Exec runs statements, or scripts of several, as the superuser.
func (d *Database) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.admin.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%.2000s: %v", statement, err)
		}
	}
}

// Admin is a superuser's connections.
func (d *Database) Admin() *sql.DB { return d.admin }

// CredentialsDir writes the reader's username and password as a mounted Secret would.
func (d *Database) CredentialsDir(t testing.TB) string {
	t.Helper()
	return CredentialsDir(t, d.User, d.Password)
}

// CredentialsDir writes a username and a password as a mounted Secret would.
func CredentialsDir(t testing.TB, user, password string) string {
	t.Helper()
	dir := t.TempDir()
	for key, value := range map[string]string{"username": user, "password": password} {
		if err := os.WriteFile(filepath.Join(dir, key), []byte(value), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
