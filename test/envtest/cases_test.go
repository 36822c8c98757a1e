package envtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCasesAreAccepted applies the definitions that test/cases computes: the API server must take what the engine runs.
func TestCasesAreAccepted(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "cases", "manifests", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("manifests %q: %v", files, err)
	}
	place := strings.NewReplacer("${PGHOST}", "database.example", "${PGPORT}", "5432")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for document := range strings.SplitSeq(place.Replace(string(content)), "\n---\n") {
			if object, err := apply(t, document); err != nil {
				t.Errorf("%s: %s %s: %v", filepath.Base(file), object.GetKind(), object.GetName(), err)
			}
		}
	}
}
