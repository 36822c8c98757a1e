package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// Markdown writes the report as GitHub's Markdown, which most tools read. Texts of others are escaped: they make no link, no
// markup and no new line.
func (r *Report) Markdown(out io.Writer) error {
	d := r.document(english)
	m := &markdown{}
	m.line("# " + printable.Inline(d.Title))
	if d.Description != "" {
		m.line("", printable.Paragraph(d.Description))
	}
	m.line("")
	for _, f := range d.Facts {
		m.line("- **" + f.What + "**: " + printable.Inline(f.Text))
	}
	for _, s := range d.Sections {
		m.section(s)
	}
	_, err := m.WriteTo(out)
	return err
}

type markdown struct{ bytes.Buffer }

func (m *markdown) line(texts ...string) {
	for _, text := range texts {
		m.WriteString(text + "\n")
	}
}

func (m *markdown) section(s section) {
	m.line("", "## "+s.Heading)
	for i, step := range s.Steps {
		m.line("", fmt.Sprintf("%d. **%s**", i+1, printable.Inline(step.Do)))
		m.line("   - " + step.Who + ": " + printable.Inline(step.Team))
		for _, reason := range step.Reasons {
			m.line("   - " + step.Why + ": " + printable.Inline(reason))
		}
		m.line("   - " + step.Look + ": " + code(step.Command))
	}
	for _, text := range s.Lines {
		m.line("", printable.Paragraph(text))
	}
	for _, t := range s.Tables {
		m.table(t)
	}
	if len(s.Points) > 0 {
		m.line("")
	}
	for _, text := range s.Points {
		m.line("- " + printable.Paragraph(text))
	}
	// Folded tables show what courses draw, and Markdown draws none.
}

func (m *markdown) table(t table) {
	var keep []int
	head, rule := []string{}, []string{}
	for i, text := range t.Head {
		if drawn(t, i) {
			continue
		}
		keep, head, rule = append(keep, i), append(head, text), append(rule, "---")
	}
	if !t.Silent {
		m.line("", "**"+printable.Inline(t.Caption)+"**")
	}
	m.line("", row(head), row(rule))
	for _, cells := range t.Rows {
		var texts []string
		for _, i := range keep {
			texts = append(texts, printable.Inline(cells[i].Text))
		}
		m.line(row(texts))
	}
}

// drawn tells whether a column holds drawings.
func drawn(t table, column int) bool {
	for _, cells := range t.Rows {
		if cells[column].Course != nil {
			return true
		}
	}
	return false
}

func row(texts []string) string { return "| " + strings.Join(texts, " | ") + " |" }

// code is a text as code. Names of objects hold no backtick.
func code(text string) string {
	return "`" + strings.ReplaceAll(printable.Line(text), "`", "") + "`"
}
