package starter

import (
	"fmt"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// TextTime is how texts are read as times.
type TextTime struct {
	// Kind is Date or Timestamp.
	Kind plan.ColumnType
	// Expr is the SQL that a definition casts to Kind; Why says how it reads.
	Expr, Why string
}

// layouts of texts that are taken for times, as Go writes them, and as DuckDB's strptime does. A text such as 03/04/2026 is
// day first for some and month first for others: it is taken only where a value tells which.
var layouts = []struct {
	layout, strptime string
	kind             plan.ColumnType
	why              string
}{
	{time.RFC3339Nano, "", plan.Timestamp, "its texts are instants"},
	{"2006-01-02 15:04:05Z07:00", "", plan.Timestamp, "its texts are instants"},
	{"2006-01-02T15:04:05", "", plan.Timestamp, "its texts are times"},
	{"2006-01-02 15:04:05", "", plan.Timestamp, "its texts are times"},
	{"2006-01-02 15:04", "", plan.Timestamp, "its texts are times"},
	{time.DateOnly, "", plan.Date, "its texts are dates"},
	{"2.1.2006 15:04:05", "%d.%m.%Y %H:%M:%S", plan.Timestamp, "its texts are times, the day first"},
	{"2.1.2006 15:04", "%d.%m.%Y %H:%M", plan.Timestamp, "its texts are times, the day first"},
	{"2.1.2006", "%d.%m.%Y", plan.Date, "its texts are dates, the day first"},
	{"2/1/2006", "%d/%m/%Y", plan.Date, "its texts are dates, the day first: some begin with more than 12"},
	{"1/2/2006", "%m/%d/%Y", plan.Date, "its texts are dates, the month first: some have more than 12 in the second place"},
}

// ReadsAs is how some texts of a column are read as times: by the one layout that reads all of them. It is nil if none does,
// or if several do.
func ReadsAs(column string, samples []string, dialect query.Dialect) *TextTime {
	if len(samples) == 0 {
		return nil
	}
	var found *TextTime
	for _, l := range layouts {
		if l.strptime != "" && dialect != query.DuckDB || !all(samples, parses(l.layout)) {
			continue
		}
		if found != nil {
			return nil // day or month first: nobody can tell
		}
		found = &TextTime{Kind: l.kind, Expr: query.Quote(column), Why: l.why}
		if l.strptime != "" {
			found.Expr = fmt.Sprintf("CAST(try_strptime(%s, '%s') AS %s)", query.Quote(column), l.strptime, strings.ToUpper(string(l.kind)))
		}
	}
	return found
}

func all(texts []string, is func(string) bool) bool {
	for _, text := range texts {
		if !is(text) {
			return false
		}
	}
	return true
}
