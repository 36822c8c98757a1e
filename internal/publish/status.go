package publish

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Status is what a report says once a result of a run has been written to it; before is what it said. It is what the
// publisher writes, for programs that have no cluster to write to.
func Status(before v1alpha1.IndicatorReportStatus, run plan.Plan, result plan.Result, now metav1.Time) v1alpha1.IndicatorReportStatus {
	for _, t := range tasksOf(run) {
		if t.Key != result.Key {
			continue
		}
		change := decide(before, t, outcome{numbers: result.Numbers, link: result.Link, failure: result.Failure}, run, now)
		if change.result != nil {
			before.Result = change.result
		}
		if change.link != nil {
			before.Link = change.link
		}
		if change.attempt != nil {
			before.Attempt = change.attempt
		}
	}
	return before
}
