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

// NetPromoterScore reads answers from 0 to 10; others are rejected and counted, never clamped.
type NetPromoterScore struct {
	// score column.
	// +required
	Score Identifier `json:"score,omitempty"`
}

// CustomerSatisfaction reads answers on a scale.
type CustomerSatisfaction struct {
	// score column.
	// +required
	Score Identifier `json:"score,omitempty"`

	// scale of the question.
	// +required
	Scale AnswerScale `json:"scale,omitzero"`

	// form is the variant.
	// +required
	Form SatisfactionForm `json:"form,omitzero"`
}

// AnswerScale is the closed range of allowed answers.
// +kubebuilder:validation:XValidation:rule="self.min < self.max",message="min must be below max"
type AnswerScale struct {
	// min is the lowest answer.
	// +required
	// +kubebuilder:validation:Minimum=-1000
	// +kubebuilder:validation:Maximum=1000
	Min *int32 `json:"min,omitempty"`

	// max is the highest answer.
	// +required
	// +kubebuilder:validation:Minimum=-1000
	// +kubebuilder:validation:Maximum=1000
	Max *int32 `json:"max,omitempty"`
}

// SatisfactionForm is a variant of customer satisfaction. Exactly one is set.
// +kubebuilder:validation:ExactlyOneOf=topBox;net;mean;rescaled;binary
type SatisfactionForm struct {
	// topBox is share of answers in the top boxes.
	// +optional
	TopBox *Boxes `json:"topBox,omitempty"`

	// net is share in the top boxes less share in as many bottom boxes, in points.
	// +optional
	Net *Boxes `json:"net,omitempty"`

	// mean in points of the scale.
	// +optional
	Mean *EmptyForm `json:"mean,omitempty"`

	// rescaled is the mean mapped to 0–100.
	// +optional
	Rescaled *EmptyForm `json:"rescaled,omitempty"`

	// binary is share of the highest answer, as of thumbs up.
	// +optional
	Binary *EmptyForm `json:"binary,omitempty"`
}

// Boxes counts answers from the end of a scale.
type Boxes struct {
	// boxes from the end of the scale that count.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Boxes int32 `json:"boxes,omitempty"`
}

// EmptyForm is a variant without settings: write {}.
type EmptyForm struct{}

// CustomerEffortScore reads answers to the effort question.
// +kubebuilder:validation:XValidation:rule="!has(self.form.share) || (self.version == 'V1' ? has(self.form.share.atMost) : has(self.form.share.atLeast))",message="share needs atMost with V1 (low effort) and atLeast with V2 (easy)"
type CustomerEffortScore struct {
	// version is V1, which asks how much effort it took (1–5, lower is better), or V2, which asks whether it was made easy (1–7, higher is better).
	// +required
	// +kubebuilder:validation:Enum=V1;V2
	Version string `json:"version,omitempty"`

	// score column.
	// +required
	Score Identifier `json:"score,omitempty"`

	// form is the variant.
	// +required
	Form EffortForm `json:"form,omitzero"`
}

// EffortForm is a variant of the customer effort score. Exactly one is set.
// +kubebuilder:validation:ExactlyOneOf=mean;share;net
type EffortForm struct {
	// mean in points of the scale.
	// +optional
	Mean *EmptyForm `json:"mean,omitempty"`

	// share of answers up to or from a bound.
	// +optional
	Share *ScoreBound `json:"share,omitempty"`

	// net is share of easy answers less share of hard ones, in points.
	// +optional
	Net *EmptyForm `json:"net,omitempty"`
}

// ScoreBound is a bound on answers. Exactly one is set.
// +kubebuilder:validation:ExactlyOneOf=atLeast;atMost
type ScoreBound struct {
	// atLeast this answer counts.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=7
	AtLeast *int32 `json:"atLeast,omitempty"`

	// atMost this answer counts.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=7
	AtMost *int32 `json:"atMost,omitempty"`
}

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
