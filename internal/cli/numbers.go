package cli

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// grouped puts commas between thousands.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(text, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n < 0 {
		return "−" + digits
	}
	return digits
}

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
	v := float(text)
	switch {
	case v >= 100 || v <= -100:
		return strings.Replace(strconv.FormatFloat(v, 'f', 0, 64), "-", "−", 1)
	case v >= 1 || v <= -1:
		return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), "-", "−", 1)
	}
	return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "-", "−", 1)
}

// percentOf a ratio in a report, such as 95 %.
func percentOf(text string) string {
	if text == "" {
		return ""
	}
	return strconv.FormatFloat(100*float(text), 'f', -1, 64) + " %"
}

// chance is a p value as people read it.
func chance(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
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
