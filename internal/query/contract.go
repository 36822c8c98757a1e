// Package query plans the SQL that yields measures' sufficient statistics: it merges indicators
// that can share a pass over the rows, writes each engine's dialect, and folds the cells that come
// back. It is pure: it runs nothing.
package query

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Dialect of SQL.
type Dialect string

const (
	DuckDB   Dialect = "DuckDB"
	Postgres Dialect = "Postgres"
	// MySQL is the SQL that MySQL 8 and MariaDB 10.6 share, in a session with MySQLSession's settings.
	MySQL Dialect = "MySQL"
)

// Statement is one SELECT with its bound parameters, numbered $1…$n.
// Args are string, int64, float64, bool, time.Time or nil.
type Statement struct {
	SQL  string
	Args []any
	// Positional parameters are each a ?, in order, as MySQL has them.
	Positional bool
}

// Kind is the family a column's database type belongs to.
type Kind string

const (
	KindText      Kind = "Text"
	KindInteger   Kind = "Integer"
	KindNumber    Kind = "Number" // decimal or floating
	KindBoolean   Kind = "Boolean"
	KindDate      Kind = "Date"
	KindTimestamp Kind = "Timestamp" // naive: without zone
	KindInstant   Kind = "Instant"   // with zone
	KindOther     Kind = "Other"
)

// ColumnInfo describes a column of a row set as the database sees it.
type ColumnInfo struct {
	Name string
	Kind Kind
	// Distinct is the number of distinct values, 0 if unknown.
	Distinct int64
}

// RowSet is a dataset as the engine found it.
type RowSet struct {
	Dataset plan.Dataset
	// Columns of the table or query, before Dataset.Columns are applied.
	Columns []ColumnInfo
	// Rows is the number of rows, exact or estimated; 0 if unknown.
	Rows int64
	// Computed are the kinds of Dataset.Columns' expressions by column name, where the engine tells them.
	Computed map[string]Kind
}

// Window is the stretch of time one period's value reads: [Start, End).
type Window struct {
	Start, End time.Time
}

// Ask is one indicator's wish: sums per window, in total and for each breakdown.
type Ask struct {
	// ID is the caller's; groups come back under it.
	ID         int
	Where      []measure.Condition
	Request    measure.Request
	Responses  *plan.Responses
	Breakdowns []plan.Breakdown
	// Windows to compute, in order of their starts; empty only for an undated dataset. They may
	// overlap (trailing windows). Of a state request, a window reaches from the opening instant to
	// the closing one.
	Windows []Window
	// Opening and Closing serve state requests on snapshot datasets, one for each window: the
	// periods whose last snapshot is the state at the window's start and at its end. For September
	// over one month they are August and September; over twelve, September of the year before and
	// September. Other requests ignore them.
	Opening, Closing []Window
	// Other is the second dataset that Request.Follow names.
	Other *RowSet
	// Known is the instant up to which the data is known, at or after every window's end. Of a state
	// request with a tolerated gap, who left less than the gap before it may yet come back, and counts
	// as open; zero if nobody may. Of a request that asks what follows rows, a row within whose time it lies is not
	// over yet; zero if all are.
	Known time.Time
	// TimeZone of the windows' civil boundaries (for DATE columns, which are never shifted).
	TimeZone string
}

// Options bound what Plan may put into one statement.
type Options struct {
	// MaxRowsPerStatement splits statements that sort or join rows (per-entity choices, cluster
	// sums, states) by window, so that each handles about this many rows; 0 means no limit.
	MaxRowsPerStatement int64
}

// Refusal is an ask that cannot be planned, found before any SQL runs.
type Refusal struct {
	ID      int
	Failure plan.Failure
}

// Group is the sums of one window and segment.
type Group struct {
	// Window indexes Ask.Windows; 0 for an undated dataset.
	Window int
	// Breakdown indexes Ask.Breakdowns; -1 is the total.
	Breakdown int
	// Values of the breakdown's columns as text; nil is NULL.
	Values []*string
	Sums   measure.Sums
}

// Batch is one statement that answers one or more asks. An ask that Options split is answered by
// several batches, disjoint in windows or in customers: the caller adds their groups up with Merge. A window and segment
// without rows has no group.
type Batch struct {
	// IDs of the asks it answers.
	IDs       []int
	Shape     Shape
	Statement Statement
	// Fold turns the statement's table into groups by ask ID. Every ask ID is present, with an
	// empty list where no row matched.
	Fold func(*Table) (map[int][]Group, error)
}

// Shape names how a batch's statement works.
type Shape string

const (
	StatCells    Shape = "StatCells"    // group by filter columns (values, or classes of values), segments and period; fold outside
	DictMasks    Shape = "DictMasks"    // filter values or classes with a bit per predicate, joined and AND-ed
	Single       Shape = "Single"       // one indicator, its own WHERE
	PerEntity    Shape = "PerEntity"    // choice or cluster sums within entities first
	Distribution Shape = "Distribution" // each value of a column counted; quantiles outside
	StateSweep   Shape = "StateSweep"   // spells counted by the instants they cover; states folded outside
	Following    Shape = "Following"    // base rows with what follows them, found in one order of entity and time
	StateCompare Shape = "StateCompare" // opening and closing states joined by customer
)

// Table is a query's result by column.
type Table struct {
	Names   []string
	Columns []Vector
	Len     int
}

// Vector is one result column: exactly one of the slices is set, of the table's length.
// Null is nil if no value is NULL.
type Vector struct {
	Ints    []int64
	Floats  []float64
	Strings []string
	Bools   []bool
	Times   []time.Time
	Null    []bool
}
