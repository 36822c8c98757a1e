package publish_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A linkage that reads two sources has a run to itself: nobody but its report can tell that one of them failed.
func TestSourceFailureIsToldOnTheLinkageThatHasTheRunToItself(t *testing.T) {
	r := newRun(t)
	l := r.claim("renewals")
	failure := plan.Failure{Reason: plan.AuthenticationFailed, Message: "data source surveys: the database refuses user cx.", Source: true}
	must(t, r.results.WriteResult(0, plan.Result{Key: l.Key, UID: l.UID, RequestHash: l.RequestHash, Run: r.plan.Run, Failure: &failure}))
	r.done(plan.Done{Failed: 1, Source: &failure})
	publisher := r.publisher()
	publisher.Linkage = "renewals"
	if err := publisher.Run(ended(t)); err != nil {
		t.Fatal(err)
	}
	attempt := r.report("renewals").Status.Attempt
	if attempt == nil || attempt.Reason != string(plan.AuthenticationFailed) || attempt.Message != failure.Message {
		t.Errorf("attempt %+v", attempt)
	}
}
