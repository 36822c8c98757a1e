package alert

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Bound is one side of a level.
type Bound struct {
	Level float64
	// AtMost asks for values up to the level; otherwise from the level on.
	AtMost bool
}

// goodSide is the side of the level on which a value is good.
func goodSide(level float64, direction measure.Direction) Bound {
	return Bound{Level: level, AtMost: direction == measure.LowerIsBetter}
}

// Verdict on a value under a bound.
type Verdict int

const (
	// Inconclusive: the interval contains the level.
	Inconclusive Verdict = iota
	// Good: the whole interval lies on the asked side; an end on the level counts.
	Good
	// Bad: the whole interval lies on the other side.
	Bad
)

// Judge takes the whole interval, never the point, so that noise is not told as news. A value without
// an interval (a complete count or sum) is its own interval; an interval with one end reaches as far as can be
// on the other side. The estimate must have a value.
func (b Bound) Judge(e measure.Estimate) Verdict {
	lower, upper := ends(e)
	if b.AtMost {
		lower, upper = -upper, -lower
		b.Level = -b.Level
	}
	switch {
	case lower >= b.Level:
		return Good
	case upper < b.Level:
		return Bad
	}
	return Inconclusive
}

// ends of the interval.
func ends(e measure.Estimate) (lower, upper float64) {
	if e.Lower == nil && e.Upper == nil {
		return *e.Value, *e.Value
	}
	lower, upper = math.Inf(-1), math.Inf(1)
	if e.Lower != nil {
		lower = *e.Lower
	}
	if e.Upper != nil {
		upper = *e.Upper
	}
	return lower, upper
}

// widen corrects an interval for looking at several segments at once (Bonferroni): each side grows by
// the ratio of the normal quantiles. It is exact for symmetric normal intervals and close for the others.
func widen(e measure.Estimate, confidence float64, looks int) measure.Estimate {
	if looks < 2 || e.Value == nil || confidence <= 0 || confidence >= 1 {
		return e
	}
	factor := quantile(1-(1-confidence)/float64(looks)) / quantile(confidence)
	for _, end := range []**float64{&e.Lower, &e.Upper} {
		if *end != nil {
			*end = new(*e.Value + (**end-*e.Value)*factor)
		}
	}
	return e
}

// quantile of the standard normal distribution that leaves confidence in the middle.
func quantile(confidence float64) float64 { return math.Sqrt2 * math.Erfinv(confidence) }
