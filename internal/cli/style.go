package cli

import (
	"io"
	"os"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// style is how text is emphasised on a terminal; the zero value leaves it plain.
type style struct{ on bool }

// styleOf gives colours to somebody who looks at a terminal and has not asked for none (https://no-color.org).
func styleOf(out io.Writer) style {
	return style{isTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
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
