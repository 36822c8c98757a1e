package measure

// Estimate is a measured value with its uncertainty. A nil number is unknown, never zero.
type Estimate struct {
	Value *float64 `json:"value,omitempty"`
	// Lower and Upper are the interval at the asked confidence; nil where none exists. A quantile may have only
	// the end that the data tell.
	Lower *float64 `json:"lower,omitempty"`
	Upper *float64 `json:"upper,omitempty"`
	// N is how many rows or responses were used; Entities how many clusters or customers, where known.
	N        int64  `json:"n"`
	Entities *int64 `json:"entities,omitempty"`
	// Census tells that the value rests on no sample that anybody counted: it has neither n nor a smallest sample.
	Census bool `json:"census,omitempty"`
	// EffectiveN is the sample size an independent sample of equal precision would have.
	EffectiveN  *float64 `json:"effectiveN,omitempty"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	// Worst and Best bound the value when everything still undecided is lost or won (renewal).
	Worst *float64 `json:"worst,omitempty"`
	Best  *float64 `json:"best,omitempty"`
	// Rejected counts rows that could not be used, by reason.
	Rejected map[Rejection]int64 `json:"rejected,omitempty"`
	// Detail are named counts that explain the value (promoters, detractors, pending, …).
	Detail map[string]float64 `json:"detail,omitempty"`
	// Reason says why Value is nil; with Incomplete there may be one, of which a part is missing, and with FarOut there is.
	Reason NoValueReason `json:"reason,omitempty"`
	// Method names the interval, e.g. "adjusted Wald".
	Method string `json:"method,omitempty"`
}

// Rejection is why a row was not used.
type Rejection string

const (
	RejectedMissing         Rejection = "Missing"         // the column is NULL: invited, not answered
	RejectedUnreadable      Rejection = "Unreadable"      // text where a number should be
	RejectedOutOfScale      Rejection = "OutOfScale"      // outside the declared scale; never clamped
	RejectedNoEntity        Rejection = "NoEntity"        // nobody to choose among: the entity of responses is NULL
	RejectedOpen            Rejection = "Open"            // not over yet: no time to measure
	RejectedNoStratum       Rejection = "NoStratum"       // answers of a part of the population that the weighting does not name
	RejectedNoWeight        Rejection = "NoWeight"        // no weight above zero, where rows are weighted by a column
	RejectedUnknownDecision Rejection = "UnknownDecision" // a renewal status that no list names
)
