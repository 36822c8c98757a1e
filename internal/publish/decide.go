package publish

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// Outcomes of an attempt.
const (
	outcomeSucceeded = "Succeeded"
	outcomeFailed    = "Failed"
)

// outcome is what a run has to say about one indicator.
type outcome struct {
	// numbers or failure; both nil for a source failure, which is the source's to tell.
	numbers *plan.Numbers
	failure *plan.Failure
	// killed: the run died while computing this indicator, among others perhaps.
	killed bool
}

// change is what to write to a report; nil parts stay as they are.
type change struct {
	result  *v1alpha1.ReportResult
	attempt *v1alpha1.ReportAttempt
}

func (c change) empty() bool { return c.result == nil && c.attempt == nil }

// accepts tells whether a report takes what a run found for an indicator; otherwise why not.
func accepts(report *v1alpha1.IndicatorReport, source string, indicator plan.Indicator, run plan.Plan) (bool, string) {
	result := report.Status.Result
	switch spec := report.Spec; {
	case spec.IndicatorRef.UID != indicator.UID:
		return false, "the indicator was made anew"
	case spec.RequestHash != indicator.RequestHash:
		return false, "the formula was edited meanwhile"
	case spec.DataSourceRef.Name != source:
		return false, fmt.Sprintf("the indicator moved to data source %s", spec.DataSourceRef.Name)
	case result != nil && result.RequestHash == indicator.RequestHash && result.AsOf != nil && result.AsOf.After(run.Now):
		return false, "a later run has written its numbers" // two runs may overlap: a one-off and the schedule's
	}
	return true, ""
}

// decide compares what a run found with what a report says. Equal content changes nothing: the times in a
// report are when its content changed, not when runs took place.
func decide(status v1alpha1.IndicatorReportStatus, indicator plan.Indicator, found outcome, run plan.Plan, now metav1.Time) change {
	var out change
	attempt := &v1alpha1.ReportAttempt{RequestHash: indicator.RequestHash}
	switch {
	case found.numbers != nil:
		attempt.Outcome = outcomeSucceeded
		result := reportResult(indicator, found.numbers)
		result.AsOf = instant(run.Now)
		out.result = changedResult(status.Result, result, now)
	case found.failure != nil:
		attempt.Outcome = outcomeFailed
		attempt.Reason = cut(string(found.failure.Reason), maxReason)
		attempt.Message = cut(found.failure.Message, maxMessage)
		if found.killed {
			circumstances := planstep.Circumstances{SourceGeneration: run.SourceGeneration, Restatement: indicator.Restatement}
			kills := 1 + planstep.Kills(status.Attempt, indicator.RequestHash, circumstances)
			attempt.Kills, attempt.SourceGeneration, attempt.Restatement = &kills, &run.SourceGeneration, indicator.Restatement
		}
	default:
		return out
	}
	out.attempt = changedAttempt(status.Attempt, attempt, now)
	return out
}

func changedResult(old, found *v1alpha1.ReportResult, now metav1.Time) *v1alpha1.ReportResult {
	if old != nil {
		if found.Restatement == "" && found.RequestHash == old.RequestHash {
			found.Restatement = old.Restatement // the annotation was taken off; what it asked for was done
		}
		found.Warnings = append(restatement(old, found), found.Warnings...)
		same := *found
		same.ChangedTime, same.AsOf = old.ChangedTime, old.AsOf
		same.SQL = old.SQL // it may hold the run's instant; it follows when numbers change
		if equality.Semantic.DeepEqual(old, &same) {
			return nil
		}
	}
	found.ChangedTime = &now
	return found
}

func changedAttempt(old, tried *v1alpha1.ReportAttempt, now metav1.Time) *v1alpha1.ReportAttempt {
	tried.Since = &now
	if old == nil {
		return tried
	}
	if old.RequestHash == tried.RequestHash && old.Outcome == tried.Outcome && old.Reason == tried.Reason {
		tried.Since = old.Since
	}
	if equality.Semantic.DeepEqual(old, tried) {
		return nil
	}
	return tried
}
