package divergence

import (
	"math"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/trend"
)

// tested is what one test says of one guardrail.
type tested struct {
	test   Test
	loss   float64
	p      float64 // one-sided
	n      int64
	reason Reason
}

// state judges a guardrail in a period, before its neighbours are allowed for. Where both tests can be made, the loss is
// that of the one that is surer.
func (g Guardrail) state(question Question, at int) State {
	found := State{Guardrail: g.Name, MinWorsening: g.MinWorsening}
	periods := upTo(g.Periods, at)
	switch {
	case len(g.Periods) == 0 && g.Refused != "":
		found.Reason = g.Refused
		return found
	case len(g.Periods) == 0:
		found.Reason = NoPeriods
		return found
	case len(periods) == 0 || periods[len(periods)-1].Number != at:
		found.Reason = NoSuchPeriod
		return found
	}
	windows, steps := twoWindows(periods, g.HigherIsWorse, question), trendOf(periods, g.HigherIsWorse, question)
	best := windows
	switch {
	case windows.reason != "" && steps.reason != "":
		found.Reason = windows.reason
		return found
	case windows.reason != "":
		best = steps
	case steps.reason != "":
	default:
		if steps.p < windows.p {
			best = steps
		}
		best.p = combined(windows.p, steps.p)
	}
	found.Test, found.Loss, found.P, found.N = best.test, best.loss, best.p, best.n
	return found
}

// upTo are the periods known at a period.
func upTo(periods []Period, at int) []Period {
	known := slices.IndexFunc(periods, func(p Period) bool { return p.Number > at })
	if known < 0 {
		return periods
	}
	return periods[:known]
}

// twoWindows holds the latest periods, which must end with the one judged, against as many before them.
func twoWindows(periods []Period, higherIsWorse bool, question Question) tested {
	size := question.Window
	first := periods[len(periods)-1].Number - 2*size + 1
	if periods[0].Number > first {
		return tested{reason: TooFewPeriods}
	}
	if len(periods) < 2*size || periods[len(periods)-2*size].Number != first {
		return tested{reason: MissingPeriods}
	}
	now, then := periods[len(periods)-size:], periods[len(periods)-2*size:len(periods)-size]
	a, b := pooled(now), pooled(then)
	if question.Minimum > 0 && min(a.n, b.n) < question.Minimum {
		return tested{reason: TooFewRows}
	}
	var change interval.Comparison
	var ok bool
	if a.known && b.known {
		change, ok = interval.Compare(a.measured, b.measured, question.Confidence)
	} else {
		change, ok = interval.Between(a.bounded, b.bounded, question.Confidence)
	}
	if !ok {
		return tested{reason: NoInterval}
	}
	found := tested{test: TwoWindows, loss: -change.Value, p: change.Fall(), n: a.n + b.n}
	if higherIsWorse {
		found.loss, found.p = change.Value, change.Rise()
	}
	return found
}

// window is several periods as one.
type window struct {
	measured interval.Measured
	known    bool // measured has an error
	bounded  interval.Bounded
	n        int64
}

// pooled weighs each period by its rows, so that every respondent counts once; equally where nobody counted. Of periods
// that share no rows, squared margins add up.
func pooled(periods []Period) window {
	found := window{known: true}
	counted := !slices.ContainsFunc(periods, func(p Period) bool { return p.N <= 0 })
	weigh := func(p Period) float64 {
		if counted {
			return float64(p.N)
		}
		return 1
	}
	var whole float64
	for _, p := range periods {
		whole += weigh(p)
	}
	var value, errors, below, above float64
	for _, p := range periods {
		share := weigh(p) / whole
		value += share * p.Value
		errors += square(share * p.Error)
		below += square(share * (p.Value - p.Interval.Lower))
		above += square(share * (p.Interval.Upper - p.Value))
		found.known = found.known && p.Error > 0
		found.n += p.N
	}
	found.measured = interval.Measured{Value: value, Error: math.Sqrt(errors)}
	found.bounded = interval.Bounded{Value: value, Interval: interval.Interval{
		Lower: value - math.Sqrt(below), Upper: value + math.Sqrt(above),
	}}
	return found
}

// combined is the probability of both tests together (Cauchy combination; Liu and Xie 2020, Journal of the American
// Statistical Association 115:393). It allows for having had two chances, whatever the tests share: where they agree it
// is their own probability, where one alone is sure, about twice that one's.
func combined(a, b float64) float64 {
	// A probability of exactly 1 would outweigh any other.
	const most = 0.99
	cotangent := func(p float64) float64 { return 1 / math.Tan(math.Pi*min(p, most)) }
	return math.Atan2(1, (cotangent(a)+cotangent(b))/2) / math.Pi
}

func square(v float64) float64 { return v * v }

// trendOf looks for a trend that makes the latest periods worse: Mann and Kendall's test, one-sided, allowing for what
// a period carries over into the next.
func trendOf(periods []Period, higherIsWorse bool, question Question) tested {
	series, missing := latest(periods, question.Trend)
	if len(series) < trend.Minimum {
		if missing {
			return tested{reason: MissingPeriods}
		}
		return tested{reason: TooFewPeriods}
	}
	found := trend.Of(series, question.Confidence)
	span := float64(series[len(series)-1].Period - series[0].Period)
	result := tested{test: MannKendall, loss: -found.Slope.Value * span, p: found.Fall, n: int64(found.N)}
	if higherIsWorse {
		result.loss, result.p = -result.loss, found.Rise
	}
	return result
}

// latest are so many periods up to the last one, less those that are missing among them.
func latest(periods []Period, size int) (series trend.Series, missing bool) {
	last := periods[len(periods)-1].Number
	for _, p := range periods {
		if p.Number > last-size {
			series = append(series, trend.Point{Period: p.Number, Value: p.Value, Interval: p.Interval, N: p.N})
		}
	}
	return series, len(series) < size && periods[0].Number <= last-trend.Minimum+1
}
