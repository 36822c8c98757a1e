package v1alpha1

// ReportHistory is what the mature values say of the latest of them. Numbers are decimal strings in the result's unit.
type ReportHistory struct {
	// label of the period judged.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// trend of values that share no rows.
	// +optional
	Trend *ReportTrend `json:"trend,omitempty"`

	// changes against earlier periods.
	// +optional
	// +listType=map
	// +listMapKey=against
	// +kubebuilder:validation:MaxItems=4
	Changes []ReportChange `json:"changes,omitempty"`

	// control tells whether the latest value is more than the usual noise.
	// +optional
	Control *ReportControl `json:"control,omitempty"`
}

// ReportTrend is the outcome of the Mann–Kendall test with the Theil–Sen slope.
type ReportTrend struct {
	// direction is Rising, Falling or NoTrend, which does not show that there is none.
	// +optional
	// +kubebuilder:validation:Enum=Rising;Falling;NoTrend
	Direction string `json:"direction,omitempty"`

	// slope per grain.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Slope string `json:"slope,omitempty"`

	// lower end of the slope's interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper end of the slope's interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`

	// p is the two-sided probability of such a series without a trend.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// n is how many periods it rests on.
	// +optional
	N *int32 `json:"n,omitempty"`

	// dependent says that neighbouring periods are alike; p allows for it, but not wholly.
	// +optional
	Dependent *bool `json:"dependent,omitempty"`

	// reason why there is no verdict.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// ReportChange is the latest value less an earlier one.
type ReportChange struct {
	// against is PreviousPeriod or LastYear, the same period of the year before.
	// +required
	// +kubebuilder:validation:Enum=PreviousPeriod;LastYear
	Against string `json:"against,omitempty"`

	// label of the earlier period.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Label string `json:"label,omitempty"`

	// difference in the unit of the result; of shares, 0.01 is one percentage point.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Difference string `json:"difference,omitempty"`

	// lower end of its interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper end of its interval.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`

	// p is the two-sided probability of such a difference by chance alone.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	P string `json:"p,omitempty"`

	// clear says that the interval excludes zero.
	// +optional
	Clear *bool `json:"clear,omitempty"`

	// reason why there is no verdict.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}

// ReportControl are the limits of an XmR chart of the periods before the latest.
type ReportControl struct {
	// centre of the earlier values.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Centre string `json:"centre,omitempty"`

	// lower limit.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Lower string `json:"lower,omitempty"`

	// upper limit.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Upper string `json:"upper,omitempty"`

	// side on which the latest value lies: Within, Above or Below.
	// +optional
	// +kubebuilder:validation:Enum=Within;Above;Below
	Side string `json:"side,omitempty"`

	// n is how many earlier periods the limits rest on.
	// +optional
	N *int32 `json:"n,omitempty"`

	// reason why there is no verdict.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
}
