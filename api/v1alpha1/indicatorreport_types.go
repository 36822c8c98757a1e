package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IndicatorReportSpec is written by the controller; it says of which indicator and formula results are accepted.
type IndicatorReportSpec struct {
	// indicatorRef is the definition this report belongs to.
	// +required
	IndicatorRef IndicatorReference `json:"indicatorRef,omitzero"`

	// requestHash of the formula in force; results of another are dropped.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// dataSourceRef is the source whose runs compute it.
	// +required
	DataSourceRef LocalReference `json:"dataSourceRef,omitzero"`

	// serviceAccountName is the only account that may write the status.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
}

// IndicatorReference names an indicator or a linkage of the namespace.
type IndicatorReference struct {
	// kind is CPIDefinition, KPITarget or CPILinkage.
	// +required
	// +kubebuilder:validation:Enum=CPIDefinition;KPITarget;CPILinkage
	Kind string `json:"kind,omitempty"`

	// name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=52
	Name string `json:"name,omitempty"`

	// uid of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	UID string `json:"uid,omitempty"`
}

// IndicatorReportStatus is written by the source's job, in two parts with a field manager each: a failed
// attempt leaves the last good result as it is.
type IndicatorReportStatus struct {
	// result is an indicator's last good one. It changes only when numbers change.
	// +optional
	Result *ReportResult `json:"result,omitempty"`

	// link is what was last found of a linkage. It changes only when findings change.
	// +optional
	Link *ReportLink `json:"link,omitempty"`

	// attempt is how the last try went. It changes only when the outcome changes.
	// +optional
	Attempt *ReportAttempt `json:"attempt,omitempty"`
}

// ReportResult is an indicator's numbers. Numbers are decimal strings; an absent number is unknown, never zero.
type ReportResult struct {
	// requestHash of the formula that gave the numbers.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// changedTime is when the numbers last changed.
	// +optional
	ChangedTime *metav1.Time `json:"changedTime,omitempty"`

	// asOf is the instant of the run that last changed the numbers; a run of an earlier one does not replace them.
	// +optional
	AsOf *metav1.Time `json:"asOf,omitempty"`

	// restatement is the value of the indicator's restate annotation that these numbers honour.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Restatement string `json:"restatement,omitempty"`

	// unit is points, ratio, a currency or another declared unit; absent for plain numbers.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Unit string `json:"unit,omitempty"`

	// direction says which way is better.
	// +optional
	Direction Direction `json:"direction,omitempty"`

	// variant is the formula in one line; different variants are never compared.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Variant string `json:"variant,omitempty"`

	// confidenceLevel of the intervals, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	ConfidenceLevel string `json:"confidenceLevel,omitempty"`

	// periods of the total, oldest first, the running one last.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=400
	Periods []PeriodValue `json:"periods,omitempty"`

	// segments of the latest mature period, with the one before.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2000
	Segments []SegmentValue `json:"segments,omitempty"`

	// suppressedSegments were too small to be shown.
	// +optional
	SuppressedSegments *int32 `json:"suppressedSegments,omitempty"`

	// omittedSegments exceeded the source's limit.
	// +optional
	OmittedSegments *int32 `json:"omittedSegments,omitempty"`

	// waterfall leads from the rows read to the rows used; of a second dataset likewise, after exposure/ or outcome/.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Waterfall []WaterfallStep `json:"waterfall,omitempty"`

	// sql that ran, or PromQL; copyable.
	// +optional
	// +kubebuilder:validation:MaxLength=8192
	SQL string `json:"sql,omitempty"`

	// watermark is the newest load time seen in the data.
	// +optional
	Watermark *metav1.Time `json:"watermark,omitempty"`

	// warnings about the data, for people.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=512
	Warnings []string `json:"warnings,omitempty"`

	// biasChecks of the latest mature period.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	BiasChecks []BiasCheck `json:"biasChecks,omitempty"`

	// history is what the mature values say of the latest.
	// +optional
	History *ReportHistory `json:"history,omitempty"`
}

// PeriodValue is one period's estimate.
type PeriodValue struct {
	// label such as 2026-10; absent if undated.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// start of the period.
	// +optional
	Start *metav1.Time `json:"start,omitempty"`

	// end of the period.
	// +optional
	End *metav1.Time `json:"end,omitempty"`

	// state is Running, Maturing, Mature, Settled or Undated.
	// +optional
	// +kubebuilder:validation:Enum=Running;Maturing;Mature;Settled;Undated
	State string `json:"state,omitempty"`

	// flag is NoData, InsufficientSample or SuspectData; the value must not be acted on.
	// +optional
	// +kubebuilder:validation:Enum=NoData;InsufficientSample;SuspectData
	Flag string `json:"flag,omitempty"`

	// value in the result's unit; shares are ratios from 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Value string `json:"value,omitempty"`

	// lower end of the interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper end of the interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`

	// n is how many rows or responses were used; absent of a census.
	// +optional
	N *int64 `json:"n,omitempty"`

	// census says that the value rests on no sample: something has counted everything, and there is neither n nor interval.
	// +optional
	Census *bool `json:"census,omitempty"`

	// entities is how many customers, contacts or accounts they came from, where known.
	// +optional
	Entities *int64 `json:"entities,omitempty"`

	// effectiveN is the size of an independent sample of equal precision.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	EffectiveN string `json:"effectiveN,omitempty"`

	// numerator of the value, where it has one.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Numerator string `json:"numerator,omitempty"`

	// denominator of the value, where it has one.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Denominator string `json:"denominator,omitempty"`

	// worst the value can become when everything undecided is lost.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Worst string `json:"worst,omitempty"`

	// best the value can become when everything undecided is won.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Best string `json:"best,omitempty"`

	// invited is how many were asked, where responseRate is declared.
	// +optional
	Invited *int64 `json:"invited,omitempty"`

	// answered is how many of them have answered at all.
	// +optional
	Answered *int64 `json:"answered,omitempty"`

	// rejected rows by reason.
	// +optional
	// +listType=map
	// +listMapKey=reason
	// +kubebuilder:validation:MaxItems=16
	Rejected []RejectedRows `json:"rejected,omitempty"`

	// reason why there is no value, or only a part of one (Incomplete), or one to be doubted (FarOut).
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// RejectedRows counts rows that could not be used.
type RejectedRows struct {
	// reason is Missing, Unreadable, OutOfScale, UnknownDecision, InvalidInterval or NoEntity.
	// +required
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// rows rejected.
	// +required
	Rows *int64 `json:"rows,omitempty"`
}

// SegmentValue is a part's estimate.
type SegmentValue struct {
	// by these columns.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=4
	// +kubebuilder:validation:items:MaxLength=63
	By []string `json:"by,omitempty"`

	// values of the columns; (none) is NULL.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=4
	// +kubebuilder:validation:items:MaxLength=256
	Values []string `json:"values,omitempty"`

	// current is the latest mature period.
	// +optional
	Current PeriodValue `json:"current,omitzero"`

	// previous is the mature period before.
	// +optional
	Previous *PeriodValue `json:"previous,omitempty"`

	// standout is set if the current value lies beyond what chance does to a part of this size.
	// +optional
	Standout *Standout `json:"standout,omitempty"`
}

// Standout tells that a segment lies outside a funnel around the overall value. A league table without one blames and praises chance.
type Standout struct {
	// side is Above or Below the overall value.
	// +optional
	// +kubebuilder:validation:Enum=Above;Below
	Side string `json:"side,omitempty"`

	// level of the outermost limit passed: 95% (by chance alone one part in 20 lies beyond) or 99.8% (one in 500).
	// +optional
	// +kubebuilder:validation:MaxLength=16
	Level string `json:"level,omitempty"`

	// dispersion of all segments: about 1 where only chance tells them apart. Well above it they differ for reasons of their own, and limits single out too many.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Dispersion string `json:"dispersion,omitempty"`
}

// WaterfallStep is what was left after a step.
type WaterfallStep struct {
	// step is read, filter/NAME, filter/NAME:null, undated, outside-history, where, rejected/REASON, duplicates, not-first or
	// used; of the second dataset of a rate after exposure/, of a conversion after outcome/.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Step string `json:"step,omitempty"`

	// rows dropped by the step; for read and used, the rows themselves.
	// +required
	Rows *int64 `json:"rows,omitempty"`
}

// IndicatorReport is the result for one indicator or linkage. Its spec is written by the controller and its status by
// the data source's job; people read it and never write it.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpireport
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.spec.indicatorRef.kind`
// +kubebuilder:printcolumn:name="Indicator",type=string,JSONPath=`.spec.indicatorRef.name`
// +kubebuilder:printcolumn:name="Outcome",type=string,JSONPath=`.status.attempt.outcome`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.attempt.reason`
// +kubebuilder:printcolumn:name="Changed",type=date,JSONPath=`.status.result.changedTime`
type IndicatorReport struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says of which indicator and formula results are accepted.
	// +required
	Spec IndicatorReportSpec `json:"spec,omitzero"`

	// status is the result.
	// +optional
	Status IndicatorReportStatus `json:"status,omitzero"`
}

// IndicatorReportList is a list of IndicatorReports.
// +kubebuilder:object:root=true
type IndicatorReportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []IndicatorReport `json:"items"`
}
