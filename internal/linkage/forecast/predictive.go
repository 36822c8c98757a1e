package forecast

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Predictive is the distribution of a value to come: Student's around Mean with the standard error Error; normal where
// Freedom is 0.
type Predictive struct {
	Mean, Error, Freedom float64
}

// Interval holds the value to come with this probability.
func (p Predictive) Interval(level float64) interval.Interval {
	if p.Freedom > 0 {
		return interval.Student(p.Mean, p.Error, p.Freedom, level)
	}
	return interval.Normal(p.Mean, p.Error, level)
}

// AtLeast is the probability of a value of target or more.
func (p Predictive) AtLeast(target float64) float64 { panic("not written yet") }

// AtMost is the probability of a value of target or less.
func (p Predictive) AtMost(target float64) float64 { panic("not written yet") }
