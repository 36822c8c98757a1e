package files

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// detectDelimiter takes the most frequent of comma, semicolon, tab and bar in the header line.
// The engine's own detection also guesses quotes, comments and lines to skip, and would rather
// drop a line that it does not understand than say so. File is what people call it.
func detectDelimiter(table, file, path string) (string, error) {
	plain, err := openPlain(path)
	if err != nil {
		return "", source.Fail(plan.FileUnreadable, err, "table %s: %s cannot be read", table, file)
	}
	defer plain.Close()
	header, err := bufio.NewReader(io.LimitReader(plain, 1<<20)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", source.Fail(plan.FileUnreadable, err, "table %s: %s cannot be read", table, file)
	}
	if strings.TrimSpace(strings.TrimPrefix(header, "\ufeff")) == "" {
		return "", source.Fail(plan.FileUnreadable, nil, "table %s: %s is empty: a CSV file begins with a line of column names", table, file)
	}
	best, most := ",", 0
	for _, candidate := range []string{",", ";", "\t", "|"} {
		n, quoted := 0, false
		for _, r := range header {
			switch {
			case r == '"':
				quoted = !quoted
			case string(r) == candidate && !quoted:
				n++
			}
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best, nil
}

// diagnoseCSV finds the line that the engine could not read, without quoting it; empty if none
// is found.
func diagnoseCSV(path, delimiter string) string {
	plain, err := openPlain(path)
	if err != nil {
		return ""
	}
	defer plain.Close()
	reader := csv.NewReader(plain)
	reader.Comma, _ = utf8.DecodeRuneInString(delimiter)
	reader.ReuseRecord = true
	for {
		record, err := reader.Read()
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return ""
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := reader.FieldPos(0)
			return fmt.Sprintf("has %d columns at line %d, and %d in its header", len(record), line, reader.FieldsPerRecord)
		case errors.As(err, &parse):
			return fmt.Sprintf("has a quote out of place in the record that begins at line %d", parse.StartLine)
		case err != nil:
			return ""
		}
		for _, field := range record {
			if !utf8.ValidString(field) {
				line, _ := reader.FieldPos(0)
				return fmt.Sprintf("is not UTF-8 at line %d: save it as UTF-8", line)
			}
		}
	}
}
