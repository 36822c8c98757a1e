// Package alert decides what an indicator's numbers mean: which conditions hold, which alerts are
// active and when either changes by time alone. It is pure: a plain view and an instant in, decisions
// out. The controllers turn the same decisions into conditions and into the cpi_alert series, so that
// the two can never tell different stories.
package alert

import (
	"cmp"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/promise"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// Kind of an object that alerts speak of.
type Kind string

const (
	CPI    Kind = "CPIDefinition"
	KPI    Kind = "KPITarget"
	Source Kind = "DataSource"
	Link   Kind = "CPILinkage"
)

// Indicator is everything the decisions look at. Numbers are in base units: shares are ratios 0–1.
type Indicator struct {
	Kind  Kind
	Name  string
	Title string
	Team  string
	// GoalOn names the CPI whose numbers a KPITarget judges; empty for one with a measure of its own.
	GoalOn string
	// Formula identifies the formula in force; a result of another one is not judged.
	Formula string

	Direction measure.Direction
	Unit      string
	// Percent: people read the ratio as a percentage.
	Percent       bool
	MinSampleSize int64
	Confidence    float64 // 0–1
	// Period is nil for an undated dataset.
	Period *plan.Period
	// Location of the periods; targets' dates are days there.
	Location *time.Location

	Thresholds Thresholds
	Benchmark  *Benchmark
	Overrides  []Override
	Targets    []Target
	Promise    *promise.Terms // of a CPIDefinition; nil if none is made
	Review     *Review
	Guards     *Guards // of a KPITarget
	// Chances that linkages give its targets, of a KPITarget; AtRiskBelow is the one below which a target is at risk, 0–1.
	Chances     []Chance
	AtRiskBelow float64
	// MinResponse is the share of those asked who should answer, 0–1; 0 if none is declared.
	MinResponse float64
	Telling     Telling
	// Imbalances of the portfolio that a KPITarget stands in.
	Imbalances []Imbalance

	// FreshWithin is how old the newest load of the data may be; 0 if not declared.
	FreshWithin time.Duration
	Result      *Result
	Attempt     *Attempt
	Source      SourceRuns
}

// CPI whose numbers are judged; empty for a KPITarget with a measure of its own.
func (in *Indicator) CPI() string {
	if in.Kind == CPI {
		return in.Name
	}
	return in.GoalOn
}

// Thresholds are levels from which on a value is worth telling; nil means none.
type Thresholds struct{ Warning, Critical *float64 }

// None reports whether no level is set.
func (t Thresholds) None() bool { return t.Warning == nil && t.Critical == nil }

// Override gives a segment its own team and thresholds.
type Override struct {
	Match      map[string]string
	Team       string
	Thresholds Thresholds
}

// Target is a bound with a date: exactly one of From and By is set, to the first instant of its day.
type Target struct {
	From, By time.Time
	Bound    Bound
	// FiscalYear judges the sum since the fiscal year began.
	FiscalYear bool
	Overrides  []TargetOverride
}

// TargetOverride is another bound for a segment.
type TargetOverride struct {
	Match map[string]string
	Bound Bound
}

// Result is the last good result.
type Result struct {
	Formula   string
	Variant   string
	Periods   []plan.PeriodResult // oldest first
	Segments  []Segment           // of the latest mature period
	Watermark *time.Time          // newest load seen in the data
	History   *plan.History       // what the mature periods say of the latest; nil if nothing
}

// Segment is a part's estimate in the latest mature period.
type Segment struct {
	By      []string
	Values  []string // (none) is NULL
	Current plan.PeriodResult
	// Previous is the same part in the mature period before; nil if it is not known.
	Previous *plan.PeriodResult
}

// Attempt is the outcome of the last try.
type Attempt struct {
	Formula string
	Failed  bool
	Reason  string
	Message string
	Since   time.Time // since when the outcome has been the same
	Kills   int       // runs in a row that died while computing it
}

// SourceRuns is how runs on the data source go.
type SourceRuns struct {
	Name string
	// Schedule gives the next run after an instant; nil if unknown.
	Schedule Schedule
	// LastSuccess is when a run last reached the data; Created stands in before the first.
	LastSuccess *time.Time
	Created     time.Time
	Suspended   bool
	// Failed: the last run did not reach the data, for Reason, since FailedSince.
	Failed      bool
	Reason      string
	FailedSince time.Time
}

// Schedule is a clock of runs, as a parsed cron expression is.
type Schedule interface{ Next(time.Time) time.Time }

// maxRunTime is how long a run is waited for beyond its due time; a quarter of the interval where that is less.
const maxRunTime = 30 * time.Minute

// runsAfter is when so many runs due after t have had time to end; the zero time if there is no schedule.
func (s SourceRuns) runsAfter(t time.Time, runs int) time.Time {
	if s.Schedule == nil {
		return time.Time{}
	}
	for range runs {
		if t = s.Schedule.Next(t); t.IsZero() {
			return t
		}
	}
	following := s.Schedule.Next(t)
	if following.IsZero() {
		return following
	}
	return t.Add(min(maxRunTime, following.Sub(t)/4))
}

// Current reports whether there is a result of the formula in force.
func (in *Indicator) Current() bool {
	return in.Result != nil && in.Result.Formula == in.Formula
}

// Judged is the period that decisions speak of: the latest mature one of the formula in force, or nil.
func (in *Indicator) Judged() *plan.PeriodResult {
	if !in.Current() {
		return nil
	}
	for i := len(in.Result.Periods) - 1; i >= 0; i-- {
		if p := &in.Result.Periods[i]; mature(p.State) {
			return p
		}
	}
	return nil
}

// Shown is the period people see: the judged one or, before any is mature, the latest there is.
func (in *Indicator) Shown() *plan.PeriodResult {
	if p := in.Judged(); p != nil || !in.Current() || len(in.Result.Periods) == 0 {
		return p
	}
	periods := in.Result.Periods
	for i := len(periods) - 1; i >= 0; i-- {
		if periods[i].State == plan.Maturing {
			return &periods[i]
		}
	}
	return &periods[len(periods)-1]
}

// Explained is the period that segments and waterfall are of: the latest mature one whose data are there and not suspect or,
// before any is, the last. It is nil without a result.
func (in *Indicator) Explained() *plan.PeriodResult {
	if !in.Current() || len(in.Result.Periods) == 0 {
		return nil
	}
	return cmp.Or(state.LatestMature(in.Result.Periods), &in.Result.Periods[len(in.Result.Periods)-1])
}

func mature(s plan.State) bool {
	return s == plan.Mature || s == plan.Settled || s == plan.Undated
}

// segment finds the part that match names, or nil.
func (in *Indicator) segment(match map[string]string) *Segment {
	if !in.Current() {
		return nil
	}
	for i := range in.Result.Segments {
		s := &in.Result.Segments[i]
		if len(s.By) != len(match) || len(s.Values) != len(s.By) {
			continue
		}
		same := true
		for j, column := range s.By {
			if value, named := match[column]; !named || value != s.Values[j] {
				same = false
			}
		}
		if same {
			return s
		}
	}
	return nil
}
