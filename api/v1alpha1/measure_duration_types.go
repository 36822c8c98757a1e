package v1alpha1

// DurationMeasure is how long things take: first response, resolution, time to value.
// +kubebuilder:validation:XValidation:rule="has(self.elapsed) ? !has(self.start) && !has(self.end) : has(self.end)",message="set elapsed, or end (and start, unless it is the dataset's event time)"
// +kubebuilder:validation:XValidation:rule="self.open != 'Censor' || has(self.form.quantile)",message="open: Censor goes with form quantile (Kaplan-Meier); choose Exclude or CountAsMissedAfterLimit for other forms",fieldPath=".open"
// +kubebuilder:validation:XValidation:rule="self.open != 'CountAsMissedAfterLimit' || has(self.form.shareWithin)",message="open: CountAsMissedAfterLimit goes with form shareWithin",fieldPath=".open"
// +kubebuilder:validation:XValidation:rule="!has(self.elapsed) || self.open != 'Censor'",message="an elapsed column does not tell how long an open case has lasted; name start and end, or choose another open",fieldPath=".open"
type DurationMeasure struct {
	// start column. Default: the dataset's event time.
	// +optional
	Start Identifier `json:"start,omitempty"`

	// end column; NULL while open.
	// +optional
	End Identifier `json:"end,omitempty"`

	// elapsed is a column that holds the time itself, such as business minutes; NULL while open.
	// +optional
	Elapsed *ElapsedColumn `json:"elapsed,omitempty"`

	// form is the variant.
	// +required
	Form DurationForm `json:"form,omitzero"`

	// open says what a case without an end is: Censor (it has lasted at least until the data end), Exclude (left
	// out and counted; it flatters), or CountAsMissedAfterLimit (missed once its time is over, pending before).
	// +required
	// +kubebuilder:validation:Enum=Censor;Exclude;CountAsMissedAfterLimit
	Open string `json:"open,omitempty"`

	// preset names the row of the catalogue that this duration measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: LowerIsBetter; of shareWithin, HigherIsBetter.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// ElapsedColumn is a column of elapsed time.
type ElapsedColumn struct {
	// column of numbers.
	// +required
	Column Identifier `json:"column,omitempty"`

	// unit of the numbers.
	// +required
	// +kubebuilder:validation:Enum=Second;Minute;Hour;Day
	Unit string `json:"unit,omitempty"`
}

// DurationForm is a variant of a duration. Exactly one is set.
// +kubebuilder:validation:ExactlyOneOf=quantile;mean;geometricMean;shareWithin
type DurationForm struct {
	// quantile such as 50% (the median) or 90%.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%') && double(self.replace('%', '')) > 0.0 && double(self.replace('%', '')) < 100.0",message="write a percentage between 0% and 100%, such as 90%"
	Quantile Value `json:"quantile,omitempty"`

	// mean is decided by a few long cases.
	// +optional
	Mean *EmptyForm `json:"mean,omitempty"`

	// geometricMean of times above zero.
	// +optional
	GeometricMean *EmptyForm `json:"geometricMean,omitempty"`

	// shareWithin is the share of cases that took at most so long, such as 4h.
	// +optional
	ShareWithin Duration `json:"shareWithin,omitempty"`
}
