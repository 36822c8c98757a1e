package scorecard

import (
	"cmp"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/trend"
)

// compare fills in how the period at place now differs from the one at place then, by the test that each run makes of
// neighbours. Where the two share rows no test can tell, and what the run told of the nearest period that shares none stands
// in for it, under that period's name.
func (v *ValueChange) compare(in *alert.Indicator, then, now int) {
	periods := in.Result.Periods
	if shared := max(1, in.Period.Window); now-then < shared {
		v.Reason = comparisonWords[string(trend.NoSuchPeriod)]
		if h := in.Result.History; h != nil && h.Label == v.Period {
			v.neighbour(in, h.Changes)
		}
		return
	}
	least := in.MinSampleSize
	if periods[now].Census {
		least = 0
	}
	found := trend.Against(trend.Series{point(periods, then), point(periods, now)}, now-then, least, in.Confidence)
	lower, upper := found.Interval.Ends()
	if found.Reason != "" || lower == nil && upper == nil {
		v.Reason = reason(string(found.Reason))
		return
	}
	v.found(in, periods[then].Label, found.Value, lower, upper, found.Clear)
}

// point of a period, as a series has it.
func point(periods []plan.PeriodResult, at int) trend.Point {
	p := periods[at]
	out := trend.Point{Period: at, Value: *p.Value, Interval: interval.None(), N: p.N}
	if p.Lower != nil {
		out.Interval.Lower = *p.Lower
	}
	if p.Upper != nil {
		out.Interval.Upper = *p.Upper
	}
	return out
}

// neighbour tells what the run found against the nearest period that shares no rows.
func (v *ValueChange) neighbour(in *alert.Indicator, changes []plan.Change) {
	for _, c := range changes {
		switch {
		case c.Against != plan.PreviousPeriod:
		case c.Reason != "" || c.Difference == nil || c.Lower == nil && c.Upper == nil:
			v.Reason = reason(c.Reason)
		default:
			v.found(in, c.Label, *c.Difference, c.Lower, c.Upper, c.Clear)
		}
	}
}

func (v *ValueChange) found(in *alert.Indicator, against string, difference float64, lower, upper *float64, clear bool) {
	v.Reason, v.Against, v.Difference = "", against, in.Change(difference, lower, upper)
	switch {
	case !clear:
		v.Shift = NoneShown
	case (difference > 0) == (in.Direction == measure.HigherIsBetter):
		v.Shift = Better
	default:
		v.Shift = Worse
	}
}

// comparisonWords for reasons why no test tells.
var comparisonWords = map[string]string{
	string(trend.NoSuchPeriod): "no earlier value that shares no rows with it",
	string(trend.TooFewRows):   "one of the two rests on too few rows",
	string(trend.NoInterval):   "a value without an interval",
}

func reason(code string) string {
	return cmp.Or(comparisonWords[code], code, comparisonWords[string(trend.NoInterval)])
}
