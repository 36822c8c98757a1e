package v1alpha1

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
