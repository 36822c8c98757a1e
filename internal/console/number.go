package console

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// numberStyle is how a language writes numbers. Digits stay Western: they are those of the data.
type numberStyle struct{ decimal, group string }

// styleOf a language by its own example, for the library keeps its table to itself.
func styleOf(tag language.Tag) numberStyle {
	latin, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		latin = tag
	}
	example := message.NewPrinter(latin).Sprint(number.Decimal(1234567.5))
	marks := strings.FieldsFunc(example, func(r rune) bool { return r >= '0' && r <= '9' })
	if len(marks) < 2 {
		return numberStyle{".", ","}
	}
	return numberStyle{decimal: marks[len(marks)-1], group: marks[0]}
}

// toldUnit is a unit that is a word, after its number.
var toldUnit = regexp.MustCompile(`\d (?:pp|points|months)\b`)

// Figure writes what the operator told, such as 1,204.5 EUR or [25.5, 27.6], in the language's way. Not a digit changes.
func (l *locale) Figure(told string) string {
	told = toldUnit.ReplaceAllStringFunc(told, func(found string) string { return found[:2] + l.Word("unit", found[2:]) })
	if l.numbers == (numberStyle{".", ","}) {
		return told
	}
	between := func(i int) bool { return i > 0 && i+1 < len(told) && isDigit(told[i-1]) && isDigit(told[i+1]) }
	separator := ","
	if l.numbers.decimal == "," {
		separator = ";"
	}
	var out strings.Builder
	depth := 0 // of brackets: in an interval a comma that ends a number must not look like the one within it
	for i := range len(told) {
		switch told[i] {
		case '[', '(':
			depth++
		case ']', ')':
			depth--
		}
		switch c := told[i]; {
		case c == '.' && between(i):
			out.WriteString(l.numbers.decimal)
		case c == ',' && between(i):
			out.WriteString(l.numbers.group)
		case c == ',' && depth > 0:
			out.WriteString(separator)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// Count is a whole number; of none there is nothing to see.
func (l *locale) Count(n *int64) string {
	if n == nil {
		return ""
	}
	return l.printer.Sprint(number.Decimal(*n))
}
