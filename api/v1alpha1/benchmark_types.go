package v1alpha1

// Benchmark is the value of somebody else: a competitor, an industry, a study.
type Benchmark struct {
	// value is written like the thresholds.
	// +required
	Value *Value `json:"value,omitempty"`

	// variant is the formula that made it, word for word as this indicator's report tells its own. Where they differ (another scale, form or definition) the two are not compared.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Variant string `json:"variant,omitempty"`

	// source is who published it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Source string `json:"source,omitempty"`

	// date of the survey or publication.
	// +required
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	Date string `json:"date,omitempty"`

	// population it speaks of, such as B2B software, Europe.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	Population string `json:"population,omitempty"`
}
