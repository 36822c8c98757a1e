package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// thousand CPIs of which each tenth is beyond its critical threshold.
func thousand() board.Objects {
	out := board.Objects{Namespace: "big", At: noon}
	for i := range 1000 {
		cpi := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("cpi-%03d", i)}}
		cpi.Spec.Theme, cpi.Spec.Title, cpi.Spec.Owner.Team = board.Themes[i%len(board.Themes)], "Title", "support"
		cpi.Status.Summary = &v1alpha1.IndicatorSummary{Value: "1.0", N: new(int64(7)), State: "OK"}
		if i%10 == 0 {
			cpi.Status.Summary.State = "Critical"
			cpi.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionWithinThresholds, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonCritical, Message: "too low",
				LastTransitionTime: metav1.NewTime(noon.Add(-3 * time.Hour)),
			}}
		}
		out.CPIs = append(out.CPIs, cpi)
	}
	return out
}

func printed(t *testing.T, flags statusFlags, objects board.Objects) string {
	t.Helper()
	var out bytes.Buffer
	if err := flags.print(&out, []namespaceStatus{statusOf(objects)}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A namespace with a thousand indicators fits on a few screens, and says what it leaves out.
func TestStatusOfManyIsReadable(t *testing.T) {
	out := printed(t, statusFlags{output: "table"}, thousand())
	if n := strings.Count(out, "\n"); n > 150 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{
		"Namespace big: 1,000 CPIs, 0 KPIs, 0 claims, 0 data sources: 100 critical\n",
		"CRITICAL  cpi/cpi-000  Critical  owner support  since 3h\n  too low\n",
		"80 problems are not shown, less grave than these, or as grave: --all shows them.",
		"960 indicators are not listed: --all lists them.",
		"Time                 125    0        25         0         0          0      100",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "cpi-001") || strings.Contains(out, "\x1b") {
		t.Errorf("a calm one is listed, or there are colours without a terminal:\n%s", out)
	}
	if out := printed(t, statusFlags{output: "table", all: true}, thousand()); strings.Count(out, "cpi-0") < 100 || strings.Contains(out, "--all") {
		t.Errorf("--all does not list all:\n%s", out)
	}
	if out := printed(t, statusFlags{output: "csv"}, thousand()); strings.Count(out, ",OK,") != 900 || !strings.Contains(out, ",critical,cpi/cpi-000,,Critical,2026-11-22T09:00:00Z,too low,") {
		t.Errorf("csv is not in full:\n%s", out)
	}
}

// A value that still moves is told to be no result, also where the state tells of something else.
func TestStatusTellsWhatIsNoResult(t *testing.T) {
	objects := board.Objects{Namespace: "demo", At: noon, Reports: map[string]*v1alpha1.IndicatorReport{}}
	for name, state := range map[string]string{"mature": "Mature", "moving": "Running"} {
		cpi := v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: name}}
		cpi.Status.Summary = &v1alpha1.IndicatorSummary{Value: "1.0", Interval: "[0.5, 1.5]", N: new(int64(7)), Period: "2026-11", State: "InsufficientSample"}
		objects.CPIs = append(objects.CPIs, cpi)
		objects.Reports["CPIDefinition/"+name] = &v1alpha1.IndicatorReport{Status: v1alpha1.IndicatorReportStatus{
			Result: &v1alpha1.ReportResult{Periods: []v1alpha1.PeriodValue{{Label: "2026-11", State: state, Value: "1"}}},
		}}
	}
	out := strings.Join(strings.Fields(printed(t, statusFlags{output: "table"}, objects)), " ")
	for _, want := range []string{"mature 1.0 [0.5, 1.5] 7 2026-11 InsufficientSample", "moving 1.0 [0.5, 1.5] 7 2026-11, not a result yet InsufficientSample"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}

// What is not known is not shown as the start of the calendar, or as zero.
func TestStatusOfASourceThatNeverRan(t *testing.T) {
	objects := board.Objects{Namespace: "new", At: noon, Sources: []v1alpha1.DataSource{{ObjectMeta: metav1.ObjectMeta{Name: "crm"}}}}
	for format, want := range map[string]string{"table": "crm                                                        Pending\n", "csv": "SOURCE,new,,crm,,,,,,,Pending,,,"} {
		if out := printed(t, statusFlags{output: format}, objects); !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
