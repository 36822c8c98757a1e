package cli

import (
	"cmp"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// style is how text is emphasised and broken into lines on a terminal; the zero value leaves it plain.
type style struct {
	on bool
	// length of a line, in letters; 0 for lineLength.
	length int
}

// styleOf gives colours to somebody who looks at a terminal and has not asked for none (https://no-color.org).
func styleOf(out io.Writer) style {
	if !isTerminal(out) {
		return style{}
	}
	s := style{on: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil { // else nobody knows how wide it is
			s.length = min(max(width, narrowest), lineLength)
		}
	}
	return s
}

// narrowest line into which sentences are broken: below that, the terminal does it as well.
const narrowest = 30

// lineLength is how long a line of sentences becomes at most.
const lineLength = 120

// wrapped makes a text printable and breaks it into lines; those after the first begin with so many spaces.
func (s style) wrapped(text string, indent int) string {
	length := cmp.Or(s.length, lineLength)
	if indent > length/2 { // a long name stands before it
		length = lineLength
	}
	var out strings.Builder
	column := indent
	for i, word := range strings.Fields(printable.Line(text)) {
		letters := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+letters > length:
			out.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			out.WriteByte(' ')
			column++
		}
		out.WriteString(word)
		column += letters
	}
	return out.String()
}

// Select Graphic Rendition codes of ECMA-48.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	yellow = "33"
)

// paint a text, which is made printable.
func (s style) paint(code, text string) string {
	text = printable.Line(text)
	if !s.on || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.paint(bold, text) }

// gravity paints a text by how grave a problem is.
func (s style) gravity(g board.Gravity, text string) string {
	return s.paint(map[board.Gravity]string{board.Grave: red, board.Notable: yellow, board.Advice: dim}[g], text)
}

// state paints what stands last in a row, where no column follows that the codes would widen.
func (s style) state(state string) string {
	switch board.StandingOf(state) {
	case board.Broken, board.Critical:
		return s.paint(red, state)
	case board.Warned, board.Doubtful:
		return s.paint(yellow, state)
	}
	return s.paint("", state)
}
