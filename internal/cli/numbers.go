package cli

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cpi-operator/cpi-operator/internal/amount"
)

// float of a report's decimal; the API server checks what is written there.
func float(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

// end of a report's interval; nil where it is open.
func end(text string) *float64 {
	if text == "" {
		return nil
	}
	return new(float(text))
}

// shortNumber cuts a report's decimal to what people read.
func shortNumber(text string) string {
	if text == "" {
		return ""
	}
	v, format, digits := float(text), byte('g'), 3
	switch {
	case v >= 100 || v <= -100:
		format, digits = 'f', 0
	case v >= 1 || v <= -1:
		format, digits = 'f', 1
	}
	return strings.Replace(strconv.FormatFloat(v, format, digits, 64), "-", "−", 1)
}

// percentOf a ratio in a report, such as 95 %.
func percentOf(text string) string {
	if text == "" {
		return ""
	}
	return amount.Share.Level(float(text))
}

// lowered is a sentence that goes on from a colon; one that begins with an abbreviation stays.
func lowered(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[size:])
	if unicode.IsUpper(second) {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}
