package alert

import (
	"fmt"
	"strings"
	"time"
)

// Telling is who is told, when and how loudly. The zero value tells every alert at once, with its own severity.
type Telling struct {
	// Evaluations in a row, each a mature period, that must be bad before a value beyond its threshold, or a standing
	// target missed, is told; 0 is 1.
	Evaluations int
	// Severities that replace an alert's own.
	Severities map[Name]Severity
	// PausedUntil is when a pause ends; zero without one.
	PausedUntil time.Time
	// DryRun: the definition asks that nobody is told. Everywhere: the operator was started so.
	DryRun, Everywhere bool
	// Declared: the definition says something of this.
	Declared bool
}

// Muted says why nobody is told.
type Muted struct {
	Reason Reason // ReasonPaused or ReasonDryRun
	// Until is when that ends by time alone; zero if it does not.
	Until time.Time
}

// Mute of a definition at an instant; nil if it is told.
func (t Telling) Mute(now time.Time) *Muted {
	switch {
	case t.DryRun, t.Everywhere:
		return &Muted{Reason: ReasonDryRun}
	case now.Before(t.PausedUntil):
		return &Muted{Reason: ReasonPaused, Until: t.PausedUntil}
	}
	return nil
}

// severity in which an alert is told whose own is given.
func (t Telling) severity(name Name, own Severity) Severity {
	if s, replaced := t.Severities[name]; replaced {
		return s
	}
	return own
}

// needed is how many evaluations in a row must be bad.
func (t Telling) needed() int { return max(1, t.Evaluations) }

// tell is the last step of every decision: it gives alerts the severities that were asked for and, where nobody is to be
// told, takes them back and says so. The conditions decided before stand: what is muted is not unseen.
func (d *Decision) tell(t Telling, now time.Time) {
	d.StaleSeverity = t.severity(DataStale, Warning)
	var told []Alert
	for _, a := range d.Alerts {
		if a.Severity = t.severity(a.Name, a.Severity); a.Severity != Silent {
			told = append(told, a)
		}
	}
	d.Alerts, d.Muted = told, t.Mute(now)
	if d.Muted == nil {
		if t.Declared {
			d.condition(Alerting, True, ReasonTelling, "Alerts are told as spec.alerting says.")
		}
		return
	}
	d.Alerts, d.Withheld = nil, told
	d.lookAgain(d.Muted.Until, now)
	why := "Nobody is told anything: spec.alerting.mode is DryRun."
	switch {
	case t.Everywhere:
		why = "Nobody is told anything: the operator runs with --dry-run."
	case d.Muted.Reason == ReasonPaused:
		why = fmt.Sprintf("Nobody is told anything before %s (%s), as spec.alerting.pausedUntil asks.", t.PausedUntil.Format(time.DateOnly), t.PausedUntil.Location())
	}
	d.condition(Alerting, False, d.Muted.Reason, why+" "+d.withheld())
}

// withheld names what would be told now.
func (d *Decision) withheld() string {
	var names []string
	for _, a := range d.Withheld {
		text := fmt.Sprintf("%s (%s)", a.Name, a.Severity)
		if a.Segment != "" {
			text += " of " + a.Segment
		}
		names = append(names, text)
	}
	if len(names) == 0 {
		return "There is nothing to tell now."
	}
	return "Would be told now: " + strings.Join(names, ", ") + "."
}

// Blocked is the decision on an object that cannot be computed as it stands, for the reason in the message.
func Blocked(t Telling, team, message string, now time.Time) Decision {
	d := &Decision{Alerts: []Alert{{Name: ComputationFailed, Severity: Warning, Team: team, Message: message}}}
	d.tell(t, now)
	return *d
}
