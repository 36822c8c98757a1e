package v1alpha1

// Composite joins the published values of other indicators into one number from 0 to 100, period by period.
type Composite struct {
	// method is Arithmetic (a gain in one part makes up for a loss in another) or Geometric (it does so less and less).
	// +required
	// +kubebuilder:validation:Enum=Arithmetic;Geometric
	Method string `json:"method,omitempty"`

	// parts are CPIs of the namespace with the same time zone and the same grain or a shorter one, of which the last period to end in the composite's counts. Their weights add up to 100%.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=2
	// +kubebuilder:validation:MaxItems=16
	Parts []CompositePart `json:"parts,omitempty"`

	// missingPart says what follows when a part has no value that can be acted on: NoValue. It is never silently weighed anew.
	// +required
	// +kubebuilder:validation:Enum=NoValue
	MissingPart string `json:"missingPart,omitempty"`
}

// CompositePart is one indicator of a composite.
type CompositePart struct {
	// cpiRef names the CPI.
	// +required
	CPIRef LocalReference `json:"cpiRef,omitzero"`

	// weight of the part, such as 40%.
	// +required
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 40%"
	Weight Value `json:"weight,omitempty"`

	// goalposts map the CPI's value to 0–100; beyond them it is cut off.
	// +required
	Goalposts Goalposts `json:"goalposts,omitzero"`
}

// Goalposts are the values that count 0 and 100, written like the CPI's thresholds. Where lower is better, worst is the larger one.
type Goalposts struct {
	// worst value: 0.
	// +required
	Worst *Value `json:"worst,omitempty"`

	// best value: 100.
	// +required
	Best *Value `json:"best,omitempty"`
}
