package v1alpha1

// Precomputed takes values that something else has computed: one row for each period, and for each segment of a
// breakdown. NULL in a breakdown's column means all, as ROLLUP and CUBE write it: the total's row has NULL in every one.
// More than one row is an error, for nobody can say how to join two values.
// +kubebuilder:validation:XValidation:rule="has(self.lower) == has(self.upper)",message="lower and upper go together"
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
type Precomputed struct {
	// value column.
	// +required
	Value Identifier `json:"value,omitempty"`

	// lower end of the interval, a column. The confidence level is that of quality.confidenceLevel.
	// +optional
	Lower Identifier `json:"lower,omitempty"`

	// upper end of the interval, a column.
	// +optional
	Upper Identifier `json:"upper,omitempty"`

	// sampleSize column. Without it the value is told as a census, of which nothing is known but the value.
	// +optional
	SampleSize Identifier `json:"sampleSize,omitempty"`

	// format is Percent or Number; how people read it. Default: Number.
	// +optional
	// +kubebuilder:validation:Enum=Percent;Number
	Format string `json:"format,omitempty"`

	// unit of the value, such as EUR.
	// +optional
	Unit Unit `json:"unit,omitempty"`

	// preset names the row of the catalogue that this measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}
