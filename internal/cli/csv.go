package cli

import (
	"encoding/csv"
	"io"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/printable"
)

// Columns that CSV has besides those that people read.
const (
	columnKind, columnNamespace, columnName = "KIND", "NAMESPACE", "NAME"
)

// numberColumns are those of a board.Number: what people read as 26.5 % is the number 0.265 of unit ratio.
var numberColumns = []string{"NUMBER", "LOWER", "UPPER", "CONFIDENCE LEVEL", "UNIT"}

// printCSV writes listings as one table: a program that reads it takes one heading. The first column says what a row is.
func printCSV(out io.Writer, listings []listing) error {
	all := oneTable(listings)
	w := csv.NewWriter(out)
	for _, row := range append([][]string{all.headings}, all.rows...) {
		if err := w.Write(mapped(row, printable.Cell)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// oneTable has the columns of all the listings. One without a kind is the only one, and stays as it is.
func oneTable(listings []listing) listing {
	if len(listings) == 1 && listings[0].kind == "" {
		return listings[0]
	}
	out := listing{headings: []string{columnKind}}
	column := func(heading string) int {
		if i := slices.Index(out.headings, heading); i >= 0 {
			return i
		}
		out.headings = append(out.headings, heading)
		return len(out.headings) - 1
	}
	if slices.ContainsFunc(listings, func(l listing) bool { return l.namespace != "" }) {
		column(columnNamespace)
	}
	for _, l := range listings { // so that the numbers, and not what some listing has alone, come last
		for _, heading := range l.headings {
			column(l.inCSV(heading))
		}
	}
	for _, heading := range numberColumns {
		column(heading)
	}
	for _, l := range listings {
		for i, cells := range l.rows {
			row := make([]string, len(out.headings))
			row[0] = l.kind
			if l.namespace != "" {
				row[column(columnNamespace)] = l.namespace
			}
			for j, cell := range cells {
				row[column(l.inCSV(l.headings[j]))] = cell
			}
			if i < len(l.numbers) && l.numbers[i] != nil {
				n := l.numbers[i]
				for j, text := range []string{n.Value, n.Lower, n.Upper, n.ConfidenceLevel, n.Unit} {
					row[column(numberColumns[j])] = text
				}
			}
			out.rows = append(out.rows, row)
		}
	}
	return out
}

// inCSV is what a heading becomes: the name of a CPI stands under CPI among CPIs, and under NAME among all.
func (l listing) inCSV(heading string) string {
	if heading == l.kind {
		return columnName
	}
	return heading
}
