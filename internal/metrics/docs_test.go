package metrics_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

var update = flag.Bool("update", false, "write the generated files anew")

func TestReferenceIsCurrent(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "metrics.md")
	if *update {
		if err := os.WriteFile(path, []byte(metrics.Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(metrics.Reference(), string(got)); diff != "" {
		t.Errorf("run go test ./internal/metrics -run Reference -update:\n%s", diff)
	}
}
