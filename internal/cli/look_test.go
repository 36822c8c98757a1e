package cli

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// lines of an output without their padding.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// Every number of the demo is explained from its files, with rows that add up.
func TestExplainFiles(t *testing.T) {
	telco := []string{"explain", "-f", samples + "/telco.yaml", "--at", monday}
	code, out, stderr := run(t, "", append(telco, "telco-support")...)
	if code != exitOK || stderr != "" {
		t.Fatalf("%d %s", code, stderr)
	}
	for _, want := range []string{
		"cpi/telco-support: ", "Value 37.0 %", "[35.8, 38.3]: with a sample of this size, the true value lies in it with 95 % confidence", "Sample n 5,517",
		"rows read 7,043 not meeting spec.where 1,526 5,517 rows used 5,517", "Where tech_support In (Yes, No)",
		"Interval Wilson", "contract=Month-to-month 20.0 %", "SQL THAT RAN SELECT count(*)",
		"What would be good enough: spec.thresholds declares nothing.", "Whether rows were loaded twice",
	} {
		if !strings.Contains(squeezed(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	software := []string{"explain", "-f", samples + "/software.yaml", "--at", monday, "software-nps"}
	_, out, _ = run(t, "", append(software, "--period", "2026-08", "-o", "markdown")...)
	for _, want := range []string{"# cpi/software-nps: ", "- Value: 9.4", "- Period: 2026-08, settled: frozen", "- State of the whole, now: Warning"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	_, out, _ = run(t, "", append(software, "--segment", "plan=Team", "-o", "json")...)
	var told toldExplanation
	if err := json.Unmarshal([]byte(out), &told); err != nil || told.Segment != "plan=Team" || *told.Period.N != 357 || told.Formula.Measure != "netPromoterScore" {
		t.Errorf("%v %+v", err, told)
	}
	if code, _, stderr = run(t, "", append(software, "--period", "1999-01")...); code != exitUsage || !strings.Contains(stderr, "those with a value are 2025-09, ") {
		t.Errorf("%d %s", code, stderr)
	}
	if code, _, stderr := run(t, "", "explain"); code != exitUsage || !strings.Contains(stderr, "say which: kubectl cpi explain NAME") {
		t.Errorf("%d %s", code, stderr)
	}
}

// What is not there is told with what is.
func TestExplainChooses(t *testing.T) {
	objects := map[string]board.Objects{}
	for _, name := range []string{"software", "telco"} {
		found, err := (&dataFlags{at: monday}).compute(t.Context(), &fileFlags{paths: []string{samples + "/" + name + ".yaml"}, namespace: unnamed}, nil, io.Discard, noon)
		if err != nil {
			t.Fatal(err)
		}
		objects[name] = found.namespaces[0]
	}
	for says, c := range map[string][4]string{
		"there is none, or it is too": {"software", "software-nps", "", "plan=Nobody"},
		"there are plan=Business; ":   {"software", "software-nps", "", "plan"},
		"segments are kept of":        {"software", "software-nps", "2026-01", "plan=Team"},
		"has no periods":              {"telco", "telco-churn", "2026-01", ""},
		"":                            {"telco", "telco-churn", "", "contract=One year"},
	} {
		err := explain(objects[c[0]], named{"CPIDefinition", c[1]}).choose(c[2], c[3])
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %q", c, err, says)
		}
	}
}

func TestStatusAndLinkOfFiles(t *testing.T) {
	code, out, stderr := run(t, "", "status", "-f", samples+"/telco.yaml", "--at", monday)
	if code != exitFound || stderr != "" || !strings.Contains(out, "CRITICAL  cpi/telco-churn  Critical  owner retention\n") || strings.Contains(out, "since") {
		t.Errorf("%d %s\n%s", code, stderr, out)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	source := "apiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: crm}\nspec: {postgres: {host: db, database: crm, credentialsRef: {name: crm}}}\n---\n"
	if err := os.WriteFile(wrong, []byte(source+"apiVersion: cpi-operator.io/v1alpha1\nkind: CPIDefinition\nmetadata: {name: nps}\nspec: {title: NPS}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := run(t, "", "status", "-f", wrong, "--at", monday); code != exitFound || !strings.Contains(out, "1 data source: nothing critical") || !strings.Contains(stderr, "CPIDefinition/nps") {
		t.Errorf("an invalid file: %d %s\n%s", code, stderr, out)
	}
	if code, out, stderr = run(t, "", "link", "-f", samples+"/telco.yaml", "--at", monday, "telco-support-churn"); code != exitOK || stderr != "" {
		t.Errorf("%d %s", code, stderr)
	}
	for _, args := range [][]string{{"status"}, {"link", "telco-support-churn"}} { // nothing is known of when it came to be
		for _, at := range [][]string{{"--at", monday}, nil} { // now has parts of a second
			args := slices.Concat(args, at, []string{"-f", samples + "/telco.yaml", "-o", "yaml"})
			if _, told, _ := run(t, "", args...); strings.Contains(told, "since:") || strings.Contains(told, "lastSuccessTime") || strings.Contains(told, "course:") {
				t.Errorf("%v:\n%s", args, told)
			}
		}
	}
	if _, told, _ := run(t, "", "explain", "-f", samples+"/telco.yaml", "telco-churn"); strings.Contains(told, "This formula since") {
		t.Error(told)
	}
	for _, want := range []string{"−11.3 pp [−13.8, −8.8]", "Supported", "nobody assigned by chance"} {
		if !strings.Contains(squeezed(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// twoNamespaces is a file with a data source in each of two.
func twoNamespaces(t *testing.T) string {
	t.Helper()
	path, text := filepath.Join(t.TempDir(), "two.yaml"), ""
	for _, namespace := range []string{"a", "b"} {
		text += "---\napiVersion: cpi-operator.io/v1alpha1\nkind: DataSource\nmetadata: {name: crm, namespace: " + namespace + "}\nspec: {postgres: {host: db, database: crm, credentialsRef: {name: crm}}}\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// -n names the namespace of objects that name none, and chooses among several.
func TestNamespaceOfFiles(t *testing.T) {
	two, definition := twoNamespaces(t), put(t, t.TempDir(), "nps.yaml", nps)
	for want, args := range map[string][]string{
		"Namespace b: ": {"-f", two, "-n", "b"}, "Namespace default: ": {"-f", definition}, "Namespace team: ": {"-f", definition, "-n", "team"},
	} {
		if _, out, stderr := run(t, "", append([]string{"status"}, args...)...); !strings.HasPrefix(out, want) {
			t.Errorf("%v: %s%s", args, out, stderr)
		}
	}
}

// Whichever way a cluster cannot be read, what to do is said.
func TestClusterErrors(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "config")
	text := "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\nusers: [{name: u, user: {}}]\n"
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	two := twoNamespaces(t)
	for says, args := range map[string][]string{
		"the cluster does not answer":         {"status", "--kubeconfig", kubeconfig},
		`context "y" does not exist`:          {"status", "--kubeconfig", kubeconfig, "--context", "y"},
		"the kubeconfig cannot be read":       {"status", "--kubeconfig", kubeconfig + "x"},
		"none of the others can be":           {"status", "--kubeconfig", kubeconfig, "-f", samples},
		"are about files: give them with":     {"explain", "--kubeconfig", kubeconfig, "nps", "--at", monday},
		"choose one with -n":                  {"status", "-f", two},
		"no definition of namespace nowhere ": {"status", "-f", two, "-n", "nowhere"},
	} {
		if code, out, stderr := run(t, "", args...); code != exitUsage || out != "" || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %q %q, want %q", args, code, out, stderr, says)
		}
	}
	resource := schema.GroupResource{Group: "cpi-operator.io", Resource: "cpidefinitions"}
	for says, err := range map[string]error{
		"install it with":             &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: "cpi-operator.io", Kind: "CPIDefinition"}},
		"a right is missing":          apierrors.NewForbidden(resource, "", nil),
		"does not accept":             apierrors.NewUnauthorized("token has expired"),
		"the cluster does not answer": &url.Error{Op: "Get", URL: "https://10.0.0.1", Err: os.ErrDeadlineExceeded},
	} {
		if got := clusterError(err); !strings.Contains(got.Error(), says) {
			t.Errorf("%v, want %q", got, says)
		}
	}
	for _, c := range []struct{ text, role, not, binding string }{
		{`User "u" cannot list resource "datasets" in API group "cpi-operator.io" in the namespace "demo"`, "cpi-operator-view", "cpi-operator-edit", "; a RoleBinding in"},
		{`User "u" cannot list resource "datasets" in API group "cpi-operator.io" at the cluster scope`, "cpi-operator-view", "cpi-operator-edit", "a ClusterRoleBinding"},
		{`User "u" cannot patch resource "cpidefinitions" in API group "cpi-operator.io" in the namespace "demo"`, "cpi-operator-edit", "view", "; a RoleBinding in"},
	} {
		got := clusterError(apierrors.NewForbidden(resource, "", errors.New(c.text))).Error()
		if !strings.Contains(got, c.role) || strings.Contains(got, c.not) || !strings.Contains(got, c.binding) {
			t.Errorf("%s: %s", c.text, got)
		}
	}
	if clusterError(nil) != nil {
		t.Error("no error is told as one")
	}
}
