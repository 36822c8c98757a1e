package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CPIDefinitionSpec is an indicator for the customer.
// +kubebuilder:validation:XValidation:rule="has(self.measure) && (has(self.measure.composite) || has(self.measure.promql)) ? !has(self.datasetRef) && !has(self.where) && !has(self.responses) && !has(self.breakdowns) : has(self.datasetRef)",message="datasetRef is required; a composite, which reads other indicators, and promql, which reads a Prometheus, take none, nor where, responses or breakdowns"
// +kubebuilder:validation:XValidation:rule="has(self.dataSourceRef) == (has(self.measure) && has(self.measure.promql))",message="measure promql asks the data source that dataSourceRef names; every other measure reads rows and takes no dataSourceRef"
// +kubebuilder:validation:XValidation:rule="has(self.measure)",message="measure is required"
// +kubebuilder:validation:XValidation:rule="!has(self.measure) || has(self.responses) || !(has(self.measure.netPromoterScore) || has(self.measure.customerSatisfaction) || has(self.measure.customerEffortScore) || has(self.measure.index))",message="a survey score needs responses, such as {entity: contact, keep: Latest}: whose answers belong together and which of them count"
// +kubebuilder:validation:XValidation:rule="!has(self.thresholds) || !has(self.measure) || !((has(self.measure.share) && !has(self.measure.share.less)) || has(self.measure.retention) || has(self.measure.revenueRetention) || has(self.measure.renewal) || has(self.measure.churn) || (has(self.measure.customerSatisfaction) && (has(self.measure.customerSatisfaction.form.topBox) || has(self.measure.customerSatisfaction.form.binary))) || (has(self.measure.customerEffortScore) && has(self.measure.customerEffortScore.form.share)) || (has(self.measure.ratio) && has(self.measure.ratio.format) && self.measure.ratio.format == 'Percent') || has(self.measure.conversion) || (has(self.measure.duration) && has(self.measure.duration.form.shareWithin)) || (has(self.measure.precomputed) && has(self.measure.precomputed.format) && self.measure.precomputed.format == 'Percent')) || ((!has(self.thresholds.warning) || (type(self.thresholds.warning) == string && string(self.thresholds.warning).endsWith('%'))) && (!has(self.thresholds.critical) || (type(self.thresholds.critical) == string && string(self.thresholds.critical).endsWith('%'))))",message="this measure is a share: write a percentage such as 80%",fieldPath=".thresholds"
// +kubebuilder:validation:XValidation:rule="!has(self.thresholds) || !has(self.measure) || ((has(self.measure.share) && !has(self.measure.share.less)) || has(self.measure.retention) || has(self.measure.revenueRetention) || has(self.measure.renewal) || has(self.measure.churn) || (has(self.measure.customerSatisfaction) && (has(self.measure.customerSatisfaction.form.topBox) || has(self.measure.customerSatisfaction.form.binary))) || (has(self.measure.customerEffortScore) && has(self.measure.customerEffortScore.form.share)) || (has(self.measure.ratio) && has(self.measure.ratio.format) && self.measure.ratio.format == 'Percent') || has(self.measure.conversion) || (has(self.measure.duration) && has(self.measure.duration.form.shareWithin)) || (has(self.measure.precomputed) && has(self.measure.precomputed.format) && self.measure.precomputed.format == 'Percent')) || (has(self.measure.duration) && !has(self.measure.duration.form.shareWithin)) || ((!has(self.thresholds.warning) || !(type(self.thresholds.warning) == string && string(self.thresholds.warning).endsWith('%'))) && (!has(self.thresholds.critical) || !(type(self.thresholds.critical) == string && string(self.thresholds.critical).endsWith('%'))))",message="this measure is not a share: write a plain number without %",fieldPath=".thresholds"
// +kubebuilder:validation:XValidation:rule="!has(self.thresholds) || !has(self.measure) || !(has(self.measure.duration) && !has(self.measure.duration.form.shareWithin)) || ((!has(self.thresholds.warning) || (type(self.thresholds.warning) == string && string(self.thresholds.warning).matches('[smhdw]$'))) && (!has(self.thresholds.critical) || (type(self.thresholds.critical) == string && string(self.thresholds.critical).matches('[smhdw]$'))))",message="this measure is a time: write a duration such as 36h",fieldPath=".thresholds"
type CPIDefinitionSpec struct {
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

	// theme says what customers get.
	// +required
	// +kubebuilder:validation:Enum=Time;Convenience;MoneySaved;LoyaltyRecognition;Satisfaction;Advocacy;Loyalty;Value
	Theme string `json:"theme,omitempty"`

	// class is Outcome (the customer got something), Perception (the customer said something) or Commercial.
	// +optional
	// +kubebuilder:validation:Enum=Outcome;Perception;Commercial
	Class string `json:"class,omitempty"`

	// owner is told and acts.
	// +required
	Owner Owner `json:"owner,omitzero"`

	Indicator `json:",inline"`

	// benchmark is somebody else's value, to compare with where that makes sense.
	// +optional
	Benchmark *Benchmark `json:"benchmark,omitempty"`

	// thresholds from which on the value is worth telling.
	// +optional
	Thresholds *Thresholds `json:"thresholds,omitempty"`

	// overrides give segments their own owner and thresholds.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Overrides []SegmentOverride `json:"overrides,omitempty"`

	// promise to a share of customers, with an error budget.
	// +optional
	Promise *Promise `json:"promise,omitempty"`

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

// CPIDefinition is a Customer Performance Indicator: what customers get, measured from a dataset.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpi
// +kubebuilder:printcolumn:name="Value",type=string,JSONPath=`.status.summary.value`
// +kubebuilder:printcolumn:name="Interval",type=string,JSONPath=`.status.summary.interval`
// +kubebuilder:printcolumn:name="N",type=integer,JSONPath=`.status.summary.n`
// +kubebuilder:printcolumn:name="Period",type=string,JSONPath=`.status.summary.period`
// +kubebuilder:printcolumn:name="Trend",type=string,JSONPath=`.status.summary.trend`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.summary.state`
// +kubebuilder:printcolumn:name="Ready",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Owner",type=string,priority=1,JSONPath=`.spec.owner.team`
// +kubebuilder:printcolumn:name="Title",type=string,priority=1,JSONPath=`.spec.title`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters"
type CPIDefinition struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the definition.
	// +required
	Spec CPIDefinitionSpec `json:"spec,omitzero"`

	// status is the result in short; the IndicatorReport of the same indicator holds it in full.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status IndicatorStatus `json:"status,omitzero"`
}

// CPIDefinitionList is a list of CPIDefinitions.
// +kubebuilder:object:root=true
type CPIDefinitionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CPIDefinition `json:"items"`
}
