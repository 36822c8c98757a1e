package amount

import (
	"math"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Difference of two values, or a step of one, in the parts that texts are made of.
type Difference struct {
	// Number such as +21.0.
	Number string
	// Unit in short, such as pp, and in Words, such as percentage points; both may be empty.
	Unit, Words string
	// Lower and Upper end of the interval in the unit, such as 13.4 and 28.4; empty where the data tell none.
	Lower, Upper string
}

// Difference with its interval. All three are in the kind's own unit, of shares 0 to 1; an end that is nil is open.
func (k Kind) Difference(v float64, lower, upper *float64) Difference {
	u, digits := k.unit(v), k.digits(measure.Estimate{Value: &v, Lower: lower, Upper: upper})
	out := k.difference(u, u.number(v, digits), u.end(lower, digits), u.end(upper, digits))
	if v > 0 {
		return out.Plus()
	}
	return out
}

// Declared is a difference or step as somebody wrote it, such as 10 points: without needless digits and without a plus.
func (k Kind) Declared(v float64) Difference {
	u := k.unit(v)
	return k.difference(u, written(round(v/u.size, 9)), "", "")
}

// Size of a difference that was computed and is told by itself, in about three digits and without a plus, such as 6.5 points.
func (k Kind) Size(v float64) Difference {
	u, digits := k.unit(v), 1
	if a := math.Abs(v / u.size); !k.Percent && k.Unit != "points" && k.Unit != measure.UnitSeconds {
		if digits = 2; a > 0 {
			digits = min(max(2-int(math.Floor(math.Log10(a))), 0), 6)
		}
	}
	return k.difference(u, u.number(v, digits), "", "")
}

func (k Kind) difference(u unit, number, lower, upper string) Difference {
	out := Difference{Number: number, Unit: strings.TrimSpace(u.suffix), Words: u.words, Lower: lower, Upper: upper}
	switch {
	case k.Percent:
		out.Unit = "pp"
	case k.Unit == "points":
		out.Unit, out.Words = "points", "points"
	}
	return out
}

// Plus puts a plus before the number, unless it has a minus.
func (d Difference) Plus() Difference {
	if !strings.HasPrefix(d.Number, minus) {
		d.Number = "+" + d.Number
	}
	return d
}

// Short is the number with its unit, such as +21.0 pp.
func (d Difference) Short() string { return strings.TrimSpace(d.Number + " " + d.Unit) }

// Long is the number with its unit in words, such as +21.0 percentage points.
func (d Difference) Long() string { return strings.TrimSpace(d.Number + " " + d.Words) }

// Interval such as [13.4, 28.4], or [13.4, ∞) where the data tell no end.
func (d Difference) Interval() string { return between(d.Lower, d.Upper) }
