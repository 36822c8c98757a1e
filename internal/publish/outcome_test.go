package publish_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

func TestKilledRunMarksWhatWasInFlight(t *testing.T) {
	r := newRun(t, "finished", "suspect", "waiting")
	for kill := range int32(2) {
		r.anew()
		r.found(0)
		must(t, r.results.WriteAttempt(plan.Attempt{Run: "run-1", Keys: []plan.Key{r.plan.Indicators[0].Key, r.plan.Indicators[1].Key}}))
		if got := r.publish(); !got.Died || got.Succeeded != 1 {
			t.Errorf("summary = %+v", got)
		}
		suspect := r.report("suspect").Status.Attempt
		if suspect == nil || suspect.Outcome != "Failed" || suspect.Reason != string(plan.EngineCrashed) || ptr.Deref(suspect.Kills, 0) != kill+1 {
			t.Errorf("after kill %d: suspect %+v", kill+1, suspect)
		}
	}
	if got := r.report("finished").Status.Attempt; got.Kills != nil || got.Outcome != "Succeeded" {
		t.Errorf("finished: %+v", got)
	}
	if got := r.report("waiting").Status.Attempt; got != nil {
		t.Errorf("waiting: %+v", got)
	}
	r.anew() // an ordinary failure breaks the row of kills
	r.found(1, failed(plan.QueryTimeout))
	r.done(plan.Done{Failed: 1})
	r.publish()
	if got := r.report("suspect").Status.Attempt; got.Kills != nil {
		t.Errorf("kills = %d after a run that did not die", *got.Kills)
	}
}

func TestKillsCountUnderTheSameCircumstances(t *testing.T) {
	r := newRun(t, "nps")
	for _, step := range []struct {
		generation  int64
		restatement string
		kills       int32
	}{{7, "", 1}, {7, "", 2}, {8, "", 1}, {8, "May", 1}, {8, "May", 2}} {
		r.anew()
		r.plan.SourceGeneration, r.plan.Indicators[0].Restatement = step.generation, step.restatement
		must(t, r.results.WriteAttempt(plan.Attempt{Run: "run-1", Keys: []plan.Key{r.plan.Indicators[0].Key}}))
		r.publish()
		if got := r.report("nps").Status.Attempt; ptr.Deref(got.Kills, 0) != step.kills || ptr.Deref(got.SourceGeneration, 0) != step.generation || got.Restatement != step.restatement {
			t.Errorf("%+v gives attempt %+v", step, got)
		}
	}
}

// A request is answered by numbers and by failures alike, and stays answered when the annotation is taken off.
func TestAttemptsAnswerRequests(t *testing.T) {
	r := newRun(t, "nps")
	for _, step := range []struct {
		requested, answered string
		fails               bool
	}{{"10:00", "10:00", false}, {"", "10:00", false}, {"10:05", "10:05", true}, {"10:10", "10:10", false}} {
		r.anew()
		r.plan.Indicators[0].Requested = step.requested
		if step.fails {
			r.found(0, failed(plan.QueryTimeout))
		} else {
			r.found(0)
		}
		r.done(plan.Done{})
		r.publish()
		if got := r.report("nps").Status.Attempt; got.Requested != step.answered || (got.Outcome == "Failed") != step.fails {
			t.Errorf("%+v gives attempt %+v", step, got)
		}
	}
}

// A run that began before the one that answered a request takes nothing back, though the numbers are the same: whoever
// asked would be told that nobody has answered, and one more run would start.
func TestAnEarlierRunTakesNoAnswerBack(t *testing.T) {
	r := newRun(t, "nps")
	began := r.plan.Now
	for _, step := range []struct {
		requested string
		now       time.Time
	}{{"", began.Add(-time.Hour)}, {"10:05", began.Add(time.Minute)}, {"10:00", began}} {
		r.anew()
		r.plan.Indicators[0].Requested, r.plan.Now = step.requested, step.now
		r.found(0)
		r.done(plan.Done{})
		r.publish()
	}
	status := r.report("nps").Status
	if a := status.Attempt; a.Requested != "10:05" || !a.AnsweredAsOf.Time.Equal(began.Add(time.Minute)) {
		t.Errorf("%+v", a)
	}
	if !status.Result.AsOf.Time.Equal(began.Add(-time.Hour)) {
		t.Errorf("numbers that stayed the same are of %s", status.Result.AsOf)
	}
}

func TestKillWhileOpeningADatasetBlamesNobody(t *testing.T) {
	r := newRun(t, "nps")
	must(t, r.results.WriteAttempt(plan.Attempt{Run: "run-1", Dataset: "survey", Keys: []plan.Key{r.plan.Indicators[0].Key}}))
	r.publish()
	got := r.report("nps").Status.Attempt
	if got.Kills != nil || got.Outcome != "Failed" || !strings.Contains(got.Message, "survey") {
		t.Errorf("attempt = %+v", got)
	}
}

func TestInterruptedRunTellsWhoHadNoTurn(t *testing.T) {
	r := newRun(t, "nps", "late")
	r.found(0)
	r.done(plan.Done{Succeeded: 1, Interrupted: true})
	if got := r.publish(); !got.Interrupted {
		t.Errorf("summary = %+v", got)
	}
	if got := r.report("late").Status.Attempt; got.Reason != string(plan.ComputeInterrupted) {
		t.Errorf("attempt = %+v", got)
	}
}

func TestOverlappingRunsLeaveTheLaterNumbers(t *testing.T) {
	r := newRun(t, "nps")
	at := func(hour int, value float64) {
		t.Helper()
		r.anew()
		r.plan.Now = time.Date(2026, time.November, 21, hour, 0, 0, 0, time.UTC)
		r.found(0, func(result *plan.Result) { result.Numbers = numbers(value) })
		r.done(plan.Done{Succeeded: 1})
		r.publish()
	}
	for _, step := range []struct {
		hour  int
		value float64
		kept  string
	}{{12, 31.5, "31.5"}, {11, 29.5, "31.5"}, {12, 32.5, "32.5"}, {13, 33.5, "33.5"}} {
		at(step.hour, step.value)
		if got := r.report("nps").Status.Result.Periods[0].Value; got != step.kept {
			t.Errorf("after %v of %d:00 the report says %s, want %s", step.value, step.hour, got, step.kept)
		}
	}
}

func TestRefusedResultIsTold(t *testing.T) {
	r := newRun(t, "nps", "csat")
	r.found(0, func(result *plan.Result) { result.Numbers.Direction = "Sideways" })
	r.found(1)
	r.done(plan.Done{Succeeded: 2})
	if diff := cmp.Diff(publish.Summary{Expected: 2, Succeeded: 1, Failed: 1}, r.publish()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	got := r.report("nps").Status
	if got.Result != nil || got.Attempt == nil || got.Attempt.Outcome != "Failed" || got.Attempt.Reason != v1alpha1.ReasonResultRefused || !strings.Contains(got.Attempt.Message, "Sideways") {
		t.Errorf("status = %+v", got)
	}
	if r.report("csat").Status.Result == nil {
		t.Error("a neighbour's result is missing")
	}
}
