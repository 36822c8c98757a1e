package compute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/calendar"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// expression is an indicator that asks a server of time series, on its way to numbers.
type expression struct {
	plan.Indicator
	measure *measure.PromQL
	server  source.Evaluator
	now     time.Time

	laid  []calendar.Period
	spans []span            // of the periods, by place
	asked map[span]*float64 // what the server said: the end of one window is what comes before the next
	notes []string          // what the server wants told, each once
	kept  int               // periods of which an earlier run knew more
}

// span is a window in time, whole milliseconds long as the server's clock is.
type span struct{ start, end time.Time }

func (s span) length() time.Duration { return s.end.Sub(s.start) }

// edge is the part of a window, at either end, in which there must be some data: a gap as long as that shows in the
// value.
const edge = 24

// periods computes the history, oldest first.
func (e *expression) periods(ctx context.Context) ([]plan.PeriodResult, error) {
	var err error
	e.laid, err = calendar.Periods(*e.Period, e.now)
	if err != nil {
		return nil, source.Fail(plan.UnsupportedCombination, err, "%v", err)
	}
	var periods []plan.PeriodResult
	for _, p := range e.laid {
		end := p.End
		if e.now.Before(end) {
			end = e.now // so far
		}
		e.spans = append(e.spans, span{p.WindowStart, end.Truncate(time.Millisecond)})
		found, err := e.period(ctx, p, e.spans[len(e.spans)-1])
		if failed, ok := errors.AsType[*source.Error](err); ok && failed.Source {
			return nil, err // whichever period was asked for
		}
		if err != nil {
			return nil, source.Within(err, "%s", p.Label)
		}
		periods = append(periods, found)
	}
	return periods, nil
}

// period is what is known of a period: what this run finds, unless an earlier one has settled it or knew more. The
// server forgets, and what it has forgotten must not unsay what it said.
func (e *expression) period(ctx context.Context, p calendar.Period, within span) (plan.PeriodResult, error) {
	known := e.known(p)
	if known != nil && known.State == plan.Settled && !e.Full {
		return *known, nil
	}
	found := plan.PeriodResult{Label: p.Label, Start: p.Start, End: p.End, State: state.Of(p.End, *e.Period, state.Clock{Now: e.now})}
	var err error
	if found.Estimate, err = e.value(ctx, within, found.State); err != nil {
		return plan.PeriodResult{}, err
	}
	if known != nil && knewMore(known.Estimate, found.Estimate) {
		found.Estimate = known.Estimate
		e.kept++
	}
	found.Flag = state.Flag(found.Value, found.Reason == measure.Incomplete, 0, 0)
	// What is missing or suspect may yet be written: it stays open, so that it heals by itself.
	if found.State == plan.Settled && found.Flag != "" {
		found.State = plan.Mature
	}
	return found, nil
}

// settled reports whether an earlier run has settled the period at a place.
func (e *expression) settled(i int) bool {
	known := e.known(e.laid[i])
	return known != nil && known.State == plan.Settled && !e.Full
}

// knewMore reports whether what an earlier run found must stand. Of two values of which parts may be missing, it is the
// earlier, for a server forgets and does not learn.
func knewMore(known, found measure.Estimate) bool {
	switch before, now := trust(known), trust(found); {
	case known.Value == nil || now == whole:
		return false
	case now < before:
		return true
	}
	return state.Decimal(*known.Value) != state.Decimal(*found.Value)
}

// whole is how far a value is trusted of which nothing is known to be missing.
const whole = 2

// trust orders what is known of a period: nothing, a value of which a part may be missing, a whole one.
func trust(e measure.Estimate) int {
	switch {
	case e.Value == nil:
		return 0
	case e.Reason == measure.Incomplete:
		return 1
	}
	return whole
}

// known is what an earlier run under the same formula found for a period, nil if it found nothing.
func (e *expression) known(p calendar.Period) *plan.PeriodResult {
	for i, old := range e.Frozen {
		if old.Start.Equal(p.Start) && old.End.Equal(p.End) {
			return &e.Frozen[i]
		}
	}
	return nil
}

// value asks for a window's value and, once the period is over, whether the window is whole.
func (e *expression) value(ctx context.Context, within span, final plan.State) (measure.Estimate, error) {
	none := e.measure.Estimate(nil, measure.Setting{}, 0)
	if within.length() <= 0 {
		return none, nil
	}
	value, err := e.ask(ctx, within)
	if err != nil || value == nil {
		return none, err
	}
	found := e.measure.Estimate(measure.Sums{*value}, measure.Setting{}, 0)
	if found.Value == nil || final == plan.Running || !e.measure.Windowed() {
		return found, nil
	}
	begun, gaps, err := e.coverage(ctx, within)
	switch {
	case err != nil:
		return none, err
	case !begun:
		none.Reason = measure.Incomplete
		return none, nil
	case gaps:
		found.Reason = measure.Incomplete
	}
	return found, nil
}

// coverage tells whether the data had begun before a window, and whether it has a gap at either end. A window in which the
// data begins, or whose beginning is forgotten, would read too low; nothing tells the two apart.
func (e *expression) coverage(ctx context.Context, within span) (begun, gaps bool, err error) {
	length := (within.length() / edge).Truncate(time.Second)
	if length == 0 {
		return true, false, nil
	}
	has := func(start time.Time, length time.Duration) bool {
		if err != nil {
			return false
		}
		var value *float64
		value, err = e.ask(ctx, span{start, start.Add(length)})
		return value != nil
	}
	begun = has(within.start.Add(-length), length) || has(within.start.Add(-within.length()), within.length())
	gaps = begun && (!has(within.start, length) || !has(within.end.Add(-length), length))
	return begun, gaps, err
}

// ask evaluates the expression over a window: at its last millisecond, so that what is measured at its end belongs to
// the next.
func (e *expression) ask(ctx context.Context, within span) (*float64, error) {
	if value, known := e.asked[within]; known {
		return value, nil
	}
	reading, err := e.server.Evaluate(ctx, e.measure.Over(within.length()), instant(within))
	for _, note := range reading.Notes {
		if !slices.Contains(e.notes, note) {
			e.notes = append(e.notes, note)
		}
	}
	if err == nil {
		e.asked[within] = reading.Value
	}
	return reading.Value, err
}

func instant(within span) time.Time { return within.end.Add(-time.Millisecond) }

// query is what was asked for the period that people see, to copy.
func (e *expression) query(periods []plan.PeriodResult) string {
	shown := max(latest(periods), 0)
	if latest(periods) < 0 {
		shown = len(periods) - 1
	}
	within := e.spans[shown]
	if within.length() <= 0 {
		return ""
	}
	return fmt.Sprintf("# as of %s\n%s", instant(within).UTC().Format("2006-01-02T15:04:05.000Z07:00"), e.measure.Over(within.length()))
}

// toldNotes is how many remarks of the server are told.
const toldNotes = 3

// warnings are what a reader must know beside the numbers.
func (e *expression) warnings(periods []plan.PeriodResult) []string {
	var found []string
	for _, note := range e.notes[:min(len(e.notes), toldNotes)] {
		found = append(found, "Prometheus remarks: "+note)
	}
	var gaps []string
	for i, p := range periods {
		switch {
		case p.Reason == measure.Incomplete && p.Value == nil:
			found = append(found, fmt.Sprintf("The data begins in %s, or Prometheus has forgotten what was before: its value would be too low and is not told. %d of %d periods of history lie before it.", p.Label, i, len(periods)))
		case p.Reason == measure.Incomplete:
			gaps = append(gaps, p.Label)
		}
	}
	if len(gaps) > 0 {
		found = append(found, fmt.Sprintf("There is no data at the start or the end of %s.", list(gaps)))
	}
	if e.kept > 0 {
		found = append(found, fmt.Sprintf("Prometheus knows less of %d periods than it did; what it said is kept.", e.kept))
	}
	return found
}

// list names a few and counts the others.
func list(labels []string) string {
	const told = 5
	text := strings.Join(labels[:min(len(labels), told)], ", ")
	if more := len(labels) - told; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
