package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func claimOf(verdicts ...plan.Verdict) *alert.Claim {
	c := &alert.Claim{Name: "c", Formula: "f", FoundOf: "f", Found: &plan.Link{}}
	for i, v := range verdicts {
		name := string(rune('a' + i))
		c.Drivers = append(c.Drivers, alert.ClaimDriver{Name: name})
		c.Found.Drivers = append(c.Found.Drivers, plan.DriverFinding{Driver: name, Verdict: v, Sentence: string(v) + "."})
	}
	return c
}

// One driver that moves the KPI is enough; that none does takes all of them.
func TestVerdictOnSeveralDrivers(t *testing.T) {
	for _, c := range []struct {
		verdicts []plan.Verdict
		want     plan.Verdict
		stage    alert.Stage
		status   alert.Status
	}{
		{[]plan.Verdict{plan.NotSupported, plan.Supported, plan.Conflicting}, plan.Supported, alert.Confirmed, alert.True},
		{[]plan.Verdict{plan.NotSupported, plan.Conflicting}, plan.Conflicting, alert.Testing, alert.False},
		{[]plan.Verdict{plan.NotSupported, plan.NotSupported}, plan.NotSupported, alert.Refuted, alert.False},
		{[]plan.Verdict{plan.NotSupported, plan.InsufficientData}, plan.InsufficientData, alert.Testing, alert.Unknown},
	} {
		got := alert.DecideClaim(claimOf(c.verdicts...), now)
		if got.Verdict != c.want || got.Course.Now().Stage != c.stage || got.Condition(alert.Supported).Status != c.status {
			t.Errorf("%v: %s, %s, %s", c.verdicts, got.Verdict, got.Course.Now().Stage, got.Condition(alert.Supported).Status)
		}
	}
}

// What is clear against the expectation refutes a claim; what contradicts itself leaves it open.
func TestConflictingIsRefutedOnlyByTheOpposite(t *testing.T) {
	for _, c := range []struct {
		verdicts []plan.Verdict
		reasons  []string
		want     alert.Stage
	}{
		{[]plan.Verdict{plan.Conflicting}, []string{"OppositeDirection"}, alert.Refuted},
		{[]plan.Verdict{plan.Conflicting}, []string{"SignFlipsAfterAdjustment"}, alert.Testing},
		{[]plan.Verdict{plan.Conflicting}, []string{"StrataDisagree"}, alert.Testing},
		{[]plan.Verdict{plan.Conflicting}, []string{"LevelsDisagree"}, alert.Testing},
		{[]plan.Verdict{plan.Conflicting, plan.NotSupported}, []string{"OppositeDirection", ""}, alert.Refuted},
		{[]plan.Verdict{plan.Conflicting, plan.InsufficientData}, []string{"OppositeDirection", "Underpowered"}, alert.Testing},
		{[]plan.Verdict{plan.Conflicting, plan.Supported}, []string{"OppositeDirection", ""}, alert.Confirmed},
	} {
		claim := claimOf(c.verdicts...)
		for i, reason := range c.reasons {
			claim.Found.Drivers[i].Reason = reason
		}
		got := alert.DecideClaim(claim, now)
		if stage := got.Course.Now().Stage; stage != c.want {
			t.Errorf("%v %v: %s, want %s", c.verdicts, c.reasons, stage, c.want)
		}
		if refuted := got.Standing[0].Step.Stage == alert.Refuted; refuted != (c.reasons[0] == "OppositeDirection") {
			t.Errorf("%v %v: the first driver is %s", c.verdicts, c.reasons, got.Standing[0].Step.Stage)
		}
	}
}

// A claim's life goes on where it was, and only a change of what was tested is an alert, for a week.
func TestCourseOfAClaim(t *testing.T) {
	c, at := claimOf(plan.Supported), now
	look := func(v plan.Verdict) alert.ClaimDecision {
		c.Found.Drivers[0].Verdict = v
		d := alert.DecideClaim(c, at)
		c.Before, at = d.Course, at.Add(time.Hour)
		return d
	}
	first := look(plan.Supported)
	again := look(plan.Supported)
	if len(first.Alerts) > 0 || len(again.Course.Steps) != 2 || !again.Course.Now().Since.Equal(first.Course.Now().Since) || !again.Course.Drivers["a"].Since.Equal(first.Course.Now().Since) {
		t.Errorf("course %+v", again.Course)
	}
	lost := look(plan.InsufficientData)
	if len(lost.Alerts) != 1 || lost.Alerts[0].Name != alert.LinkVerdictChanged || !lost.Next.Equal(lost.Course.Now().Since.Add(7*24*time.Hour)) {
		t.Errorf("alerts %+v, next %v", lost.Alerts, lost.Next)
	}
	at = at.Add(8 * 24 * time.Hour)
	if late := look(plan.InsufficientData); len(late.Alerts) > 0 {
		t.Errorf("alerts %+v a week later", late.Alerts)
	}
	c.Formula = "g"
	if other := look(plan.Supported); other.Verdict != "" || len(other.Course.Steps) != 1 || other.Course.Now().Stage != alert.Hypothesised {
		t.Errorf("findings of another claim are told: %+v", other)
	}
}

// Findings that are lost and made anew are no change of the verdict; what they say differently is.
func TestLostFindingsLeaveAClaimWhereItWas(t *testing.T) {
	c, at := claimOf(plan.Supported), now
	found := c.Found
	look := func(found *plan.Link) alert.ClaimDecision {
		c.Found = found
		d := alert.DecideClaim(c, at)
		c.Before, at = d.Course, at.Add(time.Hour)
		return d
	}
	confirmed := look(found)
	lost := look(nil)
	if len(lost.Alerts) > 0 || lost.Verdict != "" || lost.Course.Now() != confirmed.Course.Now() || lost.Course.Drivers["a"] != confirmed.Course.Drivers["a"] {
		t.Errorf("lost: %+v, alerts %+v", lost.Course, lost.Alerts)
	}
	if message := lost.Condition(alert.Supported).Message; !strings.HasPrefix(message, "What was found of the claim is lost") {
		t.Errorf("message %s", message)
	}
	found.Drivers[0].Verdict = plan.NotSupported
	anew := look(found)
	if len(anew.Alerts) != 1 || !strings.HasPrefix(anew.Alerts[0].Message, "The claim c was Confirmed and is Refuted.") || anew.Course.Drivers["a"].Stage != alert.Refuted {
		t.Errorf("anew: %+v, alerts %+v", anew.Course, anew.Alerts)
	}
}

// What becomes of one driver is told though another keeps the claim at its stage, and so is another verdict at the same stage.
func TestEachDriverHasACourse(t *testing.T) {
	c, at := claimOf(plan.Supported, plan.Supported, plan.InsufficientData), now
	look := func(verdicts ...plan.Verdict) string {
		for i, v := range verdicts {
			c.Found.Drivers[i].Verdict = v
		}
		d := alert.DecideClaim(c, at)
		c.Before, at = d.Course, at.Add(24*time.Hour)
		texts := []string{}
		for _, one := range d.Alerts {
			texts = append(texts, one.Message)
		}
		return strings.Join(texts, "|")
	}
	tail := func(n string) string { return n + " of 3 drivers are supported. b: Supported." }
	for _, step := range []struct {
		verdicts []plan.Verdict
		want     string
	}{
		{[]plan.Verdict{plan.Supported, plan.Supported, plan.InsufficientData}, ""},
		{[]plan.Verdict{plan.NotSupported, plan.Supported, plan.InsufficientData}, "The claim c: a was Confirmed and is Refuted. " + tail("1")},
		{[]plan.Verdict{plan.NotSupported, plan.Supported, plan.Conflicting}, "The claim c: a was Confirmed and is Refuted. The claim c: c was InsufficientData and is Conflicting. " + tail("1")},
	} {
		if got := look(step.verdicts...); got != step.want {
			t.Errorf("%v: %q, want %q", step.verdicts, got, step.want)
		}
	}
	if was, is := c.Before.Was["a"], c.Before.Drivers["a"]; was.Stage != alert.Confirmed || is.Stage != alert.Refuted || is.Since.Sub(was.Since) != 24*time.Hour {
		t.Errorf("a was %+v and is %+v", was, is)
	}
	at = at.Add(5 * 24 * time.Hour) // a week after the first change, six days after the second
	if got, want := look(), "The claim c: c was InsufficientData and is Conflicting. "+tail("1"); got != want {
		t.Errorf("%q, want %q", got, want)
	}

	one := claimOf(plan.InsufficientData)
	one.Before = alert.DecideClaim(one, now).Course
	one.Found.Drivers[0].Verdict = plan.Conflicting
	d := alert.DecideClaim(one, now.Add(time.Hour))
	if len(d.Alerts) != 1 || !strings.HasPrefix(d.Alerts[0].Message, "The claim c was InsufficientData and is Conflicting. a: ") || d.Course.Now().Stage != alert.Testing {
		t.Errorf("alerts %+v, course %+v", d.Alerts, d.Course)
	}
}

// A course that was kept without verdicts goes on from where it is.
func TestACourseWithoutVerdictsGoesOn(t *testing.T) {
	c := claimOf(plan.InsufficientData)
	since := now.Add(-time.Hour)
	c.Before = alert.Course{
		Formula: "f", Steps: []alert.Step{{Stage: alert.Confirmed, Since: since.Add(-time.Hour)}, {Stage: alert.Testing, Since: since}},
		Drivers: map[string]alert.Step{"a": {Stage: alert.Testing, Since: since}},
	}
	d := alert.DecideClaim(c, now)
	want := alert.Step{Stage: alert.Testing, Verdict: plan.InsufficientData, Since: since}
	if d.Course.Now() != want || d.Course.Drivers["a"] != want || len(d.Course.Steps) != 2 || len(d.Alerts) != 1 {
		t.Errorf("course %+v, alerts %+v", d.Course, d.Alerts)
	}
}

// Each target is told with the method of its own period, which need not be that of the next one.
func TestAForecastIsToldWithItsMethod(t *testing.T) {
	c := claimOf(plan.Supported)
	c.Grain = plan.Month
	by := time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC)
	c.Found.Forecast = &plan.Forecast{
		Method: "Drivers", BacktestN: 16,
		Points: []plan.ForecastPoint{{Label: "2026-11", Method: "Drivers"}, {Label: "2026-12", Method: "Drift"}},
		Goals: []plan.GoalChance{
			{Goal: plan.Goal{From: &by, AtLeast: new(.7)}, Label: "2026-11", Probability: new(.9)},
			{Goal: plan.Goal{By: &by, AtLeast: new(.8)}, Label: "2026-12", Probability: new(.4)},
		},
		WhatIf: []plan.WhatIf{{Driver: "a", Step: 5, Bounded: plan.Bounded{Value: .1, Lower: .05, Upper: .15}}},
	}
	told := strings.Join(alert.DecideClaim(c, now).Explanation, "\n")
	for _, want := range []string{"as forecast for 2026-11 (Drivers, 16 backtests).", "as forecast for 2026-12 (Drift).", "] in the same month."} {
		if !strings.Contains(told, want) {
			t.Errorf("%q lacks %q", told, want)
		}
	}
}
