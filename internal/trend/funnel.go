package trend

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

const (
	// MinimumUnits is how many teams or segments a funnel needs: the overall value of two is mostly each other's.
	MinimumUnits = 3
	// MinimumMean is how many rows a mean needs to be placed in a funnel, whose limits are normal.
	MinimumMean = 10

	warning = 0.95
	control = 0.998
)

// Funnel places units (teams, regions, segments) around their overall value, with limits that are wide for the small
// and narrow for the large: a league table without them rewards and blames chance (Spiegelhalter 2005, Statistics in
// Medicine 24:1185).
type Funnel struct {
	Overall float64
	// Places are in the order of the units.
	Places []Place
	// Dispersion is the mean squared distance from the overall value, in standard errors: about 1 where only chance
	// tells units apart. Well above it, say 2, they differ for reasons of their own, such as their customers, and
	// limits single out too many.
	Dispersion float64
	// N rows or events of all units.
	N      float64
	Reason Reason
}

// Place is where a unit stands.
type Place struct {
	Value float64
	// N rows; of a rate, the exposure.
	N float64
	// Warning and Control limits: by chance alone a unit lies beyond them in at most 1 of 20, and 1 of 500, cases.
	Warning, Control interval.Interval
	Side             Side
	// Beyond is the level of the outermost limit passed, 0.95 or 0.998; 0 for a place within.
	Beyond float64
	Reason Reason
}

// unit is what a funnel needs of one: its value and standard error if only chance told units apart, and limits.
type unit struct {
	value, n, se float64
	limits       func(level float64) interval.Interval
}

// FunnelOfShares places shares by the exact binomial distribution of hits around the overall share. Limits lie on whole
// hits: Spiegelhalter interpolates between them, by which units pass the upper limits by chance more often than stated
// (Manktelow and Seaton 2012, PLoS ONE 7:e45723).
func FunnelOfShares(shares []interval.Share) Funnel {
	var all interval.Share
	for _, s := range shares {
		all.Hits, all.N = all.Hits+s.Hits, all.N+s.N
	}
	overall := all.Hits / all.N
	var units []unit
	for _, s := range shares {
		units = append(units, unit{
			value: s.Hits / s.N, n: s.N, se: math.Sqrt(overall * (1 - overall) / s.N),
			limits: func(level float64) interval.Interval {
				return per(interval.BinomialRange(s.N, overall, level), s.N)
			},
		})
	}
	return funnel(units, 1, overall, all.N)
}

// Rate is a number of events over an exposure.
type Rate struct {
	Events, Exposure float64
}

// FunnelOfRates places rates by the exact Poisson distribution of events around the overall rate.
func FunnelOfRates(rates []Rate) Funnel {
	var all Rate
	for _, r := range rates {
		all.Events, all.Exposure = all.Events+r.Events, all.Exposure+r.Exposure
	}
	overall := all.Events / all.Exposure
	var units []unit
	for _, r := range rates {
		units = append(units, unit{
			value: r.Events / r.Exposure, n: r.Exposure, se: math.Sqrt(overall / r.Exposure),
			limits: func(level float64) interval.Interval {
				return per(interval.PoissonRange(overall*r.Exposure, level), r.Exposure)
			},
		})
	}
	return funnel(units, 0, overall, all.Events)
}

// per divides, so that a count on a limit gives that limit to the last digit.
func per(counts interval.Interval, n float64) interval.Interval {
	return interval.Interval{Lower: counts.Lower / n, Upper: counts.Upper / n}
}

// Group is a mean of N rows and their sample variance. A net score is one, too.
type Group struct {
	N, Mean, Variance float64
}

// FunnelOfMeans places means by the normal distribution around the overall mean, with the standard deviation that rows
// have within groups. Groups of fewer than MinimumMean rows count in the overall mean and are not placed.
func FunnelOfMeans(groups []Group) Funnel {
	var n, sum, squares, freedom float64
	for _, g := range groups {
		n, sum = n+g.N, sum+g.N*g.Mean
		if g.N > 1 {
			squares, freedom = squares+(g.N-1)*g.Variance, freedom+g.N-1
		}
	}
	overall, sd := sum/n, math.Sqrt(squares/freedom)
	var units []unit
	for _, g := range groups {
		se := sd / math.Sqrt(g.N)
		units = append(units, unit{
			value: g.Mean, n: g.N, se: se,
			limits: func(level float64) interval.Interval { return interval.Normal(overall, se, level) },
		})
	}
	found := funnel(units, MinimumMean, overall, n)
	if found.Reason == "" && sd == 0 {
		return Funnel{Overall: overall, N: n, Reason: NoVariation}
	}
	return found
}

// funnel places units of at least minimum rows, or of more than none.
func funnel(units []unit, minimum, overall, n float64) Funnel {
	found := Funnel{Overall: overall, N: n}
	var placed, squares float64
	for _, u := range units {
		place := Place{Value: u.value, N: u.n, Side: Within}
		if u.n <= 0 || u.n < minimum {
			place.Side, place.Reason = "", TooFewRows
			if u.n <= 0 {
				place.Value = 0
			}
			found.Places = append(found.Places, place)
			continue
		}
		placed++
		if u.se > 0 {
			squares += (u.value - overall) * (u.value - overall) / (u.se * u.se)
		}
		place.Warning, place.Control = u.limits(warning), u.limits(control)
		for _, limit := range []struct {
			level  float64
			limits interval.Interval
		}{{warning, place.Warning}, {control, place.Control}} {
			if where := side(u.value, limit.limits); where != Within {
				place.Side, place.Beyond = where, limit.level
			}
		}
		found.Places = append(found.Places, place)
	}
	if placed < MinimumUnits {
		return Funnel{N: n, Reason: TooFewUnits}
	}
	found.Dispersion = squares / placed
	return found
}
