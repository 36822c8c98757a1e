package offline

import (
	"log/slog"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A source tells how the run on it went: that it failed, and why, or what it came to, with what failed by itself; a schedule only
// if one is declared.
func TestStatusOfASource(t *testing.T) {
	report := func(kind, name, source, outcome string) *v1alpha1.IndicatorReport {
		out := &v1alpha1.IndicatorReport{Spec: v1alpha1.IndicatorReportSpec{IndicatorRef: v1alpha1.IndicatorReference{Kind: kind, Name: name}, DataSourceRef: v1alpha1.LocalReference{Name: source}}}
		out.Status.Attempt = &v1alpha1.ReportAttempt{Outcome: outcome}
		return out
	}
	reports := map[string]*v1alpha1.IndicatorReport{
		"CPIDefinition/a": report("CPIDefinition", "a", "crm", "Succeeded"), "CPIDefinition/b": report("CPIDefinition", "b", "crm", "Failed"),
		"CPILinkage/c": report("CPILinkage", "c", "crm", "Succeeded"), "CPIDefinition/d": report("CPIDefinition", "d", "erp", "Failed"),
	}
	for name, c := range map[string]struct {
		change func(*v1alpha1.DataSource, *Computed)
		told   string // status, reason and message of Computed
		ready  string
	}{
		"ran": {nil, "True Succeeded ", "True"},
		"failed": {func(_ *v1alpha1.DataSource, c *Computed) {
			c.Failed["crm"] = plan.Failure{Reason: "Unreachable", Message: "no answer"}
		}, "False Unreachable no answer", "True"},
		"another": {func(_ *v1alpha1.DataSource, c *Computed) {
			c.Failed["erp"] = plan.Failure{Reason: "Unreachable", Message: "no answer"}
		}, "True Succeeded ", "True"},
		"invalid": {func(s *v1alpha1.DataSource, _ *Computed) { s.Spec.Schedule = "nonsense" }, "Unknown Pending ", "False"},
	} {
		source, computed := envtestkit.DataSource("demo", "crm"), Computed{Reports: reports, Failed: map[string]plan.Failure{}}
		if c.change != nil {
			c.change(source, &computed)
		}
		tellSource(source, computed, noon)
		s := source.Status
		got, ready := meta.FindStatusCondition(s.Conditions, "Computed"), meta.FindStatusCondition(s.Conditions, "Ready")
		if text := string(got.Status) + " " + got.Reason + " " + got.Message; !strings.HasPrefix(text, c.told) || string(ready.Status) != c.ready || *s.Indicators != 2 {
			t.Errorf("%s: %+v", name, s)
		}
		if succeeded := s.LastSuccessTime != nil; succeeded != strings.HasPrefix(c.told, "True") {
			t.Errorf("%s: last success at %s", name, s.LastSuccessTime)
		}
	}
	summary, _ := ran("crm", Computed{Reports: reports})
	if summary.Expected != 3 || summary.Succeeded != 2 || summary.Failed != 1 {
		t.Errorf("%+v", summary)
	}
	for schedule, want := range map[string]bool{"": false, "0 6 * * *": true} {
		source := envtestkit.DataSource("demo", "crm")
		source.Spec.Schedule = schedule
		if tellSource(source, Computed{}, noon); (source.Status.Schedule != "") != want {
			t.Errorf("schedule %q is told as %q", schedule, source.Status.Schedule)
		}
	}
}

// An object that stands twice is told with the place of the first.
func TestObjectsThatStandTwice(t *testing.T) {
	got := findingsOf(t, write(t, "nps.yaml", survey+"---\n"+survey[strings.LastIndex(survey, "apiVersion:"):]))
	if len(got) != 1 || !strings.HasPrefix(got[0], "CPIDefinition/nps: metadata.name: CPIDefinition/nps stands in ") || !strings.HasSuffix(got[0], " already") {
		t.Errorf("%q", got)
	}
}

// A source that fails for an edit says so after it, and not before.
func TestASourceThatFailsForAnEdit(t *testing.T) {
	bind := "crm/answers=file:" + write(t, "answers.csv", "id,score,plan\n1,10,basic\n2,9,pro\n3,3,pro\n")
	before := told(t, load(t, write(t, "old.yaml", survey)), bind)
	after := load(t, write(t, "new.yaml", strings.Replace(survey, "score: score", "score: rating", 1)))
	edited, err := after.Edit(t.Context(), before, true, Options{Now: monday, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]board.Objects{"True": edited.Before, "False": edited.After} {
		if got := meta.FindStatusCondition(o.Sources[0].Status.Conditions, "Computed"); got == nil || string(got.Status) != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}
