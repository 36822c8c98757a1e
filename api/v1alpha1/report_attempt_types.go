package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ReportAttempt is the outcome of the last try.
type ReportAttempt struct {
	// requestHash of the formula that was tried.
	// +optional
	// +kubebuilder:validation:MaxLength=80
	RequestHash string `json:"requestHash,omitempty"`

	// outcome is Succeeded or Failed.
	// +optional
	// +kubebuilder:validation:Enum=Succeeded;Failed
	Outcome string `json:"outcome,omitempty"`

	// reason of a failure.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// message says what is wrong and what to do.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`

	// since when the outcome has been the same.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// kills counts runs in a row that died while this indicator was being computed; at two it is quarantined
	// until its formula or its data source is edited, or a restatement is asked for.
	// +optional
	Kills *int32 `json:"kills,omitempty"`

	// sourceGeneration is the generation of the data source under which the runs died.
	// +optional
	SourceGeneration *int64 `json:"sourceGeneration,omitempty"`

	// requested is the value of the compute-requested annotation that this try answered last.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Requested string `json:"requested,omitempty"`

	// answeredAsOf is the instant of the run that answered it; a run of an earlier one does not replace this try.
	// +optional
	AnsweredAsOf *metav1.Time `json:"answeredAsOf,omitempty"`

	// restatement is the value of the indicator's restate annotation under which the runs died.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Restatement string `json:"restatement,omitempty"`
}
