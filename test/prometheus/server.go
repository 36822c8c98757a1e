// Package prometheustest starts a real Prometheus for tests, on loopback, over samples that promtool has written into
// its database: what they are at which instant is exact, and nothing is scraped unless a test's Config says so. It is gone
// with all its files when the test ends, or the test binary, however it ends.
package prometheustest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/test/certificates"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// The user of a server that is Guarded.
const (
	User     = "reader"
	Password = "password-of-tests"
	// hashed is the password as the server knows it.
	hashed = "$2a$04$ly5keXDqT2NpbkamyfA6J.nurO24xpStLEHZzenOtZVXYqsv2ik6i"
)

// Server is a running Prometheus.
type Server struct {
	Address string
	// CAPath is the CA that signed a guarded server's certificate.
	CAPath string
	client *http.Client
}

// Option changes how a server is started.
type Option func(*options)

type options struct {
	guarded      bool
	config       string
	flags, hosts []string
}

// Guarded has the server speak https and ask for User and Password.
func Guarded() Option { return func(o *options) { o.guarded = true } }

// CertificateFor makes a guarded server's certificate valid for a further name.
func CertificateFor(host string) Option { return func(o *options) { o.hosts = append(o.hosts, host) } }

// Flag passes a command-line flag such as --query.timeout=1s.
func Flag(flag string) Option { return func(o *options) { o.flags = append(o.flags, flag) } }

// Config is the server's configuration, for one that scrapes or evaluates rules.
func Config(yaml string) Option { return func(o *options) { o.config = yaml } }

// supervise runs the server until standard input closes, which happens when the test binary is gone, then removes its
// files.
const supervise = `
trap '' INT
dir=$1
shift
"$@" >"$dir/log" 2>&1 </dev/null &
cat >/dev/null
kill -KILL $! 2>/dev/null
wait
rm -rf "$dir"
`

// Start runs a server over samples in the OpenMetrics format, without the line that ends it.
func Start(t testing.TB, samples string, opts ...Option) *Server {
	t.Helper()
	o := options{hosts: []string{"localhost"}, config: "{}\n"}
	for _, opt := range opts {
		opt(&o)
	}
	dir, err := os.MkdirTemp("", "prometheustest-")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(dir, "data")
	if samples != "" {
		// One block for a year, rather than one for each two hours.
		promtool := exec.Command(tools.Build(t, "promtool"), "tsdb", "create-blocks-from", "--max-block-duration=8760h",
			"openmetrics", "--quiet", write("samples.om", samples+"# EOF\n"), data)
		if output, err := promtool.CombinedOutput(); err != nil {
			t.Fatalf("promtool: %v\n%s", err, output)
		}
	}
	port := freePort(t)
	s := &Server{Address: "http://127.0.0.1:" + port}
	args := append([]string{
		tools.Build(t, "prometheus"), "--config.file=" + write("prometheus.yaml", o.config), "--storage.tsdb.path=" + data,
		"--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:" + port,
	}, o.flags...)
	s.client = &http.Client{}
	if o.guarded {
		if err := certificates.Write(dir, o.hosts); err != nil {
			t.Fatal(err)
		}
		s.Address, s.CAPath = "https://localhost:"+port, filepath.Join(dir, "ca.pem")
		args = append(args, "--web.config.file="+write("web.yaml", fmt.Sprintf(
			"tls_server_config: {cert_file: server.pem, key_file: server.key}\nbasic_auth_users: {%s: %q}\n", User, hashed)))
		pem, err := os.ReadFile(s.CAPath)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	}
	supervisor := exec.Command("sh", append([]string{"-c", supervise, "prometheustest", dir}, args...)...)
	supervisor.Dir = dir
	supervisor.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	supervisor.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	supervisor.Stdout, supervisor.Stderr = &output, &output
	held, err := supervisor.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := supervisor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = held.Close()
		_ = supervisor.Wait()
	})
	if err := s.await(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("starting Prometheus: %v\n%s", err, log)
	}
	return s
}

// await waits until the server answers queries.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := s.ask(ctx, http.MethodGet, "/-/ready", http.StatusOK)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Forget deletes the samples of the series that a selector matches from before an instant, as retention does in its
// own time. The server must have been started with the flag --web.enable-admin-api.
func (s *Server) Forget(t testing.TB, selector string, before time.Time) {
	t.Helper()
	query := url.Values{"match[]": {selector}, "end": {before.Format(time.RFC3339)}}
	if err := s.ask(t.Context(), http.MethodPost, "/api/v1/admin/tsdb/delete_series?"+query.Encode(), http.StatusNoContent); err != nil {
		t.Fatalf("delete series %s: %v", selector, err)
	}
}

// ask sends a request and wants a status.
func (s *Server) ask(ctx context.Context, method, path string, want int) error {
	request, err := http.NewRequestWithContext(ctx, method, s.Address+path, nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth(User, Password)
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != want {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}

func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// CredentialsDir is a folder as a pod mounts a Secret with user and password.
func CredentialsDir(t testing.TB, user, password string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"username": user, "password": password} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Samples writes one series: its value at each step from an instant to another, which is not in it any more.
func Samples(series string, from, to time.Time, step time.Duration, value func(time.Time) float64) string {
	var out strings.Builder
	for at := from; at.Before(to); at = at.Add(step) {
		fmt.Fprintf(&out, "%s %s %s\n", series, strconv.FormatFloat(value(at), 'g', -1, 64), strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', -1, 64))
	}
	return out.String()
}
