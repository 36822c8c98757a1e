package v1alpha1

// BiasCheck asks whether those who answered stand for those who were asked. It can warn; it cannot prove that answers are unbiased.
type BiasCheck struct {
	// check is LateAnswers (value of late answers less that of early ones) or Composition (the largest standardised difference in the shares of a column's values between those who answered and those asked).
	// +required
	// +kubebuilder:validation:Enum=LateAnswers;Composition
	Check string `json:"check,omitempty"`

	// column that a composition is compared by.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Column string `json:"column,omitempty"`

	// value of the column that differs most.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Value string `json:"value,omitempty"`

	// difference is told of late answers in the unit of the result, of a composition in standard deviations.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Difference string `json:"difference,omitempty"`

	// lower end of the difference's interval, of late answers.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper end of the difference's interval, of late answers.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`

	// n is how many answers it rests on.
	// +optional
	N *int64 `json:"n,omitempty"`

	// suspicious says that the interval of late answers excludes zero, or a composition differs by more than 0.1.
	// +optional
	Suspicious *bool `json:"suspicious,omitempty"`

	// reason why there is no verdict.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}
