package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	s3test "github.com/cpi-operator/cpi-operator/test/s3"
)

// Names by which pods of a namespace reach the store, and BUCKET.name too. Its certificate is for the first alone.
const (
	storeHost  = "store"
	otherStore = "depot"
)

// TestS3 reads the same answers from a store, with the bucket in the path and in the host's name, and tells each trouble
// with an object on the indicator that reads it.
func TestS3(t *testing.T) {
	t.Parallel()
	needsDevcluster(t)
	ns := namespace(t)
	store := s3test.Start(t, s3test.Host(storeHost))
	answers := survey(100, 80)
	objects := map[string][]byte{
		"survey.csv": []byte(answers), "survey.csv.gz": packed(t, answers), "survey.parquet": testdata(t, "survey.parquet"),
		"cut.csv.gz": packed(t, answers)[:200],
	}
	for name, content := range halves(answers) {
		objects["2026/"+name] = []byte(content)
	}
	bucket := store.NewBucket(t, objects)
	store.NewAccount(t, bucket, "reader", "secret-of-the-reader", "s3:GetObject", "s3:ListBucket")
	store.NewAccount(t, bucket, "stranger", "secret-of-the-stranger")
	port := storeInside(t, ns, store, bucket, storeHost, otherStore)
	create(t, accessKey(ns, "reader", "reader", "secret-of-the-reader"), accessKey(ns, "stranger", "stranger", "secret-of-the-stranger"),
		accessKey(ns, "wrong", "reader", "another-secret"), file(ns, "roots", "ca.pem", read(t, store.CAPath)))

	const roots = ", caRef: {name: roots, key: ca.pem}"
	const csv, parquet = "CSV", "Parquet"
	tests := []struct {
		name                        string
		host                        string
		path                        bool // the bucket is in the path, not in the host's name
		format, bucket, key, secret string
		roots, reason, says         string
	}{
		{"csv", storeHost, true, csv, bucket, "survey.csv", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"csv_gz", storeHost, true, csv, bucket, "survey.csv.gz", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"parquet", storeHost, true, parquet, bucket, "survey.parquet", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"pattern", storeHost, true, csv, bucket, "2026/part-*.csv", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"host", storeHost, false, parquet, bucket, "survey.parquet", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"host_pattern", storeHost, false, csv, bucket, "2026/part-*.csv", "reader", roots, v1alpha1.ReasonSucceeded, ""},
		{"no_object", storeHost, true, csv, bucket, "nothing.csv", "reader", roots, "TableMissing", "nothing.csv"},
		{"no_match", storeHost, true, csv, bucket, "2027/*.csv", "reader", roots, "TableMissing", "2027/*.csv"},
		{"no_bucket", storeHost, true, csv, "no-such-bucket", "survey.csv", "reader", roots, "TableMissing", "no-such-bucket"},
		{"host_no_object", storeHost, false, csv, bucket, "nothing.csv", "reader", roots, "TableMissing", "nothing.csv"},
		{"host_no_name", storeHost, false, csv, "no-such-bucket", "survey.csv", "reader", roots, "SourceUnreachable", "pathStyle: true"},
		{"host_not_its_name", otherStore, false, csv, bucket, "survey.csv", "reader", roots, "TLSFailed", "pathStyle: true"},
		{"cut", storeHost, true, csv, bucket, "cut.csv.gz", "reader", roots, "FileUnreadable", "cut.csv.gz is cut off"},
		{"stranger", storeHost, true, csv, bucket, "survey.csv", "stranger", roots, "PermissionDenied", "survey.csv"},
		{"wrong_secret", storeHost, true, csv, bucket, "survey.csv", "wrong", roots, "AuthenticationFailed", "SignatureDoesNotMatch"},
		{"no_secret", storeHost, true, csv, bucket, "survey.csv", "missing", roots, "SecretMissing", "accessKeyID"},
		{"unknown_ca", storeHost, true, csv, bucket, "survey.csv", "reader", "", "TLSFailed", "set the CA"},
	}
	var manifests strings.Builder
	manifests.WriteString("apiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: lake}\nspec:\n  files:\n    tables:\n")
	for _, test := range tests {
		fmt.Fprintf(&manifests, "    - {name: %s, format: %s, s3: {endpoint: \"https://%s:%d\", region: %s, bucket: %s, key: %q, credentialsRef: {name: %s}, pathStyle: %t%s}}\n",
			test.name, test.format, test.host, port, s3test.Region, test.bucket, test.key, test.secret, test.path, test.roots)
	}
	for _, test := range tests {
		manifests.WriteString(onDataset(strings.ReplaceAll(test.name, "_", "-"), "lake", fmt.Sprintf("table: {name: %s}", test.name)))
	}
	apply(t, ns, manifests.String())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			indicator := cpi(ns, strings.ReplaceAll(test.name, "_", "-"))
			told := waitReason(t, indicator, v1alpha1.ConditionComputed, test.reason)
			if test.reason == v1alpha1.ReasonSucceeded {
				reads(t, indicator, eighty)
			} else if !strings.Contains(told.Message, test.says) || strings.Contains(told.Message, "secret-of") {
				t.Errorf("message %q, %q is wanted", told.Message, test.says)
			}
		})
	}
	waitReason(t, dataSource(ns, "lake"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded) // the source itself is well
	checkOnlyComputeHoldsSecrets(t, ns, "lake")
}

// storeInside gives the store names in the namespace, and the bucket one below each, as stores whose buckets are hosts
// do. It returns the port: all names are the node's own address.
func storeInside(t *testing.T, ns string, store *s3test.Server, bucket string, names ...string) int32 {
	t.Helper()
	address, err := url.Parse(store.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	listener := listenInside(t)
	t.Cleanup(func() { _ = listener.Close() })
	go relay(listener, address.Host)
	for _, name := range names {
		create(t,
			&corev1.Service{
				ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
				Spec:       corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone, Ports: []corev1.ServicePort{{Name: "main", Port: portOf(listener)}}},
			},
			&discoveryv1.EndpointSlice{
				ObjectMeta:  metav1.ObjectMeta{Namespace: ns, Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name}},
				AddressType: discoveryv1.AddressTypeIPv4,
				Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{nodeAddress}, Hostname: &bucket}},
				Ports:       []discoveryv1.EndpointPort{{Name: new("main"), Port: new(portOf(listener)), Protocol: ptr.To(corev1.ProtocolTCP)}},
			},
		)
		resolves(t, ns, name)
		resolves(t, ns, bucket+"."+name)
	}
	return portOf(listener)
}

// accessKey is a Secret with a store's access key.
func accessKey(ns, name, key, secret string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		StringData: map[string]string{"accessKeyID": key, "secretAccessKey": secret},
	}
}
