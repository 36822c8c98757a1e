package publish

import (
	"math"
	"strconv"
)

// significantDigits of a number in a report: more than any interval is worth, and few enough that reading
// and writing it again gives the same text.
const significantDigits = 10

// decimal writes a number for a report; nothing for an unknown one.
func decimal(number *float64) string {
	if number == nil || math.IsNaN(*number) || math.IsInf(*number, 0) {
		return ""
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(*number, 'g', significantDigits, 64), 64)
	if err != nil || rounded == 0 {
		return "0"
	}
	if size := math.Abs(rounded); size < 1e-9 || size >= 1e15 {
		return strconv.FormatFloat(rounded, 'e', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
