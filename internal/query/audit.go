package query

import (
	"time"
)

// AuditResult is what one look at a dataset found, before any indicator reads it.
type AuditResult struct {
	// Read counts the rows of the table or query.
	Read int64
	// Dropped tells, for each named filter in order, the rows it dropped of those left by its predecessors.
	Dropped []Drop
	// NoTime counts rows left whose time column (start, for intervals) is NULL.
	NoTime int64
	// Outside counts rows left that lie in none of the audited periods.
	Outside int64
	// NoEntity counts, by entity name, rows left whose key of that entity is NULL.
	// Per-entity measures leave such rows out.
	NoEntity map[string]int64
	// PeriodRows counts rows left in each audited period: events in it, intervals that touch it,
	// rows of its last snapshot. For an undated dataset it holds one number.
	PeriodRows []int64
	// Watermark is the newest freshness value of the rows read; nil without one.
	Watermark *time.Time
}

// Drop is what one named filter dropped.
type Drop struct {
	Filter string
	// False counts rows for which the filter is false, Null those for which it is NULL.
	False, Null int64
}

// Audit writes the statement that counts a dataset's rows: read, dropped by each filter, without
// time, in each of the periods (in order, disjoint); and its watermark. zone is the periods' time zone.
func Audit(dialect Dialect, rows RowSet, periods []Window, zone string) (Statement, func(*Table) (AuditResult, error), error) {
	return Statement{}, nil, nil
}

// Duplicates writes the statement that counts the surplus rows of the primary key: rows after the
// filters and within span less distinct keys. span is ignored for undated and interval datasets.
// A dataset without a primary key has a zero Statement.
func Duplicates(dialect Dialect, rows RowSet, span Window, zone string) (Statement, func(*Table) (int64, error), error) {
	return Statement{}, nil, nil
}
