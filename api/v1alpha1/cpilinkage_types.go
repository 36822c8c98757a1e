package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CPILinkageSpec claims that CPIs move a KPI. Every run tests the claim on the rows and series at hand.
// +kubebuilder:validation:XValidation:rule="has(self.customerLevel) || has(self.periodLevel)",message="set customerLevel, periodLevel or both: without one there is nothing to test"
type CPILinkageSpec struct {
	// title for people. Default: the titles of drivers and KPI.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Title string `json:"title,omitempty"`

	// description of why the drivers should move the KPI.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Description string `json:"description,omitempty"`

	// owner is told when the verdict changes. Default: the KPI's owner.
	// +optional
	Owner *Owner `json:"owner,omitempty"`

	// kpiRef names the KPITarget that should move; if it is a goal on a CPI, that CPI is what moves.
	// +required
	KPIRef LocalReference `json:"kpiRef,omitzero"`

	// drivers are the CPIs that should move it, each a claim of its own.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(o, o.cpiRef.name == d.cpiRef.name))",message="a CPI may stand only once among the drivers"
	Drivers []LinkDriver `json:"drivers,omitempty"`

	// evidence says where the rows come from: Observational (default), Preregistered (the claim was written down before the rows were there) or Randomised (chance decided who got which experience). Only of the last may one speak of an effect of the change.
	// +optional
	// +kubebuilder:validation:Enum=Observational;Preregistered;Randomised
	Evidence string `json:"evidence,omitempty"`

	// customerLevel tests the claim on single customers, by their rows.
	// +optional
	CustomerLevel *LinkCustomerLevel `json:"customerLevel,omitempty"`

	// periodLevel tests the claim on the values of periods.
	// +optional
	PeriodLevel *LinkPeriodLevel `json:"periodLevel,omitempty"`

	// minEffect is the smallest difference of the KPI that matters. Without it no effect can be ruled out as too small to matter.
	// +optional
	MinEffect *LinkMinEffect `json:"minEffect,omitempty"`

	// alerting says who is told, when and how loudly. Divergence is an alert of the KPITarget.
	// +optional
	Alerting *Alerting `json:"alerting,omitempty"`

	// review of the claim by people.
	// +optional
	Review *Review `json:"review,omitempty"`
}

// LinkDriver is a CPI that should move the KPI.
type LinkDriver struct {
	// cpiRef names the CPIDefinition.
	// +required
	CPIRef LocalReference `json:"cpiRef,omitzero"`

	// expected is Positive if a higher CPI should go with a higher KPI, Negative if with a lower one.
	// +required
	// +kubebuilder:validation:Enum=Positive;Negative
	Expected string `json:"expected,omitempty"`

	// influenceable says that the CPI's owner can change it; only such drivers are named as top actions.
	// +optional
	Influenceable *bool `json:"influenceable,omitempty"`

	// guardrail says that the CPI must not get worse while the KPI is on target.
	// +optional
	Guardrail *LinkGuardrail `json:"guardrail,omitempty"`

	// whatIf is the step of the CPI, such as 5 or -2%, for which effects and what-ifs are told. It is written like the CPI's thresholds. Default: one that suits the unit.
	// +optional
	WhatIf *Value `json:"whatIf,omitempty"`
}

// LinkGuardrail is a limit to how much a CPI may lose.
type LinkGuardrail struct {
	// minWorsening is the smallest loss that counts, written like the CPI's thresholds; of a share, 2% are two percentage points.
	// +required
	MinWorsening *Value `json:"minWorsening,omitempty"`
}

// LinkCustomerLevel compares the KPI of customers with a good experience and of those with a bad one. The experience must come before the outcome.
// +kubebuilder:validation:XValidation:rule="self.index == 'Vouched' || has(self.exposureWindow)",message="index OutcomeDecision and Exposure need exposureWindow: the length of time within which responses count",fieldPath=".exposureWindow"
// +kubebuilder:validation:XValidation:rule="(self.index == 'Exposure') == has(self.followUp)",message="followUp, how long after the exposure the outcome is awaited, goes with index Exposure, which needs it",fieldPath=".followUp"
// +kubebuilder:validation:XValidation:rule="self.index != 'Vouched' || (!has(self.exposureWindow) && !has(self.history))",message="index Vouched is for rows of which some have no time: it takes no exposureWindow and no history",fieldPath=".index"
// +kubebuilder:validation:XValidation:rule="!has(self.collapse) || self.collapse != 'Mean' || has(self.cohorts)",message="collapse Mean needs cohorts: a mean such as 8.5 belongs to no class of the CPI",fieldPath=".cohorts"
type LinkCustomerLevel struct {
	// unit is the entity that is compared, such as account or customer. The datasets of KPI and drivers must all declare it.
	// +required
	Unit Identifier `json:"unit,omitempty"`

	// collapse makes one score of a unit's several responses: the Latest before the index (default), their Mean or the Minimum.
	// +optional
	// +kubebuilder:validation:Enum=Latest;Mean;Minimum
	Collapse string `json:"collapse,omitempty"`

	// cohorts cut the score in two. Default: the CPI's own classes, such as promoters, passives and detractors.
	// +optional
	Cohorts *LinkCohorts `json:"cohorts,omitempty"`

	// index is the instant that divides exposure from outcome. OutcomeDecision looks back from each unit's decision, for renewals.
	// Exposure looks forward from the response, and counts only those whose follow-up is over. Vouched is for rows of which some
	// have no time: the author vouches that the experience came before the outcome, which the data cannot show, and every sentence says so.
	// +required
	// +kubebuilder:validation:Enum=OutcomeDecision;Exposure;Vouched
	Index string `json:"index,omitempty"`

	// exposureWindow is how long before the decision responses count or, with index Exposure, for how long they are collected.
	// +optional
	ExposureWindow Duration `json:"exposureWindow,omitempty"`

	// followUp is how long after the exposure the outcome is awaited; with index Exposure only.
	// +optional
	FollowUp Duration `json:"followUp,omitempty"`

	// history is how far back decisions or exposures are looked for. Default: 730d.
	// +optional
	History Duration `json:"history,omitempty"`

	// stratifyBy compares only units that are alike in these columns, as they were at the index.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	StratifyBy []LinkAttribute `json:"stratifyBy,omitempty"`

	// covariates enter a logistic regression beside the experience.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Covariates []LinkAttribute `json:"covariates,omitempty"`

	// minCohortSize is the smallest cohort that is compared. Default: 30.
	// +optional
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=1000000
	MinCohortSize *int64 `json:"minCohortSize,omitempty"`
}

// LinkCohorts are the units with high scores and those with low ones; what lies between them is counted and not compared.
// Where a low score is the better one, as of effort, low are the units with the better experience.
type LinkCohorts struct {
	// high scores.
	// +required
	High LinkHighScores `json:"high,omitzero"`

	// low scores.
	// +required
	Low LinkLowScores `json:"low,omitzero"`
}

// LinkHighScores is the lower bound of high scores, which belongs to them.
type LinkHighScores struct {
	// atLeast this score, such as 9; of a duration a length of time, such as 2h.
	// +required
	AtLeast *Value `json:"atLeast,omitempty"`
}

// LinkLowScores is the upper bound of low scores, which belongs to them.
type LinkLowScores struct {
	// atMost this score, such as 6.
	// +required
	AtMost *Value `json:"atMost,omitempty"`
}

// LinkAttribute is a column of a dataset.
type LinkAttribute struct {
	// datasetRef names the dataset; it must declare the unit among its entities. Default: the KPI's.
	// +optional
	DatasetRef *LocalReference `json:"datasetRef,omitempty"`

	// column of the dataset.
	// +required
	Column Identifier `json:"column,omitempty"`
}

// LinkPeriodLevel compares the series of KPI and CPI, both computed in the KPI's grain from rows that no two periods share.
type LinkPeriodLevel struct {
	// maxLagPeriods is the most periods by which the KPI may follow the CPI. Default: 6.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=24
	MaxLagPeriods *int32 `json:"maxLagPeriods,omitempty"`

	// history is how many periods are compared, the running one included. Default: 60; of weeks 208, for a season takes three years of mature ones.
	// +optional
	// +kubebuilder:validation:Minimum=12
	// +kubebuilder:validation:Maximum=400
	History *int32 `json:"history,omitempty"`

	// attributeOutcomeTo says in which period an outcome of a renewal counts: DueDate (default), in which the KPI itself counts it. DecidedAt, in which the customer decided, and where nobody did by the end of the grace, in that period; it needs decidedAt. Forecast, targets and guardrails stay with the KPI as it reports itself.
	// +optional
	// +kubebuilder:validation:Enum=DueDate;DecidedAt
	AttributeOutcomeTo string `json:"attributeOutcomeTo,omitempty"`

	// season is Auto (default), which takes out what repeats every year (of days: every week), or None.
	// +optional
	// +kubebuilder:validation:Enum=Auto;None
	Season string `json:"season,omitempty"`
}

// LinkMinEffect is the smallest difference of the KPI that matters, between two cohorts of customers or for a step of the CPI. Exactly one is set.
// +kubebuilder:validation:ExactlyOneOf=absolute;relative
type LinkMinEffect struct {
	// absolute is written like the KPI's targets; of a share, 2% are two percentage points.
	// +optional
	Absolute *Value `json:"absolute,omitempty"`

	// relative to the KPI's value, such as 10%.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 10%"
	Relative *Value `json:"relative,omitempty"`
}

// CPILinkage claims that CPIs move a KPI; the operator tests the claim on the rows and series at hand, at every run, and says what it found. An association is never called a cause.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpilink
// +kubebuilder:printcolumn:name="KPI",type=string,JSONPath=`.spec.kpiRef.name`
// +kubebuilder:printcolumn:name="Strongest",type=string,JSONPath=`.status.summary.driver`
// +kubebuilder:printcolumn:name="Effect",type=string,JSONPath=`.status.summary.effect`
// +kubebuilder:printcolumn:name="Lag",type=string,JSONPath=`.status.summary.lag`
// +kubebuilder:printcolumn:name="Verdict",type=string,JSONPath=`.status.summary.verdict`
// +kubebuilder:printcolumn:name="Stage",type=string,priority=1,JSONPath=`.status.stage`
// +kubebuilder:printcolumn:name="Since",type=date,priority=1,JSONPath=`.status.since`
// +kubebuilder:printcolumn:name="Ready",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Title",type=string,priority=1,JSONPath=`.spec.title`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters"
type CPILinkage struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the claim.
	// +required
	Spec CPILinkageSpec `json:"spec,omitzero"`

	// status is what was found, in short; the IndicatorReport of the same linkage holds it in full.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status CPILinkageStatus `json:"status,omitzero"`
}

// CPILinkageList is a list of CPILinkages.
// +kubebuilder:object:root=true
type CPILinkageList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CPILinkage `json:"items"`
}
