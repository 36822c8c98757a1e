package scorecard_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

// month of 2026 with a value, its interval and n.
func month(m int, state string, value float64) v1alpha1.PeriodValue {
	start := time.Date(2026, time.Month(m), 1, 0, 0, 0, 0, time.UTC)
	at, end := metav1.NewTime(start), metav1.NewTime(start.AddDate(0, 1, 0))
	return v1alpha1.PeriodValue{
		Label: start.Format("2006-01"), Start: &at, End: &end, State: state,
		Value: fmt.Sprint(value), Lower: fmt.Sprint(value - 5), Upper: fmt.Sprint(value + 5), N: new(int64(400)),
	}
}

func change(against, label, difference, lower, upper string, clear bool) v1alpha1.ReportChange {
	return v1alpha1.ReportChange{Against: against, Label: label, Difference: difference, Lower: lower, Upper: upper, Clear: &clear}
}

func TestValuesThatChanged(t *testing.T) {
	october := scorecard.ValueChange{
		Named:  scorecard.Named{Kind: "CPIDefinition", Name: "nps", Title: "Title of nps"},
		Period: "2026-10", Value: "30.0 [25.0, 35.0], n 400", Before: "2026-09", Was: "20.0 [15.0, 25.0], n 400",
	}
	with := func(change func(*scorecard.ValueChange)) *scorecard.ValueChange {
		out := october
		change(&out)
		return &out
	}
	base := func() *v1alpha1.ReportResult {
		return &v1alpha1.ReportResult{
			Unit:    "points",
			Periods: []v1alpha1.PeriodValue{month(8, "Settled", 18), month(9, "Mature", 20), month(10, "Mature", 30), month(11, "Running", 70)},
			History: &v1alpha1.ReportHistory{Label: "2026-10", Changes: []v1alpha1.ReportChange{change("PreviousPeriod", "2026-09", "10", "2", "18", true)}},
		}
	}
	overlapping := func(change v1alpha1.ReportChange) func(*v1alpha1.ReportResult) {
		return func(r *v1alpha1.ReportResult) { r.History.Changes = []v1alpha1.ReportChange{change} }
	}
	for name, c := range map[string]struct {
		since  string
		window int32
		change func(*v1alpha1.ReportResult)
		want   *scorecard.ValueChange
	}{
		// ±√(5² + 5²) about the difference, as each run has it of neighbours.
		"better": {"2026-10-05", 1, nil, with(func(v *scorecard.ValueChange) {
			v.Difference, v.Against, v.Shift = "+10.0 points [2.9, 17.1]", "2026-09", scorecard.Better
		})},
		"worse": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[1] = month(9, "Mature", 50) }, with(func(v *scorecard.ValueChange) {
			v.Was = "50.0 [45.0, 55.0], n 400"
			v.Difference, v.Against, v.Shift = "−20.0 points [−27.1, −12.9]", "2026-09", scorecard.Worse
		})},
		"an interval with zero in it shows no change": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[1] = month(9, "Mature", 26) }, with(func(v *scorecard.ValueChange) {
			v.Was = "26.0 [21.0, 31.0], n 400"
			v.Difference, v.Against, v.Shift = "+4.0 points [−3.1, 11.1]", "2026-09", scorecard.NoneShown
		})},
		"an end that the data do not tell": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[2].Upper = "" }, with(func(v *scorecard.ValueChange) {
			v.Value = "30.0 [25.0, ∞), n 400"
			v.Difference, v.Against, v.Shift = "+10.0 points [2.9, ∞)", "2026-09", scorecard.Better
		})},
		"no interval": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) {
			r.Periods[2].Lower, r.Periods[2].Upper, r.Periods[2].Census = "", "", new(true)
			r.Periods[1].Lower, r.Periods[1].Upper, r.Periods[1].Census = "", "", new(true)
		}, with(func(v *scorecard.ValueChange) {
			v.Value, v.Was = "30, a census", "20, a census"
			v.Shift, v.Reason = scorecard.NotCompared, "a value without an interval"
		})},
		"too few rows": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[1].N = new(int64(3)) }, with(func(v *scorecard.ValueChange) {
			v.Was = "20.0 [15.0, 25.0], n 3"
			v.Shift, v.Reason = scorecard.NotCompared, "one of the two rests on too few rows"
		})},
		// What changed since the review is not what changed in the last month, which may be nothing.
		"longer ago: against the period of then, not the one before": {"2026-09-10", 1, func(r *v1alpha1.ReportResult) {
			r.Periods[0], r.Periods[1] = month(8, "Settled", 75), month(9, "Settled", 30)
			r.History.Changes[0] = change("PreviousPeriod", "2026-09", "0", "-7", "7", false)
		}, with(func(v *scorecard.ValueChange) {
			v.Before, v.Was = "2026-08", "75.0 [70.0, 80.0], n 400"
			v.Difference, v.Against, v.Shift = "−45.0 points [−52.1, −37.9]", "2026-08", scorecard.Worse
		})},
		"periods that share rows: the nearest that shares none, as the run found it": {"2026-10-05", 2, overlapping(change("PreviousPeriod", "2026-08", "12", "2", "22", true)),
			with(func(v *scorecard.ValueChange) {
				v.Difference, v.Against, v.Shift = "+12.0 points [2.0, 22.0]", "2026-08", scorecard.Better
			})},
		"periods that share rows, and none that shares none": {"2026-10-05", 36, overlapping(v1alpha1.ReportChange{Against: "PreviousPeriod", Reason: "NoSuchPeriod"}),
			with(func(v *scorecard.ValueChange) {
				v.Shift, v.Reason = scorecard.NotCompared, "no earlier value that shares no rows with it"
			})},
		"a longer window, long enough ago": {"2026-09-10", 2, nil, with(func(v *scorecard.ValueChange) {
			v.Before, v.Was = "2026-08", "18.0 [13.0, 23.0], n 400"
			v.Difference, v.Against, v.Shift = "+12.0 points [4.9, 19.1]", "2026-08", scorecard.Better
		})},
		"before there was anything": {"2026-01-10", 1, nil, with(func(v *scorecard.ValueChange) {
			v.Before, v.Was, v.Shift, v.Reason = "", "", scorecard.NotCompared, "no period of then is known"
		})},
		"no period has ended since": {"2026-11-05", 1, nil, nil},
		"no value any more": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) {
			r.Periods[2] = month(10, "Mature", 0)
			r.Periods[2].Value, r.Periods[2].Lower, r.Periods[2].Upper, r.Periods[2].Flag = "", "", "", "NoData"
		}, with(func(v *scorecard.ValueChange) {
			v.Value, v.Shift, v.Reason = "no value", scorecard.NotCompared, "2026-10 has no value that may be relied on"
		})},
		"a value that is not to be acted on": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[2].Flag = "SuspectData" }, with(func(v *scorecard.ValueChange) {
			v.Value, v.Shift, v.Reason = "in doubt", scorecard.NotCompared, "2026-10 has no value that may be relied on"
		})},
		"a sample that is too small by now": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[2].Flag = "InsufficientSample" }, with(func(v *scorecard.ValueChange) {
			v.Shift, v.Reason = scorecard.NotCompared, "2026-10 has no value that may be relied on"
		})},
		"neither then nor now": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) {
			r.Periods[1].Flag, r.Periods[2].Flag = "InsufficientSample", "InsufficientSample"
		}, nil},
		"a doubtful value of then is not told": {"2026-10-05", 1, func(r *v1alpha1.ReportResult) { r.Periods[1].Flag = "SuspectData" }, with(func(v *scorecard.ValueChange) {
			v.Before, v.Was, v.Shift, v.Reason = "", "", scorecard.NotCompared, "2026-09 has no value that may be relied on"
		})},
	} {
		w := newWorld()
		w.cpi("nps", "Advocacy", "OK")
		w.CPIs[0].Spec.Period.Window = c.window
		w.goal("grow", "nps", "OnTarget")
		result := base()
		if c.change != nil {
			c.change(result)
		}
		w.measured(t, "nps", result)
		set := w.set("nps", "/grow") // a goal has its CPI's numbers: told once
		at, err := time.Parse(time.DateOnly, c.since)
		if err != nil {
			t.Fatal(err)
		}
		var want []scorecard.ValueChange
		if c.want != nil {
			want = []scorecard.ValueChange{*c.want}
		}
		if diff := cmp.Diff(want, set.Changes(scorecard.Since{At: at}).Values); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A day of last time begins where the periods begin and end: what ends on it had ended then, on both sides of Greenwich.
func TestLastTimeIsADayOfThePeriods(t *testing.T) {
	for zone, until := range map[string]string{"America/New_York": "2026-10-01T04:00:00Z", "Europe/Berlin": "2026-09-30T22:00:00Z"} {
		w := newWorld()
		w.cpi("nps", "Advocacy", "OK")
		w.CPIs[0].Spec.Period.TimeZone = v1alpha1.TimeZone(zone)
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		periods := []v1alpha1.PeriodValue{month(8, "Settled", 18), month(9, "Mature", 20), month(10, "Mature", 30)}
		for i := range periods {
			start := time.Date(2026, time.Month(8+i), 1, 0, 0, 0, 0, place)
			at, end := metav1.NewTime(start), metav1.NewTime(start.AddDate(0, 1, 0))
			periods[i].Start, periods[i].End = &at, &end
		}
		if ended := periods[1].End.UTC().Format(time.RFC3339); ended != until {
			t.Fatal(ended)
		}
		w.measured(t, "nps", &v1alpha1.ReportResult{Unit: "points", Periods: periods})
		set := w.set("nps")
		for since, before := range map[string]string{"2026-09-30": "2026-08", "2026-10-01": "2026-09"} {
			at, err := time.Parse(time.DateOnly, since)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Changes(scorecard.Since{At: at, Day: true}).Values; len(got) != 1 || got[0].Before != before {
				t.Errorf("%s, since %s: %+v, want %s", zone, since, got, before)
			}
		}
	}
}

func TestStatesVerdictsAndEdits(t *testing.T) {
	since := scorecard.Since{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	before, after, later := metav1.NewTime(since.At.Add(-time.Hour)), metav1.NewTime(since.At.Add(time.Hour)), metav1.NewTime(since.At.Add(48*time.Hour))
	turned := func(c metav1.Condition, at metav1.Time) metav1.Condition {
		c.LastTransitionTime = at
		return c
	}
	w := newWorld()
	w.cpi("nps", "Advocacy", "Critical", turned(critical, after), turned(said("Fresh", "True", "UpToDate", "x"), before),
		turned(said("Deteriorating", "Unknown", "TooFewPeriods", "x"), later), turned(said("Published", "True", "Published", "x"), later))
	w.CPIs[0].Status.Changes = []v1alpha1.DefinitionChange{
		{Seen: &later, Fields: []string{"spec.thresholds.warning: 20 → 25"}}, {Seen: &after, Fields: []string{"spec.measure"}, NewBaseline: new(true)}, {Seen: &before, Fields: []string{"spec.title"}},
	}
	w.goal("grow", "nps", "OnTarget")
	w.KPIs[0].CreationTimestamp = after
	w.KPIs[0].Status.Conditions = []metav1.Condition{turned(said("TargetMet", "True", "OnTarget", "x"), after)}
	w.goal("keep", "nps", "OnTarget", turned(critical, after)) // what its CPI says is told once
	w.claim("nps-grow", "grow", "nps").Status.Course = []v1alpha1.LinkStage{
		{Stage: "Hypothesised", Since: &before}, {Stage: "Testing", Verdict: "InsufficientData", Since: &before}, {Stage: "Confirmed", Verdict: "Supported", Since: &after},
	}
	card := w.card("nps", "/grow", "/keep")
	card.Status.Changes = []v1alpha1.DefinitionChange{{Seen: &later, Fields: []string{"spec.members[ease]: none → {\"cpiRef\":{\"name\":\"ease\"}}"}}}
	set := scorecard.Of(w.Objects, card)
	got := set.Changes(since)
	nps, claim := scorecard.Named{Kind: "CPIDefinition", Name: "nps", Title: "Title of nps"}, scorecard.Named{Kind: "CPILinkage", Name: "nps-grow", Title: "Title of nps-grow"}
	want := scorecard.Changes{
		Since:    since,
		New:      []scorecard.Named{{Kind: "KPITarget", Name: "grow", Title: "Title of grow"}},
		States:   []scorecard.Event{{Named: nps, At: after.Time, Text: "Critical: " + critical.Message}},
		Verdicts: []scorecard.Event{{Named: claim, At: after.Time, Text: "was Testing (InsufficientData), is Confirmed (Supported)"}},
		Edits: []scorecard.Event{
			{Named: scorecard.Named{Kind: "Scorecard", Name: "board", Title: "Customers"}, At: later.Time, Text: "spec.members[ease]: none → {\"cpiRef\":{\"name\":\"ease\"}}"},
			{Named: nps, At: later.Time, Text: "spec.thresholds.warning: 20 → 25"},
			{Named: nps, At: after.Time, Text: "spec.measure (another formula: values before and after are not compared)"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// Files remember nothing: what they were made with is no news.
	w.CPIs[0].ResourceVersion, w.KPIs[0].ResourceVersion, w.Linkages[0].ResourceVersion = "", "", ""
	set = w.set("nps", "/grow")
	if diff := cmp.Diff(scorecard.Changes{Since: since, Forgetful: true}, set.Changes(since)); diff != "" {
		t.Error(diff)
	}
}

func TestLastTime(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	w.cpi("ease", "Convenience", "OK")
	w.CPIs[1].Spec.Period.Grain = "Quarter"
	day := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	reviewed := w.card("nps", "ease")
	reviewed.Spec.Review = &v1alpha1.Review{Every: "90d", LastReviewed: "2026-10-01"}
	unreviewed := w.card("nps")
	unreviewed.Spec.Review = &v1alpha1.Review{Every: "90d"}
	ahead := w.card("nps")
	ahead.Spec.Review = &v1alpha1.Review{Every: "90d", LastReviewed: "2026-12-01"}
	for name, c := range map[string]struct {
		set  scorecard.Set
		want scorecard.Since
	}{
		"reviewed":     {scorecard.Of(w.Objects, reviewed), scorecard.Since{At: day("2026-10-01T00:00:00Z"), Why: "the last review", Day: true}},
		"not yet":      {scorecard.Of(w.Objects, ahead), scorecard.Since{At: day("2026-10-16T09:00:00Z"), Why: "one month ago"}},
		"never":        {scorecard.Of(w.Objects, unreviewed), scorecard.Since{At: day("2026-10-16T09:00:00Z"), Why: "one month ago"}},
		"the coarsest": {w.set("nps", "ease"), scorecard.Since{At: day("2026-08-16T09:00:00Z"), Why: "one quarter ago"}},
		"nothing":      {w.set(), scorecard.Since{At: day("2026-10-16T09:00:00Z"), Why: "one month ago"}},
	} {
		if diff := cmp.Diff(c.want, c.set.LastTime()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
