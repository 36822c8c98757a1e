package v1alpha1

// Measure is the formula of an indicator. Exactly one family is set.
// +kubebuilder:validation:ExactlyOneOf=netPromoterScore;customerSatisfaction;customerEffortScore;share;aggregate;ratio;churn;retention;revenueRetention;renewal;index;rate;conversion;duration;lifetimeValue;composite;precomputed;promql
type Measure struct {
	// netPromoterScore is share of 9–10 less share of 0–6, in points from -100 to 100.
	// +optional
	NetPromoterScore *NetPromoterScore `json:"netPromoterScore,omitempty"`

	// customerSatisfaction is answers on a declared scale, in one of five forms that are never compared with each other.
	// +optional
	CustomerSatisfaction *CustomerSatisfaction `json:"customerSatisfaction,omitempty"`

	// customerEffortScore tells how much effort (V1) or how easy (V2) it was; the version decides the direction.
	// +optional
	CustomerEffortScore *CustomerEffortScore `json:"customerEffortScore,omitempty"`

	// share of rows, or of kept responses, that meet conditions.
	// +optional
	Share *Share `json:"share,omitempty"`

	// aggregate is a sum, a mean or a count.
	// +optional
	Aggregate *Aggregate `json:"aggregate,omitempty"`

	// ratio of two sums.
	// +optional
	Ratio *Ratio `json:"ratio,omitempty"`

	// churn counts customers lost over a period.
	// +optional
	Churn *Churn `json:"churn,omitempty"`

	// retention counts customers of the opening day still there at the end.
	// +optional
	Retention *Retention `json:"retention,omitempty"`

	// revenueRetention is recurring revenue kept from opening customers, net or gross.
	// +optional
	RevenueRetention *RevenueRetention `json:"revenueRetention,omitempty"`

	// renewal is the share of contracts renewed of those due and decided.
	// +optional
	Renewal *Renewal `json:"renewal,omitempty"`

	// index is the weighted mean of several questions, 0–100.
	// +optional
	Index *Index `json:"index,omitempty"`

	// rate of events per exposure, which may stand in another dataset.
	// +optional
	Rate *Rate `json:"rate,omitempty"`

	// conversion is the share of base rows that an outcome follows in time.
	// +optional
	Conversion *Conversion `json:"conversion,omitempty"`

	// duration is how long things take, with honest treatment of those not over.
	// +optional
	Duration *DurationMeasure `json:"duration,omitempty"`

	// lifetimeValue is what a customer is worth.
	// +optional
	LifetimeValue *LifetimeValue `json:"lifetimeValue,omitempty"`

	// composite joins other indicators into one number.
	// +optional
	Composite *Composite `json:"composite,omitempty"`

	// precomputed takes values that something else has computed.
	// +optional
	Precomputed *Precomputed `json:"precomputed,omitempty"`

	// promql is one number that a Prometheus gives at the end of each period. It goes with dataSourceRef.
	// +optional
	PromQL *PromQL `json:"promql,omitempty"`
}

// Preset names a row of the catalogue, such as Churn or RepeatPurchase.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=40
// +kubebuilder:validation:Pattern=`^[A-Z][A-Za-z0-9]*$`
type Preset string

// Direction says which way is better.
// +kubebuilder:validation:Enum=HigherIsBetter;LowerIsBetter
type Direction string

// The directions.
const (
	HigherIsBetter Direction = "HigherIsBetter"
	LowerIsBetter  Direction = "LowerIsBetter"
)

// Aggregate is a sum, a mean or a count of rows.
// +kubebuilder:validation:XValidation:rule="(self.function == 'Count') != has(self.column)",message="Sum and Mean need a column; Count takes none"
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
// +kubebuilder:validation:XValidation:rule="!has(self.shrink) || (self.function == 'Mean' && !has(self.clusterBy))",message="shrink goes with function Mean, without clusterBy",fieldPath=".shrink"
type Aggregate struct {
	// function is Sum, Mean or Count.
	// +required
	// +kubebuilder:validation:Enum=Sum;Mean;Count
	Function string `json:"function,omitempty"`

	// column to sum or average.
	// +optional
	Column Identifier `json:"column,omitempty"`

	// unit of the result, such as EUR.
	// +optional
	Unit Unit `json:"unit,omitempty"`

	// clusterBy is the entity whose rows belong together, so that the interval is honest about repeated customers.
	// +optional
	ClusterBy Identifier `json:"clusterBy,omitempty"`

	// shrink draws the mean of few ratings towards that of all, so that one top mark does not lead the list.
	// +optional
	Shrink *Shrink `json:"shrink,omitempty"`

	// preset names the row of the catalogue that this aggregate measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// Shrink adds ratings that nobody gave: (weight × towards + sum of ratings) / (weight + ratings).
type Shrink struct {
	// towards is the mean rating of everything comparable, such as "3.9".
	// +required
	Towards Value `json:"towards,omitempty"`

	// weight is how many ratings the mean of all counts for, such as 20.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	Weight int32 `json:"weight,omitempty"`

	// scale of the ratings; others are rejected and counted.
	// +required
	Scale AnswerScale `json:"scale,omitzero"`
}

// Unit is a short name of a unit, such as EUR, minutes or contacts.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9_/ -]*$`
type Unit string

// Ratio of two sums, never the mean of row ratios.
// +kubebuilder:validation:XValidation:rule="has(self.direction) || has(self.preset)",message="direction is required unless a preset brings it",fieldPath=".direction"
type Ratio struct {
	// numerator column.
	// +required
	Numerator ColumnReference `json:"numerator,omitzero"`

	// denominator column.
	// +required
	Denominator ColumnReference `json:"denominator,omitzero"`

	// clusterBy is the entity whose rows belong together.
	// +optional
	ClusterBy Identifier `json:"clusterBy,omitempty"`

	// preset names the row of the catalogue that this ratio measures.
	// +optional
	Preset Preset `json:"preset,omitempty"`

	// format is Percent or Number; how people read it. Default: Number.
	// +optional
	// +kubebuilder:validation:Enum=Percent;Number
	Format string `json:"format,omitempty"`

	// unit of the result where it has one, such as EUR per order.
	// +optional
	Unit Unit `json:"unit,omitempty"`

	// direction says which way is better. Default: the preset's.
	// +optional
	Direction Direction `json:"direction,omitempty"`
}

// Condition is one structured predicate. Values are bound as parameters, never spliced into SQL.
// +kubebuilder:validation:XValidation:rule="self.operator in ['Exists', 'DoesNotExist'] ? !has(self.values) : has(self.values)",message="Exists and DoesNotExist take no values; every other operator needs them"
// +kubebuilder:validation:XValidation:rule="!(self.operator in ['AtLeast', 'AtMost', 'GreaterThan', 'LessThan']) || (has(self.values) && size(self.values) == 1)",message="a comparison takes exactly one value"
type Condition struct {
	// column of the dataset.
	// +required
	Column Identifier `json:"column,omitempty"`

	// operator compares the column with the values. NULL satisfies only DoesNotExist.
	// +required
	// +kubebuilder:validation:Enum=In;NotIn;AtLeast;AtMost;GreaterThan;LessThan;Exists;DoesNotExist
	Operator string `json:"operator,omitempty"`

	// values as text, in quotes; the engine converts them to the column's type.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=256
	Values []string `json:"values,omitempty"`
}
