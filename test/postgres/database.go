package postgrestest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Database is an empty database of one test, with a role that may only read it.
type Database struct {
	Server *Server
	Name   string
	// User may SELECT from every table of the public schema, also from those made later.
	User, Password string
	admin          *pgx.Conn
}

var databases atomic.Int64

// NewDatabase makes a database; it is dropped with the test.
func (s *Server) NewDatabase(t testing.TB) *Database {
	t.Helper()
	n := databases.Add(1)
	d := &Database{Server: s, Name: fmt.Sprintf("test_%d_%d", os.Getpid(), n), User: fmt.Sprintf("reader_%d_%d", os.Getpid(), n), Password: "reader-of-tests"}
	s.exec(t, "postgres", fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", d.User, d.Password), "CREATE DATABASE "+d.Name)
	admin, err := pgx.Connect(t.Context(), s.URL(d.Name))
	if err != nil {
		t.Fatal(err)
	}
	d.admin = admin
	t.Cleanup(func() {
		_ = admin.Close(context.Background())
		s.exec(t, "postgres", "DROP DATABASE "+d.Name+" WITH (FORCE)", "DROP ROLE "+d.User)
	})
	d.Exec(t, fmt.Sprintf("GRANT USAGE ON SCHEMA public TO %s; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO %s", d.User, d.User))
	return d
}

func (s *Server) exec(t testing.TB, database string, statements ...string) {
	t.Helper()
	ctx := context.Background() // also runs in Cleanup, when the test's own is done
	c, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	for _, statement := range statements {
		if _, err := c.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Exec runs statements as the superuser.
func (d *Database) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.admin.PgConn().Exec(context.Background(), statement).ReadAll(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Admin is a superuser's connection.
func (d *Database) Admin() *pgx.Conn { return d.admin }

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
