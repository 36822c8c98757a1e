package v1alpha1

// Share of rows that meet every condition.
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
type Share struct {
	// of lists the conditions that make a row count. A row with NULL in one of their columns meets only DoesNotExist.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Of []Condition `json:"of,omitempty"`

	// less turns the share into a net in points from -100 to 100: the share of rows that meet of, less the share that
	// meet these conditions. A row that meets both counts for neither.
	// +optional
	Less *OpposedShare `json:"less,omitempty"`

	// classifier corrects the share for the mistakes of whatever labelled the rows.
	// +optional
	Classifier *Classifier `json:"classifier,omitempty"`

	// preset names the row of the catalogue that this share measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// OpposedShare is what a net takes away.
type OpposedShare struct {
	// of lists the conditions that make a row count.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Of []Condition `json:"of,omitempty"`

	// classifier corrects this share.
	// +optional
	Classifier *Classifier `json:"classifier,omitempty"`
}

// Classifier says how often labels are right, as found on rows whose truth is known.
type Classifier struct {
	// sensitivity is the share of rows that should count which the labels find, such as 80%.
	// +required
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 80%"
	Sensitivity Value `json:"sensitivity,omitempty"`

	// specificity is the share of rows that should not count which the labels leave out, such as 90%.
	// +required
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 90%"
	Specificity Value `json:"specificity,omitempty"`

	// checkedOn says on how many rows the two were found, so that the interval allows for it. Default: they are exact.
	// +optional
	CheckedOn *ClassifierSample `json:"checkedOn,omitempty"`
}

// ClassifierSample is the rows of known truth that labels were checked on.
type ClassifierSample struct {
	// positives are the rows that should count.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000000
	Positives int64 `json:"positives,omitempty"`

	// negatives are the rows that should not count.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000000
	Negatives int64 `json:"negatives,omitempty"`
}
