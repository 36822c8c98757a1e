package starter

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// writer of YAML.
type writer struct{ strings.Builder }

// line of a format and its arguments. A text among these neither ends the line nor says anything that cannot be seen, not even
// behind a #: names of columns and files are other people's.
func (w *writer) line(format string, args ...any) {
	for i, arg := range args {
		if text, is := arg.(string); is {
			args[i] = printable.Line(text)
		}
	}
	fmt.Fprintf(w, format+"\n", args...)
}

var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./?-]*( [A-Za-z0-9_./?-]+)*$`)

// scalar writes a text so that YAML reads that text, within braces too.
func scalar(text string) string {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
	default:
		if plain.MatchString(text) {
			return text
		}
	}
	return strconv.Quote(text) // all that it escapes, YAML reads as Go does
}

func scalars(texts []string) string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = scalar(text)
	}
	return strings.Join(out, ", ")
}

// Latin is a text without the marks on its letters: Größe becomes Grosse. What is not Latin stays.
func Latin(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(ligatures.Replace(text)))
}

// ligatures are letters that are not another one with a mark on it.
var ligatures = strings.NewReplacer("ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "AE", "œ", "oe", "Œ", "OE", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ı", "i")

// Slug makes a name of an object out of a text; it is empty if nothing of the text fits.
func Slug(text string) string {
	out := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(Latin(text)), "-"), "-")
	const most = 47 // with -data it fits 52
	if len(out) > most {
		out = strings.TrimRight(out[:most], "-")
	}
	return out
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)
