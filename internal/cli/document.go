package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// document is a text for people in sections, and the same for programs.
type document struct {
	title    string
	sections []section
	data     any
}

// section is sentences, then facts, a table and code; any of them may be absent. One with nothing in it is not printed.
type section struct {
	heading string
	lines   []string
	facts   []fact
	table   listing
	code    string
}

// fact is a short text under a name.
type fact struct{ name, text string }

func (d *document) add(s section) {
	if len(s.lines)+len(s.facts)+len(s.table.rows)+len(s.code) > 0 {
		d.sections = append(d.sections, s)
	}
}

// say adds sentences; empty ones are left out.
func (s *section) say(lines ...string) {
	for _, line := range lines {
		if line != "" {
			s.lines = append(s.lines, line)
		}
	}
}

// state adds a fact, unless it is empty.
func (s *section) state(name, text string) {
	if text != "" {
		s.facts = append(s.facts, fact{name, text})
	}
}

func (d *document) print(out io.Writer, format string) error {
	switch format {
	case "json", "yaml":
		return printListings(out, format, d.data)
	case "csv":
		return printCSV(out, []listing{d.cells()})
	case "markdown":
		return d.markdown(out)
	}
	return d.text(out, styleOf(out))
}

// cells are the document as one table: a row for each sentence, fact and cell.
func (d *document) cells() listing {
	out := listing{headings: []string{"SECTION", "ROW", "COLUMN", "TEXT"}}
	put := func(cells ...string) { out.rows = append(out.rows, cells) }
	for _, s := range d.sections {
		heading := cmp.Or(s.heading, d.title)
		for _, line := range s.lines {
			put(heading, "", "", line)
		}
		for _, f := range s.facts {
			put(heading, f.name, "", f.text)
		}
		for i, row := range s.table.rows {
			for j, text := range row {
				if text != "" {
					put(heading, strconv.Itoa(i+1), s.table.headings[j], text)
				}
			}
		}
		if s.code != "" {
			put(heading, "", "", s.code)
		}
	}
	return out
}

func (d *document) text(out io.Writer, paint style) error {
	fmt.Fprintln(out, paint.bold(printable.Line(d.title)))
	for _, s := range d.sections {
		fmt.Fprintln(out)
		if s.heading != "" {
			fmt.Fprintln(out, paint.bold(strings.ToUpper(printable.Line(s.heading))))
		}
		blocks := 0
		block := func() { // an empty line stands between the parts of a section
			if blocks++; blocks > 1 {
				fmt.Fprintln(out)
			}
		}
		if len(s.lines) > 0 {
			block()
		}
		for _, line := range s.lines {
			fmt.Fprintln(out, "  "+paint.wrapped(line, 2))
		}
		if len(s.facts) > 0 {
			block()
		}
		width := 0
		for _, f := range s.facts {
			width = max(width, utf8.RuneCountInString(printable.Line(f.name)))
		}
		for _, f := range s.facts {
			fmt.Fprintf(out, "  %-*s  %s\n", width, printable.Line(f.name), paint.wrapped(f.text, width+4))
		}
		if len(s.table.rows) > 0 {
			block()
			var table bytes.Buffer
			if err := s.table.print(&table, "table"); err != nil {
				return err
			}
			fmt.Fprintln(out, indented(strings.TrimSuffix(table.String(), "\n")))
		}
		if s.code != "" {
			fmt.Fprintln(out, printable.Block(s.code)) // not indented: it is to be copied
		}
	}
	return nil
}

func indented(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func (d *document) markdown(out io.Writer) error {
	fmt.Fprintf(out, "# %s\n", printable.Inline(d.title))
	for _, s := range d.sections {
		if s.heading != "" {
			fmt.Fprintf(out, "\n## %s\n", printable.Inline(s.heading))
		}
		for _, line := range s.lines {
			fmt.Fprintf(out, "\n%s\n", printable.Paragraph(line))
		}
		if len(s.facts) > 0 {
			fmt.Fprintln(out)
		}
		for _, f := range s.facts {
			fmt.Fprintf(out, "- %s: %s\n", printable.Inline(f.name), printable.Inline(f.text))
		}
		if len(s.table.rows) > 0 {
			fmt.Fprintln(out)
			if err := s.table.print(out, "markdown"); err != nil {
				return err
			}
		}
		if s.code != "" {
			code := printable.Block(s.code)
			fence := "```"
			for strings.Contains(code, fence) {
				fence += "`"
			}
			fmt.Fprintf(out, "\n%ssql\n%s\n%s\n", fence, code, fence)
		}
	}
	return nil
}
