package alert

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// killsToQuarantine is how many runs in a row must die on an indicator before it is left out.
const killsToQuarantine = 2

const (
	// toldAfter is how many runs must be missed before somebody is told: one may be a blip.
	toldAfter = 2
	// failsAgain is how many runs more must fail after the first that did. So a source is told of no later than its indicators
	// grow stale, and can silence that.
	failsAgain = toldAfter - 1
)

// onlyAnEdit are failures that the next run will meet again: somebody is told at once. Others are told
// when the next scheduled run has failed too.
var onlyAnEdit = map[string]bool{
	string(plan.TableMissing):           true,
	string(plan.ColumnMissing):          true,
	string(plan.TypeMismatch):           true,
	string(plan.WhereInvalid):           true,
	string(plan.QueryRefused):           true,
	string(plan.PrimaryKeyViolated):     true,
	string(plan.SeveralRows):            true,
	string(plan.TooManySegments):        true,
	string(plan.UnsupportedCombination): true,
	string(ReasonQuarantined):           true,
}

// computed tells how the last attempt went. A failure of the source is told once, on the DataSource: here
// it is a condition and no alert.
func (d *Decision) computed(in *Indicator, now time.Time) {
	a := in.Attempt
	switch {
	case in.Source.Failed:
		message := fmt.Sprintf("DataSource %s: %s. Its own Computed condition says what to do", in.Source.Name, orElse(in.Source.Reason, "the last run failed"))
		if in.Current() {
			message += "; the last good numbers stay"
		}
		d.condition(Computed, False, ReasonSourceFailed, message+".")
	case a != nil && a.Formula == in.Formula && a.Kills >= killsToQuarantine:
		d.failing(in, now, string(ReasonQuarantined),
			"Two runs in a row died while computing it, so it is left out. Make it cheaper (fewer segments, a shorter window, a narrower where) or raise the source's memory; either edit brings it back, and so does a restatement.")
	case a == nil || a.Formula != in.Formula:
		d.condition(Computed, Unknown, ReasonPending, "No run has finished under the present formula yet.")
	case a.Failed:
		d.failing(in, now, orElse(a.Reason, string(ReasonRunFailed)), orElse(a.Message, "The last run failed."))
	default:
		d.condition(Computed, True, ReasonSucceeded, "The last run gave numbers.")
	}
}

func (d *Decision) failing(in *Indicator, now time.Time, reason, message string) {
	d.condition(Computed, False, Reason(reason), message)
	if !onlyAnEdit[reason] {
		told := in.Source.runsAfter(in.Attempt.Since, failsAgain)
		if now.Before(told) {
			d.lookAgain(told, now)
			return
		}
	}
	d.Alerts = append(d.Alerts, Alert{Name: ComputationFailed, Severity: Warning, Team: in.Team, Message: reason + ": " + message})
}

// fresh tells whether runs and data are as new as declared. An undated indicator has no watermark and only
// the clock of runs.
func (d *Decision) fresh(in *Indicator, now time.Time) {
	s := in.Source
	base := s.Created
	if s.LastSuccess != nil {
		base = *s.LastSuccess
	}
	run := s.runsAfter(base, toldAfter)
	d.StaleAfter = run
	load := in.loadDeadline()
	if !load.IsZero() && (run.IsZero() || load.Before(run)) {
		d.StaleAfter = load
	}
	d.lookAgain(run, now)
	d.lookAgain(load, now)

	switch {
	case !run.IsZero() && !now.Before(run):
		message := "No run has reached the data yet, though two were due."
		if s.LastSuccess != nil {
			message = fmt.Sprintf("The last run that reached the data ended %s; two have been due since.", instant(base))
		}
		if s.Suspended {
			message += fmt.Sprintf(" DataSource %s is suspended.", s.Name)
		} else {
			message += fmt.Sprintf(" Look at DataSource %s and its Jobs.", s.Name)
		}
		d.stale(in, ReasonRunOverdue, message)
	case !load.IsZero() && !now.Before(load):
		d.stale(in, ReasonDataStale, fmt.Sprintf("The newest load that was seen is of %s and should be no older than %s. Look at what loads the dataset.",
			instant(*in.Result.Watermark), span(in.FreshWithin)))
	case s.LastSuccess == nil || !in.Current():
		d.condition(Fresh, Unknown, ReasonPending, "No run has finished under the present formula yet.")
	default:
		d.condition(Fresh, True, ReasonUpToDate, "Runs and data are as new as declared.")
	}
}

// loadDeadline is from when on the data count as stale: when the newest load that was seen has become too old
// and a run has had the time to see another. The zero time means never.
func (in *Indicator) loadDeadline() time.Time {
	if in.FreshWithin <= 0 || !in.Current() || in.Result.Watermark == nil {
		return time.Time{}
	}
	load := in.Result.Watermark.Add(in.FreshWithin)
	seen := in.Source.LastSuccess
	if seen == nil || !load.After(*seen) {
		return load
	}
	if next := in.Source.runsAfter(*seen, 1); next.After(load) {
		return next
	}
	return load
}

func (d *Decision) stale(in *Indicator, reason Reason, message string) {
	d.condition(Fresh, False, reason, message)
	d.Alerts = append(d.Alerts, Alert{Name: DataStale, Severity: Warning, Team: in.Team, Message: message})
}

// platform is the team that is told where a data source names none.
const platform = "platform"

// SourceAlerts are those of a data source itself: its failure is told once, to the team or the platform's, not for each
// indicator, when the next scheduled run has failed too. next is when that changes by time alone.
func SourceAlerts(s SourceRuns, team, message string, now time.Time) (alerts []Alert, next time.Time) {
	if !s.Failed {
		return nil, time.Time{}
	}
	if told := s.runsAfter(s.FailedSince, failsAgain); now.Before(told) {
		return nil, told
	}
	return []Alert{{Name: ComputationFailed, Severity: Critical, Team: orElse(team, platform), Message: s.Reason + ": " + message}}, time.Time{}
}

// instant is a time as people read it, to the minute.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// span is a length of time in the largest unit that divides it.
func span(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d >= u.unit && d%u.unit == 0 {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return d.String()
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
