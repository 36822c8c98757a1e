package guard_test

import (
	"flag"
	"os"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/source/guard"
)

var update = flag.Bool("update", false, "write docs/user-sql.md")

// The page that refusals point to lists what is allowed today.
func TestDocumentIsCurrent(t *testing.T) {
	const page = "../../../docs/user-sql.md"
	if *update {
		if err := os.WriteFile(page, []byte(guard.Document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != guard.Document() {
		t.Error("docs/user-sql.md is not current: go test ./internal/source/guard -run Document -update")
	}
}
