package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
)

// PromiseKept is False while the error budget of a promise burns too fast, or is spent.
const PromiseKept Type = "PromiseKept"

// Reasons of PromiseKept, besides NoData, SuspectData and Inconclusive.
const (
	ReasonKept          = Reason(promise.Kept)
	ReasonBurningFast   = Reason(promise.BurningFast)
	ReasonBurningSlowly = Reason(promise.BurningSlowly)
	ReasonBudgetSpent   = Reason(promise.Spent)
)

// promise judges a promise up to the latest mature period. A period too small to be judged by itself counts into the sum,
// which is judged by its own size.
func (d *Decision) promise(in *Indicator) {
	if in.Promise == nil || in.Period == nil {
		return
	}
	periods := in.matured()
	switch {
	case len(periods) == 0:
		d.condition(PromiseKept, Unknown, ReasonNoData, in.nothingJudged())
		return
	case counted(periods[len(periods)-1], in.Direction).Missing:
		reason, message, _ := in.unjudged(&periods[len(periods)-1])
		d.condition(PromiseKept, Unknown, reason, message)
		return
	}
	series := make([]promise.Period, len(periods))
	for i, p := range periods {
		series[i] = counted(p, in.Direction)
	}
	s := promise.Judge(*in.Promise, series)
	verdict, status := s.Verdict(), True
	message := in.promiseTold(s, periods)
	switch verdict {
	case promise.NoData:
		d.condition(PromiseKept, Unknown, ReasonNoData, fmt.Sprintf("Nobody to keep the promise to in the %s up to %s; this is neither kept nor missed.",
			in.periodsTold(in.Promise.Periods), periods[len(periods)-1].Label))
		return
	case promise.Inconclusive:
		status = Unknown
		message += " More is used than there was, but chance alone can explain it."
	case promise.BurningFast, promise.BurningSlowly, promise.Spent:
		severity := Warning
		if verdict == promise.BurningFast {
			severity = Critical
		}
		status = False
		message += in.burningTold(s, periods)
		d.Alerts = append(d.Alerts, Alert{Name: PromiseBurning, Severity: severity, Team: in.Team, Message: message})
	}
	d.Promise = &s
	d.condition(PromiseKept, status, Reason(verdict), message)
}

// promised is the standing with that of the promise, whichever is graver.
func (d *Decision) promised(standing State) State {
	kept := d.Condition(PromiseKept)
	switch {
	case kept == nil || kept.Status != False || standing == StateCritical:
		return standing
	case kept.Reason == ReasonBurningFast:
		return StateCritical
	}
	return StateWarning
}

// matured are the mature periods of the formula in force, neighbours all of them, the oldest first.
func (in *Indicator) matured() []plan.PeriodResult {
	if !in.Current() {
		return nil
	}
	all := in.Result.Periods
	end := len(all)
	for end > 0 && !mature(all[end-1].State) {
		end--
	}
	start := end
	for start > 0 && mature(all[start-1].State) && (start == end || all[start-1].End.Equal(all[start].Start)) {
		start--
	}
	return all[start:end]
}

// counted is what came of a period. Without rows nobody missed anything; of suspect data nobody knows.
func counted(p plan.PeriodResult, direction measure.Direction) promise.Period {
	switch {
	case p.Flag == plan.SuspectData:
		return promise.Period{Missing: true}
	case p.Value == nil && p.Reason == measure.NoRows:
		return promise.Period{}
	case p.Value == nil || p.Numerator == nil || p.Denominator == nil:
		return promise.Period{Missing: true}
	}
	out := promise.Period{Bad: *p.Numerator, N: *p.Denominator}
	if direction == measure.HigherIsBetter {
		out.Bad = out.N - out.Bad
	}
	if p.EffectiveN != nil {
		out.Effective = *p.EffectiveN
	}
	return out
}

// promiseTold is the promise and what is left of its budget.
func (in *Indicator) promiseTold(s promise.Standing, periods []plan.PeriodResult) string {
	level := s.Allowed
	if in.Direction == measure.HigherIsBetter {
		level = 1 - level
	}
	used := func(remaining float64) string { return strconv.FormatFloat(math.Round(100*(1-remaining)), 'f', -1, 64) }
	text := fmt.Sprintf("Promised are %s over %s, up to %s: %s of %s missed it, which uses %s %% [%s, %s] of the error budget.",
		goodSide(level, in.Direction).told(in), in.periodsTold(s.Periods), periods[len(periods)-1].Label,
		amount.Plain(s.Budget.Bad), amount.Plain(s.Budget.N), used(s.Remaining), used(s.Upper), used(s.Lower))
	if s.Budget.Periods < s.Periods {
		text += fmt.Sprintf(" The data span %s so far.", in.periodsTold(s.Budget.Periods))
	}
	if s.Empty > 0 {
		text += fmt.Sprintf(" %s without customers.", in.periodsTold(s.Empty))
	}
	if s.Missing > 0 {
		text += fmt.Sprintf(" %s left out: suspect data, or none.", in.periodsTold(s.Missing))
	}
	return text + in.ratesTold(s)
}

// ratesTold are the burn rates over the windows that are looked at, with the intervals that they are judged by. That of a
// short window has none: it only tells that it still burns.
func (in *Indicator) ratesTold(s promise.Standing) string {
	interval := func(w promise.Window) string {
		if math.IsNaN(w.Lower) || math.IsNaN(w.Upper) {
			return " (as counted)"
		}
		return fmt.Sprintf(" [%.1f, %.1f]", w.Lower, w.Upper)
	}
	var rates []string
	for _, w := range []promise.Window{s.Slow.Long, s.Fast.Long, s.Fast.Short} {
		if !math.IsNaN(w.Burn) {
			rates = append(rates, fmt.Sprintf("%.1f%s over %s", w.Burn, interval(w), in.periodsTold(w.Periods)))
		}
	}
	if len(rates) == 0 {
		return ""
	}
	return " Burn rate: " + strings.Join(rates, ", ") + "; at 1 the budget just lasts."
}

// burningTold says what is wrong and what to do.
func (in *Indicator) burningTold(s promise.Standing, periods []plan.PeriodResult) string {
	since := func(w promise.Window) string { return periods[len(periods)-w.Periods].Label }
	const next = " Find out what changed for these customers since %s; the report's segments show where."
	switch s.Verdict() {
	case promise.BurningFast:
		return fmt.Sprintf(" It burns fast, by the whole interval above %.1f, at which all of the budget lasts %s."+next,
			s.Fast.Threshold, in.periodsTold(int(math.Round(float64(s.Periods)/s.Fast.Threshold))), since(s.Fast.Long))
	case promise.BurningSlowly:
		return fmt.Sprintf(" It burns slowly, by the whole interval above 1: the budget does not last."+next, since(s.Slow.Long))
	}
	return fmt.Sprintf(" It is spent, by the whole interval."+next, since(s.Budget))
}

// periodsTold is a number of periods, such as 28 days.
func (in *Indicator) periodsTold(n int) string {
	text := strconv.Itoa(n) + " " + strings.ToLower(string(in.Period.Grain))
	if n != 1 {
		text += "s"
	}
	return text
}
