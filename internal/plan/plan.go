// Package plan is the contract between the cluster and the engine: resolved definitions in,
// results out. It holds data only, knows no Kubernetes, and is what compute reads and writes as JSON.
package plan

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// FormatVersion is raised when an older engine could misread a plan.
const FormatVersion = 1

// Plan is the work of one run on one data source.
type Plan struct {
	FormatVersion int `json:"formatVersion"`
	// Run names the run (the Job's name); it appears in results and logs.
	Run string `json:"run"`
	// Now is the instant as of which everything is computed.
	Now    time.Time `json:"now"`
	Source Source    `json:"source"`
	// SourceGeneration tells versions of the source's definition apart.
	SourceGeneration int64 `json:"sourceGeneration,omitempty"`
	// Others are further sources that linkages read.
	Others []Source `json:"others,omitempty"`
	// Datasets by name; an indicator refers to one of them, or two.
	Datasets   []Dataset   `json:"datasets"`
	Indicators []Indicator `json:"indicators"`
	// Linkages are tested last.
	Linkages []Linkage `json:"linkages,omitempty"`
}

// Key identifies an indicator or a linkage within its namespace.
type Key struct {
	Kind string `json:"kind"` // CPIDefinition, KPITarget or CPILinkage
	Name string `json:"name"`
}

// String is Kind/Name.
func (k Key) String() string { return k.Kind + "/" + k.Name }

// Indicator is one resolved definition.
type Indicator struct {
	Key
	UID         string `json:"uid"`
	RequestHash string `json:"requestHash"`
	// Dataset is empty for a measure that reads none.
	Dataset string `json:"dataset,omitempty"`
	// Other names a second dataset that the measure reads; empty if it reads one only. It may be the same one,
	// read under the measure's own conditions.
	Other     string              `json:"other,omitempty"`
	Where     []measure.Condition `json:"where,omitempty"`
	Measure   measure.Spec        `json:"measure"`
	Responses *Responses          `json:"responses,omitempty"`
	// Weighting corrects who answered towards who there is; nil counts every answer alike.
	Weighting *Weighting `json:"weighting,omitempty"`
	// Period is nil for an undated dataset: one value, no trend.
	Period     *Period     `json:"period,omitempty"`
	Breakdowns []Breakdown `json:"breakdowns,omitempty"`
	Quality    Quality     `json:"quality"`
	// Frozen are periods settled in earlier runs under the same request hash: not recomputed. Where the source forgets
	// they are the mature ones too, which are recomputed and must not be lost.
	Frozen []PeriodResult `json:"frozen,omitempty"`
	// FrozenAsOf is the instant up to which changes of rows are known to be in Frozen; nil if unknown.
	FrozenAsOf *time.Time `json:"frozenAsOf,omitempty"`
	// Parts are what a composite joins, in the order of its measure.
	Parts []Part `json:"parts,omitempty"`
	// Full asks for every period anew, frozen ones included.
	Full bool `json:"full,omitempty"`
	// Restatement is what the indicator's restate annotation says; the result that honours it carries it on.
	Restatement string `json:"restatement,omitempty"`
	// Requested is what the indicator's compute-requested annotation says; the attempt that answers it carries it on.
	Requested string `json:"requested,omitempty"`
	// Alone runs it in a statement of its own, after all others: it was in flight when an earlier run was killed.
	Alone bool `json:"alone,omitempty"`
}

// Part is a CPI that a composite joins, with the values that its report holds. If the run computes it too, its new
// values count.
type Part struct {
	Key
	Periods []PeriodResult `json:"periods,omitempty"`
}

// Responses says which of an entity's rows count within a window.
type Responses struct {
	Entity string `json:"entity"`
	Keep   Keep   `json:"keep"`
}

// Keep chooses among several rows of one entity.
type Keep string

const (
	KeepLatest Keep = "Latest"
	KeepFirst  Keep = "First"
	KeepAll    Keep = "All"
)

// Grain is the length of a period.
type Grain string

const (
	Day     Grain = "Day"
	Week    Grain = "Week"
	Month   Grain = "Month"
	Quarter Grain = "Quarter"
	Year    Grain = "Year"
)

// Period lays out the periods of an indicator.
type Period struct {
	Grain Grain `json:"grain"`
	// Window is how many grains a value looks back, told every grain; 1 means the period alone.
	Window int `json:"window"`
	// History is how many periods are kept, the running one included.
	History int `json:"history"`
	// Maturity is how long after its end a period's value may still move by design.
	Maturity time.Duration `json:"maturity"`
	// Settle is how long after maturity late data is still taken in; then the period is frozen.
	Settle               time.Duration `json:"settle"`
	TimeZone             string        `json:"timeZone"`  // IANA name
	WeekStart            time.Weekday  `json:"weekStart"` // of Week
	FiscalYearStartMonth time.Month    `json:"fiscalYearStartMonth"`
}

// Breakdown is one marginal: segments by these columns, crossed only with each other.
type Breakdown struct {
	By []string `json:"by"`
}

// Quality holds a number to a minimum.
type Quality struct {
	// MinSampleSize counts entities where responses name one, rows otherwise.
	MinSampleSize int64 `json:"minSampleSize"`
	// MinSegmentSize suppresses smaller segments, so that nobody can be recognised.
	MinSegmentSize int64   `json:"minSegmentSize"`
	Confidence     float64 `json:"confidence"` // 0–1
	// CollapseRatio: a period with fewer rows than this part of the median of the last complete ones is suspect; 0 switches off.
	CollapseRatio float64 `json:"collapseRatio"`
	// ResponseRate is told beside a survey's value; nil if not asked for.
	ResponseRate *ResponseRate `json:"responseRate,omitempty"`
	// BelieveJumps takes a value far outside its history for what it says at once; otherwise it is suspect until the
	// next period confirms it.
	BelieveJumps bool `json:"believeJumps,omitempty"`
}

// Dataset is a row set at a declared grain.
type Dataset struct {
	Name string `json:"name"`
	// Source names the one of Others that has the rows; empty for the run's own.
	Source string `json:"source,omitempty"`
	// Table or Query: exactly one.
	Table *Table `json:"table,omitempty"`
	Query string `json:"query,omitempty"`
	// Tables a query may read.
	Tables     []string          `json:"tables,omitempty"`
	PrimaryKey []string          `json:"primaryKey,omitempty"`
	Entities   map[string]string `json:"entities,omitempty"` // entity name → column
	Time       Time              `json:"time"`
	Columns    []Column          `json:"columns,omitempty"`
	Filters    []Filter          `json:"filters,omitempty"`
	Freshness  *Freshness        `json:"freshness,omitempty"`
	ChangedAt  string            `json:"changedAt,omitempty"`
	TimeZone   string            `json:"timeZone"` // of naive timestamps; a DATE is never shifted
	// Decided computes Time.Event, which is then DecidedColumn.
	Decided *Decided `json:"decided,omitempty"`
}

// DecidedColumn is the time at which a row of Decided was decided, or its grace was over.
const DecidedColumn = "decided or lapsed"

// Decided puts rows that are due at one time, and decided at another, at the time of their decision: at what column At
// tells where column Decision has a value, and where nothing is told at Due and Grace after it.
type Decided struct {
	Due      string        `json:"due"`
	Decision string        `json:"decision"`
	At       string        `json:"at"`
	Grace    time.Duration `json:"grace"` // against a date, its whole days
	// TimeZone in which a date begins, where Due or At is one and the other is not.
	TimeZone string `json:"timeZone"`
}

// Table names a table of the source.
type Table struct {
	Schema string `json:"schema,omitempty"`
	Name   string `json:"name"`
}

// Time is how rows stand in time; all empty means undated.
type Time struct {
	Event    string `json:"event,omitempty"`
	Start    string `json:"start,omitempty"` // interval [Start, End), End NULL while open
	End      string `json:"end,omitempty"`
	Snapshot string `json:"snapshot,omitempty"`
}

// Undated reports whether rows have no time.
func (t Time) Undated() bool { return t == Time{} }

// Column is a typed expression over the row set's own columns.
type Column struct {
	Name string     `json:"name"`
	Type ColumnType `json:"type"`
	Expr string     `json:"expr"`
}

// ColumnType is what a column's text is safely cast to.
type ColumnType string

const (
	Text      ColumnType = "Text"
	Integer   ColumnType = "Integer"
	Number    ColumnType = "Number"
	Boolean   ColumnType = "Boolean"
	Date      ColumnType = "Date"
	Timestamp ColumnType = "Timestamp"
)

// Filter keeps the rows for which Expr is true; dropped rows are counted by name.
type Filter struct {
	Name string `json:"name"`
	Expr string `json:"expr"`
}

// Freshness is the watermark: a load time, never the event time.
type Freshness struct {
	Column string        `json:"column"`
	Within time.Duration `json:"within"`
}
