package starter

import (
	"fmt"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// textTime is how texts are read as times.
type textTime struct {
	kind plan.ColumnType
	// expr is the SQL of a column's name; why says how it reads.
	expr, why string
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

// readTimes finds out which of the table's texts are times.
func (t *Table) readTimes(dialect query.Dialect) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Kind != query.KindText {
			continue
		}
		samples := c.Samples
		if len(samples) == 0 {
			samples = c.Values
		}
		c.reads = asTimes(c.Name, samples, dialect)
	}
}

// asTimes is how all of some texts are read, if one layout reads them and no other does.
func asTimes(column string, samples []string, dialect query.Dialect) *textTime {
	if len(samples) == 0 {
		return nil
	}
	var found *textTime
	for _, l := range layouts {
		if l.strptime != "" && dialect != query.DuckDB || !all(samples, func(text string) bool { _, err := time.Parse(l.layout, text); return err == nil }) {
			continue
		}
		if found != nil {
			return nil // day or month first: nobody can tell
		}
		found = &textTime{kind: l.kind, expr: query.Quote(column), why: l.why}
		if l.strptime != "" {
			found.expr = fmt.Sprintf("CAST(strptime(%s, '%s') AS %s)", query.Quote(column), l.strptime, strings.ToUpper(string(l.kind)))
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
