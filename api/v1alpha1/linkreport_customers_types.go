package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// LinkCustomers compares customers with a good experience and those with a bad one.
type LinkCustomers struct {
	// reason why nothing was compared.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// message says what is wrong and what to do, where the rows could not be had.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`

	// cohorts that were compared.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Cohorts []LinkCohort `json:"cohorts,omitempty"`

	// riskDifference of the better cohort less the worse one, as they stand.
	// +optional
	RiskDifference *LinkInterval `json:"riskDifference,omitempty"`

	// relativeRisk of the better cohort against the worse one.
	// +optional
	RelativeRisk *LinkInterval `json:"relativeRisk,omitempty"`

	// oddsRatio of the better cohort against the worse one.
	// +optional
	OddsRatio *LinkInterval `json:"oddsRatio,omitempty"`

	// p of the test.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// test that gave p.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Test string `json:"test,omitempty"`

	// doseResponse is the p value of a trend over all cohorts.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	DoseResponse string `json:"doseResponse,omitempty"`

	// adjusted are the same within strata, or at equal covariates.
	// +optional
	Adjusted *LinkAdjusted `json:"adjusted,omitempty"`

	// waterfall leads from the units with an outcome to those compared.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Waterfall []WaterfallStep `json:"waterfall,omitempty"`

	// from is the first index.
	// +optional
	From *metav1.Time `json:"from,omitempty"`

	// to is the last index.
	// +optional
	To *metav1.Time `json:"to,omitempty"`

	// sql that ran; copyable.
	// +optional
	// +kubebuilder:validation:MaxLength=8192
	SQL string `json:"sql,omitempty"`
}

// LinkCohort is a group of customers.
type LinkCohort struct {
	// name such as Promoters.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Name string `json:"name,omitempty"`

	// n customers.
	// +optional
	N *int64 `json:"n,omitempty"`

	// outcomes among them.
	// +optional
	Outcomes *int64 `json:"outcomes,omitempty"`
}

// LinkAdjusted compares like with like.
type LinkAdjusted struct {
	// method is Mantel–Haenszel, or logistic regression with g-computation.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Method string `json:"method,omitempty"`

	// by what was held constant.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=128
	By []string `json:"by,omitempty"`

	// riskDifference at equal strata or covariates.
	// +optional
	RiskDifference *LinkInterval `json:"riskDifference,omitempty"`

	// relativeRisk at equal strata or covariates.
	// +optional
	RelativeRisk *LinkInterval `json:"relativeRisk,omitempty"`

	// oddsRatio at equal strata or covariates.
	// +optional
	OddsRatio *LinkInterval `json:"oddsRatio,omitempty"`

	// p of the test.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// heterogeneity is the p value of the test that the odds ratio is one and the same in every stratum.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Heterogeneity string `json:"heterogeneity,omitempty"`

	// strata that were compared.
	// +optional
	Strata *int32 `json:"strata,omitempty"`

	// reason why there is none.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}
