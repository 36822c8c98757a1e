package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// eighty is what everyone reads of 80 good answers of 100.
const eighty = "80.0 % [71.1, 86.7] n 100"

// TestFiles reads the same answers in every format and from every place.
func TestFiles(t *testing.T) {
	t.Parallel()
	needsDevcluster(t)
	ns := namespace(t)
	answers := survey(100, 80)
	create(t, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "answers"},
		Data:       map[string]string{"plain.csv": answers, "lines.ndjson": ndjson(t, answers)},
		BinaryData: map[string][]byte{
			"packed.csv.gz":    packed(t, answers),
			"lines.ndjson.zst": testdata(t, "survey.ndjson.zst"),
			"columns.parquet":  testdata(t, "survey.parquet"),
		},
	})
	volume(t, ns, "answers", halves(answers))
	const authorization = "Bearer of-the-tests"
	ca := httpsInside(t, ns, "files", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != authorization {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(packed(t, answers)) // the client may go away
	}))
	create(t,
		file(ns, "roots", "ca.pem", ca),
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "token"}, StringData: map[string]string{"header": authorization, "wrong": "Bearer of-others"}},
	)

	// TABLE: what its definition says, and how it ends.
	tables := []struct{ name, yaml, reason string }{
		{"csv", `format: CSV, configMap: {name: answers, key: plain.csv}`, v1alpha1.ReasonSucceeded},
		{"csv-gz", `format: CSV, configMap: {name: answers, key: packed.csv.gz}`, v1alpha1.ReasonSucceeded},
		{"ndjson", `format: NDJSON, configMap: {name: answers, key: lines.ndjson}`, v1alpha1.ReasonSucceeded},
		{"ndjson-zst", `format: NDJSON, configMap: {name: answers, key: lines.ndjson.zst}`, v1alpha1.ReasonSucceeded},
		{"parquet", `format: Parquet, configMap: {name: answers, key: columns.parquet}`, v1alpha1.ReasonSucceeded},
		{"volume", `format: CSV, persistentVolumeClaim: {name: answers, path: "part-*.csv"}`, v1alpha1.ReasonSucceeded},
		{"https", `format: CSV, url: {address: "https://files/answers.csv.gz", caRef: {name: roots, key: ca.pem}, authorizationRef: {name: token, key: header}}`, v1alpha1.ReasonSucceeded},
		{"https-wrong-header", `format: CSV, url: {address: "https://files/answers.csv.gz", caRef: {name: roots, key: ca.pem}, authorizationRef: {name: token, key: wrong}}`, "AuthenticationFailed"},
		{"https-no-secret", `format: CSV, url: {address: "https://files/answers.csv.gz", caRef: {name: roots, key: ca.pem}, authorizationRef: {name: nobody, key: header}}`, "SecretMissing"},
		{"https-unknown-ca", `format: CSV, url: {address: "https://files/answers.csv.gz", authorizationRef: {name: token, key: header}}`, "TLSFailed"},
		{"no-such-key", `format: CSV, configMap: {name: answers, key: nothing.csv}`, "TableMissing"},
		{"not-parquet", `format: Parquet, configMap: {name: answers, key: plain.csv}`, "FileUnreadable"},
	}
	var manifests strings.Builder
	manifests.WriteString("apiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: files}\nspec:\n  files:\n    tables:\n")
	for _, table := range tables {
		fmt.Fprintf(&manifests, "    - {name: %s, %s}\n", table.name, table.yaml)
	}
	for _, table := range tables {
		fmt.Fprintf(&manifests, "---\napiVersion: cpi-operator.io/v1alpha1\nkind: Dataset\nmetadata: {name: %s}\nspec: {dataSourceRef: {name: files}, table: {name: %s}}\n", table.name, table.name)
		manifests.WriteString(good(table.name, table.name))
	}
	apply(t, ns, manifests.String())
	for _, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			told := waitReason(t, cpi(ns, table.name), v1alpha1.ConditionComputed, table.reason)
			if table.reason == v1alpha1.ReasonSucceeded {
				reads(t, cpi(ns, table.name), eighty)
			} else if told.Message == "" {
				t.Error("the reason has no message")
			}
		})
	}
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// ndjson of a CSV text.
func ndjson(t *testing.T, csv string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	names := strings.Split(lines[0], ",")
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, field := range strings.Split(line, ",") {
			row[names[i]] = field
		}
		if err := encoder.Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// halves of a CSV text, each a file with the header.
func halves(csv string) map[string]string {
	lines := strings.SplitAfter(csv, "\n")
	head, rows := lines[0], lines[1:]
	middle := len(rows) / 2
	return map[string]string{
		"part-1.csv": head + strings.Join(rows[:middle], ""),
		"part-2.csv": head + strings.Join(rows[middle:], ""),
		"other.csv":  head,
	}
}

// testdata/survey.* hold the rows of survey(100, 80), written by DuckDB's COPY.
func testdata(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// volume makes a claim of this name, bound to a volume on the node that holds the files.
func volume(t *testing.T, ns, name string, files map[string]string) {
	t.Helper()
	dir := t.TempDir() // the dev cluster's node sees this machine's folders
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")}
	pv := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: ns + "-" + name},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:               size,
			AccessModes:            []corev1.PersistentVolumeAccessMode{corev1.ReadOnlyMany},
			ClaimRef:               &corev1.ObjectReference{Namespace: ns, Name: name},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: dir}},
		},
	}
	create(t, pv)
	t.Cleanup(func() {
		if err := api.Delete(cleanupContext(t), pv); err != nil {
			t.Errorf("delete volume %s: %v", pv.Name, err)
		}
	})
	none := ""
	create(t, &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: pv.Spec.AccessModes, StorageClassName: &none, VolumeName: pv.Name,
			Resources: corev1.VolumeResourceRequirements{Requests: size},
		},
	})
}
