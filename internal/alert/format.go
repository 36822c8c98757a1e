package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Value is the value with its unit as people read it, such as 26.5 %, 31.4 or 1,204,311 EUR; empty if there is none.
func (in *Indicator) Value(e measure.Estimate) string {
	if e.Value == nil {
		return ""
	}
	return in.number(*e.Value, in.digits(e)) + in.suffix()
}

// Interval is the interval in the same digits, such as [25.5, 27.6]; empty if there is none.
func (in *Indicator) Interval(e measure.Estimate) string {
	if e.Value == nil || e.Lower == nil || e.Upper == nil {
		return ""
	}
	digits := in.digits(e)
	return fmt.Sprintf("[%s, %s]", in.number(*e.Lower, digits), in.number(*e.Upper, digits))
}

// Level is a threshold or target as people write it, without needless digits.
func (in *Indicator) Level(level float64) string {
	return group(strconv.FormatFloat(round(in.scale(level), 9), 'f', -1, 64)) + in.suffix()
}

// told is the value in full: 26.5 % [25.5, 27.6], n 7,043, in 2026-10.
func (in *Indicator) told(e measure.Estimate, period string) string {
	text := in.Value(e)
	if interval := in.Interval(e); interval != "" {
		text += " " + interval
	}
	text += ", n " + group(strconv.FormatInt(e.N, 10))
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

func (in *Indicator) scale(v float64) float64 {
	if in.Percent {
		return v * 100
	}
	return v
}

func (in *Indicator) suffix() string {
	switch {
	case in.Percent:
		return " %"
	case in.Unit == "" || in.Unit == "points" || in.Unit == "ratio":
		return ""
	}
	return " " + in.Unit
}

// longest number that is written out; beyond it stands an exponent.
const longest = 1e15

func (in *Indicator) number(v float64, digits int) string {
	v = in.scale(v)
	if math.Abs(v) >= longest {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return group(strconv.FormatFloat(round(v, digits), 'f', digits, 64))
}

// digits after the point: as many as the size of the number suggests and, where the interval is narrow,
// enough to tell its ends apart.
func (in *Indicator) digits(e measure.Estimate) int {
	v := math.Abs(in.scale(*e.Value))
	digits := 2
	switch {
	case v == math.Trunc(v) && e.Lower == nil:
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
	half := in.scale(*e.Upper-*e.Lower) / 2
	for ; digits < 4 && half > 0 && half*math.Pow10(digits) < 3; digits++ {
	}
	return digits
}

// round halves away from zero and turns -0 into 0.
func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p)/p + 0
}

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
