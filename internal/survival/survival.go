// Package survival estimates durations of which some are not over yet: the Kaplan–Meier curve, its quantiles and its
// height at a time, each with an interval. Leaving unfinished durations out would keep the short ones; counting them as
// finished would cut the long ones. Both make a process look faster than it is.
package survival

import (
	"errors"
	"fmt"
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Count is how many durations of one length ended there, by the event, and how many were only known to last that long.
type Count struct {
	Time             float64
	Events, Censored int64
}

// Step is what an event time does to the curve.
type Step struct {
	Time           float64
	AtRisk, Events int64
	// Survival is the share that lasts longer than Time.
	Survival float64
	// hazard is Greenwood's sum Σ d/(r(r−d)) up to Time, the squared error of the logarithm; infinite at Survival 0.
	hazard float64
}

// Error is the standard error of Survival (Greenwood 1926), 0 at Survival 0, where the formula has no answer.
func (s Step) Error() float64 {
	if s.Survival <= 0 {
		return 0
	}
	return s.Survival * math.Sqrt(s.hazard)
}

// Curve is the Kaplan–Meier estimate (1958) of the share of durations that last longer than a time.
type Curve struct {
	// N durations, Events of which have ended.
	N, Events int64
	Steps     []Step

	counts []Count
}

// Estimate is the curve of durations counted by length, in ascending order. Whoever is censored at a time was still
// there for the events of that time. It fails on lengths out of order, negative or not finite, on negative counts, and
// where there is no duration. It keeps counts, which must not change.
func Estimate(counts []Count) (Curve, error) {
	curve := Curve{counts: counts}
	for i, c := range counts {
		switch {
		case !(c.Time >= 0) || math.IsInf(c.Time, 1):
			return Curve{}, fmt.Errorf("length %d is %v", i+1, c.Time)
		case c.Events < 0 || c.Censored < 0:
			return Curve{}, fmt.Errorf("length %v has %d events and %d censored", c.Time, c.Events, c.Censored)
		case i > 0 && c.Time <= counts[i-1].Time:
			return Curve{}, fmt.Errorf("lengths are not in ascending order: %v after %v", c.Time, counts[i-1].Time)
		}
		curve.N += c.Events + c.Censored
		curve.Events += c.Events
	}
	if curve.N == 0 {
		return Curve{}, errors.New("there is no duration")
	}
	atRisk, survival, hazard := curve.N, 1.0, 0.0
	for _, c := range counts {
		if c.Events > 0 {
			r, d := float64(atRisk), float64(c.Events)
			survival *= (r - d) / r
			hazard += d / (r * (r - d))
			curve.Steps = append(curve.Steps, Step{
				Time: c.Time, AtRisk: atRisk, Events: c.Events, Survival: survival, hazard: hazard,
			})
		}
		atRisk -= c.Events + c.Censored
	}
	return curve, nil
}

// At is the share of durations that last longer than t, 0–1. It is unknown, and false, after the longest duration if
// that one was censored.
//
// The interval is the log-log one (Kalbfleisch and Prentice 1980), which stays within 0 and 1 and holds what it
// promises in small samples. Where no event has come yet, or all have, the formula has no answer: before the first
// event it is Wilson's of all those still there; at 0 its upper end is the one of the step before, as the curve cannot
// rise.
func (c Curve) At(t, confidence float64) (interval.Bounded, bool) {
	last := -1
	for i := range c.Steps {
		if c.Steps[i].Time > t {
			break
		}
		last = i
	}
	if last < 0 {
		still := c.stillThere(t)
		return interval.Bounded{Value: 1, Interval: interval.Wilson(1, float64(still), confidence)}, still > 0
	}
	step := c.Steps[last]
	if longest := c.longest(); t > longest && step.Survival > 0 {
		return interval.Bounded{Interval: interval.None()}, false
	}
	return interval.Bounded{Value: step.Survival, Interval: c.within(last, confidence)}, true
}

// within is the interval of the curve from step i on.
func (c Curve) within(i int, confidence float64) interval.Interval {
	step := c.Steps[i]
	switch {
	case step.Survival > 0:
		log := math.Log(step.Survival)
		margin := math.Exp(interval.Z(confidence) * math.Sqrt(step.hazard) / -log)
		return interval.Interval{Lower: math.Exp(log * margin), Upper: math.Exp(log / margin)}
	case i > 0:
		return interval.Interval{Upper: c.within(i-1, confidence).Upper}
	default:
		return interval.Wilson(0, float64(step.AtRisk), confidence)
	}
}

func (c Curve) stillThere(t float64) (n int64) {
	n = c.N
	for _, count := range c.counts {
		if count.Time >= t {
			break
		}
		n -= count.Events + count.Censored
	}
	return n
}

func (c Curve) longest() (t float64) {
	for _, count := range c.counts {
		if count.Events+count.Censored > 0 {
			t = count.Time
		}
	}
	return t
}
