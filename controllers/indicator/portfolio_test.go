package indicator_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// A KPI is told what its namespace leaves out, and when it is mended.
func TestAKPIStandsInAPortfolio(t *testing.T) {
	w := newWorld(t)
	w.cpi("nps")
	goal := w.goal("nps", "30")
	message := w.want(goal.Status.Conditions, "Balanced", "False", "NoObjective")
	if !strings.Contains(message, "spec.objective") || !strings.Contains(message, "Time, Convenience, MoneySaved, LoyaltyRecognition") {
		t.Errorf("message = %s", message)
	}
	for name, theme := range map[string]string{"wait": "Time", "ease": "Convenience", "saved": "MoneySaved", "points": "LoyaltyRecognition"} {
		cpi := w.cpi(name, func(c *v1alpha1.CPIDefinition) { c.Spec.Theme = theme })
		for _, c := range cpi.Status.Conditions {
			if c.Type == "Balanced" {
				t.Errorf("a CPI is no portfolio: %+v", c)
			}
		}
	}
	goal.Spec.Objective = "Be recommended"
	w.update(goal)
	w.reconcile(goal)
	w.want(goal.Status.Conditions, "Balanced", "True", "Balanced")
}
