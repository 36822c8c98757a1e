// Package cohort compares customers of a good experience with those of a bad one: whether the same outcome, such as a
// renewal, comes more often among them, as the rows stand and among customers who are otherwise alike. It counts and
// estimates; what follows for a claim is decided elsewhere. All of it is association: nothing here shows a cause.
//
// Shares, differences of shares and probabilities are 0–1, confidence levels too, and two-sided.
package cohort

import "github.com/cpi-operator/cpi-operator/internal/measure/interval"

// Unit stands for N customers (or accounts, or contacts) that are alike in every respect.
type Unit struct {
	// Stratum is the group within which units are compared with each other; not read unless Options name strata.
	Stratum string
	// Covariates are in the order of Options.Covariates. NaN is one that is not known.
	Covariates []float64
	// Level is the unit's cohort, 0 for the worst experience; below 0, or from Options.Levels on, it is in none.
	Level int
	// Score is the experience as a number, NaN if not known. Where all are the same it is not read.
	Score float64
	// Outcome tells whether what the KPI counts has come about.
	Outcome bool
	// N is how many there are; units of none, or less, do not count.
	N int64
}

// Options say what is compared and how.
type Options struct {
	// Levels is how many cohorts there are, at least 2; the last one is the best.
	Levels int
	// Confidence of all intervals.
	Confidence float64
	// Strata and Covariates name what units are alike in, and what is held constant; either may be empty.
	Strata, Covariates []string
	// MinPerCohort is the smallest cohort that is compared.
	MinPerCohort int64
	// MinEffect is the smallest difference of shares that matters, positive; 0 if none is declared.
	MinEffect float64
}

// Finding is all that units tell of a claim. The comparison is of the best cohort against the worst: a positive
// difference is more outcomes among those of the best. Cohorts between the two count in DoseResponse alone.
type Finding struct {
	// Reason is why nothing was compared, empty if it was. Then only counts, and what is still needed, are told.
	Reason Reason
	// Cohorts are all of them, the worst first.
	Cohorts []Count
	// Uncohorted units are in no cohort and were left out.
	Uncohorted int64
	// Crude is the comparison as the rows stand.
	Crude *Effects
	// DoseResponse is a trend over all cohorts, nil for fewer than three that have units.
	DoseResponse *DoseResponse
	// Stratified compares within strata, nil if none are named.
	Stratified *Adjustment
	// Regressed compares at equal covariates, within strata if there are any; nil if no covariates are named.
	Regressed *Adjustment
	// PerScore is what goes with one more unit of Score among all units that have one, at equal covariates and within
	// strata; nil where scores do not differ, or the regression would be refused.
	PerScore *Marginal
	Needed   Needed
}

// Count is a cohort's units, and how many of them have the outcome.
type Count struct {
	N, Outcomes int64
}

// Share is the part of units with the outcome; NaN without any unit.
func (c Count) Share() float64 { return float64(c.Outcomes) / float64(c.N) }

// Effects compare the outcome in the best cohort with that in the worst one.
type Effects struct {
	// RiskDifference is the share in the best cohort less that in the worst, −1 to 1.
	RiskDifference interval.Bounded
	// RelativeRisk is the ratio of both shares, nil where one has no outcomes: its interval does not exist.
	RelativeRisk *interval.Bounded
	// OddsRatio is nil where the data do not bound it.
	OddsRatio *interval.Bounded
	// HalfAdded tells that OddsRatio was taken with ½ added to each count, because one was zero.
	HalfAdded bool
	// P is the probability of a difference at least as large if there were none, by Test.
	P    float64
	Test Test
}

// Test is a test that there is no difference, or none that varies.
type Test string

const (
	ChiSquare             Test = "χ² test"
	FisherExact           Test = "Fisher's exact test"
	CochranMantelHaenszel Test = "Cochran–Mantel–Haenszel test"
	ExactConditional      Test = "exact conditional test"
	LikelihoodRatio       Test = "likelihood-ratio test"
)

// Method is how like is compared with like.
type Method string

const (
	MantelHaenszel Method = "Mantel–Haenszel"
	Logistic       Method = "logistic regression with g-computation"
)

// Adjustment is the comparison among units that are otherwise alike.
type Adjustment struct {
	Method Method
	// By names what was held constant.
	By []string
	// Reason is why there are no effects, empty if there are.
	Reason  Reason
	Effects *Effects
	// N units were compared so.
	N int64
	// Strata were compared; OneSided ones hold units of one cohort only and say nothing.
	Strata, OneSided int
	// Unknown units lack a covariate and were left out.
	Unknown int64
	// Redundant covariates say nothing that the others do not, and were left out of the regression.
	Redundant []string
	// Heterogeneity tells whether strata differ in the effect, nil for fewer than two that are large enough for it.
	Heterogeneity *Heterogeneity
	// SignFlips tells that the crude interval excludes zero while the adjusted difference lies on the other side of it.
	SignFlips bool
}

// Marginal is what goes with one more unit of a score on average, held constant all that the options name.
type Marginal struct {
	// Effect is a difference of shares for one unit of the score.
	Effect interval.Bounded
	P      float64
	N      int64
}

// Reason is why something cannot be told.
type Reason string

const (
	// NoUnits: no unit is in the best or the worst cohort.
	NoUnits Reason = "NoUnits"
	// OneCohortOnly: units are in the best cohort or in the worst, not in both.
	OneCohortOnly Reason = "OneCohortOnly"
	// CohortTooSmall: a cohort is smaller than the minimum.
	CohortTooSmall Reason = "CohortTooSmall"
	// OutcomeConstant: all units that are compared have the outcome, or none has it.
	OutcomeConstant Reason = "OutcomeConstant"
	// NoSharedStratum: no stratum holds units of both cohorts.
	NoSharedStratum Reason = "NoSharedStratum"
	// TooFewEvents: fewer than ten outcomes, or units without it, for each parameter of the regression.
	TooFewEvents Reason = "TooFewEvents"
	// Separation: what is held constant and the cohort tell the outcome of some units for certain; no estimate is finite.
	Separation Reason = "Separation"
	// Collinear: what is held constant tells the cohort, so that nothing is left to compare.
	Collinear Reason = "Collinear"
	// NoConvergence: the regression found no maximum.
	NoConvergence Reason = "NoConvergence"
)
