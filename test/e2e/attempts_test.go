package e2e

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/internal/job"
)

// TestAttemptsInTheContainer runs the tests of test/attempts, the whole corpus, in the place of the computation of a run:
// in a pod made from the source's own CronJob, with everything but the program as it is.
func TestAttemptsInTheContainer(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	db := attacked(t, ns)
	image := attemptsImage(t)
	apply(t, ns, db.source("postgres")+filesSource+
		onDataset("files-well", "files", "table: {name: orders}")+
		onDataset("postgres-well", "postgres", "table: {name: orders}"))
	for source, engine := range map[string]string{"files": "DuckDB", "postgres": "Postgres"} {
		t.Run(source, func(t *testing.T) {
			reads(t, cpi(ns, source+"-well"), eighty)
			said := runInstead(t, ns, source, image, "-test.v", "-test.timeout=10m")
			for _, test := range []string{"QueriesAndExpressionsAreRefused/" + engine, "DangerousFunctionsAreRefused/" + engine, "StatementsFailBehindTheGuard/" + engine, "ContainerHoldsNoToken"} {
				if !strings.Contains(said, "--- PASS: Test"+test+" ") {
					t.Errorf("%s did not pass", test)
				}
			}
			if t.Failed() {
				t.Logf("the container said:\n%s", said)
			}
		})
	}
	var orders int
	if err := db.Admin().QueryRow(t.Context(), "SELECT count(*) FROM orders").Scan(&orders); err != nil || orders != 100 {
		t.Errorf("%d orders, %v; want 100", orders, err)
	}
}

// attemptsImage builds the tests of test/attempts as the computation is built, statically, and brings them to the
// cluster as an image.
func attemptsImage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	binary, archive := filepath.Join(dir, "attempts"), filepath.Join(dir, "attempts.tar")
	in := func(name string, arguments ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, arguments...)
		cmd.Dir = root()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, out)
		}
	}
	in("go", "test", "-c", "-trimpath", "-tags", "netgo,osusergo", "-ldflags", `-s -w -linkmode external -extldflags "-static"`, "-o", binary, "./test/attempts")
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	image := fmt.Sprintf("cpi-operator/attempts:%.16x", sha256.Sum256(content))
	in("go", "run", "./hack/devcluster/archive", image, binary, archive)
	in(filepath.Join("hack", "cluster.sh"), "load-image", image, archive)
	return image
}

// runInstead runs an image in the place of a source's computation, and returns what it said.
func runInstead(t *testing.T, ns, source, image string, args ...string) string {
	t.Helper()
	var schedule batchv1.CronJob
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: job.Name(source)}, &schedule); err != nil {
		t.Fatal(err)
	}
	run := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "instead-" + source}, Spec: schedule.Spec.JobTemplate.Spec}
	run.Spec.BackoffLimit = new(int32(0))
	run.Spec.Template.Labels = nil // it is no run of the operator's
	compute := &run.Spec.Template.Spec.Containers[0]
	if compute.Name != job.ComputeContainer {
		t.Fatalf("the container is %s", compute.Name)
	}
	compute.Image, compute.Args = image, args
	compute.Env = append(compute.Env, corev1.EnvVar{Name: "CPI_ATTEMPTS_PLAN", Value: job.PlanFile})
	create(t, run)
	eventually(t, "the end of "+run.Name, func(ctx context.Context) error {
		if err := api.Get(ctx, client.ObjectKeyFromObject(run), run); err != nil {
			return err
		}
		if run.Status.Succeeded+run.Status.Failed == 0 {
			return errors.New("it is still running")
		}
		return nil
	})
	return kubectl(t, "--namespace", ns, "logs", "job/"+run.Name, "--container", job.ComputeContainer)
}
