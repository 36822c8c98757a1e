package publish

import (
	"math"
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/state"
)

// maxDecimal is how long a number may be in a report.
const maxDecimal = 32

// chance writes a p value: one too small for a decimal gets an exponent, for it is not zero.
func chance(p *float64) string {
	if p != nil && *p > 0 && *p < 1e-6 {
		return strconv.FormatFloat(*p, 'g', 4, 64)
	}
	return decimal(p)
}

// decimal writes a number for a report; nothing for an unknown one. A number too large or too small to be
// written out, which no customer metric is, gets an exponent.
func decimal(number *float64) string {
	if number == nil || math.IsNaN(*number) || math.IsInf(*number, 0) {
		return ""
	}
	text := state.Decimal(*number)
	if len(text) > maxDecimal {
		text = strconv.FormatFloat(*number, 'e', 9, 64)
	}
	return text
}
