// Package state says how far a value can be trusted: how final its period is, whether its data look whole, and which
// segments are too small to show. It is pure and holds no formula of a measure.
package state

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Clock is what is known of the present.
type Clock struct {
	// Now is the instant of the run.
	Now time.Time
	// Watermark is the newest load time seen; nil if the dataset declares no freshness. Where it does but no row tells
	// a load time, Watermark points to the zero time, and no period is over.
	Watermark *time.Time
}

// Known is the instant up to which data can be taken as loaded: the present or the watermark, whichever is earlier.
func (c Clock) Known() time.Time {
	if c.Watermark != nil && c.Watermark.Before(c.Now) {
		return *c.Watermark
	}
	return c.Now
}

// Earlier is what is known where the rows of two datasets are needed: up to the earlier of their watermarks.
func (c Clock) Earlier(o Clock) Clock {
	if o.Watermark != nil && (c.Watermark == nil || o.Watermark.Before(*c.Watermark)) {
		c.Watermark = o.Watermark
	}
	return c
}

// Of is the state of a period that ends at end. All of it is measured by what is Known: while loads stand still,
// nothing matures, and nothing is frozen that late rows could still change.
func Of(end time.Time, period plan.Period, clock Clock) plan.State {
	known := clock.Known()
	mature := end.Add(max(0, period.Maturity))
	settled := mature.Add(max(0, period.Settle))
	switch {
	case known.Before(end):
		return plan.Running
	case known.Before(mature):
		return plan.Maturing
	case known.Before(settled):
		return plan.Mature
	default:
		return plan.Settled
	}
}

// Complete reports whether all rows of a period are known to be there: over and, where freshness is declared, loaded.
// Only then can no rows mean zero.
func Complete(end time.Time, clock Clock) bool {
	return clock.Watermark != nil && !clock.Known().Before(end)
}

// Final reports whether a state's value moves no more by design, so that decisions may rest on it.
func Final(s plan.State) bool {
	return s == plan.Mature || s == plan.Settled || s == plan.Undated
}

// Actionable reports whether alerts, trends and links may use a period's value.
func Actionable(p plan.PeriodResult) bool {
	return p.Value != nil && p.Flag == "" && Final(p.State)
}

// LatestMature is the newest of periods, oldest first, that people are shown: its value moves no more by design and its
// data are there and not suspect. A small sample is shown with its flag. It is nil if there is none.
func LatestMature(periods []plan.PeriodResult) *plan.PeriodResult {
	for i := len(periods) - 1; i >= 0; i-- {
		if p := &periods[i]; Final(p.State) && p.Flag != plan.NoData && p.Flag != plan.SuspectData {
			return p
		}
	}
	return nil
}

// Flag is why a value must not be acted on, empty if it may be. sample counts what minSampleSize counts.
func Flag(value *float64, suspect bool, sample, minimum int64) plan.Flag {
	switch {
	case value == nil:
		return plan.NoData
	case suspect:
		return plan.SuspectData
	case sample < minimum:
		return plan.InsufficientSample
	}
	return ""
}

// Restate chooses between a frozen period and the same period computed anew, on request. A source that has forgotten
// rows must not rewrite history: where the new one has no value, or fewer than share (0–1) of the frozen one's n, the
// frozen one stays and replaced is false. A share of 1 refuses any loss of rows.
func Restate(frozen, anew plan.PeriodResult, share float64) (kept plan.PeriodResult, replaced bool) {
	if frozen.Value != nil && anew.Value == nil {
		return frozen, false
	}
	if float64(anew.N) < share*float64(frozen.N) {
		return frozen, false
	}
	return anew, true
}
