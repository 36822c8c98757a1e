// Package influence shares out, among several drivers, what they explain of a KPI together.
package influence

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Driver is one column: the driver's value that goes with each row of the KPI, already moved by its lag. NaN is unknown.
type Driver struct {
	Name   string
	Values []float64
	// Influenceable says that its owner can change it.
	Influenceable bool
}

// Options of an analysis; zero values mean the defaults.
type Options struct {
	Confidence float64 // of the shares' intervals: 0.95
	Resamples  int     // of the bootstrap: 1,000
	Block      int     // of neighbouring rows that stay together: the cube root of their number, rounded up
	Seed       uint64  // the same seed gives the same result
}

// Method by which explained variance is shared out.
type Method string

const (
	// LMG averages what a driver adds to R² over all orders in which drivers can be entered (Lindeman, Merenda and Gold
	// 1980; Grömping 2006, Journal of Statistical Software 17(1)): the Shapley value of R².
	LMG Method = "LMG"
	// RelativeWeights come close to it for more drivers than there are orders to go through (Johnson 2000, Multivariate
	// Behavioral Research 35:1).
	RelativeWeights Method = "RelativeWeights"
)

// Reason is why nothing is shared out.
type Reason string

const (
	TooFewDrivers  Reason = "TooFewDrivers"  // a single driver has all of the influence there is
	TooFewPeriods  Reason = "TooFewPeriods"  // fewer rows than Needed
	ConstantSeries Reason = "ConstantSeries" // the KPI never varied
	// NothingExplained is when the drivers explain nothing of the KPI: there is nothing to share.
	NothingExplained Reason = "NothingExplained"
)

// Influence of several drivers on a KPI. Shares are of the explained variance only: RSquared says how much that is.
// They tell of association; nothing here shows a cause.
type Influence struct {
	Method Method
	// RSquared is the part of the KPI's variance, 0–1, that all drivers explain together in these rows. Adjusted allows
	// for how many there are; it may fall below 0.
	RSquared, Adjusted float64
	// N rows in which every value is known; Needed are the fewest that are taken.
	N, Needed int
	// Condition is the square root of the largest over the smallest eigenvalue of the drivers' correlations, 0 where
	// one driver follows exactly from others. Collinear tells that single coefficients are unstable: a VIF above 10 or a
	// condition above 30. Shares stay readable.
	Condition float64
	Collinear bool
	// Shares by falling influence.
	Shares []Share
	// Constant names drivers that never varied in these rows, and so have no share.
	Constant []string
	// Resamples that intervals and ranks rest on.
	Resamples int
	Reason    Reason
}

// Share is one driver's part in what all explain.
type Share struct {
	Driver string
	// Bounded is the share, 0–1, with its bootstrap interval; all shares add up to 1.
	interval.Bounded
	// RSquared is the part of the KPI's variance that it stands for; the parts add up to the whole's.
	RSquared float64
	// Rank is one more than the number of drivers that were clearly ahead: in so many resamples that, at the confidence
	// asked for, the difference of the two is above zero. Drivers that cannot be told apart share a rank.
	Rank int
	// Agreement is the part of the resamples, 0–1, that put the driver in the place that Rank says, or in one of those
	// that its rank is shared for. Stable from 0.8 on.
	Agreement float64
	Stable    bool
	// VIF is by how much the other drivers inflate the variance of its coefficient; 0 where it follows exactly from
	// them, and there is no finite one.
	VIF           float64
	Influenceable bool

	column int
}

// TopActions are the drivers with most influence that their owners can change, at most three.
func (i Influence) TopActions() []string {
	var top []string
	for _, s := range i.Shares {
		if s.Influenceable && s.Value > 0 && len(top) < 3 {
			top = append(top, s.Driver)
		}
	}
	return top
}

// Needed is how many rows an analysis of so many drivers takes: four for each and for the intercept, and never fewer
// than 12. Unrelated drivers then explain, by chance, less than a quarter.
func Needed(drivers int) int { return max(12, 4*(drivers+1)) }
