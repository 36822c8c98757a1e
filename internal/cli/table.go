package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// formats of what commands print.
var formats = []string{"table", "json", "yaml", "csv", "markdown"}

// listing is rows under headings.
type listing struct {
	// kind of what the rows are, and their namespace where there may be several; only CSV says so.
	kind, namespace string
	headings        []string
	rows            [][]string
	// painted tells that a style made the last column, printable and perhaps in colour.
	painted bool
	// numbers of the rows, which only CSV has; nil where there is none.
	numbers []*board.Number
}

func checkFormat(format string) error {
	if !slices.Contains(formats, format) {
		return fmt.Errorf("--output %s: write one of %s", format, strings.Join(formats, ", "))
	}
	return nil
}

// printListings writes listings one below the other, in CSV as one, or data, which says the same for programs.
func printListings(out io.Writer, format string, data any, listings ...listing) error {
	switch format {
	case "json", "yaml":
		text, err := json.MarshalIndent(data, "", "  ")
		if err == nil && format == "yaml" {
			text, err = yaml.JSONToYAML(text)
		}
		if err != nil {
			return err
		}
		shown := strings.TrimSuffix(string(text), "\n")
		if format == "json" {
			shown = printable.JSON(shown)
		}
		_, err = fmt.Fprintln(out, shown)
		return err
	case "csv":
		return printCSV(out, listings)
	}
	first := true
	for _, l := range listings {
		if len(l.rows) == 0 {
			continue
		}
		if !first {
			fmt.Fprintln(out)
		}
		first = false
		if err := l.print(out, format); err != nil {
			return err
		}
	}
	return nil
}

func (l listing) print(out io.Writer, format string) error {
	if format == "markdown" {
		rule := make([]string, len(l.headings))
		for i := range rule {
			rule[i] = "---"
		}
		for _, row := range append([][]string{l.headings, rule}, l.rows...) {
			fmt.Fprintf(out, "| %s |\n", strings.Join(mapped(row, printable.Inline), " | "))
		}
		return nil
	}
	var padded bytes.Buffer
	w := tabwriter.NewWriter(&padded, 0, 8, 3, ' ', 0)
	for _, row := range append([][]string{l.headings}, l.rows...) {
		cells := mapped(row, printable.Line)
		if l.painted {
			cells[len(row)-1] = row[len(row)-1]
		}
		fmt.Fprintln(w, strings.Join(cells, "\t")) // with all cells: of a row that lacks its last ones, the columns before them do not line up
	}
	err := w.Flush()
	for line := range strings.Lines(padded.String()) {
		fmt.Fprintln(out, strings.TrimRight(line, " \n"))
	}
	return err
}

// mapped is each of the texts as f makes it.
func mapped(texts []string, f func(string) string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = f(text)
	}
	return out
}

// isTerminal reports whether somebody is looking.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
