package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IndicatorStatus is an indicator's result in short, with its conditions.
type IndicatorStatus struct {
	// conditions are Ready, Computed, Stalled, Fresh, SampleSufficient, WithinThresholds, Deteriorating, PromiseKept, Responding, TargetMet, TargetInReach, Diverging, Guarded, Balanced, ReviewDue, Comparable, Alerting, Published.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=24
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation the status speaks of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// summary is the latest mature value, for people.
	// +optional
	Summary *IndicatorSummary `json:"summary,omitempty"`

	// reportRef names the IndicatorReport with the full result.
	// +optional
	ReportRef *LocalReference `json:"reportRef,omitempty"`

	// baseline is since when the present formula is in force; a new formula starts a new one.
	// +optional
	Baseline *Baseline `json:"baseline,omitempty"`

	// changes of the definition, the latest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	Changes []DefinitionChange `json:"changes,omitempty"`

	// segmentAlerts are the overridden segments beyond their thresholds.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	SegmentAlerts []SegmentAlert `json:"segmentAlerts,omitempty"`
}

// IndicatorSummary is a value as people read it.
type IndicatorSummary struct {
	// value with its unit, such as 26.5 % or 31.4.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Value string `json:"value,omitempty"`

	// interval such as [25.5, 27.6], or the word census where there is no sample.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Interval string `json:"interval,omitempty"`

	// n is how many rows or responses were used; absent of a census.
	// +optional
	N *int64 `json:"n,omitempty"`

	// period the value speaks of, such as 2026-10.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Period string `json:"period,omitempty"`

	// trend is improving, worsening or none shown; absent while too few periods are known.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Trend string `json:"trend,omitempty"`

	// state is OK, Warning, Critical, NoData, InsufficientSample, SuspectData, Running, Maturing, Undated, Failing, Pending, Invalid, OnTarget, OffTarget, Inconclusive, NotYet.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	State string `json:"state,omitempty"`

	// target in force, for a KPITarget.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Target string `json:"target,omitempty"`
}

// Baseline marks the formula in force.
type Baseline struct {
	// requestHash of the formula.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// since when it is in force.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
}

// DefinitionChange is an edit of a definition.
type DefinitionChange struct {
	// generation of the object that the edit made.
	// +optional
	Generation int64 `json:"generation,omitempty"`

	// seen is when the operator met it.
	// +optional
	Seen *metav1.Time `json:"seen,omitempty"`

	// fields that changed, each with what it was and is, such as spec.thresholds.warning: 20 → 25. Created stands for the first generation that was seen.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=256
	Fields []string `json:"fields,omitempty"`

	// newBaseline says that the formula changed with it: values before and after are not compared.
	// +optional
	NewBaseline *bool `json:"newBaseline,omitempty"`
}

// SegmentAlert is an overridden segment beyond its threshold.
type SegmentAlert struct {
	// segment as column=value, comma separated.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Segment string `json:"segment,omitempty"`

	// severity is warning or critical.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	Severity string `json:"severity,omitempty"`

	// team that is told.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Team string `json:"team,omitempty"`

	// message in plain words.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}
