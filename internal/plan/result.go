package plan

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// Result is what one run found for one indicator or linkage. Exactly one of Numbers, Link and Failure is set.
type Result struct {
	FormatVersion int `json:"formatVersion"`
	Key
	UID         string   `json:"uid"`
	RequestHash string   `json:"requestHash"`
	Run         string   `json:"run"`
	Numbers     *Numbers `json:"numbers,omitempty"`
	Link        *Link    `json:"link,omitempty"`
	Failure     *Failure `json:"failure,omitempty"`
}

// Numbers are an indicator's values with what a reader needs to trust them.
type Numbers struct {
	Unit      string            `json:"unit,omitempty"`
	Direction measure.Direction `json:"direction"`
	Variant   string            `json:"variant"`
	// Periods of the total, oldest first, the running one last; one without times if undated.
	Periods []PeriodResult `json:"periods"`
	// Segments of the latest mature period (or the only one, if undated).
	Segments []SegmentResult `json:"segments,omitempty"`
	// SuppressedSegments were smaller than the minimum, or would have given one away; OmittedSegments exceeded the cap.
	SuppressedSegments int         `json:"suppressedSegments,omitempty"`
	OmittedSegments    int         `json:"omittedSegments,omitempty"`
	Waterfall          []Waterstep `json:"waterfall"`
	// SQL yields the sums of the period explained, of this indicator alone: people can read and run it. The
	// run may have merged it with its neighbours'.
	SQL string `json:"sql,omitempty"`
	// Watermark is the newest load time seen, where the dataset declares freshness.
	Watermark *time.Time `json:"watermark,omitempty"`
	Warnings  []string   `json:"warnings,omitempty"`
	// BiasChecks of the period that the waterfall tells of.
	BiasChecks []BiasCheck `json:"biasChecks,omitempty"`
	// History is what the mature values say of the latest; nil if undated or none is mature.
	History *History `json:"history,omitempty"`
}

// PeriodResult is one period's estimate.
type PeriodResult struct {
	// Label reads 2026-09, 2026-W38, 2026-Q3, FY2026 or 2026-09-14; empty if undated.
	Label string    `json:"label,omitempty"`
	Start time.Time `json:"start,omitzero"` // of the period, not of its window
	End   time.Time `json:"end,omitzero"`
	State State     `json:"state"`
	Flag  Flag      `json:"flag,omitempty"`
	// Responded is set where a response rate is asked for.
	Responded *Responded `json:"responded,omitempty"`
	measure.Estimate
}

// State is how final a period's value is.
type State string

const (
	Running  State = "Running"  // the period, or its data, has not ended
	Maturing State = "Maturing" // ended, but the value still moves by design
	Mature   State = "Mature"   // may still take in late data until it settles
	Settled  State = "Settled"  // frozen: no longer recomputed
	Undated  State = "Undated"  // the dataset has no time
)

// Flag says why a value must not be acted on.
type Flag string

const (
	NoData             Flag = "NoData"             // nothing to measure; not zero
	InsufficientSample Flag = "InsufficientSample" // fewer than the minimum sample
	SuspectData        Flag = "SuspectData"        // rows collapsed, or the value jumped far outside history: a data problem first
)

// SegmentResult is a part's estimate in the latest mature period and the one before.
type SegmentResult struct {
	By []string `json:"by"`
	// Values of the By columns; nil is SQL NULL.
	Values   []*string     `json:"values"`
	Current  PeriodResult  `json:"current"`
	Previous *PeriodResult `json:"previous,omitempty"`
	// Standout is set if the current value lies beyond what chance does to a part of this size.
	Standout *Standout `json:"standout,omitempty"`
}

// Standout tells that a segment lies outside a funnel around the overall value.
type Standout struct {
	Side  string  `json:"side"`  // Above or Below
	Level float64 `json:"level"` // of the outermost limit passed: 0.95 or 0.998
	// Dispersion of all segments: about 1 where only chance tells them apart. Well above, limits single out too many.
	Dispersion float64 `json:"dispersion"`
}

// Waterstep is one step from the rows read to those that one value used: that of the latest mature period,
// which the segments are of too, or of the running one if none is mature. The steps between drop rows; a row
// is dropped once, at the first that does. Of a state (churn, retention) the rows used are intervals or
// snapshot rows, not customers.
type Waterstep struct {
	// Step is read, filter/NAME, filter/NAME:null, undated, outside-history (not in the period's window), where,
	// segments (rows that stand for a segment by themselves), rejected/REASON, duplicates, not-first (of a conversion's rows)
	// or used. Those of a second dataset follow, after exposure/ or outcome/; of outcomes, used are those that could follow
	// a base row. Steps that dropped nothing are left out.
	Step string `json:"step"`
	// Rows is how many were read, used, or dropped here.
	Rows int64 `json:"rows"`
}

// Failure is why an indicator has no new numbers. The last good ones stay.
type Failure struct {
	Reason Reason `json:"reason"`
	// Message says what is wrong and what to do, without secrets or row values.
	Message string `json:"message"`
	// Source is true if the cause is the data source, not this indicator: told once, on the DataSource.
	Source bool `json:"source,omitempty"`
}

// Reason classifies a failure.
type Reason string

const (
	SourceUnreachable      Reason = "SourceUnreachable"      // no connection: host, port, network, TLS handshake
	AuthenticationFailed   Reason = "AuthenticationFailed"   // wrong user or password
	SecretMissing          Reason = "SecretMissing"          // the Secret or a key in it is not there
	TLSFailed              Reason = "TLSFailed"              // certificate not trusted, or TLS refused
	PermissionDenied       Reason = "PermissionDenied"       // the role may not read a table
	TableMissing           Reason = "TableMissing"           // a declared table or file is not there
	ColumnMissing          Reason = "ColumnMissing"          // a named column is not there
	FileUnreadable         Reason = "FileUnreadable"         // not the declared format, or cut off
	TypeMismatch           Reason = "TypeMismatch"           // text where a number should be
	WhereInvalid           Reason = "WhereInvalid"           // a value does not fit its column
	QueryRefused           Reason = "QueryRefused"           // user SQL outside what is allowed
	QueryFailed            Reason = "QueryFailed"            // any other error of the database
	QueryTimeout           Reason = "QueryTimeout"           // over limits.queryTimeout
	OutOfMemory            Reason = "OutOfMemory"            // over the pod's memory
	DiskFull               Reason = "DiskFull"               // no room to spill
	PrimaryKeyViolated     Reason = "PrimaryKeyViolated"     // fanned-out join or double load
	SeveralRows            Reason = "SeveralRows"            // more than one row where a precomputed value takes one
	TooManySegments        Reason = "TooManySegments"        // a breakdown beyond any use
	ComputeInterrupted     Reason = "ComputeInterrupted"     // the run ended before this indicator's turn
	EngineCrashed          Reason = "EngineCrashed"          // the engine's child process died
	UnsupportedCombination Reason = "UnsupportedCombination" // the measure cannot read this kind of dataset
)
