package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CPILinkageStatus is what was found of a claim, in short.
type CPILinkageStatus struct {
	// conditions are Ready, Computed, Stalled, Supported, Diverging, ReviewDue, Alerting.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation the status speaks of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// verdict on the claim: Supported if it is of any driver, else Conflicting if it is of any, else NotSupported if it is of all, else InsufficientData.
	// +optional
	// +kubebuilder:validation:Enum=Supported;NotSupported;Conflicting;InsufficientData
	Verdict string `json:"verdict,omitempty"`

	// stage of the claim's life: Hypothesised until it has been tested, Testing while the data does not settle it or contradicts itself, Confirmed, or Refuted where an effect as claimed is ruled out.
	// +optional
	// +kubebuilder:validation:Enum=Hypothesised;Testing;Confirmed;Refuted
	Stage string `json:"stage,omitempty"`

	// since when the claim is at this stage, with this verdict.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// course lists the last stages and verdicts with the day each began, oldest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Course []LinkStage `json:"course,omitempty"`

	// changes of the claim, the latest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	Changes []DefinitionChange `json:"changes,omitempty"`

	// summary is the strongest driver, for people.
	// +optional
	Summary *LinkSummary `json:"summary,omitempty"`

	// drivers tell what was found of each, in the order of the spec.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Drivers []LinkDriverStatus `json:"drivers,omitempty"`

	// explanation of it all in sentences.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=1024
	Explanation []string `json:"explanation,omitempty"`

	// reportRef names the IndicatorReport with the full result.
	// +optional
	ReportRef *LocalReference `json:"reportRef,omitempty"`

	// baseline is since when the present claim is tested; another claim, or another formula of what it names, starts a new one.
	// +optional
	Baseline *Baseline `json:"baseline,omitempty"`

	// runs that a claim over two data sources has to itself; absent of any other, which the runs of its KPI's data source test.
	// +optional
	Runs *LinkRuns `json:"runs,omitempty"`
}

// LinkRuns is how the runs go that a claim has to itself.
type LinkRuns struct {
	// requested identifies what a one-off run was last started for.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Requested string `json:"requested,omitempty"`

	// lastRun is the latest finished run.
	// +optional
	LastRun *RunStatus `json:"lastRun,omitempty"`

	// lastSuccessTime is when a run last finished without a failure of either data source.
	// +optional
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`

	// reason why the last run failed, or the present one does not start; absent where runs go well.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// message says what is wrong and what to do.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Message string `json:"message,omitempty"`

	// failedSince is since when runs fail.
	// +optional
	FailedSince *metav1.Time `json:"failedSince,omitempty"`

	// settings identifies the edits of claim and data sources that the failure was met under; another one lets a run start at once.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Settings string `json:"settings,omitempty"`
}

// LinkStage is a stage of a claim's life.
type LinkStage struct {
	// stage is Hypothesised, Testing, Confirmed or Refuted.
	// +required
	// +kubebuilder:validation:Enum=Hypothesised;Testing;Confirmed;Refuted
	Stage string `json:"stage,omitempty"`

	// verdict that the stage rests on; absent while Hypothesised.
	// +optional
	// +kubebuilder:validation:Enum=Supported;NotSupported;Conflicting;InsufficientData
	Verdict string `json:"verdict,omitempty"`

	// since when.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
}

// LinkSummary is the strongest driver as people read it.
type LinkSummary struct {
	// driver is the CPI with most influence or, where that is not known, with the firmest verdict.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Driver string `json:"driver,omitempty"`

	// effect with its interval, such as +21.0 pp [13.4, 28.4].
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Effect string `json:"effect,omitempty"`

	// lag such as 2 months; absent where customers were compared.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lag string `json:"lag,omitempty"`

	// verdict on the claim, with its reason where it has one, such as InsufficientData (Underpowered); Pending before the first.
	// +optional
	// +kubebuilder:validation:MaxLength=96
	Verdict string `json:"verdict,omitempty"`
}

// LinkDriverStatus is what was found of one driver.
type LinkDriverStatus struct {
	// name of the CPI.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// verdict on this driver.
	// +optional
	// +kubebuilder:validation:Enum=Supported;NotSupported;Conflicting;InsufficientData
	Verdict string `json:"verdict,omitempty"`

	// reason of the verdict in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// stage of this driver's claim. Its owner is held to the CPI only while it is Confirmed.
	// +optional
	// +kubebuilder:validation:Enum=Hypothesised;Testing;Confirmed;Refuted
	Stage string `json:"stage,omitempty"`

	// since when it is at this stage, with this verdict.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// course is the present stage, and before it the one that it followed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	Course []LinkStage `json:"course,omitempty"`

	// effect with its interval, such as +21.0 pp [13.4, 28.4].
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Effect string `json:"effect,omitempty"`

	// lag such as 2 months.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lag string `json:"lag,omitempty"`

	// q is the p value after correction for all links of the KPI.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Q string `json:"q,omitempty"`

	// influence is the driver's share of what all drivers explain together, such as 37 %.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Influence string `json:"influence,omitempty"`

	// sentence says it all in words.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Sentence string `json:"sentence,omitempty"`
}
