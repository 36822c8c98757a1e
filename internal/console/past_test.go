package console

import (
	"regexp"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Since when something is so is told where it is known. Of files it is not: everything is found at the instant of the computation.
func TestSinceIsToldWhereItIsKnown(t *testing.T) {
	content, times := regexp.MustCompile(`(?s)<main.*</main>`), regexp.MustCompile(`<time datetime="([^"]+)"`)
	for _, path := range []string{"/ns/demo", "/ns/demo/cpi/telco-churn", "/ns/demo/linkage/software-nps-renewal"} {
		objects := demo(t)
		objects.At = objects.CPIs[0].Status.Conditions[0].LastTransitionTime.Add(24 * time.Hour)
		if main := content.FindString(get(t, site1(t, objects), path, 0).Body.String()); !times.MatchString(main) {
			t.Errorf("%s of a cluster tells no time", path)
		}
		objects = demo(t)
		objects.At = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) // before anything was
		if main := content.FindString(get(t, site1(t, objects), path, 0).Body.String()); times.MatchString(main) {
			t.Errorf("%s of files tells times: %q", path, times.FindAllString(main, -1))
		}
	}
	// Objects keep times to the second: what was found at the instant of the computation seems to be a little older.
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for since, want := range map[time.Duration]bool{0: false, 999 * time.Millisecond: false, time.Second: true} {
		if got := (board.Objects{At: at.Add(since)}).Happened(at); got != want {
			t.Errorf("after %s: %t", since, got)
		}
	}
}
