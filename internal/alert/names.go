package alert

// Name of an alert; each has a page in docs/runbooks.
type Name string

const (
	BelowThreshold    Name = "CPIBelowThreshold"
	DataStale         Name = "CPIDataStale"
	ComputationFailed Name = "CPIComputationFailing"
	SampleTooSmall    Name = "CPISampleTooSmall"
	TargetMissed      Name = "KPITargetMissed"
	OperatorAbsent    Name = "CPIOperatorAbsent"
	// Deteriorating: a tested trend; PromiseBurning: an error budget burns too fast; TargetAtRisk: forecasts give a dated
	// target too small a chance.
	Deteriorating   Name = "CPIDeteriorating"
	PromiseBurning  Name = "CPIPromiseBurning"
	ResponseRateLow Name = "CPIResponseRateLow"
	ReviewOverdue   Name = "CPIReviewDue"
	TargetAtRisk    Name = "KPITargetAtRisk"
	// LinkVerdictChanged: a claim has come to another verdict; KPIDivergence: a KPI looks good while its customers do
	// worse; Unguarded: people are paid by a KPI that no guardrail holds.
	LinkVerdictChanged Name = "CPILinkVerdictChanged"
	KPIDivergence      Name = "CPIKPIDivergence"
	Unguarded          Name = "KPIUnguarded"
)

// Names are all alerts.
var Names = []Name{
	BelowThreshold, Deteriorating, PromiseBurning, DataStale, ComputationFailed, SampleTooSmall, ResponseRateLow, ReviewOverdue,
	TargetMissed, TargetAtRisk, KPIDivergence, Unguarded, LinkVerdictChanged, OperatorAbsent,
}

// Of are the alerts that an object of a kind can have. A goal is a KPITarget that is set on a CPI.
func Of(kind Kind, goal bool) []Name {
	shared := []Name{ComputationFailed, DataStale, SampleTooSmall, ReviewOverdue}
	if !goal { // of the CPI that a goal is set on, the CPI itself tells
		shared = append(shared, Deteriorating, ResponseRateLow)
	}
	switch kind {
	case CPI:
		return append(shared, BelowThreshold, PromiseBurning)
	case KPI:
		return append(shared, TargetMissed, TargetAtRisk, KPIDivergence, Unguarded)
	case Link:
		return []Name{ComputationFailed, LinkVerdictChanged, ReviewOverdue}
	case Source:
		return []Name{ComputationFailed}
	}
	return nil
}

// Severity of an alert.
type Severity string

const (
	Warning  Severity = "warning"
	Critical Severity = "critical"
	// Silent is that of an alert that nobody wants.
	Silent Severity = "none"
)

// Status of a condition.
type Status string

const (
	True    Status = "True"
	False   Status = "False"
	Unknown Status = "Unknown"
)

// Type of a condition, spelled as in the API.
type Type string

const (
	Computed         Type = "Computed"
	Fresh            Type = "Fresh"
	SampleSufficient Type = "SampleSufficient"
	WithinThresholds Type = "WithinThresholds"
	TargetMet        Type = "TargetMet"
	ReviewDue        Type = "ReviewDue"
	Comparable       Type = "Comparable"
	Supported        Type = "Supported"
	Diverging        Type = "Diverging"
	Guarded          Type = "Guarded"
	Balanced         Type = "Balanced"
	Worsening        Type = "Deteriorating"
	Responding       Type = "Responding"
	TargetInReach    Type = "TargetInReach"
	Alerting         Type = "Alerting"
)

// Reason of a condition, spelled as in the API; see there for when each appears.
type Reason string

const (
	ReasonSucceeded    Reason = "Succeeded"
	ReasonPending      Reason = "Pending"
	ReasonQuarantined  Reason = "Quarantined"
	ReasonSourceFailed Reason = "SourceFailed"
	ReasonRunFailed    Reason = "RunFailed"

	ReasonUpToDate   Reason = "UpToDate"
	ReasonRunOverdue Reason = "RunOverdue"
	ReasonDataStale  Reason = "DataStale"

	ReasonEnough       Reason = "Enough"
	ReasonTooSmall     Reason = "TooSmall"
	ReasonNoData       Reason = "NoData"
	ReasonSuspectData  Reason = "SuspectData"
	ReasonNoThresholds Reason = "NoThresholds"
	ReasonWithin       Reason = "Within"
	ReasonWarning      Reason = "Warning"
	ReasonCritical     Reason = "Critical"
	ReasonOnTarget     Reason = "OnTarget"
	ReasonOffTarget    Reason = "OffTarget"
	ReasonInconclusive Reason = "Inconclusive"
	ReasonNotYet       Reason = "NotYet"
	ReasonReviewed     Reason = "Reviewed"
	ReasonDueSoon      Reason = "DueSoon"
	ReasonOverdue      Reason = "Overdue"

	ReasonWorsening     Reason = "Worsening"
	ReasonNotWorsening  Reason = "NotWorsening"
	ReasonTooFewPeriods Reason = "TooFewPeriods"
	ReasonTooFewAnswers Reason = "TooFewAnswers"
	ReasonInReach       Reason = "InReach"
	ReasonAtRisk        Reason = "AtRisk"
	ReasonNoForecast    Reason = "NoForecast"

	ReasonTelling Reason = "Telling"
	ReasonPaused  Reason = "Paused"
	ReasonDryRun  Reason = "DryRun"

	ReasonSameVariant  Reason = "SameVariant"
	ReasonOtherVariant Reason = "OtherVariant"

	ReasonDiverging    Reason = "Diverging"
	ReasonNotDiverging Reason = "NotDiverging"
	ReasonGuarded      Reason = "Guarded"
	ReasonUnguarded    Reason = "Unguarded"
	ReasonUnlinked     Reason = "Unlinked"
	ReasonBalanced     Reason = "Balanced"
)

// State is an indicator's standing in one word.
type State string

const (
	StateOK           State = "OK"
	StateWarning      State = "Warning"
	StateCritical     State = "Critical"
	StateNoData       State = "NoData"
	StateInsufficient State = "InsufficientSample"
	StateSuspect      State = "SuspectData"
	StateRunning      State = "Running"
	StateMaturing     State = "Maturing"
	StateUndated      State = "Undated"
	StateFailing      State = "Failing"
	StatePending      State = "Pending"
	StateInvalid      State = "Invalid"
	StateOnTarget     State = "OnTarget"
	StateOffTarget    State = "OffTarget"
	StateInconclusive State = "Inconclusive"
	// StateNotYet: no target is in force, or due, in the period that the value speaks of.
	StateNotYet State = "NotYet"
)
