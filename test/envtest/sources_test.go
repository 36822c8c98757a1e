package envtest

import (
	"strings"
	"testing"
)

const validS3 = header + `kind: DataSource
metadata: {name: lake}
spec:
  files: {tables: [{name: orders, format: Parquet, s3: {endpoint: "https://s3.eu-central-1.amazonaws.com", region: eu-central-1, bucket: lake, key: orders/2026-*.parquet, pathStyle: true, caRef: {name: roots, key: ca.crt}, credentialsRef: {name: lake-reader}}}]}
`

// refusals edits a valid object and looks for the reason why it is refused; an empty one means that it is taken.
func refusals(t *testing.T, base string, edits []struct{ name, old, new, want string }) {
	t.Helper()
	for _, edit := range edits {
		t.Run(edit.name, func(t *testing.T) {
			if !strings.Contains(base, edit.old) {
				t.Fatalf("%q is not in the base", edit.old)
			}
			_, err := apply(t, strings.Replace(base, edit.old, edit.new, 1))
			switch {
			case err == nil && edit.want != "":
				t.Error("was accepted")
			case err != nil && (edit.want == "" || !strings.Contains(err.Error(), edit.want)):
				t.Errorf("error %q, want %q", err, edit.want)
			}
		})
	}
}

func TestS3Schema(t *testing.T) {
	const endpoint = "https://s3.eu-central-1.amazonaws.com"
	refusals(t, validS3, []struct{ name, old, new, want string }{
		{"as it is", "lake", "lake", ""},
		{"path in the endpoint", endpoint, "https://10.0.0.1:9000/prefix", ""},
		{"Service of the cluster", endpoint, "http://minio.storage.svc:9000", ""},
		{"Service in full", endpoint, "http://minio.storage.svc.cluster.local/a/b", ""},
		{"plain http", endpoint, "http://s3.example.com", "must begin with https://"},
		{"another domain's svc", endpoint, "http://minio.storage.svc.example.com", "must begin with https://"},
		{"user in the endpoint", endpoint, "https://user:password@s3.example.com", "must begin with https://"},
		{"query in the endpoint", endpoint, "https://s3.example.com?x=1", "must begin with https://"},
		{"no scheme", endpoint, "minio.storage.svc:9000", "must begin with https://"},
		{"a folder", "orders/2026-*.parquet", "orders/", "must name objects"},
		{"key from the root", "orders/2026", "/orders/2026", "must name objects"},
		{"bucket in capitals", "bucket: lake", "bucket: Lake", "bucket"},
		{"no credentials", ", credentialsRef: {name: lake-reader}", "", "credentialsRef"},
		{"two origins", "s3: {", "configMap: {name: a, key: b}, s3: {", "exactly one of the fields"},
	})
}
