package alert

import "time"

// Decision is what an indicator's numbers mean at an instant.
type Decision struct {
	// Conditions in a fixed order; one that does not apply to the indicator is absent.
	Conditions []Condition
	// Alerts that are active.
	Alerts  []Alert
	Summary Summary
	// StaleAfter is the instant from which the numbers count as stale unless a run or a load comes; zero if never.
	StaleAfter time.Time
	// Next is when a decision changes by time alone; zero if it does not.
	Next time.Time
}

// Condition says one thing about the indicator. Its texts hold no ages, so it changes only when the fact does.
type Condition struct {
	Type    Type
	Status  Status
	Reason  Reason
	Message string
}

// Alert is worth telling somebody now.
type Alert struct {
	Name     Name
	Severity Severity
	Team     string
	// Segment as column=value, comma separated; empty for the total.
	Segment string
	// CPI that it speaks of beside the object itself, such as a guardrail that got worse; empty if none.
	CPI string
	// Message in plain words: value, interval, n, period, bound and what to do.
	Message string
}

// Summary is the value as people read it.
type Summary struct {
	Value    string // such as 26.5 %; empty if there is none
	Interval string // such as [25.5, 27.6]
	N        *int64
	Period   string
	Trend    string // improving, worsening or none shown; empty if too few periods are known
	State    State
	Target   string
}

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
var Names = []Name{BelowThreshold, DataStale, ComputationFailed, SampleTooSmall, TargetMissed, LinkVerdictChanged, KPIDivergence, Unguarded, OperatorAbsent}

// Severity of an alert.
type Severity string

const (
	Warning  Severity = "warning"
	Critical Severity = "critical"
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
	ReasonOverdue      Reason = "Overdue"

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
)

// Decide judges the indicator as of now.
func Decide(in *Indicator, now time.Time) Decision {
	d := &Decision{}
	d.computed(in, now)
	d.fresh(in, now)
	d.sample(in)
	switch in.Kind {
	case KPI:
		d.target(in, now)
		d.guards(in)
		d.balanced(in)
	default:
		d.thresholds(in)
	}
	d.review(in, now)
	d.comparable(in)
	d.summarise(in)
	return *d
}

func (d *Decision) condition(t Type, s Status, r Reason, message string) {
	d.Conditions = append(d.Conditions, Condition{Type: t, Status: s, Reason: r, Message: message})
}

// Condition of a type, or nil.
func (d *Decision) Condition(t Type) *Condition {
	for i := range d.Conditions {
		if d.Conditions[i].Type == t {
			return &d.Conditions[i]
		}
	}
	return nil
}

// lookAgain notes an instant after now at which the outcome changes by itself.
func (d *Decision) lookAgain(at, now time.Time) {
	if at.After(now) && (d.Next.IsZero() || at.Before(d.Next)) {
		d.Next = at
	}
}

// summarise puts the standing into one word, the gravest first.
func (d *Decision) summarise(in *Indicator) {
	s := &d.Summary
	p := in.Shown()
	if p != nil {
		s.Value, s.Interval, s.Period = in.Value(p.Estimate), in.Interval(p.Estimate), p.Label
		s.Trend = in.trend(p)
		if !p.Census {
			s.N = new(p.N)
		}
	}
	computed := d.Condition(Computed)
	switch {
	case computed.Status == False:
		s.State = StateFailing
	case p == nil:
		s.State = StatePending
	case p.Flag != "":
		s.State = State(p.Flag)
	case !mature(p.State):
		s.State = State(p.State)
	default:
		s.State = d.standing(in, State(p.State))
	}
}

// standing of a mature value that may be judged.
func (d *Decision) standing(in *Indicator, state State) State {
	judged := d.Condition(WithinThresholds)
	if in.Kind == KPI {
		judged = d.Condition(TargetMet)
	}
	switch judged.Reason {
	case ReasonWarning, ReasonCritical, ReasonOnTarget, ReasonOffTarget, ReasonInconclusive:
		return State(judged.Reason)
	}
	if state == StateUndated && judged.Reason != ReasonWithin {
		return StateUndated
	}
	return StateOK
}
