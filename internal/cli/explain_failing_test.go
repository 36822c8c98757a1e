package cli

import (
	"os"
	"strings"
	"testing"
)

// Of what could not be computed the reason is told, and no numbers are promised that are not there.
func TestExplainOfAFailingSource(t *testing.T) {
	telco, err := os.ReadFile(samples + "/telco.yaml")
	if err != nil {
		t.Fatal(err)
	}
	code, out, _ := run(t, string(telco), "explain", "-f", "-", "--at", monday, "telco-churn") // without the rows that lie beside it
	for _, want := range []string{"Value none yet", "Its own Computed condition says what to do. (SourceFailed)", "Data source ConfigMap"} {
		if code != exitOK || !strings.Contains(squeezed(out), want) {
			t.Errorf("%d, %q is not in\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "numbers stay") {
		t.Errorf("there are none:\n%s", out)
	}
}
