package planstep_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// What an annotation asks for is remembered as it stands as long as a report has room for it, and by its hash beyond.
func TestWhatIsRemembered(t *testing.T) {
	fits, long, other := strings.Repeat("x", 63), strings.Repeat("x", 64), strings.Repeat("x", 63)+"y"
	asked := func(text string) string {
		return planstep.Requested(map[string]string{v1alpha1.ComputeAnnotation: text})
	}
	if asked("") != "" || asked(fits) != fits {
		t.Errorf("%q %q", asked(""), asked(fits))
	}
	if got := asked(long); len(got) > 63 || got == asked(other) || got != asked(long) {
		t.Errorf("%q, of another text %q", got, asked(other))
	}
}

// Nobody waits for an answer to no request; one is answered by a try that names it, and by no other.
func TestAnswered(t *testing.T) {
	try := &v1alpha1.ReportAttempt{Requested: "one"}
	for _, c := range []struct {
		attempt   *v1alpha1.ReportAttempt
		requested string
		want      bool
	}{{nil, "", true}, {try, "", true}, {nil, "one", false}, {try, "one", true}, {try, "two", false}} {
		if got := planstep.Answered(c.attempt, c.requested); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
	report := &v1alpha1.IndicatorReport{Spec: v1alpha1.IndicatorReportSpec{RequestHash: "v1"}}
	report.Status.Attempt = &v1alpha1.ReportAttempt{RequestHash: "v1", Requested: "one"}
	for requested, want := range map[string]bool{"": false, "one": false, "two": true} {
		if got := planstep.Pending(report, planstep.Circumstances{Requested: requested}); got != want {
			t.Errorf("asked for %q, pending: %t", requested, got)
		}
	}
}
