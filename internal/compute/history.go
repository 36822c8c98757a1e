package compute

import (
	"fmt"
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
	"github.com/cpi-operator/cpi-operator/internal/trend"
)

// yearOf is how many grains the same period of last year lies back; of days, the same weekday.
var yearOf = map[plan.Grain]int{plan.Day: 364, plan.Week: 52, plan.Month: 12, plan.Quarter: 4}

// chronicle judges the values of an indicator's periods against each other.
type chronicle struct {
	period  plan.Period
	quality plan.Quality
}

func (j *job) chronicle() chronicle { return chronicle{period: *j.Period, quality: j.Quality} }

// history tells what the mature periods say of the latest; nil if there is none to speak of.
func (c chronicle) history(periods []plan.PeriodResult) *plan.History {
	all := c.series(periods)
	if len(all) == 0 {
		return nil
	}
	latest := all[len(all)-1]
	apart := c.apart(all)
	out := &plan.History{
		Label:   periods[latest.Period].Label,
		Trend:   trendOf(trend.Of(apart, c.quality.Confidence), c.window()),
		Control: controlOf(trend.Individuals(apart)),
	}
	lags := map[plan.ChangeBase]int{plan.PreviousPeriod: c.window()}
	if year := yearOf[c.period.Grain]; year > c.window() && periods[0].Start.Before(periods[latest.Period].Start.AddDate(-1, 0, 7)) {
		lags[plan.LastYear] = year
	}
	for _, against := range []plan.ChangeBase{plan.PreviousPeriod, plan.LastYear} {
		lag, wanted := lags[against]
		if !wanted {
			continue
		}
		change := changeOf(trend.Against(all, lag, smallest(periods[latest.Period].Estimate, c.quality), c.quality.Confidence))
		change.Against = against
		if then := latest.Period - lag; then >= 0 {
			change.Label = periods[then].Label
		}
		out.Changes = append(out.Changes, change)
	}
	return out
}

// window is how many periods a value looks back.
func (c chronicle) window() int { return max(1, c.period.Window) }

// series are the values of periods that may be acted on, numbered by their place.
func (c chronicle) series(periods []plan.PeriodResult) trend.Series {
	var out trend.Series
	for i, p := range periods {
		if !state.Actionable(p) {
			continue
		}
		point := trend.Point{Period: i, Value: *p.Value, Interval: interval.None(), N: p.N}
		if p.Lower != nil {
			point.Interval.Lower = *p.Lower
		}
		if p.Upper != nil {
			point.Interval.Upper = *p.Upper
		}
		out = append(out, point)
	}
	return out
}

// apart keeps the latest value and those before it that share no rows with the next: every window-th period.
// They are numbered anew, so that neighbours differ by 1.
func (c chronicle) apart(all trend.Series) trend.Series {
	window := c.window()
	latest := all[len(all)-1].Period
	var out trend.Series
	for _, p := range all {
		if back := latest - p.Period; back%window == 0 {
			p.Period = -back / window
			out = append(out, p)
		}
	}
	return out
}

func trendOf(found trend.Trend, window int) plan.Trend {
	out := plan.Trend{N: found.N, Reason: string(found.Reason)}
	if found.Reason != "" {
		return out
	}
	out.Direction, out.Dependent, out.P = string(found.Direction), found.Dependent, finite(found.P)
	perGrain := float64(window)
	lower, upper := found.Slope.Interval.Ends()
	out.Slope = finite(found.Slope.Value / perGrain)
	if lower != nil && upper != nil {
		out.Lower, out.Upper = finite(*lower/perGrain), finite(*upper/perGrain)
	}
	return out
}

func changeOf(found trend.Change) plan.Change {
	out := plan.Change{Reason: string(found.Reason)}
	if found.Reason != "" {
		return out
	}
	lower, upper := found.Interval.Ends()
	out.Difference, out.Lower, out.Upper = finite(found.Value), lower, upper
	out.P, out.Clear = finite(found.P), found.Clear
	return out
}

func controlOf(found trend.Control) plan.Control {
	out := plan.Control{N: found.N, Reason: string(found.Reason)}
	if found.Reason != "" {
		return out
	}
	lower, upper := found.Limits.Ends()
	out.Centre, out.Lower, out.Upper, out.Side = finite(found.Centre), lower, upper, string(found.Side)
	return out
}

func finite(v float64) *float64 {
	if !isFinite(v) {
		return nil
	}
	return &v
}

// suspectJumps flags values so far from those before that the data are the first to doubt, and tells them. A
// jump is believed when the period before or after, which shares no rows with it, lies out there too. What an
// earlier run settled was judged then.
func (j *job) suspectJumps(periods []plan.PeriodResult) (told []string) {
	if j.Period == nil {
		return nil
	}
	return j.chronicle().suspectJumps(periods, func(i int) bool { return j.frozen(i) != nil })
}

func (c chronicle) suspectJumps(periods []plan.PeriodResult, settled func(i int) bool) (told []string) {
	if c.quality.BelieveJumps {
		return nil
	}
	all := c.series(periods)
	far := func(k int) trend.Jump { return trend.FarOut(c.apart(all[:k+1]), c.quality.Confidence) }
	confirmed := func(period int, side trend.Side) bool {
		k := slices.IndexFunc(all, func(p trend.Point) bool { return p.Period == period })
		if k < 0 {
			return false
		}
		jump := far(k)
		return jump.Far && jump.Side == side
	}
	for k, point := range all {
		p := &periods[point.Period]
		if settled(point.Period) {
			continue
		}
		jump := far(k)
		if window := c.window(); !jump.Far || confirmed(point.Period-window, jump.Side) || confirmed(point.Period+window, jump.Side) {
			continue
		}
		p.Flag, p.Reason = plan.SuspectData, measure.FarOut
		if p.State == plan.Settled {
			p.State = plan.Mature // stays open, so that it heals by itself
		}
		told = append(told, fmt.Sprintf("%s lies %.1f times the usual spread from the median of the %d periods before: doubt the data first. "+
			"It counts once the next period lies there too, or with quality.jumps: Believe.", p.Label, math.Abs(jump.Distance), jump.N))
	}
	return told
}
