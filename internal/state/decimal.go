package state

import (
	"math"
	"strconv"
	"strings"
)

const (
	// digits are told of a number: more than any measure means, fewer than engines differ in.
	digits = 10
	// noise is below what any measure means: differences of sums that cancel.
	noise = 1e-12
)

// Decimal writes a number for status: rounded to ten significant digits, without exponent, trailing zeros or a negative
// zero, so that the same rows read the same whatever order an engine adds them in. What is not a number is empty.
func Decimal(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	if math.Abs(v) < noise {
		return "0"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return "" // FormatFloat always writes an exponent
	}
	text := shift(strings.TrimPrefix(mantissa, "-"), power)
	if v < 0 {
		return "-" + text
	}
	return text
}

// shift moves the point of d.ddd by power places.
func shift(mantissa string, power int) string {
	figures := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	point := 1 + power
	switch {
	case point <= 0:
		return "0." + strings.Repeat("0", -point) + figures
	case point >= len(figures):
		return figures + strings.Repeat("0", point-len(figures))
	}
	return figures[:point] + "." + figures[point:]
}
