package plan

import (
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// KindLinkage is the kind of a Linkage's key.
const KindLinkage = "CPILinkage"

// Linkage is one resolved claim: which CPIs should move a KPI, and how that is tested on the rows and series at hand.
type Linkage struct {
	Key
	UID         string `json:"uid"`
	RequestHash string `json:"requestHash"`
	// KPI is what should be moved, and Drivers what should move it, each computed for the claim: in periods of the
	// KPI's grain that share no rows.
	KPI     Series   `json:"kpi"`
	Drivers []Driver `json:"drivers"`
	// Moves is the indicator whose values move: of a goal on a CPI, that CPI. Claims on one are one family of tests.
	Moves Key `json:"moves,omitzero"`
	// ByDecision is the KPI as Periods compares it with the drivers, where that is not how it is reported; nil elsewhere.
	ByDecision *ByDecision `json:"byDecision,omitempty"`
	// Other is the second data source that its customers are in, which gives it runs of its own; empty if the KPI's has
	// them all.
	Other string `json:"other,omitempty"`
	// Restatement is what the linkage's restate annotation says; the result that honours it carries it on.
	Restatement string `json:"restatement,omitempty"`
	// Requested is what the linkage's compute-requested annotation says; the attempt that answers it carries it on.
	Requested string `json:"requested,omitempty"`
	// Calendar lays out the KPI's periods; nil if it is undated.
	Calendar *Period `json:"calendar,omitempty"`
	// Customers tests the claim on customers, Periods on series; at least one is set.
	Customers *CustomerLevel `json:"customers,omitempty"`
	Periods   *PeriodLevel   `json:"periods,omitempty"`
	// MinEffect is the smallest difference of the KPI that matters; nil if none is declared.
	MinEffect *MinEffect `json:"minEffect,omitempty"`
	Evidence  Evidence   `json:"evidence"`
	// Confidence of all intervals, 0–1.
	Confidence float64 `json:"confidence"`
	// Goals are the KPI's dated targets, in order of their dates.
	Goals []Goal `json:"goals,omitempty"`
	// Family are the p values of other claims on what Moves, which other runs test: all of them are corrected together.
	Family []float64 `json:"family,omitempty"`
}

// Series is an indicator as a claim reads it.
type Series struct {
	Key
	Title     string            `json:"title,omitempty"`
	Unit      string            `json:"unit,omitempty"`
	Direction measure.Direction `json:"direction,omitempty"`
	// Indicator is computed within the run; nil if its rows are of another source, and then Periods is all there is.
	// Its Frozen are the settled values of earlier runs. Beside Refused it only tells which rows customers have.
	Indicator *Indicator     `json:"indicator,omitempty"`
	Periods   []PeriodResult `json:"periods,omitempty"`
	// Refused says why there is no series.
	Refused *Failure `json:"refused,omitempty"`
}

// ByDecision is a renewal whose contracts count in the period in which they were decided.
type ByDecision struct {
	Series
	// Dataset that Indicator reads: the KPI's own, at the time of decision. A plan has it among its Datasets.
	Dataset Dataset `json:"-"`
}

// Driver is a CPI that should move the KPI.
type Driver struct {
	Series
	// Expected is +1 if a higher CPI should go with a higher KPI, -1 if with a lower one.
	Expected int `json:"expected"`
	// Influenceable says that its owner can change it.
	Influenceable bool `json:"influenceable,omitempty"`
	// Step of the CPI, in its unit, that effects and what-ifs are told for; nil means one that suits the unit.
	Step *float64 `json:"step,omitempty"`
	// Guardrail is set if it must not get worse.
	Guardrail *Guardrail `json:"guardrail,omitempty"`
}

// Guardrail is a CPI that must not get worse while the KPI is on target.
type Guardrail struct {
	// MinWorsening is the smallest loss that counts, in the CPI's unit, 0 or more.
	MinWorsening float64 `json:"minWorsening"`
}

// CustomerLevel tests a claim on single customers: those with a good experience against those with a bad one.
type CustomerLevel struct {
	// Unit is the entity that both datasets name: account, contact, customer.
	Unit string `json:"unit"`
	// Collapse makes one score of a unit's several responses.
	Collapse Collapse `json:"collapse"`
	// High and Low cut the score into cohorts; both nil means the CPI's own classes.
	High *Cut `json:"high,omitempty"`
	Low  *Cut `json:"low,omitempty"`
	// Index says how exposure and outcome are put in order.
	Index Index `json:"index"`
	// Exposure is how long before the index responses count; for Forward, how long responses are collected.
	Exposure time.Duration `json:"exposure,omitempty"`
	// FollowUp is how long after the exposure the outcome is awaited (Forward only).
	FollowUp time.Duration `json:"followUp,omitempty"`
	// History is how far back indexes are looked for.
	History time.Duration `json:"history"`
	// StratifyBy compares like with like; Covariates enter a logistic regression.
	StratifyBy []Attribute `json:"stratifyBy,omitempty"`
	Covariates []Attribute `json:"covariates,omitempty"`
	// MinPerCohort is the smallest cohort that is compared.
	MinPerCohort int64 `json:"minPerCohort"`
}

// Collapse is how several responses of a unit become one score.
type Collapse string

const (
	CollapseLatest  Collapse = "Latest"
	CollapseMean    Collapse = "Mean"
	CollapseMinimum Collapse = "Minimum"
)

// Cut is a bound of a cohort, inclusive.
type Cut struct {
	AtLeast *float64 `json:"atLeast,omitempty"`
	AtMost  *float64 `json:"atMost,omitempty"`
}

// Index is the instant that divides exposure from outcome.
type Index string

const (
	// OutcomeDecision looks back from each unit's decision: renewals.
	OutcomeDecision Index = "OutcomeDecision"
	// Exposure looks forward: responses of a window, outcomes of the follow-up after it, only for whom it is over.
	ForwardExposure Index = "Exposure"
	// Vouched takes the definition's word for it that the exposure came first: undated rows cannot show it.
	Vouched Index = "Vouched"
)

// Attribute is a column of a dataset, as it is at a unit's index instant.
type Attribute struct {
	// Dataset is empty for the KPI's own.
	Dataset string `json:"dataset,omitempty"`
	Column  string `json:"column"`
}

// PeriodLevel tests a claim on the series of both indicators.
type PeriodLevel struct {
	// MaxLag is the most periods by which the KPI may follow the CPI.
	MaxLag int `json:"maxLag"`
	// Season is after how many periods the same comes again: those of a year, of days those of a week; 0 if nothing does.
	Season int `json:"season,omitempty"`
}

// MinEffect is the smallest difference that matters: absolute in the KPI's unit, or relative to its value, 0.1 for a tenth.
type MinEffect struct {
	Absolute *float64 `json:"absolute,omitempty"`
	Relative *float64 `json:"relative,omitempty"`
}

// Evidence says where the rows come from, and what may be said of them.
type Evidence string

const (
	Observational Evidence = "Observational"
	Preregistered Evidence = "Preregistered"
	Randomised    Evidence = "Randomised" // only here one may speak of an effect of the change
)

// Goal is a dated target of the KPI. From stands from that day on, By is judged on the period that contains it.
type Goal struct {
	From    *time.Time `json:"from,omitempty"`
	By      *time.Time `json:"by,omitempty"`
	AtLeast *float64   `json:"atLeast,omitempty"`
	AtMost  *float64   `json:"atMost,omitempty"`
}
