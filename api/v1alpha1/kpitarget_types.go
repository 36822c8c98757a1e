package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// KPITargetSpec is an indicator for the company, or a goal on an existing CPI, with dated targets.
// +kubebuilder:validation:XValidation:rule="has(self.cpiRef) ? !has(self.measure) && !has(self.datasetRef) && !has(self.where) && !has(self.responses) && !has(self.period) && !has(self.breakdowns) && !has(self.quality) : has(self.measure) && (has(self.measure.composite) || has(self.measure.promql) ? !has(self.datasetRef) && !has(self.where) && !has(self.responses) && !has(self.breakdowns) : has(self.datasetRef))",message="set either cpiRef alone (a goal on an existing CPI) or datasetRef and measure (an own indicator)"
// +kubebuilder:validation:XValidation:rule="has(self.dataSourceRef) == (has(self.measure) && has(self.measure.promql))",message="measure promql asks the data source that dataSourceRef names; every other measure reads rows and takes no dataSourceRef"
// +kubebuilder:validation:XValidation:rule="!has(self.measure) || has(self.responses) || !(has(self.measure.netPromoterScore) || has(self.measure.customerSatisfaction) || has(self.measure.customerEffortScore) || has(self.measure.index))",message="a survey score needs responses, such as {entity: contact, keep: Latest}: whose answers belong together and which of them count"
// +kubebuilder:validation:XValidation:rule="!has(self.measure) || !((has(self.measure.share) && !has(self.measure.share.less)) || has(self.measure.retention) || has(self.measure.revenueRetention) || has(self.measure.renewal) || has(self.measure.churn) || (has(self.measure.customerSatisfaction) && (has(self.measure.customerSatisfaction.form.topBox) || has(self.measure.customerSatisfaction.form.binary))) || (has(self.measure.customerEffortScore) && has(self.measure.customerEffortScore.form.share)) || (has(self.measure.ratio) && has(self.measure.ratio.format) && self.measure.ratio.format == 'Percent') || has(self.measure.conversion) || (has(self.measure.duration) && has(self.measure.duration.form.shareWithin)) || (has(self.measure.precomputed) && has(self.measure.precomputed.format) && self.measure.precomputed.format == 'Percent')) || self.targets.all(t, (!has(t.atLeast) || (type(t.atLeast) == string && string(t.atLeast).endsWith('%'))) && (!has(t.atMost) || (type(t.atMost) == string && string(t.atMost).endsWith('%'))))",message="this measure is a share: write a percentage such as 80%",fieldPath=".targets"
// +kubebuilder:validation:XValidation:rule="!has(self.measure) || ((has(self.measure.share) && !has(self.measure.share.less)) || has(self.measure.retention) || has(self.measure.revenueRetention) || has(self.measure.renewal) || has(self.measure.churn) || (has(self.measure.customerSatisfaction) && (has(self.measure.customerSatisfaction.form.topBox) || has(self.measure.customerSatisfaction.form.binary))) || (has(self.measure.customerEffortScore) && has(self.measure.customerEffortScore.form.share)) || (has(self.measure.ratio) && has(self.measure.ratio.format) && self.measure.ratio.format == 'Percent') || has(self.measure.conversion) || (has(self.measure.duration) && has(self.measure.duration.form.shareWithin)) || (has(self.measure.precomputed) && has(self.measure.precomputed.format) && self.measure.precomputed.format == 'Percent')) || (has(self.measure.duration) && !has(self.measure.duration.form.shareWithin)) || self.targets.all(t, (!has(t.atLeast) || !(type(t.atLeast) == string && string(t.atLeast).endsWith('%'))) && (!has(t.atMost) || !(type(t.atMost) == string && string(t.atMost).endsWith('%'))))",message="this measure is not a share: write a plain number without %",fieldPath=".targets"
// +kubebuilder:validation:XValidation:rule="!has(self.measure) || !(has(self.measure.duration) && !has(self.measure.duration.form.shareWithin)) || self.targets.all(t, (!has(t.atLeast) || (type(t.atLeast) == string && string(t.atLeast).matches('[smhdw]$'))) && (!has(t.atMost) || (type(t.atMost) == string && string(t.atMost).matches('[smhdw]$'))))",message="this measure is a time: write a duration such as 36h",fieldPath=".targets"
type KPITargetSpec struct {
	// title for people.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Title string `json:"title,omitempty"`

	// description of what the indicator tells and what it does not.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Description string `json:"description,omitempty"`

	// category of the goal.
	// +required
	// +kubebuilder:validation:Enum=Growth;Profit;Productivity;Efficiency;CustomerGoal
	Category string `json:"category,omitempty"`

	// objective names the strategy goal that this serves.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Objective string `json:"objective,omitempty"`

	// owner is told and acts.
	// +required
	Owner Owner `json:"owner,omitzero"`

	// incentivised says that people are paid by it.
	// +optional
	Incentivised *bool `json:"incentivised,omitempty"`

	// cpiRef makes this a goal on an existing CPI of the namespace: no second definition that can drift.
	// +optional
	CPIRef *LocalReference `json:"cpiRef,omitempty"`

	Indicator `json:",inline"`

	// targets in order of their dates.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Targets []Target `json:"targets,omitempty"`

	// atRiskBelow is the chance of meeting a dated target, such as 50% (default), below which in two forecasts in a row somebody is told. Only a forecast by confirmed drivers counts.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%') && double(self.replace('%', '')) > 0.0 && double(self.replace('%', '')) < 100.0",message="write a percentage between 0% and 100%, such as 50%"
	AtRiskBelow *Value `json:"atRiskBelow,omitempty"`

	// alerting says who is told, when and how loudly.
	// +optional
	Alerting *Alerting `json:"alerting,omitempty"`

	// review of the definition by people.
	// +optional
	Review *Review `json:"review,omitempty"`

	// publish says what leaves the cluster's API.
	// +optional
	Publish *Publish `json:"publish,omitempty"`
}

// Target is a bound with a date. from is a standing bound from that day on; by is judged once, on the period that contains it.
// +kubebuilder:validation:ExactlyOneOf=from;by
// +kubebuilder:validation:ExactlyOneOf=atLeast;atMost
type Target struct {
	// from this day on the bound stands, until the next one.
	// +optional
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	From string `json:"from,omitempty"`

	// by this day the bound must be reached.
	// +optional
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	By string `json:"by,omitempty"`

	// atLeast this value.
	// +optional
	AtLeast *Value `json:"atLeast,omitempty"`

	// atMost this value.
	// +optional
	AtMost *Value `json:"atMost,omitempty"`

	// overrides for segments.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Overrides []TargetOverride `json:"overrides,omitempty"`

	// accumulate is FiscalYear to judge the sum since the fiscal year began; only for sums and counts.
	// +optional
	// +kubebuilder:validation:Enum=FiscalYear
	Accumulate string `json:"accumulate,omitempty"`
}

// TargetOverride is another bound for a segment.
// +kubebuilder:validation:ExactlyOneOf=atLeast;atMost
type TargetOverride struct {
	// match names the segment.
	// +required
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=4
	Match map[string]string `json:"match,omitempty"`

	// atLeast this value.
	// +optional
	AtLeast *Value `json:"atLeast,omitempty"`

	// atMost this value.
	// +optional
	AtMost *Value `json:"atMost,omitempty"`
}

// KPITarget is what the company wants: an own indicator or a goal on a CPI, with dated targets.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=kpi
// +kubebuilder:printcolumn:name="Value",type=string,JSONPath=`.status.summary.value`
// +kubebuilder:printcolumn:name="Interval",type=string,JSONPath=`.status.summary.interval`
// +kubebuilder:printcolumn:name="N",type=integer,JSONPath=`.status.summary.n`
// +kubebuilder:printcolumn:name="Period",type=string,JSONPath=`.status.summary.period`
// +kubebuilder:printcolumn:name="Trend",type=string,JSONPath=`.status.summary.trend`
// +kubebuilder:printcolumn:name="Target",type=string,JSONPath=`.status.summary.target`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.summary.state`
// +kubebuilder:printcolumn:name="Ready",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Owner",type=string,priority=1,JSONPath=`.spec.owner.team`
// +kubebuilder:printcolumn:name="Title",type=string,priority=1,JSONPath=`.spec.title`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters"
type KPITarget struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the definition.
	// +required
	Spec KPITargetSpec `json:"spec,omitzero"`

	// status is the result in short; the IndicatorReport of the same indicator holds it in full.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status IndicatorStatus `json:"status,omitzero"`
}

// KPITargetList is a list of KPITargets.
// +kubebuilder:object:root=true
type KPITargetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KPITarget `json:"items"`
}
