package v1alpha1

// Indicator is what a CPIDefinition and a KPITarget share: what is measured, over which periods,
// for whom, and how good the sample must be. Only these fields enter the request hash.
type Indicator struct {
	// datasetRef is the row set that is measured.
	// +optional
	DatasetRef *LocalReference `json:"datasetRef,omitempty"`

	// dataSourceRef is the Prometheus that measure promql asks; no other measure takes it.
	// +optional
	DataSourceRef *LocalReference `json:"dataSourceRef,omitempty"`

	// where restricts the rows; all conditions must hold.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Where []Condition `json:"where,omitempty"`

	// measure is the formula.
	// +optional
	Measure *Measure `json:"measure,omitempty"`

	// responses says which of an entity's rows count; required for survey scores.
	// +optional
	Responses *Responses `json:"responses,omitempty"`

	// weighting corrects who answered towards who there is; for survey scores, index and share that do not keep all answers of one.
	// +optional
	Weighting *Weighting `json:"weighting,omitempty"`

	// period lays out the values in time; required unless the dataset is undated.
	// +optional
	Period *Period `json:"period,omitempty"`

	// breakdowns are values by segment, each on its own; columns are crossed only within one entry.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	Breakdowns []Breakdown `json:"breakdowns,omitempty"`

	// quality holds the sample to a minimum.
	// +optional
	Quality *Quality `json:"quality,omitempty"`
}

// Responses chooses among several rows of one entity.
type Responses struct {
	// entity whose rows belong together, as named by the dataset.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// keep is Latest or First row of the entity in the window, or All of them with errors that allow for it.
	// +required
	// +kubebuilder:validation:Enum=Latest;First;All
	Keep string `json:"keep,omitempty"`
}

// Period lays out an indicator's values in time.
// +kubebuilder:validation:XValidation:rule="!has(self.weekStart) || self.grain == 'Week'",message="weekStart goes with grain Week"
type Period struct {
	// grain is the length of a period.
	// +required
	// +kubebuilder:validation:Enum=Day;Week;Month;Quarter;Year
	Grain string `json:"grain,omitempty"`

	// window is how many grains a value looks back, told every grain. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=366
	Window int32 `json:"window,omitempty"`

	// history is how many periods are kept, the running one included. Default: 24.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=400
	History int32 `json:"history,omitempty"`

	// maturity is how long after its end a period's value still moves by design. Default: derived from the measure.
	// +optional
	Maturity Duration `json:"maturity,omitempty"`

	// settle is how long after maturity late data is taken in; then the period is frozen. Default: one grain.
	// +optional
	Settle Duration `json:"settle,omitempty"`

	// timeZone in which periods begin and end. Default: UTC.
	// +optional
	TimeZone TimeZone `json:"timeZone,omitempty"`

	// weekStart is the first day of a week. Default: Monday.
	// +optional
	// +kubebuilder:validation:Enum=Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday
	WeekStart string `json:"weekStart,omitempty"`

	// fiscalYearStartMonth shifts quarters and years. Default: 1, January.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	FiscalYearStartMonth int32 `json:"fiscalYearStartMonth,omitempty"`
}

// Breakdown asks for values by segment.
type Breakdown struct {
	// by these columns; more than one are crossed.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	By []Identifier `json:"by,omitempty"`
}

// Quality holds a number to a minimum.
type Quality struct {
	// minSampleSize below which a value is flagged and withheld from metrics and alerts. Counts entities where responses name one, rows otherwise. Default: 30.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000000
	MinSampleSize *int64 `json:"minSampleSize,omitempty"`

	// minSegmentSize below which a segment is suppressed, so that nobody can be recognised. Default: 10.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	MinSegmentSize *int64 `json:"minSegmentSize,omitempty"`

	// confidenceLevel of the interval, such as 95%. Default: 95%.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%') && double(self.replace('%', '')) >= 50.0 && double(self.replace('%', '')) < 100.0",message="write a percentage from 50% to below 100%, such as 95%"
	ConfidenceLevel Value `json:"confidenceLevel,omitempty"`

	// collapseBelow is the guard against collapsed rows: a period with fewer rows than this part of the median of the last complete ones, and than chance explains, is a data problem, not a result. Default: 50%; 0% switches the guard off.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 50%"
	CollapseBelow Value `json:"collapseBelow,omitempty"`

	// responseRate of a survey is told beside its value, with what speaks for or against its answers.
	// +optional
	ResponseRate *ResponseRate `json:"responseRate,omitempty"`

	// jumps says what a value far outside its history is: Suspect (a data problem, until the next period lies there too; default) or Believe.
	// +optional
	// +kubebuilder:validation:Enum=Suspect;Believe
	Jumps string `json:"jumps,omitempty"`
}

// Thresholds from which on a value is worth telling. The whole interval must lie beyond one, on the bad side.
// +kubebuilder:validation:MinProperties=1
type Thresholds struct {
	// warning level.
	// +optional
	Warning *Value `json:"warning,omitempty"`

	// critical level.
	// +optional
	Critical *Value `json:"critical,omitempty"`
}

// SegmentOverride gives a segment its own owner and thresholds; only such segments can alert.
type SegmentOverride struct {
	// match names the segment: every column of a breakdown with its value.
	// +required
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=4
	Match map[string]string `json:"match,omitempty"`

	// owner of the segment. Default: the indicator's.
	// +optional
	Owner *Owner `json:"owner,omitempty"`

	// thresholds of the segment. Default: the indicator's.
	// +optional
	Thresholds *Thresholds `json:"thresholds,omitempty"`
}

// Review asks people to look at a definition again.
type Review struct {
	// every so often.
	// +required
	Every Duration `json:"every,omitempty"`

	// lastReviewed is the day of the last review.
	// +optional
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	LastReviewed string `json:"lastReviewed,omitempty"`
}

// Publish says what leaves the cluster's API.
type Publish struct {
	// metrics are All, TotalOnly or None. Default: All.
	// +optional
	// +kubebuilder:validation:Enum=All;TotalOnly;None
	Metrics string `json:"metrics,omitempty"`
}
