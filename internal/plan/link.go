package plan

import "time"

// Link is what a run found of a claim. Differences are in the KPI's unit. It never says that one thing causes another.
type Link struct {
	Unit    string          `json:"unit,omitempty"` // of the KPI
	Drivers []DriverFinding `json:"drivers"`
	// Influence shares what the drivers explain together; nil for fewer than two drivers with a series.
	Influence *Influence `json:"influence,omitempty"`
	// Forecast of the KPI from its drivers; nil where the claim is not tested on periods.
	Forecast *Forecast `json:"forecast,omitempty"`
	// Divergence judges the guardrails in the last periods; nil without guardrails.
	Divergence *Divergence `json:"divergence,omitempty"`
	// Series that were compared, oldest first: what a reader can plot, and later runs need not compute again.
	Series   []LinkSeries `json:"series,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
}

// Verdict on a claim.
type Verdict string

const (
	Supported        Verdict = "Supported"
	NotSupported     Verdict = "NotSupported" // an effect that matters is ruled out
	Conflicting      Verdict = "Conflicting"
	InsufficientData Verdict = "InsufficientData" // absence of evidence; says what is missing
)

// DriverFinding is what was found of one driver.
type DriverFinding struct {
	Driver  string  `json:"driver"`
	Verdict Verdict `json:"verdict"`
	// Reason in one word where the verdict needs one: Underpowered, SignFlipsAfterAdjustment, TooFewPeriods …
	Reason string `json:"reason,omitempty"`
	// Sentence says it all in words, for people.
	Sentence string `json:"sentence"`
	// Effect is the headline: of customers where they were compared, else of periods.
	Effect *LinkEffect `json:"effect,omitempty"`
	// P is that of the headline's test, Q after correction for all links of the KPI.
	P *float64 `json:"p,omitempty"`
	Q *float64 `json:"q,omitempty"`
	// Needed is how many customers in each cohort, or periods, would be enough; nil if that is not what is missing.
	Needed    *int64        `json:"needed,omitempty"`
	Customers *CustomerLink `json:"customers,omitempty"`
	Periods   *PeriodLink   `json:"periods,omitempty"`
	// MinEffect that the verdict was held to, in the KPI's unit; nil if none is declared.
	MinEffect *float64 `json:"minEffect,omitempty"`
}

// LinkEffect is a difference of the KPI with its interval.
type LinkEffect struct {
	// Level is Customers or Periods.
	Level string  `json:"level"`
	Value float64 `json:"value"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	// Per is the step of the CPI that goes with it, in the CPI's unit; nil between cohorts.
	Per *float64 `json:"per,omitempty"`
	// Lag is by how many periods the KPI follows; nil between cohorts.
	Lag *int `json:"lag,omitempty"`
	// N is customers compared, or periods aligned.
	N int64 `json:"n"`
	// Adjusted names what was held constant.
	Adjusted []string `json:"adjusted,omitempty"`
}

// Bounded is a number with its interval.
type Bounded struct {
	Value float64 `json:"value"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
}

// CustomerLink compares customers.
type CustomerLink struct {
	Reason string `json:"reason,omitempty"` // why nothing was compared
	// Message says what is wrong and what to do, where the rows could not be had.
	Message string   `json:"message,omitempty"`
	Cohorts []Cohort `json:"cohorts,omitempty"`
	// RiskDifference, RelativeRisk and OddsRatio of the better cohort against the worse one, as they stand.
	RiskDifference *Bounded `json:"riskDifference,omitempty"`
	RelativeRisk   *Bounded `json:"relativeRisk,omitempty"`
	OddsRatio      *Bounded `json:"oddsRatio,omitempty"`
	P              *float64 `json:"p,omitempty"`
	Test           string   `json:"test,omitempty"`
	// DoseResponse is the p value of a trend over all cohorts.
	DoseResponse *float64 `json:"doseResponse,omitempty"`
	// Adjusted are the same within strata, or at equal covariates.
	Adjusted *AdjustedLink `json:"adjusted,omitempty"`
	// Waterfall leads from the units with an outcome to those compared.
	Waterfall []Waterstep `json:"waterfall,omitempty"`
	From      time.Time   `json:"from,omitzero"` // of the indexes
	To        time.Time   `json:"to,omitzero"`
	SQL       string      `json:"sql,omitempty"`
}

// Cohort of customers.
type Cohort struct {
	Name     string `json:"name"`
	N        int64  `json:"n"`
	Outcomes int64  `json:"outcomes"`
}

// AdjustedLink compares like with like.
type AdjustedLink struct {
	Method         string   `json:"method"` // Mantel–Haenszel, or logistic regression with g-computation
	By             []string `json:"by"`
	RiskDifference *Bounded `json:"riskDifference,omitempty"`
	RelativeRisk   *Bounded `json:"relativeRisk,omitempty"`
	OddsRatio      *Bounded `json:"oddsRatio,omitempty"`
	P              *float64 `json:"p,omitempty"`
	// Heterogeneity is the p value of the test that the odds ratio is one and the same in every stratum.
	Heterogeneity *float64 `json:"heterogeneity,omitempty"`
	Strata        int      `json:"strata,omitempty"`
	Reason        string   `json:"reason,omitempty"` // why there is none
}

// PeriodLink compares series.
type PeriodLink struct {
	Reason string `json:"reason,omitempty"` // why nothing was compared
	N      int    `json:"n"`                // aligned pairs
	Lag    *int   `json:"lag,omitempty"`
	// Differenced and Deseasonalised tell what was done before comparing.
	Differenced    bool `json:"differenced,omitempty"`
	Deseasonalised bool `json:"deseasonalised,omitempty"`
	// Slope of the KPI on the CPI Lag periods before, per unit of the CPI.
	Slope *Bounded `json:"slope,omitempty"`
	P     *float64 `json:"p,omitempty"`
	// Reverse is the p value of the KPI going before the CPI.
	Reverse *float64 `json:"reverse,omitempty"`
	// Lags are the evidence at each lag, for a plot.
	Lags     []LagEvidence `json:"lags,omitempty"`
	Method   string        `json:"method,omitempty"`
	Warnings []string      `json:"warnings,omitempty"`
}

// LagEvidence is the evidence at one lag: the statistic, and the band within which it lies by chance.
type LagEvidence struct {
	Lag       int     `json:"lag"`
	Statistic float64 `json:"statistic"`
	Band      float64 `json:"band"`
}

// Influence shares out what several drivers explain together: of the explained variance only.
type Influence struct {
	Method    string           `json:"method"`
	RSquared  float64          `json:"rSquared"`
	N         int              `json:"n"`
	Collinear bool             `json:"collinear,omitempty"` // single coefficients are unstable; shares stay readable
	Shares    []InfluenceShare `json:"shares"`
	// TopActions are the supported drivers with most influence that their owners can change, at most three.
	TopActions []string `json:"topActions,omitempty"`
	Reason     string   `json:"reason,omitempty"`
}

// InfluenceShare is one driver's share.
type InfluenceShare struct {
	Driver string `json:"driver"`
	Bounded
	// Rank from 1; ties share a rank. Stable if nearly all resamples agree.
	Rank   int     `json:"rank"`
	Stable bool    `json:"stable,omitempty"`
	VIF    float64 `json:"vif,omitempty"`
}

// Forecast of the KPI.
type Forecast struct {
	Method string  `json:"method"` // the winner: Naive, SeasonalNaive, Drift or Drivers
	MAE    float64 `json:"mae"`
	// NaiveMAE is that of the best method that knows no driver; BacktestN is of how many forecasts both are.
	NaiveMAE  float64         `json:"naiveMAE"`
	BacktestN int             `json:"backtestN"`
	Level     float64         `json:"level"` // of the prediction intervals
	Coverage  *float64        `json:"coverage,omitempty"`
	Points    []ForecastPoint `json:"points,omitempty"`
	Goals     []GoalChance    `json:"goals,omitempty"`
	WhatIf    []WhatIf        `json:"whatIf,omitempty"`
	Reason    string          `json:"reason,omitempty"` // why there is none
}

// ForecastPoint is the KPI expected in a period.
type ForecastPoint struct {
	Label string    `json:"label"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// Method that did best at this distance.
	Method string `json:"method,omitempty"`
	Bounded
}

// GoalChance is how probable it is that a dated target is met.
type GoalChance struct {
	Goal
	Label       string   `json:"label,omitempty"` // of the period judged
	Probability *float64 `json:"probability,omitempty"`
	// Previous is what it would have been one mature period earlier, had the drivers of today led the forecast; nil where
	// they would not have led it.
	Previous *float64 `json:"previous,omitempty"`
	Reason   string   `json:"reason,omitempty"`
}

// WhatIf is what goes with a step of one driver, all else as forecast.
type WhatIf struct {
	Driver string  `json:"driver"`
	Step   float64 `json:"step"` // in the CPI's unit
	Bounded
	Lag int `json:"lag"`
}

// Divergence tells whether the KPI looks good while its customers do worse.
type Divergence struct {
	// Diverging holds after two evaluations in a row and clears after two clean ones; an evaluation is a mature period.
	Diverging bool   `json:"diverging"`
	Label     string `json:"label,omitempty"` // the period judged last
	Since     string `json:"since,omitempty"`
	// Lost are the guardrails that were worse in LostIn, the latest period that showed it, and Clean how many that could
	// be judged have come after it; empty unless Diverging.
	Lost       []GuardrailState `json:"lost,omitempty"`
	LostIn     string           `json:"lostIn,omitempty"`
	Clean      int              `json:"clean,omitempty"`
	KPIGood    *bool            `json:"kpiGood,omitempty"`
	Guardrails []GuardrailState `json:"guardrails,omitempty"`
	Reason     string           `json:"reason,omitempty"` // why the latest period cannot be judged; Diverging stands
}

// GuardrailState is one guardrail in one period.
type GuardrailState struct {
	Driver       string   `json:"driver"`
	Worse        bool     `json:"worse"`
	Loss         *float64 `json:"loss,omitempty"` // in the CPI's unit, positive is worse
	P            *float64 `json:"p,omitempty"`    // one-sided
	Q            *float64 `json:"q,omitempty"`
	Test         string   `json:"test,omitempty"`
	MinWorsening float64  `json:"minWorsening"`
	Reason       string   `json:"reason,omitempty"`
}

// LinkSeries is an indicator's values as they were compared.
type LinkSeries struct {
	Key
	RequestHash string `json:"requestHash,omitempty"`
	// ByDecision marks the KPI's outcomes in the period of their decision.
	ByDecision bool           `json:"byDecision,omitempty"`
	Periods    []PeriodResult `json:"periods,omitempty"`
	Reason     string         `json:"reason,omitempty"`
}
