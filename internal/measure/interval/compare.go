package interval

import "math"

// Measured is a value with its standard error, and the error's degrees of freedom; 0 means that they are many, so that
// the normal distribution holds.
type Measured struct {
	Value, Error, Freedom float64
}

// Comparison tells how much one value exceeds another, in their unit.
type Comparison struct {
	Bounded
	// Error is the standard error of the difference.
	Error float64
	// Statistic is the difference in standard errors: normal, or Student's where Freedom is positive.
	Statistic, Freedom float64
	// P is the two-sided probability of a difference at least as large if there were none.
	P float64
}

// Compare takes what then was from what now is, for values of independent samples: means, shares, net scores. Degrees
// of freedom are Welch's. Without any error there is nothing to compare by, and it is false.
func Compare(now, then Measured, confidence float64) (Comparison, bool) {
	a, b := now.Error*now.Error, then.Error*then.Error
	found := Comparison{
		Bounded: Bounded{Value: now.Value - then.Value, Interval: None()},
		Error:   math.Sqrt(a + b), Freedom: welch(a, now.Freedom, b, then.Freedom),
	}
	if found.Error == 0 || math.IsNaN(found.Error) {
		return found, false
	}
	found.Statistic = found.Value / found.Error
	if found.Freedom > 0 {
		found.Interval = Student(found.Value, found.Error, found.Freedom, confidence)
		found.P = TwoSidedT(found.Statistic, found.Freedom)
	} else {
		found.Interval = Normal(found.Value, found.Error, confidence)
		found.P = TwoSided(found.Statistic)
	}
	return found, true
}

// welch are the degrees of freedom of the sum of two squared errors (Welch 1947, Satterthwaite 1946), 0 for many.
func welch(a, freedomA, b, freedomB float64) float64 {
	var inverse float64
	if freedomA > 0 {
		inverse += a * a / freedomA
	}
	if freedomB > 0 {
		inverse += b * b / freedomB
	}
	if inverse == 0 {
		return 0
	}
	return (a + b) * (a + b) / inverse
}

// Between takes what then was from what now is where only values and intervals are known, both at this confidence and
// of independent samples, whatever the methods they came from: each side of the difference takes the two margins that
// face it, squares them, adds them and takes the root (Zou and Donner 2008, Statistics in Medicine 27:1693). For two
// shares with Wilson's intervals that is Newcombe's method 10 (1998, Statistics in Medicine 17:873).
//
// The statistic takes the margin on the side of zero for a normal one, so that P is below 1 − confidence if and only if
// the interval excludes zero. It is false where that margin is missing or zero; the interval still has the ends it can.
// Where the same people answered twice and alike, the true margin is smaller, so that this one errs on the safe side.
func Between(now, then Bounded, confidence float64) (Comparison, bool) {
	difference := now.Value - then.Value
	below := math.Hypot(now.Value-now.Interval.Lower, then.Interval.Upper-then.Value)
	above := math.Hypot(now.Interval.Upper-now.Value, then.Value-then.Interval.Lower)
	found := Comparison{Bounded: Bounded{
		Value: difference, Interval: Interval{Lower: difference - below, Upper: difference + above},
	}}
	facing := below
	if difference < 0 {
		facing = above
	}
	if facing == 0 || math.IsInf(facing, 0) || math.IsNaN(facing) {
		return found, false
	}
	found.Error = facing / Z(confidence)
	found.Statistic = difference / found.Error
	found.P = TwoSided(found.Statistic)
	return found, true
}

// Newcombe is the difference of two shares, hits out of n each, 0–1.
func Newcombe(hitsNow, nNow, hitsThen, nThen, confidence float64) Comparison {
	share := func(hits, n float64) Bounded {
		return Bounded{Value: hits / n, Interval: Wilson(hits/n, n, confidence)}
	}
	// Wilson's interval has a width on the inner side of every share, so that there is always something to compare by.
	found, _ := Between(share(hitsNow, nNow), share(hitsThen, nThen), confidence)
	return found
}

// Fall is the one-sided probability of a difference this low or lower if there were none.
func (c Comparison) Fall() float64 { return c.oneSided(-c.Statistic) }

// Rise is the one-sided probability of a difference this high or higher if there were none.
func (c Comparison) Rise() float64 { return c.oneSided(c.Statistic) }

func (c Comparison) oneSided(statistic float64) float64 {
	if statistic >= 0 {
		return c.P / 2
	}
	return 1 - c.P/2
}
