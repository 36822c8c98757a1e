package plan

// Reasons why a claim, or a part of it, cannot be tested. They stand in a Series that is Refused, in a finding, and in
// the conditions of a linkage.
const (
	NoPeriods              Reason = "Undated"                // the dataset has no time, so there is no series
	GrainMismatch          Reason = "GrainMismatch"          // the values cannot be had in the KPI's periods
	PeriodsShareRows       Reason = "PeriodsShareRows"       // neighbouring values rest on the same rows
	TooManySources         Reason = "TooManySources"         // customers are in more than two data sources
	OutcomeUnsupported     Reason = "OutcomeUnsupported"     // the KPI is not true or false of a single customer, or not in this order
	ExposureUnsupported    Reason = "ExposureUnsupported"    // the CPI has no score of a single row
	NoDecisionTime         Reason = "NoDecisionTime"         // the renewal does not say when it was decided
	AttributionUnsupported Reason = "AttributionUnsupported" // the KPI's outcomes have no decision apart from their own time
	CyclicReferences       Reason = "CyclicReferences"       // what should move comes before what should move it
	NotANumber             Reason = "NotANumber"             // a finding holds infinity or NaN: a defect
)
