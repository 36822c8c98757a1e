package view

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

func reasonOf(conditions []metav1.Condition, kind string) string {
	if c := meta.FindStatusCondition(conditions, kind); c != nil {
		return string(c.Status) + " " + c.Reason
	}
	return ""
}

// What cannot be computed keeps its last numbers, which judge nothing any more; what it waits for decides whether it is stalled.
func TestTellBlocked(t *testing.T) {
	for _, c := range []struct {
		stalled                bool
		state, stalls, verdict string
	}{
		{true, "Invalid", "True Invalid", "Invalid"},
		{false, "Pending", "False Progressing", "Pending"},
	} {
		cpi := &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "nps", Generation: 3}}
		d := Define(cpi)
		decision := alert.Decision{
			Summary:    alert.Summary{Value: "25.0", State: alert.StateCritical},
			Conditions: []alert.Condition{{Type: alert.Computed, Status: alert.True, Reason: "Succeeded"}, {Type: alert.WithinThresholds, Status: alert.False, Reason: alert.ReasonCritical}},
		}
		d.Tell(&alert.Indicator{Formula: "h"}, decision, nil, "", 0, noon)
		why := &Blocked{Reason: v1alpha1.ReasonInvalid, Message: "spec.measure: no", Stalled: c.stalled}
		told := d.TellBlocked(why, false, noon)
		d.Conclude()
		s := cpi.Status
		if s.Summary.Value != "25.0" || s.Summary.State != c.state || s.ObservedGeneration != 3 || s.Baseline.RequestHash != "h" {
			t.Errorf("%+v %+v", s, s.Summary)
		}
		for kind, want := range map[string]string{
			"Ready": "False Invalid", "Stalled": c.stalls, "Computed": "True Succeeded", "WithinThresholds": "Unknown NoData", "Published": "False Withdrawn", "TargetMet": "",
		} {
			if got := reasonOf(s.Conditions, kind); got != want {
				t.Errorf("%s is %q, want %q", kind, got, want)
			}
		}
		if s.Conditions[0].Type != "Ready" || s.Conditions[1].Type != "Stalled" || len(told.Alerts) != 1 || told.Alerts[0].Message != why.Message {
			t.Errorf("%+v, alerts %+v", s.Conditions, told.Alerts)
		}

		l := &v1alpha1.CPILinkage{}
		l.Status.Verdict = "Supported"
		l.Status.Drivers = []v1alpha1.LinkDriverStatus{{Name: "nps", Verdict: "Supported", Stage: "Confirmed", Effect: "+2"}}
		TellClaimBlocked(l, why, "board", false, noon)
		if d := l.Status.Drivers[0]; l.Status.Verdict != "" || l.Status.Summary.Verdict != c.verdict || d.Verdict != "" || d.Stage != "Confirmed" {
			t.Errorf("%+v", l.Status)
		}
	}
}

// A text that is too long for the schema is cut between characters.
func TestCut(t *testing.T) {
	if got := Cut(strings.Repeat("ä", 10), 10); got != strings.Repeat("ä", 10) {
		t.Error(got)
	}
	if got := Cut(strings.Repeat("ä", 11), 10); got != strings.Repeat("ä", 9)+"…" {
		t.Error(got)
	}
}
