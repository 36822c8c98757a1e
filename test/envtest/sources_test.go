package envtest

import (
	"os"
	"path/filepath"
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

const validPrometheus = header + `kind: DataSource
metadata: {name: prom}
spec:
  prometheus: {address: "https://mimir.example/prometheus", caRef: {name: roots, key: ca.crt}, credentialsRef: {name: reader}, tenant: {name: shop}}
`

func TestPrometheusSchema(t *testing.T) {
	const address, credentials = "https://mimir.example/prometheus", "credentialsRef: {name: reader}"
	refusals(t, validPrometheus, []struct{ name, old, new, want string }{
		{"as it is", "shop", "shop", ""},
		{"token", credentials, "tokenRef: {name: reader, key: token}", ""},
		{"Service of the cluster", address + `", caRef: {name: roots, key: ca.crt}, ` + credentials, `http://prometheus.monitoring.svc:9090"`, ""},
		{"password in the clear", address, "http://prometheus.monitoring.svc:9090", "sent to an https address only"},
		{"plain http", address, "http://prometheus.example", "must begin with https://"},
		{"password and token", credentials, credentials + ", tokenRef: {name: reader, key: token}", "at most one of"},
		{"tenant in another header", "name: shop", "name: shop, header: THANOS-TENANT", ""},
		{"tenant in a header of its own", "name: shop", "name: shop, header: Authorization", "is not a header that names a tenant"},
		{"tenant of two lines", "name: shop", `name: "a\nb"`, "tenant.name"},
		{"two engines", "prometheus: {", "postgres: {host: db, database: crm, credentialsRef: {name: reader}}\n  prometheus: {", "exactly one of the fields"},
	})
}

const validExpression = header + `kind: KPITarget
metadata: {name: revenue-live}
spec:
  title: Net revenue, from the order service's counter
  category: Growth
  owner: {team: platform}
  dataSourceRef: {name: prom}
  measure: {promql: {expr: "sum(increase(shop_order_value_eur_total[$__period]))", unit: EUR, additive: true, direction: HigherIsBetter}}
  period: {grain: Month, history: 13, timeZone: Europe/Berlin}
  targets: [{by: "2027-01-31", atLeast: 1000000}]
`

func TestExpressionSchema(t *testing.T) {
	refusals(t, validExpression, []struct{ name, old, new, want string }{
		{"as it is", "EUR", "EUR", ""},
		{"preset", "direction: HigherIsBetter", "preset: Revenue", ""},
		{"no direction", ", direction: HigherIsBetter", "", "direction is required"},
		{"no data source", "  dataSourceRef: {name: prom}\n", "", "dataSourceRef"},
		{"a dataset as well", "  dataSourceRef:", "  datasetRef: {name: orders}\n  dataSourceRef:", "datasetRef"},
		{"where", "  period:", "  where: [{column: a, operator: Exists}]\n  period:", "datasetRef and measure"},
		{"breakdowns", "  period:", "  breakdowns: [{by: [brand]}]\n  period:", "datasetRef and measure"},
		{"goal with a data source", "  measure: {promql: {expr: \"sum(increase(shop_order_value_eur_total[$__period]))\", unit: EUR, additive: true, direction: HigherIsBetter}}\n", "  cpiRef: {name: nps}\n", "dataSourceRef"},
	})
	refusals(t, validCPI, []struct{ name, old, new, want string }{
		{"a data source for rows", "  datasetRef: {name: support-survey}", "  datasetRef: {name: support-survey}\n  dataSourceRef: {name: prom}", "every other measure reads rows"},
		{"nothing to read", "  datasetRef: {name: support-survey}\n", "  dataSourceRef: {name: prom}\n", "datasetRef is required"},
	})
}

// What these pages show can be applied as it stands.
func TestExamplesOfPages(t *testing.T) {
	for name, atLeast := range map[string]int{"sources.md": 4, "weighting.md": 2} {
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(page), "```yaml\n")[1:]
		if len(blocks) < atLeast {
			t.Fatalf("%s: %d examples", name, len(blocks))
		}
		for _, block := range blocks {
			yaml, _, _ := strings.Cut(block, "```")
			for document := range strings.SplitSeq(yaml, "---\n") {
				if _, err := apply(t, document); err != nil {
					t.Errorf("%s: %v\n%s", name, err, document)
				}
			}
		}
	}
}

// Samples of sources that the demo does not have.
func TestSampleSources(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "sources", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("samples %q: %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for document := range strings.SplitSeq(string(content), "\n---\n") {
			if object, err := apply(t, document); err != nil {
				t.Errorf("%s: %s %s: %v", filepath.Base(file), object.GetKind(), object.GetName(), err)
			}
		}
	}
}
