package v1alpha1

// Alerting says who is told, when and how loudly. Without it every alert has its own severity and comes at once.
// +kubebuilder:validation:MinProperties=1
type Alerting struct {
	// mode is Tell (default) or DryRun: everything is computed, and conditions say what would be told, but nobody is.
	// +optional
	// +kubebuilder:validation:Enum=Tell;DryRun
	Mode string `json:"mode,omitempty"`

	// pausedUntil the beginning of this day nobody is told, such as during a migration. A pause has an end, so that it cannot be forgotten.
	// +optional
	// +kubebuilder:validation:Format=date
	// +kubebuilder:validation:MaxLength=10
	PausedUntil string `json:"pausedUntil,omitempty"`

	// evaluations in a row, each a new mature period, that must be bad before somebody is told of a value beyond its threshold, or a standing target missed. Of a segment two periods are kept, so two are enough there. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	Evaluations int32 `json:"evaluations,omitempty"`

	// severities of alerts that should be told louder, more softly or not at all.
	// +optional
	// +listType=map
	// +listMapKey=alert
	// +kubebuilder:validation:MaxItems=16
	Severities []AlertSeverity `json:"severities,omitempty"`
}

// AlertSeverity replaces an alert's own severity.
type AlertSeverity struct {
	// alert by its name, as in the runbooks.
	// +required
	// +kubebuilder:validation:Enum=CPIBelowThreshold;CPIDeteriorating;CPIPromiseBurning;CPIDataStale;CPIComputationFailing;CPISampleTooSmall;CPIResponseRateLow;CPIReviewDue;KPITargetAtRisk;KPITargetMissed;KPIUnguarded;CPIKPIDivergence;CPILinkVerdictChanged
	Alert string `json:"alert,omitempty"`

	// severity is Critical, Warning, or None to be silent.
	// +required
	// +kubebuilder:validation:Enum=Critical;Warning;None
	Severity string `json:"severity,omitempty"`
}

// Promise is what a share of customers is to get, over a window: "95% of customers wait under two days". The part that may miss it is the
// error budget; alerts tell how fast it burns. Only for measures that are a share of rows or customers.
// +kubebuilder:validation:ExactlyOneOf=atLeast;atMost
type Promise struct {
	// atLeast this share, such as 95%; of a measure of which more is better.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%') && double(self.replace('%', '')) > 0.0 && double(self.replace('%', '')) < 100.0",message="write a percentage between 0% and 100%, such as 95%: a promise without any budget cannot be kept"
	AtLeast *Value `json:"atLeast,omitempty"`

	// atMost this share, such as 2%; of a measure of which less is better.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%') && double(self.replace('%', '')) > 0.0 && double(self.replace('%', '')) < 100.0",message="write a percentage between 0% and 100%, such as 2%: a promise without any budget cannot be kept"
	AtMost *Value `json:"atMost,omitempty"`

	// over this time, such as 28d: the window of the budget, a whole number of periods, at least 12. Periods are days or weeks that share no rows (window 1).
	// +required
	Over Duration `json:"over,omitempty"`
}
