package amount

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// unit is how a number is read.
type unit struct {
	size float64 // of one, in the kind's own unit
	// suffix behind the number, with the space between them; words are the unit of a difference.
	suffix, words string
}

const minute, hour, day = 60.0, 3600.0, 86400.0

// unit in which people read a number and those beside it: a time in days, hours, minutes or seconds by its length.
func (k Kind) unit(v float64) unit {
	switch {
	case k.Percent:
		return unit{0.01, " %", "percentage points"} // a difference of shares is no share
	case k.Unit == measure.UnitSeconds:
		switch v = math.Abs(v); {
		case v >= 2*day:
			return unit{day, " d", "days"}
		case v >= 2*hour:
			return unit{hour, " h", "hours"}
		case v >= 2*minute:
			return unit{minute, " min", "minutes"}
		}
		return unit{1, " s", "seconds"}
	case k.Unit == "" || k.Unit == "points" || k.Unit == "ratio":
		return unit{1, "", ""}
	}
	return unit{1, " " + k.Unit, k.Unit}
}

// unitOf an estimate is that of its value or, of a zero, which has none, that of the interval's far end.
func (k Kind) unitOf(e measure.Estimate) unit {
	v := *e.Value
	for _, end := range []*float64{e.Lower, e.Upper} {
		if *e.Value == 0 && end != nil && math.Abs(*end) > math.Abs(v) {
			v = *end
		}
	}
	return k.unit(v)
}

// minus is the sign that is as wide as a plus, which people do not take for a dash.
const minus = "−"

// longest number that is written out; beyond it stands an exponent.
const longest = 1e15

func (u unit) number(v float64, digits int) string {
	v /= u.size
	if math.Abs(v) >= longest {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'g', 6, 64), "-", minus)
	}
	return signs(strconv.FormatFloat(round(v, digits), 'f', digits, 64))
}

// end of an interval; empty of one that is open.
func (u unit) end(v *float64, digits int) string {
	if v == nil {
		return ""
	}
	return u.number(*v, digits)
}

// digits after the point: as many as the size of the number suggests and, where the interval is narrow, enough to tell its
// ends apart.
func (k Kind) digits(e measure.Estimate) int {
	if k.Unit == measure.UnitMonths && whole(e.Value, e.Lower, e.Upper) {
		return 0
	}
	size := k.unitOf(e).size
	v := math.Abs(*e.Value / size)
	digits := 2
	switch {
	case v == math.Trunc(v) && endless(e):
		digits = 0
	case k.Percent || k.Unit == "points":
		digits = 1
	case v >= 1000:
		digits = 0
	case v >= 100:
		digits = 1
	}
	if e.Lower == nil || e.Upper == nil {
		return digits
	}
	half := (*e.Upper - *e.Lower) / size / 2
	for ; digits < 4 && half > 0 && half*math.Pow10(digits) < 3; digits++ {
	}
	return digits
}

// whole tells whether all the numbers that are there have nothing after the point.
func whole(numbers ...*float64) bool {
	return !slices.ContainsFunc(numbers, func(v *float64) bool { return v != nil && *v != math.Trunc(*v) })
}

// round halves away from zero and turns -0 into 0.
func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p)/p + 0
}

// written without needless digits.
func written(v float64) string { return signs(strconv.FormatFloat(v, 'f', -1, 64)) }

// signs of a number for people: commas between thousands, and a minus sign.
func signs(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	digits, fraction, dotted := strings.Cut(digits, ".")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if dotted {
		digits += "." + fraction
	}
	if negative {
		return minus + digits
	}
	return digits
}
