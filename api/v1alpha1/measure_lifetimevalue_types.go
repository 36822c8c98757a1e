package v1alpha1

// LifetimeValue is what a customer is worth, as of the end of each period; it reads every row before.
// +kubebuilder:validation:XValidation:rule="self.model == 'BGNBD' || !(has(self.timeUnit) || has(self.calibration))",message="timeUnit and calibration go with model BGNBD"
// +kubebuilder:validation:XValidation:rule="self.model != 'BGNBD' || has(self.timeUnit) && has(self.horizon)",message="model BGNBD needs timeUnit and horizon"
// +kubebuilder:validation:XValidation:rule="self.model != 'Historic' || !has(self.horizon) && !has(self.discountRate)",message="model Historic looks back: it takes no horizon and no discountRate"
// +kubebuilder:validation:XValidation:rule="self.model == 'Historic' || !(has(self.age) || has(self.cost))",message="age and cost go with model Historic"
// +kubebuilder:validation:XValidation:rule="!has(self.form) || self.form != 'RatioToCost' || self.model == 'Historic' && has(self.cost)",message="form RatioToCost needs model Historic and cost"
// +kubebuilder:validation:XValidation:rule="!has(self.form) || self.form != 'PaybackMonth' || self.model == 'Historic' && has(self.age) && (has(self.cost) || has(self.acquisitionCost))",message="form PaybackMonth needs model Historic, age, and cost or acquisitionCost"
// +kubebuilder:validation:XValidation:rule="!has(self.acquisitionCost) || has(self.form) && self.form == 'PaybackMonth'",message="acquisitionCost goes with form PaybackMonth"
type LifetimeValue struct {
	// model is Historic (what customers have brought so far), Contractual (amount and retention between snapshots)
	// or BGNBD (BG/NBD for purchases, Gamma-Gamma for spend, by maximum likelihood).
	// +required
	// +kubebuilder:validation:Enum=Historic;Contractual;BGNBD
	Model string `json:"model,omitempty"`

	// entity is the customer.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// amount column: margin or revenue of a row; of model Contractual, per period.
	// +required
	Amount Identifier `json:"amount,omitempty"`

	// cost column: what the customer cost in acquisition and care.
	// +optional
	Cost Identifier `json:"cost,omitempty"`

	// form is Value (amount less cost for each customer), RatioToCost (sum of amount / sum of cost) or PaybackMonth (the
	// first month of age, up to age, at whose end amount less cost of a mean customer makes good acquisitionCost).
	// Default: Value.
	// +optional
	// +kubebuilder:validation:Enum=Value;RatioToCost;PaybackMonth
	Form string `json:"form,omitempty"`

	// acquisitionCost is what it costs to win a customer, in the unit, such as 120. Default: what the cost column
	// holds of it.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? self >= 0 : self.matches('^[0-9]+([.][0-9]+)?$')",message="write a number of zero or more, such as 120"
	AcquisitionCost *Value `json:"acquisitionCost,omitempty"`

	// unit of the amount, such as EUR.
	// +required
	Unit Unit `json:"unit,omitempty"`

	// age compares customers at an equal age: only those first seen at least so long ago, with the rows of that
	// time. Default: everything so far, which grows with the customers' age.
	// +optional
	Age Duration `json:"age,omitempty"`

	// timeUnit of the horizon and of the model's parameters. Purchases are counted by day whatever it is: those of one day are one.
	// +optional
	// +kubebuilder:validation:Enum=Day;Week;Month
	TimeUnit string `json:"timeUnit,omitempty"`

	// horizon is how many time units (BGNBD) or periods (Contractual) are looked ahead. Default of Contractual: without end.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	Horizon int32 `json:"horizon,omitempty"`

	// discountRate a year, such as 8%. Default: 0%.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 8%"
	DiscountRate Value `json:"discountRate,omitempty"`

	// calibration bounds the rows that the model learns from.
	// +optional
	Calibration *Calibration `json:"calibration,omitempty"`
}

// Calibration bounds the rows that a model learns from.
type Calibration struct {
	// from this day on customers are taken in: those first seen then or later.
	// +required
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	From string `json:"from,omitempty"`
}
