package files_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
	s3test "github.com/cpi-operator/cpi-operator/test/s3"
)

// stored is a table of objects in a bucket of the store, read by its owner.
func stored(t *testing.T, store *s3test.Server, bucket, key string) plan.FileTable {
	return plan.FileTable{Name: "answers", Format: plan.CSV, CAPath: store.CAPath, S3: &plan.S3{
		Endpoint: store.Endpoint, Region: s3test.Region, Bucket: bucket, Key: key, PathStyle: true,
		CredentialsDir: s3test.CredentialsDir(t, s3test.OwnerKey, s3test.OwnerSecret),
	}}
}

func TestS3(t *testing.T) {
	store := s3test.Start(t)
	parquet, err := os.ReadFile(writeParquet(t, t.TempDir(), "x.parquet", "SELECT range AS i FROM range(1000)"))
	if err != nil {
		t.Fatal(err)
	}
	more := "customer,score,plan,at\nc4,7,basic,2026-03-01\n"
	bucket := store.NewBucket(t, map[string][]byte{
		"answers.csv":                    []byte(answers),
		"answers.csv.gz":                 gzipped(t, []byte(answers)),
		"by month/2026-01/answers.csv":   []byte(answers),
		"by month/2026-02/answers.csv":   []byte(more),
		"by month/2026-02/answers.csv~":  []byte("no table"),
		"by month/2026-02/old/2019.csv":  []byte("deeper, not matched\n"),
		"mixed/a.csv":                    []byte(answers),
		"mixed/b.csv.gz":                 gzipped(t, []byte(more)),
		"üñí/größe 1+2=3 & more?.csv":    []byte(answers),
		"rows.parquet":                   parquet,
		"cut.csv.gz":                     gzipped(t, []byte(answers))[:60],
		"[literal].csv":                  []byte(more),
		"sentinel/":                      nil,
		"sentinel/2026.csv":              []byte(more),
		"folder/of/objects/below/it.csv": []byte(more),
	})
	for key, rows := range map[string]int64{
		"answers.csv":                 3,
		"answers.csv.gz":              3,
		"by month/2026-0?/*.csv":      4,
		"by month/2026-0[2-9]/*.csv":  1,
		"mixed/*":                     4,
		"üñí/größe 1+2=3 & more?.csv": 3,
		"üñí/*more\\?.csv":            3,
		"\\[literal].csv":             1,
		"sentinel/*":                  1,
	} {
		t.Run(key, func(t *testing.T) {
			if strings.Contains(key, "more?") { // taken as it is, it would be a pattern
				key = strings.ReplaceAll(key, "?", `\?`)
			}
			set, err := open(t, stored(t, store, bucket, key)).Open(t.Context(), table("answers"))
			if err != nil || set.Rows != rows {
				t.Errorf("%d rows, %v; want %d", set.Rows, err, rows)
			}
		})
	}
	t.Run("parquet", func(t *testing.T) {
		rows := stored(t, store, bucket, "rows.parquet")
		rows.Format = plan.Parquet
		engine := open(t, rows)
		if _, err := engine.Open(t.Context(), table("answers")); err != nil {
			t.Fatal(err)
		}
		if sum := ask(t, engine, "SELECT sum(i)::BIGINT FROM answers").Columns[0].Ints[0]; sum != 499_500 {
			t.Errorf("sum %d", sum)
		}
	})
}

func TestS3Failures(t *testing.T) {
	store := s3test.Start(t)
	bucket := store.NewBucket(t, map[string][]byte{"answers.csv": []byte(answers), "cut.csv.gz": gzipped(t, []byte(answers))[:60]})
	store.NewAccount(t, bucket, "stranger", "secret-of-a-stranger")
	store.NewAccount(t, bucket, "reader", "secret-of-a-reader", "s3:GetObject")
	as := func(key, secret string) func(*plan.FileTable) {
		return func(f *plan.FileTable) { f.S3.CredentialsDir = s3test.CredentialsDir(t, key, secret) }
	}
	without := func(name string) func(*plan.FileTable) {
		return func(f *plan.FileTable) {
			if err := os.Remove(filepath.Join(f.S3.CredentialsDir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	key := func(key string) func(*plan.FileTable) { return func(f *plan.FileTable) { f.S3.Key = key } }
	unused := httptest.NewTLSServer(nil)
	unused.Close()
	for name, test := range map[string]struct {
		change func(*plan.FileTable)
		want   plan.Reason
		says   []string
	}{
		"no such object":      {key("none.csv"), plan.TableMissing, []string{"none.csv", bucket}},
		"nothing matches":     {key("none/*.csv"), plan.TableMissing, []string{"none/*.csv", bucket}},
		"not a pattern":       {key("[.csv"), plan.TableMissing, []string{"pattern"}},
		"no such bucket":      {func(f *plan.FileTable) { f.S3.Bucket = "elsewhere" }, plan.TableMissing, []string{"elsewhere"}},
		"no bucket to list":   {func(f *plan.FileTable) { f.S3.Bucket, f.S3.Key = "elsewhere", "*.csv" }, plan.TableMissing, []string{"elsewhere"}},
		"unknown key":         {as("nobody", "secret-value"), plan.AuthenticationFailed, nil},
		"wrong secret":        {as(s3test.OwnerKey, "secret-value"), plan.AuthenticationFailed, nil},
		"not allowed":         {as("stranger", "secret-of-a-stranger"), plan.PermissionDenied, []string{"answers.csv"}},
		"not allowed to list": {func(f *plan.FileTable) { as("reader", "secret-of-a-reader")(f); f.S3.Key = "*.csv" }, plan.PermissionDenied, nil},
		"allowed to read":     {as("reader", "secret-of-a-reader"), "", nil},
		"another region":      {func(f *plan.FileTable) { f.S3.Region = "eu-north-9" }, plan.SourceUnreachable, []string{"eu-north-9"}},
		"no access key":       {without("accessKeyID"), plan.SecretMissing, []string{"accessKeyID"}},
		"bucket is no host": {func(f *plan.FileTable) { f.S3.Endpoint, f.S3.PathStyle = "https://store.invalid", false }, plan.SourceUnreachable,
			[]string{bucket + ".store.invalid", "pathStyle: true"}},
		"host is not there":    {func(f *plan.FileTable) { f.S3.Endpoint = "https://store.invalid" }, plan.SourceUnreachable, []string{"store.invalid cannot be reached"}},
		"no secret access key": {without("secretAccessKey"), plan.SecretMissing, []string{"secretAccessKey"}},
		"unknown CA":           {func(f *plan.FileTable) { f.CAPath = "" }, plan.TLSFailed, []string{"certificate"}},
		"CA not there":         {func(f *plan.FileTable) { f.CAPath = "/nonexistent/ca.crt" }, plan.SecretMissing, []string{"ca.crt"}},
		"nobody listens":       {func(f *plan.FileTable) { f.S3.Endpoint = unused.URL }, plan.SourceUnreachable, []string{"refused"}},
		"no endpoint":          {func(f *plan.FileTable) { f.S3.Endpoint = "file:///etc" }, plan.SourceUnreachable, []string{"https://"}},
		"cut off":              {key("cut.csv.gz"), plan.FileUnreadable, []string{bucket + "/cut.csv.gz is cut off"}},
	} {
		t.Run(name, func(t *testing.T) {
			declared := stored(t, store, bucket, "answers.csv")
			test.change(&declared)
			set, err := open(t, declared).Open(t.Context(), table("answers"))
			if test.want == "" {
				if err != nil || set.Rows != 3 {
					t.Fatalf("%d rows, %v; want 3", set.Rows, err)
				}
				return
			}
			mustFail(t, err, test.want, test.says...)
			if strings.Contains(err.Error(), "secret-") {
				t.Errorf("the message shows a secret: %v", err)
			}
		})
	}
}

// What a store may say or do that a well-behaved one does not.
func TestS3StoresThatMisbehave(t *testing.T) {
	var elsewhere bool
	other, _ := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere = true })
	server, ca := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch filepath.Base(r.URL.Path) {
		case "short.csv":
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte(answers))
		case "away.csv":
			http.Redirect(w, r, other.URL+"/bucket/away.csv", http.StatusTemporaryRedirect)
		case "corrupt.csv":
			w.Header().Set("X-Amz-Checksum-Crc32", "AAAAAA==")
			_, _ = w.Write([]byte(answers))
		case "token.csv":
			if r.Header.Get("X-Amz-Security-Token") != "token-of-a-session" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = w.Write([]byte(answers))
		case "archived.csv":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<Error><Code>InvalidObjectState</Code><Message>secret-value</Message></Error>`)
		case "anonymous.csv":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	for key, test := range map[string]struct {
		want plan.Reason
		says string
	}{
		"short.csv":     {plan.SourceUnreachable, "EOF"},
		"away.csv":      {plan.SourceUnreachable, "307"},
		"corrupt.csv":   {plan.FileUnreadable, "checksum"},
		"archived.csv":  {plan.FileUnreadable, "archived"},
		"anonymous.csv": {plan.PermissionDenied, "403"},
		"none.csv":      {plan.TableMissing, "none.csv"},
		"token.csv":     {"", ""},
	} {
		t.Run(key, func(t *testing.T) {
			declared := plan.FileTable{Name: "answers", Format: plan.CSV, CAPath: ca, S3: &plan.S3{
				Endpoint: server.URL, Region: "us-east-1", Bucket: "bucket", Key: key, PathStyle: true,
				CredentialsDir: s3test.CredentialsDir(t, "key", "secret-value"),
			}}
			token := filepath.Join(declared.S3.CredentialsDir, "sessionToken")
			if err := os.WriteFile(token, []byte("token-of-a-session\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, declared).Open(t.Context(), table("answers"))
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			mustFail(t, err, test.want, test.says)
			if strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the message shows what the store said: %v", err)
			}
		})
	}
	if elsewhere {
		t.Error("a redirect was followed with the store's credentials")
	}
}

// The bound holds for all objects of a table together.
func TestS3LargerThanScratch(t *testing.T) {
	store := s3test.Start(t)
	bucket := store.NewBucket(t, map[string][]byte{"a.csv": make([]byte, 700<<10), "b.csv": make([]byte, 700<<10)})
	engine := openConfig(t, files.Config{
		Source:     plan.Source{Files: &plan.Files{Tables: []plan.FileTable{stored(t, store, bucket, "*.csv")}}, Limits: plan.Limits{QueryTimeout: time.Minute}},
		ScratchDir: t.TempDir(), ScratchBytes: 1 << 20,
	})
	_, err := engine.Open(t.Context(), table("answers"))
	mustFail(t, err, plan.FileUnreadable, "larger than 1 MiB")
}

// What was imported is not kept twice.
func TestDownloadsMakeRoom(t *testing.T) {
	store := s3test.Start(t)
	bucket := store.NewBucket(t, map[string][]byte{"a.csv": []byte(answers), "b.csv": []byte(answers)})
	scratch := t.TempDir()
	engine := openIn(t, scratch, stored(t, store, bucket, "*.csv"))
	if _, err := engine.Open(t.Context(), table("answers")); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(scratch, "*", "download-*")); len(left) > 0 {
		t.Errorf("still there: %q", left)
	}
}
