// Package s3test starts a real S3-compatible store for tests: versitygw over a folder, one for each test binary, on
// loopback, with TLS and accounts, and gone with all its files when the test binary ends, however it ends.
package s3test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cpi-operator/cpi-operator/test/certificates"
	"github.com/cpi-operator/cpi-operator/test/tools"
)

// Region that the store says it is in.
const Region = "eu-test-1"

// The store's owner.
const (
	OwnerKey    = "owner"
	OwnerSecret = "secret-of-the-owner"
)

// Server is a running store.
type Server struct {
	// Endpoint is its https address.
	Endpoint string
	// CAPath is the CA that signed its certificate.
	CAPath string

	binary string
	client *s3.Client
	log    string
}

var shared struct {
	sync.Mutex
	server *Server
}

// Option changes how a store of its own is started.
type Option func(*options)

type options struct {
	hosts []string
	// domain under which buckets are hosts; empty if they are only paths.
	domain string
}

// Host is a further name of the store, and one under which buckets are hosts: BUCKET.name.
func Host(name string) Option {
	return func(o *options) { o.hosts, o.domain = append(o.hosts, name, "*."+name), name }
}

// Start returns the test binary's store, started on first use. With options it starts another.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	if len(opts) > 0 {
		server, err := start(tools.Build(t, "versitygw"), opts...)
		if err != nil {
			t.Fatalf("starting versitygw: %v", err)
		}
		return server
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		server, err := start(tools.Build(t, "versitygw"))
		if err != nil {
			t.Fatalf("starting versitygw: %v", err)
		}
		shared.server = server
	}
	return shared.server
}

// supervise runs the server until standard input closes, which happens when the test binary is gone, then removes its
// files.
const supervise = `
trap '' INT
"$1" --port "$3" --access "$4" --secret "$5" --region "$6" --cert "$2/server.pem" --key "$2/server.key" --iam-dir "$2/accounts" --virtual-domain "$7" \
  posix --sidecar "$2/meta" "$2/objects" >"$2/log" 2>&1 </dev/null &
cat >/dev/null
kill $! 2>/dev/null
wait
rm -rf "$2"
`

func start(binary string, opts ...Option) (*Server, error) {
	o := options{hosts: []string{"localhost"}}
	for _, opt := range opts {
		opt(&o)
	}
	dir, err := os.MkdirTemp("", "s3test-")
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{"objects", "meta", "accounts"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	if err := certificates.Write(dir, o.hosts); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Endpoint: "https://localhost:" + port, CAPath: filepath.Join(dir, "ca.pem"), binary: binary, log: filepath.Join(dir, "log")}
	supervisor := exec.Command("sh", "-c", supervise, "s3test", binary, dir, "127.0.0.1:"+port, OwnerKey, OwnerSecret, Region, o.domain)
	supervisor.Dir = dir
	supervisor.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	supervisor.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
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
	if s.client, err = s.newClient(); err != nil {
		return nil, err
	}
	return s, s.await()
}

var keep []any

// await waits until the store takes requests.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		_, err := s.client.ListBuckets(ctx, &s3.ListBucketsInput{})
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(s.log)
			return fmt.Errorf("the store does not answer: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *Server) newClient() (*s3.Client, error) {
	certificate, err := os.ReadFile(s.CAPath)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = roots
	return s3.New(s3.Options{
		BaseEndpoint: &s.Endpoint, Region: Region, UsePathStyle: true, HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: OwnerKey, SecretAccessKey: OwnerSecret}, nil
		}),
	}), nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), l.Close()
}

// NewBucket makes a bucket with objects by key. Its name is the test's own.
func (s *Server) NewBucket(t testing.TB, objects map[string][]byte) string {
	t.Helper()
	shared.Lock()
	buckets++
	name := fmt.Sprintf("bucket-%d", buckets)
	shared.Unlock()
	if _, err := s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatalf("make bucket %s: %v", name, err)
	}
	for key, content := range objects {
		s.Put(t, name, key, content)
	}
	return name
}

var buckets int

// Put writes one object.
func (s *Server) Put(t testing.TB, bucket, key string, content []byte) {
	t.Helper()
	if _, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatalf("put %s/%s: %v", bucket, key, err)
	}
}

// NewAccount makes an account that may do nothing but what a bucket's policy allows: these actions, such as
// s3:GetObject on the objects of a bucket and s3:ListBucket on itself.
func (s *Server) NewAccount(t testing.TB, bucket, key, secret string, actions ...string) {
	t.Helper()
	s.admin(t, "create-user", "--access", key, "--secret", secret, "--role", "user")
	if len(actions) == 0 {
		return
	}
	var statements []string
	for _, action := range actions {
		resource := "arn:aws:s3:::" + bucket
		if strings.HasSuffix(action, "Object") {
			resource += "/*"
		}
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Principal":{"AWS":[%q]},"Action":[%q],"Resource":[%q]}`, key, action, resource))
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[%s]}`, strings.Join(statements, ","))
	if _, err := s.client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy}); err != nil {
		t.Fatalf("policy of %s: %v", bucket, err)
	}
}

func (s *Server) admin(t testing.TB, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), s.binary, append([]string{
		"admin", "--access", OwnerKey, "--secret", OwnerSecret, "--region", Region, "--endpoint-url", s.Endpoint, "--allow-insecure",
	}, args...)...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("versitygw admin %s: %v\n%s", args[0], err, output)
	}
}

// CredentialsDir is a folder as a pod mounts a Secret with an access key.
func CredentialsDir(t testing.TB, key, secret string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"accessKeyID": key, "secretAccessKey": secret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
