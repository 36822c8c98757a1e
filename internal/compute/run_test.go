package compute_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func TestNumbersCarryWhatAReaderNeeds(t *testing.T) {
	w := newWorld(t)
	lines := answers("2026-09", "2026-10", "2026-11")
	lines = append(lines,
		"x1,2026-10-03T10:00:00Z,c20,north,N/A,2026-11-16T08:00:00Z", // unreadable
		"x2,2026-10-03T10:00:00Z,c21,north,11,2026-11-16T08:00:00Z",  // off the scale
		"x3,2026-10-03T10:00:00Z,c22,north,,2026-11-16T08:00:00Z",    // not answered
		"x4,,c23,north,10,2026-11-16T08:00:00Z",                      // without time
		"x5,2026-01-03T10:00:00Z,c24,north,0,2026-11-16T08:00:00Z",   // before the history
		"x6,2026-10-03T10:00:00Z,c25,test,10,2026-11-16T08:00:00Z",   // filtered away
		"x7,2026-10-03T10:00:00Z,c25,,10,2026-11-16T08:00:00Z",       // the filter is NULL
	)
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), func(d *plan.Dataset) {
		surveyed(d)
		d.Columns = []plan.Column{{Name: "points", Type: plan.Integer, Expr: "score"}}
		d.Filters = []plan.Filter{{Name: "tests", Expr: "region <> 'test'"}}
	})
	w.cpi("all", "answers", nps("points"), nil)
	w.cpi("north", "answers", nps("points"), func(i *plan.Indicator) {
		i.Where = []measure.Condition{{Column: "region", Operator: measure.In, Values: []string{"north"}}}
	})
	w.cpi("latest", "answers", nps("points"), func(i *plan.Indicator) {
		i.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepLatest}
	})
	found := w.run(t)

	october := found.period("all", "2026-10")
	want := plan.PeriodResult{
		Label: "2026-10", State: plan.Mature,
		Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Estimate: measure.Estimate{
			Value: new(25.0), Lower: new(-11.7161), Upper: new(55.1944), N: 20,
			Numerator: new(5.0), Denominator: new(20.0),
			Rejected: map[measure.Rejection]int64{measure.RejectedUnreadable: 1, measure.RejectedOutOfScale: 1, measure.RejectedMissing: 1},
			Detail:   map[string]float64{"promoters": 10, "passives": 5, "detractors": 5},
			Method:   "adjusted Wald",
		},
	}
	if diff := cmp.Diff(want, october, cmpopts.EquateApprox(0, 1e-4)); diff != "" {
		t.Errorf("October (-want +got):\n%s", diff)
	}
	for label, state := range map[string]plan.State{"2026-09": plan.Settled, "2026-10": plan.Mature, "2026-11": plan.Running} {
		if got := found.period("all", label).State; got != state {
			t.Errorf("%s is %s, want %s", label, got, state)
		}
	}

	for name, want := range map[string]string{
		"all":    "read 67, filter/tests 1, filter/tests:null 1, undated 1, outside-history 41, rejected/Missing 1, rejected/OutOfScale 1, rejected/Unreadable 1, used 20",
		"north":  "read 67, filter/tests 1, filter/tests:null 1, undated 1, outside-history 41, where 10, rejected/Missing 1, rejected/OutOfScale 1, rejected/Unreadable 1, used 10",
		"latest": "read 67, filter/tests 1, filter/tests:null 1, undated 1, outside-history 41, rejected/Missing 1, rejected/OutOfScale 1, rejected/Unreadable 1, duplicates 6, used 14",
	} {
		if got := steps(found.numbers(name).Waterfall); got != want {
			t.Errorf("waterfall of %s:\n got %s\nwant %s", name, got, want)
		}
	}
	latest := found.period("latest", "2026-10")
	if latest.Entities == nil || *latest.Entities != 14 || latest.N != 14 {
		t.Errorf("latest answer of 14 contacts: n %d, entities %v", latest.N, latest.Entities)
	}
	numbers := found.numbers("north")
	if !strings.Contains(numbers.SQL, "'north'") || strings.Contains(numbers.SQL, "$1") {
		t.Errorf("SQL is not for people to run: %s", numbers.SQL)
	}
	if mark := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC); numbers.Watermark == nil || !numbers.Watermark.Equal(mark) {
		t.Errorf("watermark is %v, want %v", numbers.Watermark, mark)
	}
	if numbers.Unit != "points" || numbers.Direction != measure.HigherIsBetter || numbers.Variant == "" {
		t.Errorf("description: %q %q %q", numbers.Unit, numbers.Direction, numbers.Variant)
	}
}

func steps(waterfall []plan.Waterstep) string {
	var told []string
	for _, step := range waterfall {
		told = append(told, fmt.Sprintf("%s %d", step.Step, step.Rows))
	}
	return strings.Join(told, ", ")
}

func TestSameRowsGiveTheSameBytes(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", answers("2026-09", "2026-10", "2026-11")...)
	w.dataset("answers", event("at"), surveyed)
	for i := range 6 {
		w.cpi(fmt.Sprintf("cpi-%d", i), "answers", nps("score"), func(in *plan.Indicator) {
			in.Breakdowns = []plan.Breakdown{{By: []string{"region"}}, {By: []string{"region", "contact"}}}
			if i%2 == 0 {
				in.Responses = &plan.Responses{Entity: "contact", Keep: plan.KeepAll}
			}
		})
	}
	first := w.run(t)
	w.Now = w.Now.Add(time.Hour)
	if diff := cmp.Diff(first.bytes, w.run(t).bytes); diff != "" {
		t.Errorf("an hour later, over the same rows (-first +second):\n%s", diff)
	}
	// What a neighbour is must not show either.
	w.Indicators = w.Indicators[:1]
	if diff := cmp.Diff(first.bytes["cpi-0"], w.run(t).bytes["cpi-0"]); diff != "" {
		t.Errorf("alone (-among others +alone):\n%s", diff)
	}
}

func TestSegments(t *testing.T) {
	w := newWorld(t)
	lines := answers("2026-09", "2026-10")
	// Two answers of one region would be told by no one, were the next smallest not hidden as well.
	lines = append(lines, "w1,2026-10-05T00:00:00Z,c30,west,10,2026-11-16T08:00:00Z", "w2,2026-10-05T00:00:00Z,c31,west,0,2026-11-16T08:00:00Z")
	for i := range 12 {
		lines = append(lines, fmt.Sprintf("e%d,2026-10-05T00:00:00Z,d%d,,9,2026-11-16T08:00:00Z", i, i))
	}
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), surveyed)
	w.cpi("by-region", "answers", nps("score"), func(i *plan.Indicator) {
		i.Breakdowns = []plan.Breakdown{{By: []string{"region"}}}
		i.Quality.MinSegmentSize = 5
	})
	w.cpi("small-hidden", "answers", nps("score"), func(i *plan.Indicator) {
		i.Breakdowns = []plan.Breakdown{{By: []string{"region"}}}
		i.Quality.MinSegmentSize = 11
	})
	found := w.run(t)
	numbers := found.numbers("by-region")
	if got, want := segments(numbers), "south 2026-10 n 10 before 10, (null) 2026-10 n 12"; got != want && got != "(null) 2026-10 n 12, south 2026-10 n 10 before 10" {
		t.Errorf("segments: %s; want %s", got, want)
	}
	if numbers.SuppressedSegments != 2 {
		t.Errorf("%d segments are suppressed, want the one too small and the next smallest", numbers.SuppressedSegments)
	}
	if numbers := found.numbers("small-hidden"); numbers.SuppressedSegments != 3 || len(numbers.Segments) != 1 {
		t.Errorf("three small segments: suppressed %d, told %s", numbers.SuppressedSegments, segments(numbers))
	}

	w.Source.Limits.MaxSegments = 1
	if numbers := w.run(t).numbers("by-region"); numbers.OmittedSegments != 1 || segments(numbers) != "(null) 2026-10 n 12" {
		t.Errorf("beyond the maximum the largest must stay: %s, omitted %d", segments(numbers), numbers.OmittedSegments)
	}
}

func segments(n *plan.Numbers) string {
	var told []string
	for _, s := range n.Segments {
		name := "(null)"
		if s.Values[0] != nil {
			name = *s.Values[0]
		}
		one := fmt.Sprintf("%s %s n %d", name, s.Current.Label, s.Current.N)
		if s.Previous != nil {
			one += fmt.Sprintf(" before %d", s.Previous.N)
		}
		told = append(told, one)
	}
	return strings.Join(told, ", ")
}

func TestNoDataIsNotZeroButAProvenEmptyPeriodIs(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "complaints", "id,at,loaded", "1,2026-09-03T10:00:00Z,2026-09-04T00:00:00Z", "2,2026-11-15T10:00:00Z,2026-11-16T08:00:00Z")
	w.dataset("complaints", event("at"), func(d *plan.Dataset) {
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
	})
	w.dataset("unproven", event("at"), func(d *plan.Dataset) { d.Table = &plan.Table{Name: "complaints"} })
	history := func(i *plan.Indicator) { i.Period.History = 5 }
	w.cpi("proven", "complaints", countRows(), history)
	w.cpi("unproven", "unproven", countRows(), history)
	w.cpi("mean", "complaints", measure.Spec{Aggregate: &measure.Aggregate{Function: measure.Mean, Column: "id"}}, history)
	found := w.run(t)

	zero := found.period("proven", "2026-10")
	if zero.Value == nil || *zero.Value != 0 || zero.Flag != "" || zero.Upper == nil {
		t.Errorf("a complete month without complaints: %+v; want 0 with an interval", zero)
	}
	for _, missing := range []plan.PeriodResult{
		found.period("proven", "2026-08"),   // before the first row: nothing proves that rows were kept then
		found.period("unproven", "2026-10"), // no watermark
		found.period("mean", "2026-10"),     // a mean of nothing is not 0
	} {
		if missing.Value != nil || missing.Flag != plan.NoData {
			t.Errorf("%s: %+v; want NoData", missing.Label, missing)
		}
	}
	if got := found.period("proven", "2026-08").State; got != plan.Mature {
		t.Errorf("August without data is %s, want it kept open, so that it heals when loaded", got)
	}
	if warnings := found.numbers("proven").Warnings; len(warnings) != 1 || !strings.Contains(warnings[0], "2026-09") {
		t.Errorf("warnings %q do not say where the data begins", warnings)
	}
}

func TestDataBehindTheClockKeepsPeriodsRunning(t *testing.T) {
	w := newWorld(t)
	lines := answers("2026-09", "2026-10")
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "2026-11-16T08:00:00Z", "2026-10-30T08:00:00Z")
	}
	w.csv(t, "answers", lines...)
	w.dataset("answers", event("at"), surveyed)
	w.cpi("nps", "answers", nps("score"), nil)
	found := w.run(t)
	if got := found.period("nps", "2026-10").State; got != plan.Running {
		t.Errorf("October, loaded up to its 30th, is %s, want Running", got)
	}
	warnings := found.numbers("nps").Warnings
	if !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "2026-10-30T08:00:00Z") }) {
		t.Errorf("warnings %q do not tell that loading stopped", warnings)
	}
}

func TestFrozenPeriods(t *testing.T) {
	september := plan.PeriodResult{
		Label: "2026-09", Start: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		State: plan.Settled, Estimate: measure.Estimate{Value: new(12.0), N: 30},
	}
	for name, test := range map[string]struct {
		months []string
		full   bool
		want   int64 // n of September
		kept   bool
	}{
		"stay as they were":                  {months: []string{"2026-09", "2026-10"}, want: 30},
		"stay when the source has forgotten": {months: []string{"2026-10"}, want: 30},
		"are restated when asked":            {months: []string{"2026-09", "2026-10"}, full: true, want: 20},
		"are not restated to nothing":        {months: []string{"2026-10"}, full: true, want: 30, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.csv(t, "answers", answers(test.months...)...)
			w.dataset("answers", event("at"), surveyed)
			w.cpi("nps", "answers", nps("score"), func(i *plan.Indicator) {
				i.Frozen, i.Full = []plan.PeriodResult{september}, test.full
			})
			found := w.run(t)
			if got := found.period("nps", "2026-09"); got.N != test.want || got.State != plan.Settled {
				t.Errorf("September: n %d, %s; want n %d, Settled", got.N, got.State, test.want)
			}
			if got := found.period("nps", "2026-10").N; got != 20 {
				t.Errorf("October, still open: n %d, want 20", got)
			}
			told := slices.ContainsFunc(found.numbers("nps").Warnings, func(w string) bool { return strings.Contains(w, "restatement") })
			if told != test.kept {
				t.Errorf("warned of a kept value: %v, want %v", told, test.kept)
			}
		})
	}
}

func TestHalfLoadedSnapshotIsSuspect(t *testing.T) {
	w := newWorld(t)
	lines := []string{"as_of,account,mrr"}
	for _, day := range []string{"2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"} {
		accounts := 40
		if day == "2026-10-31" {
			accounts = 15
		}
		for i := range accounts {
			lines = append(lines, fmt.Sprintf("%s,a%02d,100", day, i))
		}
	}
	w.csv(t, "mrr", lines...)
	w.dataset("mrr", plan.Time{Snapshot: "as_of"}, func(d *plan.Dataset) { d.Entities = map[string]string{"account": "account"} })
	w.cpi("nrr", "mrr", measure.Spec{RevenueRetention: &measure.RevenueRetention{Entity: "account", Amount: "mrr", Form: measure.Net, Unit: "EUR"}},
		func(i *plan.Indicator) { i.Period.History = 6 })
	found := w.run(t)
	if got := found.period("nrr", "2026-10"); got.Flag != plan.SuspectData {
		t.Errorf("retention down to 37 %% by a half-loaded snapshot is flagged %q, want SuspectData: %+v", got.Flag, got)
	}
	if got := found.period("nrr", "2026-09"); got.Flag != "" || got.Value == nil || *got.Value != 1 {
		t.Errorf("September: %+v, want 1 without a flag", got)
	}
	if got := found.period("nrr", "2026-11"); got.Flag != plan.NoData {
		t.Errorf("November has no snapshot yet: %+v, want NoData, not churn", got)
	}
}

// Who has given notice is still there; who left less than the tolerated gap ago may come back.
func TestChurnOfTheRunningPeriodKnowsNoFuture(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "spells", "account,began,ended,loaded",
		"a,2026-01-01T00:00:00Z,,2026-11-16T08:00:00Z",
		"b,2026-01-01T00:00:00Z,2026-11-20T00:00:00Z,2026-11-16T08:00:00Z", // will leave
		"c,2026-01-01T00:00:00Z,2026-11-10T00:00:00Z,2026-11-16T08:00:00Z", // left six days ago
		"d,2026-01-01T00:00:00Z,2026-11-01T12:00:00Z,2026-11-16T08:00:00Z", // left for good
		"e,2026-01-01T00:00:00Z,2025-01-01T00:00:00Z,2026-11-16T08:00:00Z", // runs backwards
	)
	w.dataset("spells", plan.Time{Start: "began", End: "ended"}, func(d *plan.Dataset) {
		d.Entities = map[string]string{"account": "account"}
		d.Freshness = &plan.Freshness{Column: "loaded", Within: 26 * time.Hour}
	})
	churn := func(gap time.Duration) measure.Spec {
		return measure.Spec{Churn: &measure.Churn{Entity: "account", Definition: measure.OpeningCohort, ToleratedGap: gap}}
	}
	w.cpi("strict", "spells", churn(0), nil)
	w.cpi("patient", "spells", churn(14*24*time.Hour), nil)
	found := w.run(t)
	for name, lost := range map[string]float64{"strict": 2, "patient": 1} {
		if got := found.period(name, "2026-11"); *got.Numerator != lost || *got.Denominator != 4 {
			t.Errorf("%s: lost %v of %v, want %v of 4", name, *got.Numerator, *got.Denominator, lost)
		}
	}
	if got, want := steps(found.numbers("strict").Waterfall), "read 5, rejected/InvalidInterval 1, used 4"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
}

func TestUndatedDataset(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "telco", "customer,contract,churn", "1,monthly,Yes", "2,monthly,No", "3,yearly,No", "4,yearly,No")
	w.dataset("telco", plan.Time{}, nil)
	w.cpi("churn", "telco", measure.Spec{Share: &measure.Share{
		Of: []measure.Condition{{Column: "churn", Operator: measure.In, Values: []string{"Yes"}}}, Direction: measure.LowerIsBetter,
	}}, func(i *plan.Indicator) {
		i.Period, i.Breakdowns = nil, []plan.Breakdown{{By: []string{"contract"}}}
	})
	numbers := w.run(t).numbers("churn")
	if len(numbers.Periods) != 1 || numbers.Periods[0].State != plan.Undated || *numbers.Periods[0].Value != 0.25 || numbers.Periods[0].Label != "" {
		t.Errorf("periods: %+v, want one undated of 0.25", numbers.Periods)
	}
	if len(numbers.Segments) != 2 || *numbers.Segments[0].Current.Value != 0.5 {
		t.Errorf("segments: %+v", numbers.Segments)
	}
	if got, want := steps(numbers.Waterfall), "read 4, used 4"; got != want {
		t.Errorf("waterfall %s, want %s", got, want)
	}
}

func TestInterruptedRunKeepsWhatIsReady(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		name := fmt.Sprintf("answers%d", i)
		w.csv(t, name, answers("2026-10")...)
		w.dataset(name, event("at"), surveyed)
		w.cpi(name, name, nps("score"), nil)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	found := newResults(t)
	found.after = stop
	done, err := w.runInto(t, ctx, found)
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Done{FormatVersion: plan.FormatVersion, Run: "run-1", Expected: 3, Succeeded: 1, Interrupted: true}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
	if len(found.byName) != 1 || found.numbers("answers0") == nil {
		t.Errorf("results: %q, want the first only: the others had no turn", found.order)
	}
}

func TestSuspectsRunAloneAndLast(t *testing.T) {
	w := newWorld(t)
	w.csv(t, "answers", answers("2026-10")...)
	w.dataset("answers", event("at"), surveyed)
	for _, name := range []string{"heavy", "a", "b"} {
		w.cpi(name, "answers", nps("score"), func(i *plan.Indicator) { i.Alone = name == "heavy" })
	}
	found := w.run(t)
	if got := found.order[2]; got != "heavy" {
		t.Errorf("results came as %q, want the suspect last", found.order)
	}
	for _, attempt := range found.attempts {
		if attempt.Dataset == "" && len(attempt.Keys) > 1 && slices.Contains(attempt.Keys, plan.Key{Kind: "CPIDefinition", Name: "heavy"}) {
			t.Errorf("the suspect shared an attempt: %v", attempt.Keys)
		}
	}
}
