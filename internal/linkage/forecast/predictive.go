package forecast

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Predictive is the distribution of a value to come: Student's around Mean with the standard error Error; normal where
// Freedom is 0.
type Predictive struct {
	Mean, Error, Freedom float64
}

// Holding is the interval that holds the value to come with this probability.
func (p Predictive) Holding(level float64) interval.Interval {
	if p.Freedom > 0 {
		return interval.Student(p.Mean, p.Error, p.Freedom, level)
	}
	return interval.Normal(p.Mean, p.Error, level)
}

// AtLeast is the probability of a value of target or more.
func (p Predictive) AtLeast(target float64) float64 {
	if p.Error == 0 {
		if p.Mean >= target {
			return 1
		}
		return 0
	}
	return p.beyond((target - p.Mean) / p.Error)
}

// AtMost is the probability of a value of target or less.
func (p Predictive) AtMost(target float64) float64 {
	return Predictive{Mean: -p.Mean, Error: p.Error, Freedom: p.Freedom}.AtLeast(-target)
}

// beyond is the probability of lying at least so many standard errors above the mean.
func (p Predictive) beyond(distance float64) float64 {
	if p.Freedom == 0 {
		return interval.Above(distance)
	}
	tail := interval.TwoSidedT(distance, p.Freedom) / 2
	if distance < 0 {
		return 1 - tail
	}
	return tail
}

// Chance is the probability that the KPI lies within the bounds that are given, so many periods ahead: of at least one
// and at most the other. It is as sure as the method is: what no period has seen, it does not know of.
func (f Forecast) Chance(horizon int, atLeast, atMost *float64) (float64, Reason) {
	switch {
	case f.Reason != "":
		return 0, f.Reason
	case horizon < 1 || horizon > len(f.Points):
		return 0, TooFar
	}
	ahead := f.Points[horizon-1]
	probability := 1.0
	if atLeast != nil {
		probability = ahead.AtLeast(*atLeast)
	}
	if atMost != nil {
		probability -= 1 - ahead.AtMost(*atMost)
	}
	return math.Max(0, probability), ""
}
