package e2e

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/cli"
)

// command runs kubectl cpi in a namespace and gives its exit code and outputs.
func command(t *testing.T, ns string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
	defer stop()
	var out, err bytes.Buffer
	code = cli.Run(ctx, time.Now(), append(arguments, "-n", ns), strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// TestCommandRun: kubectl cpi run computes new rows now, tells what changed, and what keeps a run from its rows.
func TestCommandRun(t *testing.T) {
	needsCluster(t)
	t.Parallel()
	ns := namespace(t)
	data := file(ns, "survey", "survey.csv", survey(100, 80))
	create(t, data)
	apply(t, ns, surveySource+good("good", "survey")+good("other", "survey"))
	reads(t, cpi(ns, "good"), eighty)
	ended(t, ns, "survey", jobs(t, ns, "survey")[0].Name)

	update(t, data, func(c *corev1.ConfigMap) { c.Data["survey.csv"] = survey(100, 60) })
	code, stdout, stderr := command(t, ns, "run", "good")
	if code != 0 || !strings.Contains(stdout, "80.0 % [71.1, 86.7], n 100   60.0 % [50.2, 69.1], n 100") || !strings.HasSuffix(stderr, "done\n") {
		t.Fatalf("%d\n%s\n%s", code, stdout, stderr)
	}
	if code, stdout, stderr = command(t, ns, "run", "cpi/good", "--full"); code != 0 || !strings.Contains(stdout, "Nothing: the numbers are the same as before.") {
		t.Fatalf("%d\n%s\n%s", code, stdout, stderr)
	}
	if report(t, cpi(ns, "good")).Status.Result.Restatement == "" {
		t.Error("--full did not restate")
	}
	if list := jobs(t, ns, "survey"); len(list) != 3 {
		t.Errorf("runs: %s; want the first and one for each request", jobNames(list))
	}
	if code, stdout, stderr = command(t, ns, "status"); code != 0 || !strings.Contains(stdout, "60.0 %") || !strings.Contains(stdout, "nothing critical") {
		t.Errorf("%d\n%s\n%s", code, stdout, stderr)
	}

	update(t, data, func(c *corev1.ConfigMap) { c.Data["survey.csv"] = "contact,answered_at\nc1,2026-03-10\n" })
	if code, _, stderr = command(t, ns, "run", "good"); code != 1 || !strings.Contains(stderr, "score") {
		t.Errorf("%d\n%s", code, stderr)
	}
	if code, stdout, _ = command(t, ns, "status"); code != 1 || !strings.Contains(stdout, "CRITICAL") {
		t.Errorf("%d\n%s", code, stdout)
	}
}

// TestCommandRunTellsAPodThatDoesNotStart in the cluster's own words, once the operator has told so.
func TestCommandRunTellsAPodThatDoesNotStart(t *testing.T) {
	needsCluster(t)
	t.Parallel()
	ns := namespace(t)
	create(t, file(ns, "survey", "survey.csv", survey(100, 80)))
	apply(t, ns, surveySource+good("good", "survey"))
	reads(t, cpi(ns, "good"), eighty)
	update(t, dataSource(ns, "survey"), func(s *v1alpha1.DataSource) {
		s.Spec.Pod = &v1alpha1.PodSettings{NodeSelector: map[string]string{"kubernetes.io/hostname": "nowhere"}}
	})
	code, _, stderr := command(t, ns, "run", "good")
	if code != 1 || !strings.Contains(stderr, "its pod has no node") || !strings.Contains(stderr, v1alpha1.ReasonNeverStarted) {
		t.Errorf("%d\n%s", code, stderr)
	}
}
