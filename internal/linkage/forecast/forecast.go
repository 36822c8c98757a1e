// Package forecast looks ahead along a KPI's series, with and without its drivers, and keeps the drivers only where
// they would have done better before.
package forecast

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Driver is a CPI whose link with the KPI is confirmed.
type Driver struct {
	Name string
	// Lag is by how many periods the KPI follows.
	Lag int
	// Values start in the KPI's first period and may go on beyond its last, where the driver matures earlier. NaN is
	// unknown.
	Values []float64
	// Step asks what goes with a change by so much, in the CPI's unit; 0 asks nothing.
	Step float64
}

// Question is what to look ahead along.
type Question struct {
	// KPI in neighbouring mature periods, oldest first. NaN is unknown; only what follows the last gap is used.
	KPI     []float64
	Drivers []Driver
	// Season is how many periods a year has where the KPI may have seasons, else 0.
	Season int
	// Horizon is how many periods to look ahead.
	Horizon int
	// Level of the prediction intervals; 0 means 0.8. Confidence of WhatIf; 0 means 0.95.
	Level, Confidence float64
	// Initial is how many periods the first forecast of the backtest may know, at least 12; 0 means half of them.
	Initial int
	// Range is what the KPI can be at all: intervals do not leave it. Nil means anything.
	Range *interval.Interval
}

// Method of looking ahead.
type Method string

const (
	Naive         Method = "Naive"         // the last value again
	SeasonalNaive Method = "SeasonalNaive" // the value of the same period a year before
	Drift         Method = "Drift"         // on along the line from the first value to the last
	Average       Method = "Average"       // the mean of all values
	Drivers       Method = "Drivers"       // regression on the drivers, each at its lag
)

// Reason is why there is no forecast, or a method is not taken.
type Reason string

const (
	TooFewPeriods     Reason = "TooFewPeriods"     // to fit, or for MinimumForecasts in the backtest
	ConstantSeries    Reason = "ConstantSeries"    // the KPI never varied: nothing tells how far it may go
	NoDriverValue     Reason = "NoDriverValue"     // a driver is unknown in the period the forecast needs
	TooFar            Reason = "TooFar"            // further ahead than the backtest can judge
	NotDetermined     Reason = "NotDetermined"     // a driver is constant or follows from the others
	NoBetterThanNaive Reason = "NoBetterThanNaive" // its error in the backtest is no smaller than without drivers
	IntervalsMiss     Reason = "IntervalsMiss"     // its prediction intervals held too seldom in the backtest
)

// MinimumForecasts is how many forecasts a backtest takes to judge a method at a horizon.
const MinimumForecasts = 8

// Forecast of a KPI.
type Forecast struct {
	// Points are one for each horizon that can be judged, from 1.
	Points []Point
	// WhatIf are the drivers' steps, in their order, by the drivers' regression over all periods.
	WhatIf []Step
	// N periods it rests on; Needed are the fewest that are taken.
	N, Needed int
	Reason    Reason
}

// Point is what is expected at a horizon, by the method that did best there.
type Point struct {
	Horizon int
	Method  Method
	Predictive
	// Value is the mean, and Interval the prediction interval at the level asked for, both within the KPI's range.
	Value    float64
	Interval interval.Interval
	// Backtest of the method; Naive is that of the best one that knows no driver (the same where that one won).
	Backtest, Naive Backtest
	// Candidates are all methods as judged, the winner among them.
	Candidates []Candidate
}

// Candidate is a method as judged at a horizon.
type Candidate struct {
	Method   Method
	Backtest Backtest
	Refused  Reason // empty for one that could be taken
}

// Step is what goes with a step of one driver, the others as they are: an association in these periods.
type Step struct {
	Driver string
	Step   float64 // in the CPI's unit
	Lag    int
	// Bounded is the difference of the KPI, in its unit, Lag periods later.
	interval.Bounded
	Reason Reason
}
