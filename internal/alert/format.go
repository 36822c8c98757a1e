package alert

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Value is the value with its unit as people read it, such as 26.5 %, 31.4 or 1,204,311 EUR; empty if there is none.
func (in *Indicator) Value(e measure.Estimate) string {
	if e.Value == nil {
		return ""
	}
	u := in.unitOf(e)
	return u.number(*e.Value, in.digits(e)) + u.suffix
}

// census stands where people look for the interval of a value that rests on no sample.
const census = "census"

// Interval is the interval in the same digits, such as [25.5, 27.6], or [20.1, ∞) where the data do not tell an
// end; of a census that word; empty if there is none.
func (in *Indicator) Interval(e measure.Estimate) string {
	switch {
	case e.Value != nil && hasNoEnd(e) && e.Census:
		return census
	case e.Value == nil || hasNoEnd(e):
		return ""
	}
	return in.unitOf(e).between(e.Lower, e.Upper, in.digits(e))
}

// Level is a threshold or target as people write it, without needless digits.
func (in *Indicator) Level(level float64) string {
	u := in.unit(level)
	return group(strconv.FormatFloat(round(level/u.size, 9), 'f', -1, 64)) + u.suffix
}

func hasNoEnd(e measure.Estimate) bool { return e.Lower == nil && e.Upper == nil }

// wholly says of what is judged that its whole interval was looked at, if it has one.
func wholly(e measure.Estimate) string {
	if hasNoEnd(e) {
		return ""
	}
	return " by the whole interval"
}

// told is the value in full: 26.5 % [25.5, 27.6], n 7,043, in 2026-10; of a census 1,204 EUR, a census, in 2026-10.
func (in *Indicator) told(e measure.Estimate, period string) string {
	text := in.Value(e)
	if interval := in.Interval(e); interval != "" && interval != census {
		text += " " + interval
	}
	if e.Census {
		text += ", a census"
	} else {
		text += ", n " + group(strconv.FormatInt(e.N, 10))
	}
	if period != "" {
		text += ", in " + period
	}
	return text
}

func (b Bound) told(in *Indicator) string {
	if b.AtMost {
		return "≤ " + in.Level(b.Level)
	}
	return "≥ " + in.Level(b.Level)
}

// unit is how a number is read.
type unit struct {
	size   float64 // of one, in the indicator's own unit
	suffix string
}

// unit in which people read a number and those beside it: a time in days, hours, minutes or seconds by its length.
func (in *Indicator) unit(v float64) unit {
	switch {
	case in.Percent:
		return unit{0.01, " %"}
	case in.Unit == measure.UnitSeconds:
		switch v = math.Abs(v); {
		case v >= 2*day:
			return unit{day, " d"}
		case v >= 2*hour:
			return unit{hour, " h"}
		case v >= 2*minute:
			return unit{minute, " min"}
		}
		return unit{1, " s"}
	case in.Unit == "" || in.Unit == "points" || in.Unit == "ratio":
		return unit{1, ""}
	}
	return unit{1, " " + in.Unit}
}

// unitOf an estimate is that of its value or, of a zero, which has none, that of the interval's far end.
func (in *Indicator) unitOf(e measure.Estimate) unit {
	v := *e.Value
	for _, end := range []*float64{e.Lower, e.Upper} {
		if *e.Value == 0 && end != nil && math.Abs(*end) > math.Abs(v) {
			v = *end
		}
	}
	return in.unit(v)
}

const minute, hour, day = 60.0, 3600.0, 86400.0

// longest number that is written out; beyond it stands an exponent.
const longest = 1e15

func (u unit) number(v float64, digits int) string {
	v /= u.size
	if math.Abs(v) >= longest {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return group(strconv.FormatFloat(round(v, digits), 'f', digits, 64))
}

// between two ends, of which nil is open, such as [25.5, 27.6] or [20.1, ∞).
func (u unit) between(lower, upper *float64, digits int) string {
	from, to := "(−∞", "∞)"
	if lower != nil {
		from = "[" + u.number(*lower, digits)
	}
	if upper != nil {
		to = u.number(*upper, digits) + "]"
	}
	return from + ", " + to
}

// digits after the point: as many as the size of the number suggests and, where the interval is narrow,
// enough to tell its ends apart.
func (in *Indicator) digits(e measure.Estimate) int {
	if in.Unit == measure.UnitMonths && whole(e.Value, e.Lower, e.Upper) {
		return 0
	}
	size := in.unitOf(e).size
	v := math.Abs(*e.Value / size)
	digits := 2
	switch {
	case v == math.Trunc(v) && hasNoEnd(e):
		digits = 0
	case in.Percent || in.Unit == "points":
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

func signed(text string, v float64) string {
	if v > 0 {
		return "+" + text
	}
	return minus(text)
}

// minus writes a minus sign where a number has a hyphen.
func minus(text string) string { return strings.ReplaceAll(text, "-", "−") }

// group puts commas between thousands.
func group(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, fraction, dotted := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + fraction
	}
	return sign + whole
}

// segmentName is column=value, in the order of the columns' names.
func segmentName(match map[string]string) string {
	columns := sortedKeys(match)
	for i, c := range columns {
		columns[i] = c + "=" + match[c]
	}
	return strings.Join(columns, ",")
}
