// Package measure is the catalogue of indicators: for each family the sufficient
// statistics it asks of the data and the pure estimator that turns them into a
// value with its interval. It knows no SQL and no Kubernetes.
package measure

import "time"

// Spec is a resolved measure: exactly one family is set. Shares are ratios 0–1,
// amounts are in Unit, scores in points of their own scale.
type Spec struct {
	NetPromoterScore     *NetPromoterScore     `json:"netPromoterScore,omitempty"`
	CustomerSatisfaction *CustomerSatisfaction `json:"customerSatisfaction,omitempty"`
	CustomerEffortScore  *CustomerEffortScore  `json:"customerEffortScore,omitempty"`
	Share                *Share                `json:"share,omitempty"`
	Aggregate            *Aggregate            `json:"aggregate,omitempty"`
	Ratio                *Ratio                `json:"ratio,omitempty"`
	Churn                *Churn                `json:"churn,omitempty"`
	Retention            *Retention            `json:"retention,omitempty"`
	RevenueRetention     *RevenueRetention     `json:"revenueRetention,omitempty"`
	Renewal              *Renewal              `json:"renewal,omitempty"`
	Index                *Index                `json:"index,omitempty"`
	Precomputed          *Precomputed          `json:"precomputed,omitempty"`
	Duration             *Duration             `json:"duration,omitempty"`
	Composite            *Composite            `json:"composite,omitempty"`
	PromQL               *PromQL               `json:"promql,omitempty"`
	LifetimeValue        *LifetimeValue        `json:"lifetimeValue,omitempty"`
	Rate                 *Rate                 `json:"rate,omitempty"`
	Conversion           *Conversion           `json:"conversion,omitempty"`
}

// NetPromoterScore is the share of promoters (9–10) less that of detractors (0–6), in points −100..100.
type NetPromoterScore struct {
	Score string `json:"score"`
}

// Scale is the closed range of answers a question allows.
type Scale struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// CustomerSatisfaction rates an experience on a declared scale; its forms are different variants, never compared.
type CustomerSatisfaction struct {
	Score string   `json:"score"`
	Scale Scale    `json:"scale"`
	Form  CSATForm `json:"form"`
	Boxes int      `json:"boxes,omitempty"` // for TopBox and Net: how many boxes count from the end of the scale
}

// CSATForm names a variant of customer satisfaction.
type CSATForm string

const (
	CSATTopBox   CSATForm = "TopBox"   // share of answers in the top boxes
	CSATMean     CSATForm = "Mean"     // mean in points of the scale
	CSATRescaled CSATForm = "Rescaled" // mean mapped to 0–100
	CSATNet      CSATForm = "Net"      // top boxes less bottom boxes, −100..100
	CSATBinary   CSATForm = "Binary"   // share of the scale's maximum: thumbs up
)

// CustomerEffortScore asks how much effort (V1, 1–5, lower is better) or how easy (V2, 1–7, higher is better) it was.
type CustomerEffortScore struct {
	Score   string     `json:"score"`
	Version CESVersion `json:"version"`
	Form    CESForm    `json:"form"`
	// Bound of the share form: answers at least it (V2) or at most it (V1) count.
	Bound float64 `json:"bound,omitempty"`
}

// CESVersion is the wording of the effort question; it decides scale and direction.
type CESVersion string

const (
	CESV1 CESVersion = "V1"
	CESV2 CESVersion = "V2"
)

// CESForm names a variant of the customer effort score.
type CESForm string

const (
	CESMean  CESForm = "Mean"
	CESShare CESForm = "Share"
	CESNet   CESForm = "Net" // V2: share ≥6 less share ≤3; V1: share ≤2 less share ≥4; points −100..100
)

// Share is the part of rows (or of kept responses) that meet every condition in Of.
// A row for which one of the columns in Of is NULL satisfies only DoesNotExist.
type Share struct {
	Of []Condition `json:"of"`
	// Less makes it a net, in points −100..100.
	Less       *Opposed    `json:"less,omitempty"`
	Classifier *Classifier `json:"classifier,omitempty"`
	Preset     string      `json:"preset,omitempty"`
	Direction  Direction   `json:"direction"`
}

// Aggregate is a sum, a mean or a count of rows.
type Aggregate struct {
	Function  Function  `json:"function"`
	Column    string    `json:"column,omitempty"` // empty only for Count
	Unit      string    `json:"unit,omitempty"`
	ClusterBy string    `json:"clusterBy,omitempty"` // entity name
	Shrink    *Shrink   `json:"shrink,omitempty"`    // only for Mean, without ClusterBy
	Preset    string    `json:"preset,omitempty"`
	Direction Direction `json:"direction"`
}

// Function of an aggregate.
type Function string

const (
	Sum   Function = "Sum"
	Mean  Function = "Mean"
	Count Function = "Count"
)

// Ratio is Σ numerator / Σ denominator, never the mean of row ratios.
type Ratio struct {
	Numerator   string      `json:"numerator"`
	Denominator string      `json:"denominator"`
	ClusterBy   string      `json:"clusterBy,omitempty"`
	Preset      string      `json:"preset,omitempty"`
	Format      RatioFormat `json:"format,omitempty"`
	Unit        string      `json:"unit,omitempty"`
	Direction   Direction   `json:"direction"`
}

// RatioFormat says how people read a ratio: the exported number is the same.
type RatioFormat string

const (
	FormatNumber  RatioFormat = "Number"
	FormatPercent RatioFormat = "Percent"
)

// Churn is the loss of customers over a period.
type Churn struct {
	Entity     string          `json:"entity"`
	Definition ChurnDefinition `json:"definition"`
	// ToleratedGap bridges a pause: a customer back within it was never lost.
	ToleratedGap time.Duration `json:"toleratedGap,omitempty"`
}

// ChurnDefinition names the numerator and denominator of churn.
type ChurnDefinition string

const (
	OpeningCohort      ChurnDefinition = "OpeningCohort"      // lost of those open at the start / open at the start
	AllLostOverOpening ChurnDefinition = "AllLostOverOpening" // all lost / open at the start
	AverageBase        ChurnDefinition = "AverageBase"        // all lost / mean of open at start and end
	Hazard             ChurnDefinition = "Hazard"             // all lost / customer-time at risk, per customer-month of 30.4375 days
)

// Retention is the share of the opening cohort still open at the end: 1 − churn OpeningCohort.
type Retention struct {
	Entity       string        `json:"entity"`
	ToleratedGap time.Duration `json:"toleratedGap,omitempty"`
}

// RevenueRetention is recurring revenue at the end over that at the start, opening customers only.
type RevenueRetention struct {
	Entity string               `json:"entity"`
	Amount string               `json:"amount"`
	Form   RevenueRetentionForm `json:"form"`
	Unit   string               `json:"unit"`
}

// RevenueRetentionForm is Net (expansion counts) or Gross (each customer capped at its opening revenue).
type RevenueRetentionForm string

const (
	Net   RevenueRetentionForm = "Net"
	Gross RevenueRetentionForm = "Gross"
)

// Renewal is renewed / decided among contracts due in the period.
type Renewal struct {
	Decision  string        `json:"decision"`
	Renewed   []string      `json:"renewed"`
	Lost      []string      `json:"lost"`
	NotDue    []string      `json:"notDue,omitempty"`
	DecidedAt string        `json:"decidedAt,omitempty"`
	Grace     time.Duration `json:"grace"` // undecided after due + grace counts as lost
	Value     string        `json:"value,omitempty"`
	Unit      string        `json:"unit,omitempty"`
}

// Direction says which way is good for the customer (CPI) or the company (KPI).
type Direction string

const (
	HigherIsBetter Direction = "HigherIsBetter"
	LowerIsBetter  Direction = "LowerIsBetter"
)

// Condition is one structured predicate on a column. Values are text; the engine converts them
// to the column's type and binds them as parameters. NULL satisfies only DoesNotExist.
type Condition struct {
	Column   string   `json:"column"`
	Operator Operator `json:"operator"`
	Values   []string `json:"values,omitempty"`
}

// Operator of a condition.
type Operator string

const (
	In           Operator = "In"
	NotIn        Operator = "NotIn"
	AtLeast      Operator = "AtLeast"
	AtMost       Operator = "AtMost"
	GreaterThan  Operator = "GreaterThan"
	LessThan     Operator = "LessThan"
	Exists       Operator = "Exists"
	DoesNotExist Operator = "DoesNotExist"
)
