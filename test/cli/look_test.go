package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
)

// What the operator told is shown as it told it, of one namespace or of all, and names complete.
func TestLookAtACluster(t *testing.T) {
	c, namespace := envtestkit.Client(t), envtestkit.Namespace(t)
	told(t, c, namespace)
	elsewhere := envtestkit.Namespace(t)
	s := shell{t, kubeconfig(t, envtestkit.Config(t), elsewhere)}

	s.want(s.run("status"), 2, "holds no definition of cpi-operator")
	s.want(s.run("status", "-n", namespace), 1, "2 CPIs, 1 KPI, 1 claim", "CRITICAL  cpi/telco-churn", "26.5 %   [25.5, 27.6]   7043")
	everywhere := s.run("status", "-A", "-o", "json")
	var all struct {
		Items []struct {
			Namespace string `json:"namespace"`
			Problems  []struct {
				Severity, Kind, Name string
			} `json:"problems"`
		} `json:"items"`
	}
	must(t, json.Unmarshal([]byte(everywhere.stdout), &all))
	found := false
	for _, item := range all.Items {
		found = found || item.Namespace == namespace && item.Problems[0].Severity == "critical" && item.Problems[0].Name == "telco-churn"
		if item.Namespace == elsewhere {
			t.Error("a namespace without definitions is listed")
		}
	}
	if !found || everywhere.code != 1 {
		t.Errorf("%d %s", everywhere.code, everywhere.stdout)
	}

	s.want(s.run("explain", "-n", namespace, "telco-churn"), 0, "cpi/telco-churn: ", "[25.5, 27.6]: with a sample of this size", "SELECT")
	s.want(s.run("explain", "-n", namespace, "nothing"), 2, `there is no cpi or kpi "nothing" in namespace `+namespace)
	s.want(s.run("link", "-n", namespace, "telco-support-churn"), 0, "−11.3 pp [−13.8, −8.8]", "nobody assigned by chance")

	// The shell asks before the rest of the line is there.
	names := s.complete("explain", "-n", namespace, "telco-")
	for _, want := range []string{"telco-churn\tCPIDefinition", "telco-support\tCPIDefinition"} {
		if !strings.Contains(names, want+"\n") {
			t.Errorf("%q is not offered: %s", want, names)
		}
	}
	if names := s.complete("link", "-n", namespace, ""); !strings.HasPrefix(names, "telco-support-churn\tCPILinkage\n:") {
		t.Errorf("offered: %s", names)
	}
	if names := s.complete("run", "-n", namespace, ""); strings.Count(names, "telco-") < 4 {
		t.Errorf("offered: %s", names)
	}
}
