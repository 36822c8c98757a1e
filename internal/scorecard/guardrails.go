package scorecard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/amount"
	"github.com/cpi-operator/cpi-operator/internal/linkage/divergence"
)

// Drift tells whether a KPI looks good while its guardrails do worse, and where nobody knows, why; empty where no claim on it
// has a guardrail.
func (s *Set) Drift(kpi string) string {
	found, _ := s.Objects.KPI(kpi)
	if found == nil {
		return ""
	}
	c := meta.FindStatusCondition(found.Status.Conditions, v1alpha1.ConditionDiverging)
	if c == nil {
		return ""
	}
	if c.Status == metav1.ConditionUnknown {
		if reasons := s.unjudged(kpi); reasons != nil {
			return fmt.Sprintf("Not known: %s.", strings.Join(reasons, "; "))
		}
	}
	return c.Message
}

// unjudged are the guardrails of a KPI that could not be judged, with the reason.
func (s *Set) unjudged(kpi string) (out []string) {
	for _, c := range s.Objects.Claims() {
		if c.KPI != kpi || c.Findings == nil || c.Findings.Divergence == nil {
			continue
		}
		for _, g := range c.Findings.Divergence.Guardrails {
			if g.Reason != "" {
				out = append(out, fmt.Sprintf("“%s”: %s", s.title(g.Driver), cmp.Or(divergence.Reason(g.Reason).Words(), g.Reason)))
			}
		}
		if reason := divergence.Reason(c.Findings.Divergence.Reason); reason == divergence.NoTarget {
			out = append(out, reason.Words())
		}
	}
	return out
}

// lost says how the guardrails stand now that a KPI left behind, and the KPI itself, each with interval and n.
func (s *Set) lost(kpi string) (out []string) {
	var names []string
	for _, c := range s.Objects.Claims() {
		if c.KPI != kpi || c.Findings == nil || c.Findings.Divergence == nil {
			continue
		}
		for _, g := range c.Findings.Divergence.Lost {
			if !slices.Contains(names, g.Driver) {
				names = append(names, g.Driver)
			}
		}
	}
	for _, name := range names {
		if cpi, _ := s.Objects.CPI(name); cpi != nil {
			out = append(out, standing(cpi.Spec.Title, cpi.Status.Summary)...)
		}
	}
	if found, _ := s.Objects.KPI(kpi); found != nil && out != nil {
		out = append(out, standing(found.Spec.Title, found.Status.Summary)...)
	}
	return out
}

// standing of an indicator in a sentence; none where there is no value.
func standing(title string, now *v1alpha1.IndicatorSummary) []string {
	if now == nil || now.Value == "" {
		return nil
	}
	text := fmt.Sprintf("“%s”: %s", title, now.Value)
	if now.Interval != "" {
		text += " " + now.Interval
	}
	if now.N != nil {
		text += ", n " + amount.Count(*now.N)
	}
	if now.Period != "" {
		text += ", in " + now.Period
	}
	return []string{text + "."}
}

// title of a CPI; its name where it does not exist.
func (s *Set) title(cpi string) string {
	if found, _ := s.Objects.CPI(cpi); found != nil {
		return found.Spec.Title
	}
	return cpi
}
