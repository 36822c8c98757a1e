package v1alpha1

// Index is the weighted mean of several questions about one experience, each mapped from its scale to 0–100,
// as in a customer satisfaction index. Only rows that answer every question count.
// +kubebuilder:validation:XValidation:rule="self.items.all(i, has(i.weight)) || self.items.all(i, !has(i.weight))",message="give every item a weight, or none for equal weights"
// +kubebuilder:validation:XValidation:rule="has(self.scale) || self.items.all(i, has(i.scale))",message="give the index a scale, or every item one of its own"
type Index struct {
	// items are the questions, at least two.
	// +required
	// +listType=map
	// +listMapKey=column
	// +kubebuilder:validation:MinItems=2
	// +kubebuilder:validation:MaxItems=10
	Items []IndexItem `json:"items,omitempty"`

	// scale of the questions that name none of their own.
	// +optional
	Scale *AnswerScale `json:"scale,omitempty"`

	// preset names the row of the catalogue that this index measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`
}

// IndexItem is one question of an index.
type IndexItem struct {
	// column with the answers.
	// +required
	Column Identifier `json:"column,omitempty"`

	// weight of the question, such as 40%. The weights of all items add up to 100%. Default: equal weights.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 40%"
	Weight Value `json:"weight,omitempty"`

	// scale of this question. Default: that of the index.
	// +optional
	Scale *AnswerScale `json:"scale,omitempty"`
}
