package console

import (
	"html"
	"regexp"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// textOf a page is what is read aloud of it: without tags, and without what is hidden from readers that cannot see.
func textOf(body string) string {
	body = regexp.MustCompile(`<span aria-hidden="true">[^<]*</span>`).ReplaceAllString(body, "")
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))), " ")
}

// How grave something is stands in words, for those who see neither shape nor colour.
func TestGravityIsSaid(t *testing.T) {
	objects := demo(t)
	for i := range objects.CPIs {
		c := &objects.CPIs[i]
		c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionWithinThresholds, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonCritical, Message: "too low"}}
		c.Status.Summary.State = "Critical"
	}
	handler := site1(t, objects)
	for path, want := range map[string]string{
		"/ns/demo/scorecard/software?lang=de": "Kritisch : Look into",
		"/ns/demo/cpi/software-nps?lang=de":   "Kritisch: Schwelle überschritten",
		"/ns/demo?lang=de&q=software-nps":     "Kritisch: Schwelle überschritten",
		"/ns/demo/scorecard/software?lang=en": "Critical : Look into",
	} {
		if text := textOf(get(t, handler, path, 0).Body.String()); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

// A difference says what it is against: the period of last time has no test of its own here.
func TestADifferenceSaysAgainstWhat(t *testing.T) {
	objects := demo(t)
	for i := range objects.Scorecards {
		objects.Scorecards[i].Spec.Review = &v1alpha1.Review{LastReviewed: "2026-06-15"}
	}
	history := objects.Reports["CPIDefinition/software-nps"].Status.Result.History
	history.Changes = []v1alpha1.ReportChange{{Against: "PreviousPeriod", Label: "2026-07", Difference: "1.76", Lower: "-8.2", Upper: "11.7"}}
	_, changed, _ := strings.Cut(textOf(get(t, site1(t, objects), "/ns/demo/scorecard/software", 0).Body.String()), "What has changed since")
	if !strings.Contains(changed, "+1.8 points [−8.2, 11.7] against 2026-07") {
		t.Error(changed)
	}
}

// The command for the document is of the same objects as the page.
func TestReportCommand(t *testing.T) {
	objects := demo(t)
	for want, files := range map[string][]string{
		"kubectl cpi report software -n demo":                               nil,
		"kubectl cpi report software -n demo -f config/samples":             {"config/samples"},
		`kubectl cpi report software -n demo -f a.yaml -f 'it'\''s ours/b'`: {"a.yaml", "it's ours/b"},
	} {
		handler, err := New(boards{"demo": objects}, Options{Files: files})
		if err != nil {
			t.Fatal(err)
		}
		body := html.UnescapeString(get(t, handler, "/ns/demo/scorecard/software", 0).Body.String())
		if !strings.Contains(body, "<code>"+want+"</code>") {
			t.Errorf("%q is not there", want)
		}
	}
}
