package resolve_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

func storeAt(endpoint string) *v1alpha1.DataSource {
	return &v1alpha1.DataSource{Spec: v1alpha1.DataSourceSpec{Files: &v1alpha1.FilesSource{Tables: []v1alpha1.FileTable{{
		Name: "orders", Format: v1alpha1.FormatCSV, S3: &v1alpha1.S3File{
			Endpoint: v1alpha1.ServerAddress(endpoint), Bucket: "lake", Key: "orders.csv", CARef: &v1alpha1.KeyReference{Name: "roots", Key: "ca.crt"},
		},
	}}}}}
}

func TestWhatLeavesTheClusterIsEncrypted(t *testing.T) {
	for address, taken := range map[string]bool{
		"https://s3.eu-central-1.amazonaws.com":      true,
		"https://10.0.0.1:9000/prefix":               true,
		"http://minio.storage.svc:9000":              true,
		"http://minio.storage.svc.cluster.local/a/b": true,
		"http://minio.svc":                           true,
		"http://s3.example.com":                      false,
		"http://minio:9000":                          false,
		"http://10.0.0.1:9000":                       false,
		"http://minio.storage.svc.example.com":       false,
		"http://minio.svc@example.com":               false,
		"https://user:password@s3.example.com":       false,
		"https://s3.example.com?x=1":                 false,
		"https://":                                   false,
		"ftp://minio.storage.svc":                    false,
		"minio.storage.svc:9000":                     false,
	} {
		_, problems := resolve.Source(storeAt(address))
		if got := len(problems) == 0; got != taken {
			t.Errorf("%s: taken is %v, want %v: %v", address, got, taken, problems)
		}
	}
}

func TestStoreInThePlan(t *testing.T) {
	source, _ := resolve.Source(storeAt("https://s3.example"))
	got := source.Files.Tables[0]
	want := plan.S3{Endpoint: "https://s3.example", Region: "us-east-1", Bucket: "lake", Key: "orders.csv", CredentialsDir: "/source/s3/0/credentials"}
	if *got.S3 != want || got.CAPath != "/source/s3/0/ca/ca.crt" {
		t.Errorf("%+v, CA %s", *got.S3, got.CAPath)
	}
}
