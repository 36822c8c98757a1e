package scorecard_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

var (
	fifth    = scorecard.Since{At: time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)}
	november = scorecard.Since{At: time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)}
)

// changedValues of one CPI with these periods and this test.
func changedValues(t *testing.T, since scorecard.Since, test *v1alpha1.ReportHistory, mutate func(*v1alpha1.CPIDefinition), periods ...v1alpha1.PeriodValue) []scorecard.ValueChange {
	t.Helper()
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	if mutate != nil {
		mutate(&w.CPIs[0])
	}
	w.measured(t, "nps", &v1alpha1.ReportResult{Periods: periods, History: test})
	set := w.set("nps")
	return set.Changes(since).Values
}

func history(label string, c v1alpha1.ReportChange) *v1alpha1.ReportHistory {
	return &v1alpha1.ReportHistory{Label: label, Changes: []v1alpha1.ReportChange{c}}
}

// Where lower is better, more is worse.
func TestMoreIsWorseWhereLowerIsBetter(t *testing.T) {
	share := func(c *v1alpha1.CPIDefinition) {
		c.Spec.Responses = nil
		c.Spec.Measure = &v1alpha1.Measure{Share: &v1alpha1.Share{Of: []v1alpha1.Condition{{Column: "left", Operator: "Exists"}}, Direction: v1alpha1.LowerIsBetter}}
	}
	for _, c := range []struct {
		then, now float64
		want      scorecard.Shift
	}{{20, 30, scorecard.Worse}, {30, 20, scorecard.Better}} {
		got := changedValues(t, fifth, nil, share, month(9, "Mature", c.then), month(10, "Mature", c.now))
		if len(got) != 1 || got[0].Shift != c.want {
			t.Errorf("%v: %+v, want %s", c.then, got, c.want)
		}
	}
}

// Where two periods share rows, the run's own test stands in: of that very period, with an interval.
func TestWhatIsNotCompared(t *testing.T) {
	overlapping := func(c *v1alpha1.CPIDefinition) { c.Spec.Period.Window = 2 }
	for name, test := range map[string]*v1alpha1.ReportHistory{
		"a test of another period":         history("2026-09", change("PreviousPeriod", "2026-08", "10", "2", "18", true)),
		"a difference without an interval": history("2026-10", change("PreviousPeriod", "2026-09", "10", "", "", true)),
		"no test":                          nil,
	} {
		got := changedValues(t, fifth, test, overlapping, month(9, "Mature", 20), month(10, "Mature", 30))
		if len(got) != 1 || got[0].Shift != scorecard.NotCompared || got[0].Difference != "" || got[0].Reason == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A period that had ended then, and was no result yet, is not what the value was: the same result is no news.
func TestAPeriodThatStillMovesIsNotThen(t *testing.T) {
	if got := changedValues(t, november, nil, nil, month(9, "Mature", 20), month(10, "Maturing", 30), month(11, "Running", 70)); got != nil {
		t.Errorf("%+v", got)
	}
}

// A census has no sample.
func TestACensusHasNoN(t *testing.T) {
	all := month(10, "Mature", 30)
	all.Census, all.Lower, all.Upper = new(true), "", ""
	if got := changedValues(t, fifth, nil, nil, all); len(got) != 1 || got[0].Value != "30, a census" {
		t.Errorf("%+v", got)
	}
}

// That a definition was made is told of what is new, not as an edit.
func TestCreationIsNoEdit(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	later := metav1.NewTime(fifth.At.Add(time.Hour))
	w.CPIs[0].Status.Changes = []v1alpha1.DefinitionChange{{Seen: &later, Fields: []string{"Created"}}}
	set := w.set("nps")
	if got := set.Changes(fifth); len(got.Edits) != 0 {
		t.Errorf("%+v", got)
	}
}

// What the numbers themselves leave open is told once, of the CPI; of a claim, whatever does not tell, or tells two things.
func TestDoubtsOfNumbersAndClaims(t *testing.T) {
	w := newWorld()
	few := said("Deteriorating", "Unknown", "TooFewPeriods", "x")
	w.cpi("nps", "Advocacy", "OK", few)
	w.goal("grow", "nps", "OnTarget", few)
	w.claim("nps-grow", "grow", "nps")
	w.Reports["CPILinkage/nps-grow"].Status.Link.Drivers[0] = v1alpha1.LinkFinding{Driver: "nps", Verdict: "Conflicting", Sentence: "Customers and periods tell two things."}
	w.Reports["CPIDefinition/nps"].Status.Result = &v1alpha1.ReportResult{SuppressedSegments: new(int32(0)), OmittedSegments: new(int32(3))}
	var got []string
	set := w.set("nps", "/grow")
	for _, d := range set.Doubts() {
		got = append(got, d.Title+": "+d.Why)
	}
	slices.Sort(got)
	want := []string{
		"Title of nps-grow: nps: Customers and periods tell two things.",
		"Title of nps: A trend is tested on six or more mature periods that share no rows; there are fewer yet.",
		"Title of nps: Segments left out because there are too many: 3.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
