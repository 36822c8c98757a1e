package e2e

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// dump shows what happened in a namespace: objects, events, what the containers and the operator said.
func dump(t *testing.T, ns string) {
	t.Helper()
	for _, arguments := range [][]string{
		{"get", "cpisource,cpidata,cpi,kpi,cpireport,cronjobs,jobs,pods", "-o", "wide"},
		{"get", "events", "--sort-by=.lastTimestamp"},
		{"get", "cpisource,cpidata,cpi,kpi", "-o", `jsonpath={range .items[*]}{.kind}/{.metadata.name}: {range .status.conditions[*]}{.type}={.status} ({.reason}: {.message}); {end}{"\n"}{end}`},
		{"get", "cpireport", "-o", `jsonpath={range .items[*]}{.metadata.name}: {.status.attempt}{"\n"}{end}`},
		{"get", "pods", "-o", `jsonpath={range .items[*]}{.metadata.name}: {.status.phase} {.status.message} {range .status.initContainerStatuses[*]}{.name} {.state} {.lastState}{"\n"}{end}{range .status.containerStatuses[*]}{.name} {.state} {.lastState}{"\n"}{end}{"\n"}{end}`},
		{"logs", "--selector", "app.kubernetes.io/managed-by=cpi-operator", "--all-containers", "--prefix", "--tail", "40", "--ignore-errors"},
	} {
		show(t, append([]string{"--namespace", ns}, arguments...)...)
	}
	show(t, "--namespace", operatorNamespace, "get", "pods", "-o", "wide")
	show(t, "--namespace", operatorNamespace, "logs", "deployment/cpi-operator", "--all-pods", "--tail", "40", "--prefix")
}

func show(t *testing.T, arguments ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, kubectlPath(), arguments...).CombinedOutput()
	if err != nil {
		out = append(out, err.Error()...)
	}
	t.Logf("kubectl %s\n%s", strings.Join(arguments, " "), out)
}
