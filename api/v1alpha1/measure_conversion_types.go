package v1alpha1

// Conversion is the share of base rows that an outcome of the same entity follows in time: bought again within
// 90 days, recognised within 30 days of reaching gold, a visit that ended in a purchase. A base row belongs to
// the period of its own time; the period is mature when the outcome's time is over. Until then only base rows whose time
// is over count; worst and best say how far the others can move the value. Rows without the entity are left out and counted.
type Conversion struct {
	// entity that base and outcome have in common.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// base says which of the indicator's rows count.
	// +required
	Base ConversionBase `json:"base,omitzero"`

	// outcome is what has to follow.
	// +required
	Outcome ConversionOutcome `json:"outcome,omitzero"`

	// within this time of the base the outcome must happen, such as 90d. A day is 24 hours; where base or outcome is a date,
	// days are counted.
	// +required
	Within Duration `json:"within,omitempty"`

	// preset names the row of the catalogue that this conversion measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: HigherIsBetter.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// ConversionBase chooses among an entity's rows.
type ConversionBase struct {
	// occurrence is First (the entity's first row ever, before the history too), FirstInPeriod (its first row in the period's window) or Every row.
	// +required
	// +kubebuilder:validation:Enum=First;FirstInPeriod;Every
	Occurrence string `json:"occurrence,omitempty"`
}

// ConversionOutcome is what has to follow the base.
type ConversionOutcome struct {
	// datasetRef is another dataset of the same data source that has the entity and an event time. Default: the
	// indicator's own dataset, where a later row of the entity is the outcome.
	// +optional
	DatasetRef *LocalReference `json:"datasetRef,omitempty"`

	// where restricts the rows that are an outcome; all conditions must hold. The indicator's own where does not apply to them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Where []Condition `json:"where,omitempty"`

	// after this time at the earliest, such as 1d to leave out split orders. Default: any time after the base; in
	// another dataset also at the same time.
	// +optional
	After Duration `json:"after,omitempty"`

	// absent turns the outcome round: base rows without it count, such as contacts without a further contact within 7 days.
	// +optional
	Absent *bool `json:"absent,omitempty"`
}
