package v1alpha1

// PromQL is one number that a Prometheus gives for an expression at the end of each period. It is told as a census:
// without sample size and interval.
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
type PromQL struct {
	// expr in PromQL that gives one series, or a scalar. $__period stands for the length of the window, as in sum(increase(orders_total[$__period])). Without it the value is that of the period's last instant.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Expr string `json:"expr,omitempty"`

	// unit of the value, such as EUR.
	// +optional
	Unit Unit `json:"unit,omitempty"`

	// additive says that the values of periods add up to that of the whole, as sums and counts do. Default: false.
	// +optional
	Additive *bool `json:"additive,omitempty"`

	// preset names the row of the catalogue that this measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}
