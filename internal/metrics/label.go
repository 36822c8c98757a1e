package metrics

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of label values in bytes; maxMessage is that of what an alert says.
const maxLabel, maxMessage = 128, 1024

// ellipsis ends a message that was cut.
const ellipsis = "…"

// unknownRune replaces what a label value must not hold: invalid UTF-8 and control characters.
const unknownRune = '\uFFFD'

// clean makes a text from a definition fit for a label value.
func clean(text string) string {
	out, _ := cleaned(text)
	return out
}

// cleanUnique does the same for values that tell series apart: what had to be changed gets a hash of the
// original, so that two values never become one.
func cleanUnique(text string) string {
	out, changed := cleaned(text)
	if !changed {
		return out
	}
	h := fnv.New32a()
	h.Write([]byte(text))
	return out + "~" + strconv.FormatUint(uint64(h.Sum32()), 16)
}

func cleaned(text string) (string, bool) { return within(text, maxLabel) }

// cleanMessage does it for what an alert says: on one line, and longer.
func cleanMessage(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	if len(text) <= maxMessage {
		out, _ := within(text, maxMessage)
		return out
	}
	out, _ := within(text, maxMessage-len(ellipsis))
	return out + ellipsis
}

// within makes a text fit for a label value of so many bytes and reports whether it had to change.
func within(text string, limit int) (string, bool) {
	if len(text) <= limit && !strings.ContainsFunc(text, unfit) && utf8.ValidString(text) {
		return text, false
	}
	var b strings.Builder
	for _, r := range text {
		if unfit(r) {
			r = unknownRune
		}
		if b.Len()+utf8.RuneLen(r) > limit {
			break
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

func unfit(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) }

// segmentLabels are the two labels of a part. Values of crossed columns are joined by commas; commas
// within a value are escaped then, so that ("a,b", "c") and ("a", "b,c") stay two.
func segmentLabels(by, values []string) (segmentBy, segment string) {
	if len(values) == 1 {
		return cleanUnique(strings.Join(by, ",")), cleanUnique(values[0])
	}
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = commas.Replace(v)
	}
	return cleanUnique(strings.Join(by, ",")), cleanUnique(strings.Join(escaped, ","))
}

var commas = strings.NewReplacer(`\`, `\\`, `,`, `\,`)

// appendLabel writes name="value", escaped as the text format asks.
func appendLabel(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, '=', '"')
	for i := range len(value) {
		switch c := value[i]; c {
		case '\\':
			b = append(b, '\\', '\\')
		case '"':
			b = append(b, '\\', '"')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
