package series

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Options of Test.
type Options struct {
	// MaxLag is the most periods by which the outcome may follow the driver; 0 compares the same period only.
	// A sixth of the periods is searched at most.
	MaxLag int
	// Season is how many periods a year has if the series may have seasons (12 months, 4 quarters); 0 if not.
	Season int
	// Confidence of intervals and bands, 0–1; 0 means 0.95.
	Confidence float64
	// Seed sets other random numbers to work than those that follow from the data alone. 0 serves.
	Seed uint64
}

// Finding is what two series tell: whether the outcome follows the driver, by how many periods, and by how much. With a
// Reason there is no number but N. It describes an association, never a cause.
type Finding struct {
	// Reason is why nothing was compared; empty if it was.
	Reason Reason
	// N pairs: periods in which both series have a value, in the longest stretch without a gap.
	N int
	// First and Last period of that stretch, as indexes of the input.
	First, Last int
	// MaxLag that was searched, at most the one asked for.
	MaxLag int
	// Deseasonalised: what each month (or quarter) has of its own was taken out of both. Differenced: Slope and
	// Reverse compare changes from one period to the next.
	Deseasonalised, Differenced bool
	// Lag at which the evidence is strongest: the outcome comes Lag periods after the driver.
	Lag int
	// P is the probability of evidence like this at any of the lags if there is no link: corrected for the search over
	// lags, not for other links. It is never below that of the slope being 0, in levels or in changes: each must show
	// the link (Berger 1982), so that a low P does not stand beside an interval that holds 0.
	P float64
	// Slope of the outcome on the driver Lag periods before, in units of the outcome per unit of the driver, with a HAC
	// interval where Differenced, else as in Lags.
	Slope interval.Bounded
	// Rows of the regression that Slope comes from.
	Rows int
	// Reverse is the p value of the driver following the outcome (Granger, as many lags as Lag, at least one).
	// Small ones say that the order may be the other way round. Nil if too few periods are left to tell.
	Reverse *float64
	// Lags are the evidence lag by lag, from 0 to MaxLag.
	Lags []Evidence
	// Needed is about how many periods would show an association of this strength with a probability of 80 %.
	// Nil where it was shown, or where none of any strength is seen.
	Needed *int
	// Warnings are sentences for people.
	Warnings []string

	seen seen
}

// NeededAt is Needed where P must be at most bar to count, for other tests are corrected together with it. Nil where
// nothing was compared.
func (f Finding) NeededAt(bar float64) *int {
	if f.Reason != "" || f.seen.lags == 0 {
		return nil
	}
	return f.seen.needed(bar)
}

// Evidence at one lag.
type Evidence struct {
	Lag int
	// Statistic is Student's t of the driver's term. By chance, all lags together stay within ±Band as often as the
	// confidence says.
	Statistic, Band float64
	// Slope of the same regression, on the levels, at this lag; not corrected for the choice among lags. That an
	// effect is too small to matter can be said only if the intervals of all lags say so.
	Slope interval.Bounded
}

// Within reports whether a slope of limit or more, to either side, can be ruled out at all lags. Each lag speaks for
// itself: an effect is overlooked only where the interval of its own lag fails.
func (f Finding) Within(limit float64) bool {
	inside := func(slope interval.Bounded) bool {
		return slope.Interval.Lower > -limit && slope.Interval.Upper < limit
	}
	for _, lag := range f.Lags {
		if !inside(lag.Slope) {
			return false
		}
	}
	return len(f.Lags) > 0 && inside(f.Slope)
}

// Reason is why there is no number.
type Reason string

const (
	TooFewPeriods  Reason = "TooFewPeriods"  // fewer pairs than Minimum in the longest stretch
	ConstantSeries Reason = "ConstantSeries" // a series that does not vary, once prepared, goes with nothing
	NoOverlap      Reason = "NoOverlap"      // no period in which both have a value
)

// Minimum is how many pairs Test needs: 24, and three years where seasons are taken out.
func Minimum(season int) int {
	const fewest = 24
	return max(fewest, 3*season)
}
