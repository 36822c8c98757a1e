package datasource_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
)

// A dry run of the operator is said where people look, is no Event, and goes with it.
func TestADryRunIsSaidOnTheSource(t *testing.T) {
	w := newWorld(t)
	w.reconciler.DryRun = true
	w.reconcile()
	if c := meta.FindStatusCondition(w.source.Status.Conditions, "Alerting"); c == nil || c.Status != "False" || c.Reason != "DryRun" {
		t.Errorf("%+v", w.source.Status.Conditions)
	}
	select {
	case told := <-w.events:
		t.Errorf("event %q", told)
	default:
	}
	w.reconciler.DryRun = false
	w.reconcile()
	if c := meta.FindStatusCondition(w.source.Status.Conditions, "Alerting"); c != nil {
		t.Errorf("told as ever: %+v", c)
	}
}
