// Package printable makes texts that others wrote, such as titles, values of columns and errors of servers, fit to be shown:
// on a terminal they move no cursor and forge no line, in Markdown they are no markup, in a spreadsheet no formula.
package printable

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is a text on one line: white space becomes spaces, and what a terminal would obey instead of showing it, is shown as Go
// writes it, such as \x1b and \u202e: control characters, those that turn the direction of text, and bytes that are no text.
func Line(text string) string { return legible(text, "") }

// Block is Line for a text of several lines, such as SQL: it keeps its lines and tabs.
func Block(text string) string { return legible(strings.ReplaceAll(text, "\r\n", "\n"), "\n\t") }

func legible(text, keep string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[0])
		case strings.ContainsRune(keep, r):
			out.WriteRune(r)
		case strings.ContainsRune("\t\n\v\f\r\u0085\u2028\u2029", r):
			out.WriteByte(' ')
		case r < utf8.RuneSelf && unicode.IsControl(r):
			fmt.Fprintf(&out, `\x%02x`, r)
		case obeyed(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
	return out.String()
}

// obeyed tells whether a terminal may obey a rune instead of showing it.
func obeyed(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// JSON is a document that encoding/json wrote, with what a terminal would obey escaped also where JSON does not ask for it.
func JSON(document string) string {
	var out strings.Builder
	for _, r := range document {
		if r != '\n' && obeyed(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// Inline is a text that GitHub's Markdown shows as it stands, within a line.
func Inline(text string) string {
	return escapes.Replace(strings.Join(strings.Fields(Line(text)), " "))
}

// Paragraph is Inline for a text that begins a line.
func Paragraph(text string) string {
	text = Inline(text)
	if block.MatchString(text) {
		return `\` + text
	}
	return text
}

// escapes of what is markup within a line. An interval keeps its brackets: alone they make no link.
var escapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `](`, `]\(`, `][`, `]\[`, `]:`, `]\:`, `<`, `&lt;`, `>`, `&gt;`, `|`, `\|`, `~`, `\~`,
	`&`, `&amp;`, `://`, `:&#47;&#47;`, `www.`, `www&#46;`,
)

// block is what would begin a heading, a list, a rule or a quotation at the start of a line.
var block = regexp.MustCompile(`^([#=+-]|[0-9]+[.)] )`)

// Cell is a text that a spreadsheet opening a CSV file takes for text: what would begin a formula has an apostrophe before
// it, unless it is a plain number. See https://owasp.org/www-community/attacks/CSV_Injection.
func Cell(text string) string {
	line := Line(text)
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return line
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return line
	}
	return "'" + line
}
