package history_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// kubectl as people use it, as the administrator.
func kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	server := envtestkit.Config(t)
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: server.Host, CertificateAuthorityData: server.CAData}
	config.AuthInfos["test"] = &clientcmdapi.AuthInfo{ClientCertificateData: server.CertData, ClientKeyData: server.KeyData}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "test"}
	config.CurrentContext = "test"
	path := filepath.Join(t.TempDir(), "config")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl")
	out, err := exec.CommandContext(t.Context(), program, append([]string{"--kubeconfig", path}, arguments...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %v: %v\n%s", arguments, err, out)
	}
	return string(out)
}

// What the page on governance shows.
func TestKubectlShowsTheHistory(t *testing.T) {
	w := newWorld(t)
	w.look(w.cpi)
	w.cpi.Spec.Thresholds.Warning = new(v1alpha1.Value("25"))
	w.update(w.cpi)
	w.look(w.cpi)
	described := kubectl(t, "describe", "cpi", "nps", "-n", w.cpi.Namespace)
	_, changes, _ := strings.Cut(described, "Changes:\n")
	var lines []string
	for line := range strings.Lines(changes) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	const want = "Fields:|spec.thresholds.warning: 20 → 25|Generation: 2|New Baseline: false|Seen: "
	if got := strings.Join(lines, "|"); !strings.HasPrefix(got, want) || !strings.Contains(got, "Fields:|Created|Generation: 1|") {
		t.Errorf("%s", described)
	}
	specs := kubectl(t, "get", "controllerrevisions", "-n", w.cpi.Namespace, "-l", "cpi-operator.io/revision-of="+string(w.cpi.UID),
		"--sort-by=.revision", "-o", "jsonpath={range .items[*]}{.data.spec.thresholds.warning} {end}")
	if specs != "20 25 " {
		t.Errorf("former specs: %q", specs)
	}
}
