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

// storeHost is the name by which pods of a namespace reach the store; BUCKET.store reaches it too.
const storeHost = "store"

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
	port := storeInside(t, ns, store, bucket)
	create(t, accessKey(ns, "reader", "reader", "secret-of-the-reader"), accessKey(ns, "stranger", "stranger", "secret-of-the-stranger"),
		accessKey(ns, "wrong", "reader", "another-secret"), file(ns, "roots", "ca.pem", read(t, store.CAPath)))

	const path, host = ", pathStyle: true", ", pathStyle: false"
	const roots = ", caRef: {name: roots, key: ca.pem}"
	tests := []struct{ name, format, bucket, key, secret, more, reason string }{
		{"csv", "CSV", bucket, "survey.csv", "reader", path + roots, v1alpha1.ReasonSucceeded},
		{"csv_gz", "CSV", bucket, "survey.csv.gz", "reader", path + roots, v1alpha1.ReasonSucceeded},
		{"parquet", "Parquet", bucket, "survey.parquet", "reader", path + roots, v1alpha1.ReasonSucceeded},
		{"pattern", "CSV", bucket, "2026/part-*.csv", "reader", path + roots, v1alpha1.ReasonSucceeded},
		{"host", "Parquet", bucket, "survey.parquet", "reader", host + roots, v1alpha1.ReasonSucceeded},
		{"host_pattern", "CSV", bucket, "2026/part-*.csv", "reader", host + roots, v1alpha1.ReasonSucceeded},
		{"no_object", "CSV", bucket, "nothing.csv", "reader", path + roots, "TableMissing"},
		{"no_match", "CSV", bucket, "2027/*.csv", "reader", path + roots, "TableMissing"},
		{"no_bucket", "CSV", "no-such-bucket", "survey.csv", "reader", path + roots, "TableMissing"},
		{"host_no_object", "CSV", bucket, "nothing.csv", "reader", host + roots, "TableMissing"},
		{"host_no_name", "CSV", "no-such-bucket", "survey.csv", "reader", host + roots, "SourceUnreachable"},
		{"cut", "CSV", bucket, "cut.csv.gz", "reader", path + roots, "FileUnreadable"},
		{"stranger", "CSV", bucket, "survey.csv", "stranger", path + roots, "PermissionDenied"},
		{"wrong_secret", "CSV", bucket, "survey.csv", "wrong", path + roots, "AuthenticationFailed"},
		{"no_secret", "CSV", bucket, "survey.csv", "missing", path + roots, "SecretMissing"},
		{"unknown_ca", "CSV", bucket, "survey.csv", "reader", path, "TLSFailed"},
	}
	var manifests strings.Builder
	manifests.WriteString("apiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: lake}\nspec:\n  files:\n    tables:\n")
	for _, test := range tests {
		fmt.Fprintf(&manifests, "    - {name: %s, format: %s, s3: {endpoint: \"https://%s:%d\", region: %s, bucket: %s, key: %q, credentialsRef: {name: %s}%s}}\n",
			test.name, test.format, storeHost, port, s3test.Region, test.bucket, test.key, test.secret, test.more)
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
			} else if told.Message == "" || strings.Contains(told.Message, "secret-of") {
				t.Errorf("message: %q", told.Message)
			}
		})
	}
	waitReason(t, dataSource(ns, "lake"), v1alpha1.ConditionComputed, v1alpha1.ReasonSucceeded) // the source itself is well
	checkOnlyComputeHoldsSecrets(t, ns, "lake")
}

// storeInside gives the store a name in the namespace, and the bucket one below it, as stores whose buckets are hosts
// do. It returns the port: both names are the node's own address.
func storeInside(t *testing.T, ns string, store *s3test.Server, bucket string) int32 {
	t.Helper()
	address, err := url.Parse(store.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	listener := listenInside(t)
	t.Cleanup(func() { _ = listener.Close() })
	go relay(listener, address.Host)
	create(t,
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: storeHost},
			Spec:       corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone, Ports: []corev1.ServicePort{{Name: "main", Port: portOf(listener)}}},
		},
		&discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Namespace: ns, Name: storeHost, Labels: map[string]string{discoveryv1.LabelServiceName: storeHost}},
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{nodeAddress}, Hostname: &bucket}},
			Ports:       []discoveryv1.EndpointPort{{Name: new("main"), Port: new(portOf(listener)), Protocol: ptr.To(corev1.ProtocolTCP)}},
		},
	)
	resolves(t, ns, storeHost)
	resolves(t, ns, bucket+"."+storeHost)
	return portOf(listener)
}

// accessKey is a Secret with a store's access key.
func accessKey(ns, name, key, secret string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		StringData: map[string]string{"accessKeyID": key, "secretAccessKey": secret},
	}
}
