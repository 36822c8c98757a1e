package v1alpha1

// Rate is events per exposure: complaints per 1,000 orders, faults per customer and month. n counts the rows of the exposure.
// +kubebuilder:validation:XValidation:rule="has(self.exposure.datasetRef) || has(self.exposure.column)",message="exposure needs datasetRef (its rows are counted), column, or both",fieldPath=".exposure"
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
type Rate struct {
	// events are the sum of a column of whole numbers. Default: rows are counted.
	// +optional
	Events *ColumnReference `json:"events,omitempty"`

	// exposure is what the events are set against, in the same period and segment.
	// +required
	Exposure Exposure `json:"exposure,omitzero"`

	// per so much exposure, such as 1000. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000000
	Per int64 `json:"per,omitempty"`

	// unit of the result, such as per 1000 orders.
	// +optional
	Unit Unit `json:"unit,omitempty"`

	// preset names the row of the catalogue that this rate measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// Exposure is the base of a rate.
// +kubebuilder:validation:XValidation:rule="has(self.datasetRef) || !has(self.where)",message="where goes with datasetRef only: rows of the indicator's own dataset bring their exposure along",fieldPath=".where"
type Exposure struct {
	// datasetRef is a dataset of the same data source, of events or snapshots; it is joined by period and segment only, so
	// it must have the columns of every breakdown. No event is zero only where both datasets have freshness and are loaded.
	// It may be the indicator's own, whose rows then count under where. Default: the rows of the events bring column along.
	// +optional
	DatasetRef *LocalReference `json:"datasetRef,omitempty"`

	// where restricts the rows of datasetRef; all conditions must hold. The indicator's own where does not apply there.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Where []Condition `json:"where,omitempty"`

	// column to sum up, such as customer-months. Default: rows are counted.
	// +optional
	Column Identifier `json:"column,omitempty"`
}
