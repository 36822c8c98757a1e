package alerting_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/test/tools"
)

type labels = map[string]string

// What silences what, asked of a real Alertmanager: each alert beside one that silences it, and beside one that does not.
func TestWhatSilencesWhat(t *testing.T) {
	address := start(t)
	tests := []struct {
		name           string
		source, target labels
		// other is what of the target must differ for it to be told.
		other labels
	}{
		{"a failing source, what hangs on it", failing("DataSource", "crm", "crm"), below("nps", "crm"), labels{"source": "billing"}},
		{"a failing source, only in its namespace", failing("DataSource", "crm", "crm"), below("nps", "crm"), labels{"namespace": "other"}},
		{"a failing source, not another source", failing("DataSource", "crm", "crm"), failing("CPIDefinition", "nps", "crm"), labels{"kind": "DataSource"}},
		{"a failing source, not a changed verdict", failing("DataSource", "crm", "crm"), below("nps", "crm"), labels{"alertname": "CPILinkVerdictChanged"}},
		{"a failing indicator, not its review", failing("CPIDefinition", "nps", "crm"), below("nps", "crm"), labels{"alertname": "CPIReviewDue"}},
		{"a stale indicator, not that nothing guards it", stale("nps"), below("nps", "crm"), labels{"alertname": "KPIUnguarded"}},
		{"a failing indicator, its staleness", failing("CPIDefinition", "nps", "crm"), stale("nps"), labels{"name": "ces"}},
		{"a stale indicator, its numbers", stale("nps"), below("nps", "crm"), labels{"kind": "KPITarget"}},
		{"critical, the warning of the same fact", with(below("nps", "crm"), labels{"severity": "critical"}), below("nps", "crm"), labels{"segment": "plan=pro"}},
		{"a divergence, the trend of its guardrail", labels{"alertname": "CPIKPIDivergence", "namespace": "cx", "kind": "KPITarget", "name": "renewals", "cpi": "nps", "owner": "support", "concern": "business", "severity": "warning"},
			with(below("nps", "crm"), labels{"alertname": "CPIDeteriorating"}), labels{"owner": "sales"}},
		{"a CPI, the goal on it", with(below("nps", "crm"), labels{"severity": "critical"}),
			with(below("goal", "crm"), labels{"alertname": "KPITargetMissed", "kind": "KPITarget"}), labels{"cpi": "ces"}},
		{"no operator, staleness", labels{"alertname": "CPIOperatorAbsent", "namespace": "ops", "concern": "platform", "severity": "critical"}, stale("nps"), labels{"alertname": "CPIDeteriorating", "concern": "business", "name": "ces"}},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// A label that no rule asks for tells the alerts of one case from those of another.
			mark := labels{"case": fmt.Sprint(i)}
			source, silenced, told := with(test.source, mark), with(test.target, mark), with(with(test.target, test.other), mark)
			post(t, address, false, source, silenced, told)
			for _, one := range []struct {
				labels labels
				state  string
			}{{source, "active"}, {silenced, "suppressed"}, {told, "active"}} {
				await(t, address, one.labels, one.state)
			}
			post(t, address, true, source, silenced, told) // over, so that it silences nothing of the next
			await(t, address, source, "")
		})
	}
}

// Labels that both alerts lack are equal to Alertmanager: alerts that are not of this operator, or of KPIs that are measured
// by themselves, silence nobody by what they do not have.
func TestWhatIsMissingSilencesNothing(t *testing.T) {
	address := start(t)
	kpi := labels{"namespace": "cx", "kind": "KPITarget", "owner": "sales", "concern": "business", "severity": "warning"}
	for name, pair := range map[string]struct{ source, target labels }{
		"other people's alerts":          {labels{"alertname": "DiskFull", "namespace": "cx", "severity": "critical"}, labels{"alertname": "DiskFull", "namespace": "cx", "severity": "warning"}},
		"other people's concerns":        {labels{"alertname": "DiskFull", "namespace": "cx", "concern": "platform", "severity": "critical"}, labels{"alertname": "DiskFull", "namespace": "cx", "concern": "platform", "severity": "warning"}},
		"other people's kinds":           {labels{"alertname": "JobFailed", "namespace": "cx", "kind": "Job", "severity": "critical"}, labels{"alertname": "JobFailed", "namespace": "cx", "kind": "Job", "severity": "warning"}},
		"KPIs that are no goals of CPIs": {with(kpi, labels{"alertname": "CPIKPIDivergence", "name": "renewals"}), with(kpi, labels{"alertname": "CPIDeteriorating", "name": "churn"})},
	} {
		t.Run(name, func(t *testing.T) {
			mark := labels{"case": name}
			source, target := with(pair.source, mark), with(pair.target, mark)
			known, silenced := with(failing("DataSource", "crm", "crm"), mark), with(below("nps", "crm"), mark)
			post(t, address, false, source, target, known, silenced)
			await(t, address, silenced, "suppressed") // so those before it have been taken in as well
			await(t, address, source, "active")
			await(t, address, target, "active")
			post(t, address, true, source, target, known, silenced)
			await(t, address, source, "")
		})
	}
}

func failing(kind, name, source string) labels {
	return labels{"alertname": "CPIComputationFailing", "namespace": "cx", "kind": kind, "name": name, "source": source, "concern": "platform", "severity": "critical"}
}

func stale(name string) labels {
	return labels{"alertname": "CPIDataStale", "namespace": "cx", "kind": "CPIDefinition", "name": name, "source": "crm", "concern": "platform", "severity": "warning"}
}

func below(name, source string) labels {
	return labels{"alertname": "CPIBelowThreshold", "namespace": "cx", "kind": "CPIDefinition", "name": name, "cpi": "nps", "source": source, "owner": "support", "concern": "business", "severity": "warning"}
}

func with(base, more labels) labels {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}

// start runs Alertmanager under our configuration, until the test ends. Its receivers have no addresses: nothing leaves it.
func start(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), tools.Build(t, "alertmanager"), "--config.file="+configuration, "--storage.path="+folder,
		"--web.listen-address="+address, "--cluster.listen-address=")
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Wait() // the context has ended it
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("Alertmanager:\n%s", said)
		}
	})
	eventually(t, "Alertmanager to be ready", func() error {
		response, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("it answers %s", response.Status)
		}
		return nil
	})
	return address
}

// post tells Alertmanager of alerts as Prometheus does: that they fire, or that they are over.
func post(t *testing.T, address string, over bool, alerts ...labels) {
	t.Helper()
	ends := time.Now().Add(time.Hour)
	if over {
		ends = time.Now().Add(-time.Second)
	}
	var list []map[string]any
	for _, alert := range alerts {
		list = append(list, map[string]any{"labels": alert, "startsAt": time.Now().Add(-time.Minute), "endsAt": ends})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("Alertmanager takes no alerts: %s", response.Status)
	}
}

// await waits until an alert is in a state; empty if it must not fire any more.
func await(t *testing.T, address string, want labels, state string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%v to be %q", want, state), func() error {
		response, err := http.Get("http://" + address + "/api/v2/alerts")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		var alerts []struct {
			Labels labels
			Status struct{ State string }
		}
		if err := json.NewDecoder(response.Body).Decode(&alerts); err != nil {
			return err
		}
		found := ""
		for _, alert := range alerts {
			if fmt.Sprint(alert.Labels) == fmt.Sprint(want) {
				found = alert.Status.State
			}
		}
		if found != state {
			return fmt.Errorf("it is %q", found)
		}
		return nil
	})
}

// eventually waits until check returns nil.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited for %s: %v", what, err)
		case <-tick.C:
		}
	}
}
