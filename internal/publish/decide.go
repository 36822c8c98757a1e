package publish

import (
	"fmt"
	"time"

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

// outcome is what a run has to say about one task.
type outcome struct {
	// numbers, link or failure; all nil for a source failure, which is the source's to tell.
	numbers *plan.Numbers
	link    *plan.Link
	failure *plan.Failure
	// killed: the run died while computing this one, among others perhaps.
	killed bool
}

// change is what to write to a report; nil parts stay as they are.
type change struct {
	result  *v1alpha1.ReportResult
	link    *v1alpha1.ReportLink
	attempt *v1alpha1.ReportAttempt
}

func (c change) empty() bool { return c.result == nil && c.link == nil && c.attempt == nil }

// accepts tells whether a report takes what a run found for a task; otherwise why not.
func accepts(report *v1alpha1.IndicatorReport, source string, t task, run plan.Plan) (bool, string) {
	hash, asOf := writtenBy(report.Status)
	switch spec := report.Spec; {
	case spec.IndicatorRef.UID != t.uid:
		return false, "its definition was made anew"
	case spec.RequestHash != t.requestHash:
		return false, "the formula was edited meanwhile"
	case spec.DataSourceRef.Name != source:
		return false, fmt.Sprintf("it moved to data source %s", spec.DataSourceRef.Name)
	case hash == t.requestHash && asOf != nil && asOf.After(run.Now):
		return false, "a later run has written its numbers" // two runs may overlap: a one-off and the schedule's
	case answeredAfter(report.Status.Attempt, t.requestHash, run.Now):
		return false, "a later run has answered a request" // whose numbers may be those of an earlier one, as of when they changed
	}
	return true, ""
}

func answeredAfter(attempt *v1alpha1.ReportAttempt, requestHash string, now time.Time) bool {
	return attempt != nil && attempt.RequestHash == requestHash && attempt.AnsweredAsOf != nil && attempt.AnsweredAsOf.After(now)
}

// writtenBy is which formula gave what a report holds, as of when.
func writtenBy(status v1alpha1.IndicatorReportStatus) (hash string, asOf *metav1.Time) {
	switch {
	case status.Result != nil:
		return status.Result.RequestHash, status.Result.AsOf
	case status.Link != nil:
		return status.Link.RequestHash, status.Link.AsOf
	}
	return "", nil
}

// decide compares what a run found with what a report says. Equal content changes nothing: the times in a
// report are when its content changed, not when runs took place.
func decide(status v1alpha1.IndicatorReportStatus, t task, found outcome, run plan.Plan, now metav1.Time) change {
	var out change
	attempt := &v1alpha1.ReportAttempt{RequestHash: t.requestHash, Requested: t.requested}
	switch {
	case found.numbers != nil:
		attempt.Outcome = outcomeSucceeded
		result := reportResult(t, found.numbers)
		result.AsOf = instant(run.Now)
		out.result = changedResult(status.Result, result, now)
	case found.link != nil:
		attempt.Outcome = outcomeSucceeded
		link := reportLink(t, found.link)
		link.AsOf = instant(run.Now)
		out.link = changedLink(status.Link, link, now)
	case found.failure != nil:
		attempt.Outcome = outcomeFailed
		attempt.Reason = cut(string(found.failure.Reason), maxReason)
		attempt.Message = cut(found.failure.Message, maxMessage)
		if found.killed {
			circumstances := planstep.Circumstances{SourceGeneration: run.SourceGeneration, Restatement: t.restatement}
			kills := 1 + planstep.Kills(status.Attempt, t.requestHash, circumstances)
			attempt.Kills, attempt.SourceGeneration, attempt.Restatement = &kills, &run.SourceGeneration, t.restatement
		}
	default:
		return out
	}
	if t.requested != "" {
		attempt.AnsweredAsOf = instant(run.Now)
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
	if tried.Requested == "" || tried.Requested == old.Requested { // the annotation was taken off, or it was answered before
		tried.Requested, tried.AnsweredAsOf = old.Requested, old.AnsweredAsOf
	}
	if old.RequestHash == tried.RequestHash && old.Outcome == tried.Outcome && old.Reason == tried.Reason {
		tried.Since = old.Since
	}
	if equality.Semantic.DeepEqual(old, tried) {
		return nil
	}
	return tried
}
