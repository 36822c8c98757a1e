// Package postgrestest starts a real PostgreSQL for tests: one server for each test binary, on
// loopback unless told otherwise, run by an unprivileged user, without fsync, with TLS and
// passwords, and gone with all its files when the test binary ends, however it ends.
package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cpi-operator/cpi-operator/test/certificates"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// Server is a running PostgreSQL. Its certificate is for the name "localhost", so that an
// address shows what a wrong name does.
type Server struct {
	Host string
	Port int
	// CAPath is the CA that signed the server's certificate, OtherCAPath one that did not.
	CAPath, OtherCAPath string
	// Superuser and its password.
	Superuser, Password string
	log                 string
}

// Option changes how a server of its own is started.
type Option func(*options)

// loopback is where a server listens.
const loopback = "127.0.0.1"

type options struct {
	settings []string
	hosts    []string
}

// Setting passes a server setting such as "max_connections=20".
func Setting(setting string) Option {
	return func(o *options) { o.settings = append(o.settings, setting) }
}

// CertificateFor makes the server's certificate valid for a further name.
func CertificateFor(host string) Option { return func(o *options) { o.hosts = append(o.hosts, host) } }

var shared struct {
	sync.Mutex
	server *Server
}

// Start returns the test binary's server, started on first use. With options it starts another.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	if len(opts) > 0 {
		server, err := start(opts...)
		if err != nil {
			t.Fatalf("starting PostgreSQL: %v", err)
		}
		return server
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		server, err := start()
		if err != nil {
			t.Fatalf("starting PostgreSQL: %v", err)
		}
		shared.server = server
	}
	return shared.server
}

// supervise runs the server until standard input closes, which happens when the test binary is
// gone, then removes its files.
const supervise = `
trap '' INT
"$1/postgres" -D "$2/data" >"$2/log" 2>&1 </dev/null &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait
rm -rf "$2"
`

func start(opts ...Option) (*Server, error) {
	o := options{hosts: []string{"localhost"}}
	for _, opt := range opts {
		opt(&o)
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return nil, err
	}
	port, err := freePort(loopback)
	if err != nil {
		return nil, err
	}
	s := &Server{Host: loopback, Port: port, Superuser: "postgres", Password: "superuser-of-tests", log: filepath.Join(dir, "log"),
		CAPath: filepath.Join(dir, "ca.pem"), OtherCAPath: filepath.Join(dir, "other-ca.pem")}
	data := filepath.Join(dir, "data")
	if err := certificates.Write(dir, o.hosts); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(s.Password), 0o600); err != nil {
		return nil, err
	}
	if credential != nil {
		err := filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
			return errors.Join(err, os.Chown(path, int(credential.Uid), int(credential.Gid)))
		})
		if err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the tests read the CA
		return nil, err
	}
	run := func(name string, args ...string) *exec.Cmd {
		command := exec.Command(name, args...)
		command.Dir = dir
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + dir}
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: credential}
		return command
	}
	initdb := run(filepath.Join(bin, "initdb"), "--pgdata", data, "--username", s.Superuser, "--pwfile", filepath.Join(dir, "password"),
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, output)
	}
	settings := append([]string{
		"listen_addresses='" + loopback + "'", "port=" + strconv.Itoa(port), "unix_socket_directories=''",
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100", "shared_buffers=128MB",
		"ssl=on", "ssl_cert_file='" + filepath.Join(dir, "server.pem") + "'", "ssl_key_file='" + filepath.Join(dir, "server.key") + "'",
	}, o.settings...)
	conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	_, err = conf.WriteString(strings.Join(settings, "\n") + "\n")
	if err := errors.Join(err, conf.Close()); err != nil {
		return nil, err
	}
	// A role named "secure" must use TLS; everyone else may choose.
	access := "hostssl all secure all scram-sha-256\nhost all secure all reject\nhost all all all scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		return nil, err
	}
	supervisor := run("sh", "-c", supervise, "postgrestest", bin, dir)
	var output bytes.Buffer
	supervisor.Stdout, supervisor.Stderr = &output, &output
	// Held open until this process ends: never closed, and never collected with the command.
	held, err := supervisor.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := supervisor.Start(); err != nil {
		return nil, err
	}
	keep = append(keep, held)
	return s, s.await()
}

var keep []any

// await waits until the server takes connections.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return c.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(s.log)
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// URL connects as the superuser.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", s.Superuser, s.Password, net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), database)
}

func freePort(address string) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// unprivileged is the user to run as: PostgreSQL refuses root.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("no user postgres or nobody to run the server as")
}

// binaries finds PostgreSQL's programs, installing Debian's package where root may.
func binaries() (string, error) {
	if dir := installed(); dir != "" {
		return dir, nil
	}
	if os.Getuid() == 0 { // Debian's package would start a server of its own
		if err := errors.Join(os.MkdirAll("/etc/postgresql-common", 0o755),
			os.WriteFile("/etc/postgresql-common/createcluster.conf", []byte("create_main_cluster = false\n"), 0o644)); err != nil {
			return "", err
		}
	}
	if err := tools.Install("postgresql"); err != nil {
		return "", err
	}
	if dir := installed(); dir != "" {
		return dir, nil
	}
	return "", errors.New("PostgreSQL was installed, but its programs are not in /usr/lib/postgresql")
}

func installed() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}
