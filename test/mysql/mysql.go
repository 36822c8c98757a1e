// Package mysqltest starts a real MariaDB for tests: one server for each test binary, on loopback,
// run by an unprivileged user, without syncing, with TLS and passwords, and gone with all its files
// when the test binary ends, however it ends.
package mysqltest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/cpi-operator/cpi-operator/test/certificates"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// Server is a running MariaDB. Its certificate is for the name "localhost" and those asked for, so that an address
// shows what a wrong name does.
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

type options struct{ settings, hosts []string }

// Setting passes a server setting such as "skip-ssl".
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
			t.Fatalf("starting MariaDB: %v", err)
		}
		return server
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		server, err := start()
		if err != nil {
			t.Fatalf("starting MariaDB: %v", err)
		}
		shared.server = server
	}
	return shared.server
}

// bootstrap makes the system tables and the superuser; $1 is the server, $2 its folder, $3 Debian's scripts. What an
// empty installation lets in without a password goes.
const bootstrap = `
{
	echo 'CREATE DATABASE mysql;'
	echo 'USE mysql;'
	echo 'SET @auth_root_socket = NULL;'
	cat "$3/mysql_system_tables.sql" "$3/mysql_performance_tables.sql" "$3/mysql_system_tables_data.sql"
	echo 'FLUSH PRIVILEGES;'
	echo "DELETE FROM global_priv WHERE user <> 'mariadb.sys';"
	echo 'FLUSH PRIVILEGES;'
	cat "$2/superuser.sql"
} | "$1" --no-defaults --bootstrap --datadir="$2/data" --log-warnings=0 --innodb-log-file-size=8M
`

// supervise runs the server until standard input closes, which happens when the test binary is gone,
// then removes its files.
const supervise = `
trap '' INT
server=$1 dir=$2
shift 2
mkdir "$dir/tmp" && chmod 1777 "$dir/tmp" # its own, so that nobody who tidies up takes its files away
"$server" --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$dir/socket" --pid-file="$dir/pid" "$@" >"$dir/log" 2>&1 </dev/null &
cat >/dev/null
kill -KILL $! 2>/dev/null
wait
rm -rf "$dir"
`

func start(opts ...Option) (*Server, error) {
	o := options{hosts: []string{"localhost"}}
	for _, opt := range opts {
		opt(&o)
	}
	program, err := installed()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mysqltest-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Host: "127.0.0.1", Port: port, Superuser: "admin", Password: "superuser-of-tests", log: filepath.Join(dir, "log"),
		CAPath: filepath.Join(dir, "ca.pem"), OtherCAPath: filepath.Join(dir, "other-ca.pem")}
	if err := certificates.Write(dir, o.hosts); err != nil {
		return nil, err
	}
	superuser := fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO %[1]s@'%%' WITH GRANT OPTION;\n", s.Superuser, s.Password)
	err = errors.Join(os.WriteFile(filepath.Join(dir, "superuser.sql"), []byte(superuser), 0o600), os.Mkdir(filepath.Join(dir, "data"), 0o700))
	if err != nil {
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
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=Asia/Tokyo", "HOME=" + dir} // a zone that no result may depend on
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: credential}
		return command
	}
	if output, err := run("sh", "-c", bootstrap, "mysqltest", program, dir, scripts).CombinedOutput(); err != nil || bytes.Contains(output, []byte("ERROR")) {
		return nil, fmt.Errorf("making the system tables: %w\n%s", err, output)
	}
	settings := []string{
		"--bind-address=" + s.Host, "--port=" + strconv.Itoa(port), "--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_general_ci", "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-doublewrite=OFF", "--innodb-log-file-size=8M",
		"--performance-schema=OFF", "--ssl-cert=" + filepath.Join(dir, "server.pem"), "--ssl-key=" + filepath.Join(dir, "server.key"),
	}
	for _, setting := range o.settings {
		settings = append(settings, "--"+setting)
	}
	supervisor := run("sh", append([]string{"-c", supervise, "mysqltest", program, dir}, settings...)...)
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
	db, err := s.Connect("mysql")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(s.log)
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Connect connects as the superuser, with several statements at a time, quoted names and UTC.
func (s *Server) Connect(database string) (*sql.DB, error) {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.Net, cfg.DBName = s.Superuser, s.Password, "tcp", database
	cfg.Addr = net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	cfg.MultiStatements, cfg.ParseTime = true, true
	cfg.Logger = &mysql.NopLogger{}
	cfg.Params = map[string]string{"sql_mode": "'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES'", "time_zone": "'+00:00'"}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// unprivileged is the user to run as: MariaDB refuses root.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"mysql", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("no user mysql or nobody to run the server as")
}

// scripts is where Debian keeps what makes the system tables.
const scripts = "/usr/share/mysql"

// installed finds MariaDB's server, installing Debian's package where root may. The package of the server alone starts none.
func installed() (string, error) {
	find := func() string {
		for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin") {
			path := filepath.Join(dir, "mariadbd")
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
		return ""
	}
	if path := find(); path != "" {
		return path, nil
	}
	if err := tools.Install("mariadb-server-core"); err != nil {
		return "", err
	}
	if path := find(); path != "" {
		return path, nil
	}
	return "", errors.New("MariaDB was installed, but its server is not to be found")
}
