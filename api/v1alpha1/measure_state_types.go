package v1alpha1

// Churn of customers.
type Churn struct {
	// entity that churns: customers, not their subscriptions.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// definition is OpeningCohort (lost of those open at the start; default), AllLostOverOpening, AverageBase or Hazard.
	// +optional
	// +kubebuilder:validation:Enum=OpeningCohort;AllLostOverOpening;AverageBase;Hazard
	Definition string `json:"definition,omitempty"`

	// toleratedGap bridges a pause: a customer back within it was never lost.
	// +optional
	ToleratedGap Duration `json:"toleratedGap,omitempty"`
}

// Retention of the opening cohort.
type Retention struct {
	// entity that is retained.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// toleratedGap bridges a pause.
	// +optional
	ToleratedGap Duration `json:"toleratedGap,omitempty"`
}

// RevenueRetention of opening customers.
type RevenueRetention struct {
	// entity that pays.
	// +required
	Entity Identifier `json:"entity,omitempty"`

	// amount column of recurring revenue.
	// +required
	Amount Identifier `json:"amount,omitempty"`

	// form is Net, which counts expansion, or Gross, which caps each customer at its opening revenue.
	// +required
	// +kubebuilder:validation:Enum=Net;Gross
	Form string `json:"form,omitempty"`

	// unit of the amount, such as EUR.
	// +required
	Unit Unit `json:"unit,omitempty"`
}

// Renewal of contracts, attributed to the period in which they fall due.
// +kubebuilder:validation:XValidation:rule="has(self.value) == has(self.unit)",message="value and unit go together"
type Renewal struct {
	// decision says which texts mean what.
	// +required
	Decision RenewalDecision `json:"decision,omitzero"`

	// decidedAt is the column with the time of the decision. A decision in the future is not one yet.
	// +optional
	DecidedAt Identifier `json:"decidedAt,omitempty"`

	// grace after the due date, at the end of which an undecided contract counts as lost.
	// +required
	Grace Duration `json:"grace,omitempty"`

	// value column: weigh contracts by it. Without it each contract counts once.
	// +optional
	Value Identifier `json:"value,omitempty"`

	// unit of the value, such as EUR.
	// +optional
	Unit Unit `json:"unit,omitempty"`
}

// RenewalDecision maps a column's texts to outcomes. NULL is undecided; any other text is rejected and counted.
type RenewalDecision struct {
	// column with the outcome.
	// +required
	Column Identifier `json:"column,omitempty"`

	// renewed texts.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=128
	Renewed []string `json:"renewed,omitempty"`

	// lost texts.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=128
	Lost []string `json:"lost,omitempty"`

	// notDue texts: left out altogether, such as contracts we cancelled.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=128
	NotDue []string `json:"notDue,omitempty"`
}
