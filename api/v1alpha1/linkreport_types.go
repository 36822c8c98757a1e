package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ReportLink is what a run found of a claim. Numbers are decimal strings, differences in the KPI's unit; an absent number
// is unknown, never zero. It never says that one thing causes another.
type ReportLink struct {
	// requestHash of the claim that was tested.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// changedTime is when the findings last changed.
	// +optional
	ChangedTime *metav1.Time `json:"changedTime,omitempty"`

	// asOf is the instant of the run that last changed the findings; a run of an earlier one does not replace them.
	// +optional
	AsOf *metav1.Time `json:"asOf,omitempty"`

	// restatement is the value of the linkage's restate annotation that these findings honour.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Restatement string `json:"restatement,omitempty"`

	// unit of the KPI; absent for plain numbers.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Unit string `json:"unit,omitempty"`

	// confidenceLevel of the intervals, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	ConfidenceLevel string `json:"confidenceLevel,omitempty"`

	// drivers in the order of the claim.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Drivers []LinkFinding `json:"drivers,omitempty"`

	// influence shares out what the drivers explain together.
	// +optional
	Influence *LinkInfluence `json:"influence,omitempty"`

	// forecast of the KPI from its drivers.
	// +optional
	Forecast *LinkForecast `json:"forecast,omitempty"`

	// divergence judges the guardrails in the last periods.
	// +optional
	Divergence *LinkDivergence `json:"divergence,omitempty"`

	// series that were compared.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=18
	Series []LinkSeries `json:"series,omitempty"`

	// warnings about the data, for people.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=512
	Warnings []string `json:"warnings,omitempty"`
}

// LinkFinding is what was found of one driver.
type LinkFinding struct {
	// driver is the name of the CPI.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Driver string `json:"driver,omitempty"`

	// verdict is Supported, NotSupported (an effect that matters is ruled out), Conflicting or InsufficientData (absence of evidence).
	// +required
	// +kubebuilder:validation:Enum=Supported;NotSupported;Conflicting;InsufficientData
	Verdict string `json:"verdict,omitempty"`

	// reason in one word where the verdict needs one.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// sentence says it all in words.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Sentence string `json:"sentence,omitempty"`

	// effect is the headline: of customers where they were compared, else of periods.
	// +optional
	Effect *LinkEffect `json:"effect,omitempty"`

	// p of the headline's test.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// q is p after correction for all links of the KPI.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Q string `json:"q,omitempty"`

	// needed is how many customers in each cohort, or periods, would be enough.
	// +optional
	Needed *int64 `json:"needed,omitempty"`

	// minEffect that the verdict was held to, in the KPI's unit.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	MinEffect string `json:"minEffect,omitempty"`

	// customers compared.
	// +optional
	Customers *LinkCustomers `json:"customers,omitempty"`

	// periods compared.
	// +optional
	Periods *LinkPeriods `json:"periods,omitempty"`
}

// LinkEffect is a difference of the KPI with its interval.
type LinkEffect struct {
	// level is Customers or Periods.
	// +required
	// +kubebuilder:validation:Enum=Customers;Periods
	Level string `json:"level,omitempty"`

	LinkInterval `json:",inline"`

	// per is the step of the CPI that goes with it, in the CPI's unit; absent between cohorts.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Per string `json:"per,omitempty"`

	// lag is by how many periods the KPI follows; absent between cohorts.
	// +optional
	Lag *int32 `json:"lag,omitempty"`

	// n is customers compared, or periods aligned.
	// +optional
	N *int64 `json:"n,omitempty"`

	// adjusted names what was held constant.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=128
	Adjusted []string `json:"adjusted,omitempty"`
}

// LinkInterval is a number with its interval.
type LinkInterval struct {
	// value of the estimate.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Value string `json:"value,omitempty"`

	// lower end of the interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper end of the interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`
}

// LinkPeriods compares series.
type LinkPeriods struct {
	// reason why nothing was compared.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// n is how many pairs of periods were aligned.
	// +optional
	N *int32 `json:"n,omitempty"`

	// lag is by how many periods the KPI follows.
	// +optional
	Lag *int32 `json:"lag,omitempty"`

	// differenced says that changes were compared rather than values.
	// +optional
	Differenced *bool `json:"differenced,omitempty"`

	// deseasonalised says that what repeats every year was taken out.
	// +optional
	Deseasonalised *bool `json:"deseasonalised,omitempty"`

	// slope of the KPI on the CPI, per unit of the CPI.
	// +optional
	Slope *LinkInterval `json:"slope,omitempty"`

	// p of the test.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// reverse is the p value of the KPI going before the CPI.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Reverse string `json:"reverse,omitempty"`

	// lags are the evidence at each lag, for a plot.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Lags []LinkLag `json:"lags,omitempty"`

	// method in words.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Method string `json:"method,omitempty"`

	// warnings for people.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MaxLength=512
	Warnings []string `json:"warnings,omitempty"`
}

// LinkLag is the evidence at one lag.
type LinkLag struct {
	// lag in periods.
	// +required
	// +kubebuilder:validation:Minimum=0
	Lag *int32 `json:"lag,omitempty"`

	// statistic of the test at this lag.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Statistic string `json:"statistic,omitempty"`

	// band within which it lies by chance.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Band string `json:"band,omitempty"`
}

// LinkSeries is an indicator's values as they were compared: in the KPI's grain, of rows that no two periods share.
type LinkSeries struct {
	// kind is CPIDefinition or KPITarget.
	// +required
	// +kubebuilder:validation:Enum=CPIDefinition;KPITarget
	Kind string `json:"kind,omitempty"`

	// name of the object.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// requestHash of the formula as it was computed here.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// attributeOutcomeTo is DecidedAt for the KPI once more, its outcomes in the period in which they were decided: that series was compared.
	// +optional
	// +kubebuilder:validation:Enum=DecidedAt
	AttributeOutcomeTo string `json:"attributeOutcomeTo,omitempty"`

	// periods of the series, oldest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=400
	Periods []PeriodValue `json:"periods,omitempty"`

	// reason why there is no series.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}
