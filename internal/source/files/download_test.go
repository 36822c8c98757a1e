package files_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func serve(t *testing.T, handler http.HandlerFunc) (*httptest.Server, string) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return server, write(t, "ca.crt", ca)
}

func TestURL(t *testing.T) {
	server, ca := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer secret-value":
			http.Error(w, "who are you", http.StatusUnauthorized)
		case strings.HasPrefix(r.URL.Path, "/away"):
			http.Redirect(w, r, "http://"+r.Host+"/answers.csv", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/forbidden"):
			http.Error(w, "no", http.StatusForbidden)
		case strings.HasPrefix(r.URL.Path, "/short"):
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte(answers))
		case strings.HasSuffix(r.URL.Path, ".csv.gz"):
			_, _ = w.Write(gzipped(t, []byte(answers)))
		case strings.HasSuffix(r.URL.Path, ".csv"):
			_, _ = w.Write([]byte(answers))
		default:
			http.NotFound(w, r)
		}
	})
	header := write(t, "authorization", []byte("Bearer secret-value\n"))
	wrong := write(t, "authorization", []byte("Bearer other"))
	unused := httptest.NewTLSServer(nil)
	unused.Close()
	for name, test := range map[string]struct {
		table plan.FileTable
		want  plan.Reason
		says  []string
	}{
		"plain":          {plan.FileTable{URL: server.URL + "/exports/answers.csv?version=2", CAPath: ca, HeaderPath: header}, "", nil},
		"gzip":           {plan.FileTable{URL: server.URL + "/exports/answers.csv.gz", CAPath: ca, HeaderPath: header}, "", nil},
		"wrong header":   {plan.FileTable{URL: server.URL + "/answers.csv", CAPath: ca, HeaderPath: wrong}, plan.AuthenticationFailed, []string{"401"}},
		"header missing": {plan.FileTable{URL: server.URL + "/answers.csv", CAPath: ca, HeaderPath: "/nonexistent/token"}, plan.SecretMissing, []string{"token"}},
		"forbidden":      {plan.FileTable{URL: server.URL + "/forbidden", CAPath: ca, HeaderPath: header}, plan.PermissionDenied, []string{"403"}},
		"not there":      {plan.FileTable{URL: server.URL + "/none", CAPath: ca, HeaderPath: header}, plan.TableMissing, []string{"404"}},
		"unknown CA":     {plan.FileTable{URL: server.URL + "/answers.csv", HeaderPath: header}, plan.TLSFailed, []string{"certificate"}},
		"CA not there":   {plan.FileTable{URL: server.URL + "/answers.csv", CAPath: "/nonexistent/ca.crt"}, plan.SecretMissing, []string{"ca.crt"}},
		"not https":      {plan.FileTable{URL: "http://example.com/answers.csv"}, plan.SourceUnreachable, []string{"https://"}},
		"leaves https":   {plan.FileTable{URL: server.URL + "/away", CAPath: ca, HeaderPath: header}, plan.SourceUnreachable, []string{"away from https"}},
		"ends early":     {plan.FileTable{URL: server.URL + "/short.csv", CAPath: ca, HeaderPath: header}, plan.SourceUnreachable, nil},
		"nobody listens": {plan.FileTable{URL: unused.URL + "/answers.csv"}, plan.SourceUnreachable, []string{"refused"}},
		"no such host":   {plan.FileTable{URL: "https://files.invalid/answers.csv"}, plan.SourceUnreachable, []string{"files.invalid"}},
		"a local file":   {plan.FileTable{URL: "file:///etc/passwd"}, plan.SourceUnreachable, []string{"https://"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.table.Name, test.table.Format = "answers", plan.CSV
			set, err := open(t, test.table).Open(t.Context(), table("answers"))
			if test.want == "" {
				if err != nil || set.Rows != 3 {
					t.Fatalf("%d rows, %v; want 3", set.Rows, err)
				}
				return
			}
			mustFail(t, err, test.want, test.says...)
			if strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the message shows the header: %v", err)
			}
		})
	}
}

func TestDownloadLargerThanScratch(t *testing.T) {
	server, ca := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 4<<20)) })
	engine := openConfig(t, files.Config{
		Source:     plan.Source{Files: &plan.Files{Tables: []plan.FileTable{{Name: "big", Format: plan.CSV, URL: server.URL + "/big.csv", CAPath: ca}}}},
		ScratchDir: t.TempDir(), ScratchBytes: 1 << 20,
	})
	_, err := engine.Open(t.Context(), table("big"))
	mustFail(t, err, plan.FileUnreadable, "larger than 1 MiB")
}

func TestFileThatMayNotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(answers), 0); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, plan.FileTable{Name: "rows", Format: plan.CSV, Path: path}).Open(t.Context(), table("rows"))
	mustFail(t, err, plan.PermissionDenied, "rows.csv")
}
