package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cpi-operator/cpi-operator/internal/rules"
)

func TestTiming(t *testing.T) {
	group := rules.Namespace("cx")
	if diff := cmp.Diff(group, group.At(rules.DefaultTiming)); diff != "" {
		t.Errorf("the default timing is not that of the rules file:\n%s", diff)
	}
	for _, r := range group.At(rules.Timing{For: 90 * time.Second, KeepFiringFor: time.Hour}).Rules {
		if r.For != "1m30s" || r.KeepFiringFor != "1h" {
			t.Errorf("%s waits for %s and stays for %s", r.Alert, r.For, r.KeepFiringFor)
		}
	}
	for _, r := range rules.Operator().At(rules.Timing{For: time.Second, KeepFiringFor: time.Hour}).Rules {
		if r.Alert == "CPIOperatorAbsent" && r.For != "15m" {
			t.Errorf("the operator counts as absent after %s", r.For)
		}
	}
	if group.Rules[0].For != "5m" {
		t.Errorf("At changes the group that it is asked of: %s", group.Rules[0].For)
	}
}
