package v1alpha1

// Condition types. Each kind carries the ones that its status lists.
const (
	// ConditionReady is True when the object is valid and everything it refers to exists. It does not depend on the database.
	ConditionReady = "Ready"
	// ConditionStalled is True when only an edit can help.
	ConditionStalled = "Stalled"
	// ConditionComputed tells how the last attempt went; source failures show here.
	ConditionComputed = "Computed"
	// ConditionFresh tells whether the numbers and the data behind them are as new as declared.
	ConditionFresh = "Fresh"
	// ConditionSampleSufficient tells whether the latest mature period has the minimum sample.
	ConditionSampleSufficient = "SampleSufficient"
	// ConditionWithinThresholds is False when the whole interval lies beyond a threshold. Unknown without data.
	ConditionWithinThresholds = "WithinThresholds"
	// ConditionTargetMet judges the latest mature period against the target in force.
	ConditionTargetMet = "TargetMet"
	// ConditionReviewDue is True when people should look at the definition again.
	ConditionReviewDue = "ReviewDue"
	// ConditionDeteriorating is True when a test shows that mature periods get worse.
	ConditionDeteriorating = "Deteriorating"
	// ConditionPromiseKept is False when the error budget of a promise burns too fast or is spent.
	ConditionPromiseKept = "PromiseKept"
	// ConditionResponding is False when fewer than asked for have answered a survey.
	ConditionResponding = "Responding"
	// ConditionTargetInReach is False when forecasts give a dated target too small a chance.
	ConditionTargetInReach = "TargetInReach"
	// ConditionAlerting is False while nobody is told: a pause, or a dry run.
	ConditionAlerting = "Alerting"
	// ConditionComparable tells whether the declared benchmark has the same formula, and how the two lie.
	ConditionComparable = "Comparable"
	// ConditionSupported tells the verdict on a linkage: False if it is not supported or conflicting, Unknown without enough data.
	ConditionSupported = "Supported"
	// ConditionDiverging is True when a KPI looks good while its guardrails get worse; of the linkage and of its KPITarget.
	ConditionDiverging = "Diverging"
	// ConditionGuarded tells whether a KPITarget has guardrails; False where people are paid by it and it has none.
	ConditionGuarded = "Guarded"
	// ConditionBalanced tells whether a KPITarget serves an objective, and its namespace measures what customers gain: advice, and no alert.
	ConditionBalanced = "Balanced"
	// ConditionCovered tells whether a scorecard has members for what customers gain and for the departments that its audience expects.
	ConditionCovered = "Covered"
	// ConditionPublished tells whether the indicator's metrics are exported in full.
	ConditionPublished = "Published"
)

// Reasons of Ready and Stalled.
const (
	// ReasonReady: valid, and all references resolve.
	ReasonReady = "Ready"
	// ReasonInvalid: a rule that the schema cannot see is broken; the message names the field. Also Stalled.
	ReasonInvalid = "Invalid"
	// ReasonReferenceNotFound: an object it refers to does not exist (yet). Heals by itself.
	ReasonReferenceNotFound = "ReferenceNotFound"
	// ReasonReferenceNotReady: an object it refers to is itself not ready.
	ReasonReferenceNotReady = "ReferenceNotReady"
	// ReasonConflict: an object of the name we need belongs to somebody else; it is left alone.
	ReasonConflict = "Conflict"
	// ReasonChildRefused: the API server refuses an object that must be made: a wrong node selector, a quota, a policy.
	ReasonChildRefused = "ChildRefused"
	// ReasonSuspended: spec.suspend is set.
	ReasonSuspended = "Suspended"
	// ReasonProgressing: not stalled; nothing for a person to do.
	ReasonProgressing = "Progressing"
)

// Reasons for which a linkage cannot be tested as it is declared, of its Ready and Stalled. A driver whose values alone cannot
// be had in the KPI's periods has one of them in the report.
const (
	// ReasonCyclicReferences: what is claimed leads back to where it began; the message spells it out.
	ReasonCyclicReferences = "CyclicReferences"
	// ReasonTooManySources: the customers of a claim are in more than two data sources, and cannot be compared one by one.
	ReasonTooManySources = "TooManySources"
	// ReasonNoDecisionTime: a renewal does not say when it was decided, so nobody can look back from there.
	ReasonNoDecisionTime = "NoDecisionTime"
	// ReasonOutcomeUnsupported: the KPI is not true or false of a single customer, or not in the order that the index asks for.
	ReasonOutcomeUnsupported = "OutcomeUnsupported"
	// ReasonExposureUnsupported: the CPI has no score of single rows, or no time before the outcome.
	ReasonExposureUnsupported = "ExposureUnsupported"
	// ReasonAttributionUnsupported: the KPI is no renewal, so its outcomes have no decision apart from their own time.
	ReasonAttributionUnsupported = "AttributionUnsupported"
	// ReasonUndated: a dataset has no time, so there is no series.
	ReasonUndated = "Undated"
	// ReasonGrainMismatch: values cannot be had in the KPI's periods.
	ReasonGrainMismatch = "GrainMismatch"
	// ReasonPeriodsShareRows: neighbouring values rest on the same rows.
	ReasonPeriodsShareRows = "PeriodsShareRows"
)

// Reasons of Diverging and Guarded. Supported has the verdict's reason or, if it has none, the verdict.
const (
	// ReasonDiverging: two evaluations in a row say so.
	ReasonDiverging = "Diverging"
	// ReasonNotDiverging: the KPI and its guardrails do not drift apart.
	ReasonNotDiverging = "NotDiverging"
	// ReasonGuarded: a linkage declares a guardrail.
	ReasonGuarded = "Guarded"
	// ReasonUnguarded: no driver of any linkage on the KPI is a guardrail.
	ReasonUnguarded = "Unguarded"
	// ReasonUnlinked: no linkage is on the KPI.
	ReasonUnlinked = "Unlinked"
)

// Reasons of Balanced.
const (
	// ReasonBalanced: nothing is left out.
	ReasonBalanced = "Balanced"
	// ReasonThemeUnmeasured: no CPI of the namespace has one of the themes Time, Convenience, MoneySaved and LoyaltyRecognition.
	ReasonThemeUnmeasured = "ThemeUnmeasured"
	// ReasonOnlyInternal: no KPITarget of the namespace is a goal for customers.
	ReasonOnlyInternal = "OnlyInternal"
	// ReasonOneIndicatorCarriesAll: all claims, or nearly all of a composite's weight, rest on one CPI.
	ReasonOneIndicatorCarriesAll = "OneIndicatorCarriesAll"
	// ReasonNoObjective: the KPITarget names no objective.
	ReasonNoObjective = "NoObjective"
)

// Reasons of a scorecard's Covered and Balanced, besides those of a KPITarget's Balanced. There they speak of the members.
const (
	// ReasonCovered: each of the four themes and each department named has a member.
	ReasonCovered = "Covered"
	// ReasonDepartmentMissing: no member belongs to one of spec.departments.
	ReasonDepartmentMissing = "DepartmentMissing"
	// ReasonOneTopicDominates: one theme or category has more than half of the weight.
	ReasonOneTopicDominates = "OneTopicDominates"
	// ReasonNoGuardrail: there are KPIs, but no CPI that must not get worse while they look good.
	ReasonNoGuardrail = "NoGuardrail"
)

// Events on a linkage, besides those of its conditions.
const (
	// ReasonVerdictChanged: the stage or the verdict of the claim, or of one of its drivers, is another than before.
	ReasonVerdictChanged = "VerdictChanged"
)

// Reasons of Computed. A failure reported by the engine stands under its own reason, see plan.Reason.
const (
	// ReasonSucceeded: the last attempt gave numbers.
	ReasonSucceeded = "Succeeded"
	// ReasonPending: no attempt under the present formula yet.
	ReasonPending = "Pending"
	// ReasonNeverStarted: the run's pod did not start in time: quota, image, Secret or scheduling.
	ReasonNeverStarted = "NeverStarted"
	// ReasonDeadlineExceeded: the run was stopped at its deadline.
	ReasonDeadlineExceeded = "DeadlineExceeded"
	// ReasonRunFailed: the run's pod failed without a more precise reason.
	ReasonRunFailed = "RunFailed"
	// ReasonResultMissing: the run finished without a result for this indicator.
	ReasonResultMissing = "ResultMissing"
	// ReasonResultRefused: the run gave numbers that the API server refuses to keep.
	ReasonResultRefused = "ResultRefused"
	// ReasonQuarantined: two runs died while computing it; it waits for an edit of it or of its source, or for a restatement.
	ReasonQuarantined = "Quarantined"
	// ReasonSourceFailed: the source failed; the DataSource tells why.
	ReasonSourceFailed = "SourceFailed"
)

// Reasons of Fresh.
const (
	// ReasonUpToDate: the last run is within the schedule and the data within its freshness.
	ReasonUpToDate = "UpToDate"
	// ReasonRunOverdue: no successful run for two intervals of the schedule.
	ReasonRunOverdue = "RunOverdue"
	// ReasonDataStale: the newest load of the data is older than freshness.within.
	ReasonDataStale = "DataStale"
)

// Reasons of SampleSufficient, WithinThresholds and TargetMet.
const (
	// ReasonEnough: the sample is large enough.
	ReasonEnough = "Enough"
	// ReasonTooSmall: fewer than quality.minSampleSize.
	ReasonTooSmall = "TooSmall"
	// ReasonNoData: nothing to judge.
	ReasonNoData = "NoData"
	// ReasonSuspectData: the rows collapsed, or the value lies far outside its history; a data problem comes before a business one.
	ReasonSuspectData = "SuspectData"
	// ReasonNoThresholds: none are declared.
	ReasonNoThresholds = "NoThresholds"
	// ReasonWithin: no threshold is passed by the whole interval.
	ReasonWithin = "Within"
	// ReasonWarning: the whole interval lies beyond the warning threshold.
	ReasonWarning = "Warning"
	// ReasonCritical: the whole interval lies beyond the critical threshold.
	ReasonCritical = "Critical"
	// ReasonOnTarget: the whole interval lies on the good side of the target.
	ReasonOnTarget = "OnTarget"
	// ReasonOffTarget: the whole interval lies on the bad side of the target.
	ReasonOffTarget = "OffTarget"
	// ReasonInconclusive: the interval contains the target.
	ReasonInconclusive = "Inconclusive"
	// ReasonNotYet: no target is in force yet, or no mature period is covered by one.
	ReasonNotYet = "NotYet"
	// ReasonReviewed: the last review is recent enough.
	ReasonReviewed = "Reviewed"
	// ReasonDueSoon: the next review is due within a fortnight.
	ReasonDueSoon = "DueSoon"
	// ReasonOverdue: the last review is older than review.every.
	ReasonOverdue = "Overdue"
)

// Reasons of Deteriorating, Responding and TargetInReach.
const (
	// ReasonWorsening: a test shows that mature periods which share no rows get worse.
	ReasonWorsening = "Worsening"
	// ReasonNotWorsening: no such trend is shown; it may be there all the same.
	ReasonNotWorsening = "NotWorsening"
	// ReasonTooFewPeriods: no test can tell yet.
	ReasonTooFewPeriods = "TooFewPeriods"
	// ReasonTooFewAnswers: the whole interval of the response rate lies below the minimum.
	ReasonTooFewAnswers = "TooFewAnswers"
	// ReasonInReach: forecasts by confirmed drivers give the target chance enough.
	ReasonInReach = "InReach"
	// ReasonAtRisk: two forecasts in a row give it too small a chance.
	ReasonAtRisk = "AtRisk"
	// ReasonNoForecast: no confirmed driver leads a forecast of the day.
	ReasonNoForecast = "NoForecast"
)

// Reasons of Alerting.
const (
	// ReasonTelling: alerts are told as declared.
	ReasonTelling = "Telling"
	// ReasonPaused: spec.alerting.pausedUntil lies ahead.
	ReasonPaused = "Paused"
	// ReasonDryRun: spec.alerting.mode is DryRun, or the operator runs with --dry-run.
	ReasonDryRun = "DryRun"
)

// Reasons of PromiseKept, besides NoData, SuspectData and Inconclusive: more of the budget is used than there was, which chance alone can explain.
const (
	// ReasonKept: something is left of the error budget, and it does not burn too fast.
	ReasonKept = "Kept"
	// ReasonBurningFast: at this rate, which chance does not explain, the whole budget lasts eight periods at most.
	ReasonBurningFast = "BurningFast"
	// ReasonBurningSlowly: at this rate, which chance does not explain, the budget does not last.
	ReasonBurningSlowly = "BurningSlowly"
	// ReasonBudgetSpent: the whole interval of what is left lies at or below nothing.
	ReasonBudgetSpent = "BudgetSpent"
)

// Reasons of Comparable.
const (
	// ReasonSameVariant: benchmark and value have the same formula.
	ReasonSameVariant = "SameVariant"
	// ReasonOtherVariant: the benchmark's variant is not the report's; the two are not compared.
	ReasonOtherVariant = "OtherVariant"
)

// Reasons of Published.
const (
	// ReasonPublished: exported as declared.
	ReasonPublished = "Published"
	// ReasonSeriesCapped: segments are left out because there are too many series.
	ReasonSeriesCapped = "SeriesCapped"
	// ReasonNotPublished: publish.metrics is None.
	ReasonNotPublished = "NotPublished"
	// ReasonWithdrawn: the indicator is not ready, so nobody could say what its series mean.
	ReasonWithdrawn = "Withdrawn"
)

// RestateAnnotation on an indicator asks for a full restatement; its value is free text that must change to ask again.
const RestateAnnotation = "cpi-operator.io/restate"

// ComputeAnnotation on an indicator or a linkage asks for a run now; its value is free text, such as an instant, that must
// change to ask again. Whoever may patch the object may ask.
const ComputeAnnotation = "cpi-operator.io/compute-requested"
