package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// LinkInfluence shares out what several drivers explain together: of the explained variance only.
type LinkInfluence struct {
	// method that gave the shares.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Method string `json:"method,omitempty"`

	// rSquared is the part of the KPI's variance that the drivers explain together, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	RSquared string `json:"rSquared,omitempty"`

	// n is how many periods it rests on.
	// +optional
	N *int32 `json:"n,omitempty"`

	// collinear says that the drivers move together: single coefficients are unstable, shares stay readable.
	// +optional
	Collinear *bool `json:"collinear,omitempty"`

	// shares of the drivers, 0 to 1.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Shares []LinkShare `json:"shares,omitempty"`

	// topActions are the drivers with most influence that their owners can change, among those that are Supported: no owner is held to a CPI whose link is not confirmed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:MaxLength=63
	TopActions []string `json:"topActions,omitempty"`

	// reason why there is none.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// LinkShare is one driver's share of what is explained.
type LinkShare struct {
	// driver is the name of the CPI.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Driver string `json:"driver,omitempty"`

	LinkInterval `json:",inline"`

	// rank from 1; ties share a rank.
	// +optional
	Rank *int32 `json:"rank,omitempty"`

	// stable says that nearly all resamples agree on the rank.
	// +optional
	Stable *bool `json:"stable,omitempty"`

	// vif is the variance inflation factor: how far the other drivers tell this one.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	VIF string `json:"vif,omitempty"`
}

// LinkForecast of the KPI.
type LinkForecast struct {
	// method is the winner: Naive, SeasonalNaive, Drift or Drivers.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Method string `json:"method,omitempty"`

	// mae is its mean absolute error in the backtest.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	MAE string `json:"mae,omitempty"`

	// naiveMAE is that of the best method that knows no driver.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	NaiveMAE string `json:"naiveMAE,omitempty"`

	// backtestN is of how many forecasts both are.
	// +optional
	BacktestN *int32 `json:"backtestN,omitempty"`

	// level of the prediction intervals, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	Level string `json:"level,omitempty"`

	// coverage is the part of the backtest's values that lay within them, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Coverage string `json:"coverage,omitempty"`

	// points of the next periods.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=24
	Points []LinkForecastPoint `json:"points,omitempty"`

	// goals are the KPI's dated targets with how probable it is that they are met.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Goals []LinkGoal `json:"goals,omitempty"`

	// whatIf tells what goes with a step of each driver.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	WhatIf []LinkWhatIf `json:"whatIf,omitempty"`

	// reason why there is none.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// LinkForecastPoint is the KPI expected in a period.
type LinkForecastPoint struct {
	// label of the period.
	// +required
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// start of the period.
	// +optional
	Start *metav1.Time `json:"start,omitempty"`

	// end of the period.
	// +optional
	End *metav1.Time `json:"end,omitempty"`

	// method that did best at this distance.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Method string `json:"method,omitempty"`

	LinkInterval `json:",inline"`
}

// LinkGoal is how probable it is that a dated target is met.
type LinkGoal struct {
	// from this day on the bound stands.
	// +optional
	// +kubebuilder:validation:MaxLength=10
	From string `json:"from,omitempty"`

	// by this day the bound must be reached.
	// +optional
	// +kubebuilder:validation:MaxLength=10
	By string `json:"by,omitempty"`

	// atLeast this value.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	AtLeast string `json:"atLeast,omitempty"`

	// atMost this value.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	AtMost string `json:"atMost,omitempty"`

	// label of the period judged.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// probability that it is met, 0 to 1.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Probability string `json:"probability,omitempty"`

	// previous is what the drivers would have made the probability one mature period earlier, 0 to 1; absent where they did not lead that forecast.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Previous string `json:"previous,omitempty"`

	// reason why there is none.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// LinkWhatIf is what goes with a step of one driver, all else as forecast.
type LinkWhatIf struct {
	// driver is the name of the CPI.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Driver string `json:"driver,omitempty"`

	// step in the CPI's unit.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Step string `json:"step,omitempty"`

	LinkInterval `json:",inline"`

	// lag in periods.
	// +optional
	Lag *int32 `json:"lag,omitempty"`
}

// LinkDivergence tells whether the KPI looks good while its customers do worse.
type LinkDivergence struct {
	// diverging holds after two evaluations in a row and clears after two clean ones; an evaluation is a mature period.
	// +optional
	Diverging *bool `json:"diverging,omitempty"`

	// label of the period judged last.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// since which period it has been diverging.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Since string `json:"since,omitempty"`

	// kpiGood says whether the KPI is on target or improving.
	// +optional
	KPIGood *bool `json:"kpiGood,omitempty"`

	// guardrails in the period judged last.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Guardrails []LinkGuardrailState `json:"guardrails,omitempty"`

	// lost are the guardrails that were worse in lostIn; none unless it is diverging.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Lost []LinkGuardrailState `json:"lost,omitempty"`

	// lostIn is the label of the latest period that showed it: the KPI was good and a guardrail worse.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	LostIn string `json:"lostIn,omitempty"`

	// clean is how many evaluations that could be judged have come after lostIn; two clear it.
	// +optional
	Clean *int32 `json:"clean,omitempty"`

	// reason why the latest period cannot be judged; diverging stands meanwhile.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// LinkGuardrailState is one guardrail in one period.
type LinkGuardrailState struct {
	// driver is the name of the CPI.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Driver string `json:"driver,omitempty"`

	// worse says that the CPI has lost at least minWorsening, and more than chance explains.
	// +optional
	Worse *bool `json:"worse,omitempty"`

	// loss in the CPI's unit; positive is worse.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Loss string `json:"loss,omitempty"`

	// p is one-sided.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// q is p after correction for all guardrails of the claims on the KPI that the same run tests.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Q string `json:"q,omitempty"`

	// test that gave p.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Test string `json:"test,omitempty"`

	// minWorsening is the smallest loss that counts.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	MinWorsening string `json:"minWorsening,omitempty"`

	// reason why it cannot be judged.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}
