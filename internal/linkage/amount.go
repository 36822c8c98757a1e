package linkage

import (
	"math"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// scale is how differences of a unit are read.
type scale struct {
	size   float64 // of one, in the indicator's own unit
	name   string  // behind the number; may be empty
	digits int     // after the point; −1 for three significant ones
}

// scaleOf a unit, for numbers about as large as like.
func scaleOf(unit string, like float64) scale {
	like = math.Abs(like)
	switch unit {
	case "ratio":
		return scale{.01, "percentage points", 1}
	case "points":
		return scale{1, "points", 1}
	case "":
		return scale{1, "", -1}
	case measure.UnitSeconds:
		for _, u := range []scale{{86400, "days", 1}, {3600, "hours", 1}, {60, "minutes", 1}} {
			if like >= 2*u.size {
				return u
			}
		}
		return scale{1, "seconds", 1}
	}
	return scale{1, unit, -1}
}

// minus is the sign that is as wide as a plus, which people do not take for a dash.
const minus = "−"

func (s scale) number(v float64) string {
	v /= s.size
	digits := s.digits
	if digits < 0 {
		digits = 2
		if a := math.Abs(v); a > 0 {
			digits = min(max(2-int(math.Floor(math.Log10(a))), 0), 6)
		}
	}
	text := strconv.FormatFloat(math.Round(v*math.Pow10(digits))/math.Pow10(digits)+0, 'f', digits, 64)
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return minus + rest
	}
	return text
}

// signed always tells the sign.
func (s scale) signed(v float64) string {
	text := s.number(v)
	if strings.HasPrefix(text, minus) {
		return text
	}
	return "+" + text
}

// change is a signed number with its unit: +3.1 percentage points.
func (s scale) change(v float64) string { return strings.TrimSpace(s.signed(v) + " " + s.name) }

// Change is a difference of an indicator in words, such as +3.1 percentage points of a ratio.
func Change(v float64, unit string) string { return scaleOf(unit, v).change(v) }

// step is a round step of an indicator, such as +10 points or +500 EUR.
func step(v float64, unit string) string {
	s := scaleOf(unit, v)
	sign := "+"
	if v < 0 {
		sign = minus
	}
	return strings.TrimSpace(sign + strconv.FormatFloat(round(math.Abs(v/s.size), 9), 'f', -1, 64) + " " + s.name)
}

func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}

// percent of a share, such as 91.0 %.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// StepOf is the step of an indicator that effects are told for: ten points, ten percentage points, else the typical
// deviation of its values, rounded to one digit.
func StepOf(unit string, values []float64) float64 {
	switch unit {
	case "points":
		return 10
	case "ratio":
		return .1
	}
	var n, sum, squares float64
	for _, v := range values {
		if !math.IsNaN(v) {
			n, sum = n+1, sum+v
		}
	}
	for _, v := range values {
		if !math.IsNaN(v) {
			squares += (v - sum/n) * (v - sum/n)
		}
	}
	deviation := math.Sqrt(squares / max(n-1, 1))
	if deviation == 0 || math.IsNaN(deviation) || math.IsInf(deviation, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(deviation)))
	return math.Round(deviation/power) * power
}
