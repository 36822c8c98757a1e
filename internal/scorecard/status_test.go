package scorecard_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/equality"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
	"github.com/cpi-operator/cpi-operator/internal/scorecard"
)

func TestStatus(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "Critical", critical)
	w.cpi("ease", "Convenience", "OK")
	w.cpi("wait", "Time", "InsufficientSample", said("SampleSufficient", "False", "TooSmall", "12 of at least 30."))
	w.cpi("old", "Loyalty", "OK", review)
	w.goal("met", "ease", "OnTarget")
	w.goal("missed", "nps", "OffTarget", offTarget)
	w.goal("open", "wait", "Inconclusive")
	card := w.card("nps", "ease", "wait", "old", "gone", "/met", "/missed", "/open", "/lost")
	card.Spec.Departments = []string{"Support", "Product"}
	set := scorecard.Of(w.Objects, card)
	status, next := set.Status(monday)
	want := scorecard.Counts{Members: 9, Attention: 6, OnTarget: 1, OffTarget: 1, Unknown: 4}
	if diff := cmp.Diff(want, set.Counts()); diff != "" {
		t.Errorf("attention: nps, wait, old, missed and two that are gone; unknown: wait, open and those two: %s", diff)
	}
	if s := status.Summary; int(*s.Members) != want.Members || int(*s.Attention) != want.Attention || int(*s.OnTarget) != want.OnTarget || int(*s.OffTarget) != want.OffTarget || int(*s.Unknown) != want.Unknown {
		t.Errorf("summary %+v", s)
	}
	for condition, told := range map[string]string{
		"Ready":    `False ReferenceNotFound spec.members: CPIDefinition "gone", KPITarget "lost" do not exist in this namespace.`,
		"Covered":  "False ThemeUnmeasured No member has the theme MoneySaved, LoyaltyRecognition: what customers gain there is not measured here. No member belongs to Product:",
		"Balanced": "False NoGuardrail KPIs are among the members, but no CPI that must not get worse",
	} {
		c := apimeta.FindStatusCondition(status.Conditions, condition)
		if c == nil || !strings.HasPrefix(string(c.Status)+" "+c.Reason+" "+c.Message, told) || c.ObservedGeneration != 3 {
			t.Errorf("%+v, want %s", c, told)
		}
	}
	if !next.IsZero() || apimeta.FindStatusCondition(status.Conditions, "ReviewDue") != nil || status.ObservedGeneration != 3 || len(status.Actions) != 3 {
		t.Errorf("%+v", status)
	}

	card.Status = status
	set = scorecard.Of(w.Objects, card)
	if again, _ := set.Status(monday.AddDate(0, 0, 1)); !equality.Semantic.DeepEqual(status, again) {
		t.Error(cmp.Diff(status, again))
	}
}

// A guardrail that a claim declares holds the set as one that the card names.
func TestGuardrails(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	w.cpi("ease", "Convenience", "OK")
	w.goal("grow", "nps", "OnTarget")
	claim := w.claim("nps-grow", "grow", "nps")
	balanced := func(card *v1alpha1.Scorecard) bool {
		set := scorecard.Of(w.Objects, card)
		return len(set.Balance()) == 0
	}
	card := w.card("ease", "/grow")
	if balanced(card) {
		t.Error("nothing holds the KPI")
	}
	card.Spec.Members[0].Guardrail = new(true)
	if !balanced(card) {
		t.Error("the card names a guardrail")
	}
	claim.Spec.Drivers[0].Guardrail = &v1alpha1.LinkGuardrail{MinWorsening: new(v1alpha1.Value("5"))}
	card.Spec.Members[0].Guardrail = nil
	if !balanced(card) {
		t.Error("the claim declares a guardrail, though its CPI is no member")
	}
}

// A goal on what the company gains from its customers looks as far inwards as its CPI.
func TestAGoalOnCommercialNumbersLooksInwards(t *testing.T) {
	for class, want := range map[string]bool{"Commercial": true, "Perception": false} {
		w := newWorld()
		w.cpi("clv", "Value", "OK")
		w.CPIs[0].Spec.Class = class
		w.goal("grow", "clv", "OnTarget")
		w.KPIs[0].Spec.Category = "Growth"
		set := w.set("/grow")
		if got := slices.ContainsFunc(set.Balance(), func(f portfolio.Finding) bool { return f.Rule == portfolio.OnlyInternal }); got != want {
			t.Errorf("%s: %+v", class, set.Balance())
		}
	}
}

func TestDoubts(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "SuspectData", suspect, said("Deteriorating", "Unknown", "TooFewPeriods", "x"))
	w.cpi("wait", "Time", "InsufficientSample", said("SampleSufficient", "False", "TooSmall", "12 of at least 30."), said("Responding", "False", "TooFewAnswers", "11 % [9, 13] of those asked."))
	w.cpi("new", "Time", "Pending", said("Computed", "Unknown", "Pending", "No attempt yet."))
	w.cpi("half", "Time", "Maturing")
	w.CPIs[3].Status.Summary.Period = "2026-10"
	w.cpi("sure", "Time", "OK", said("Computed", "True", "Succeeded", "x"), said("SampleSufficient", "True", "Enough", "x"))
	w.cpi("other", "Time", "SuspectData", suspect)                                                        // the same words of another one
	w.goal("grow", "nps", "SuspectData", suspect, said("Deteriorating", "Unknown", "TooFewPeriods", "x")) // says what its CPI says
	w.claim("nps-grow", "grow", "nps", "wait")
	w.Reports["CPILinkage/nps-grow"].Status.Link.Drivers[1] = v1alpha1.LinkFinding{
		Driver: "wait", Verdict: "InsufficientData", Reason: "Underpowered", Needed: new(int64(82)), Sentence: "Not enough data. About 82 customers in each cohort would be enough.",
	}
	w.Reports["CPIDefinition/nps"].Status.Result = &v1alpha1.ReportResult{
		SuppressedSegments: new(int32(2)), Warnings: []string{"The data begins in 2025-09."},
		BiasChecks: []v1alpha1.BiasCheck{{Check: "LateAnswers", Suspicious: new(true)}, {Check: "Composition", Column: "plan", Value: "Basic", Suspicious: new(false)}},
	}
	w.Reports["CPIDefinition/wait"].Status.Result = &v1alpha1.ReportResult{Warnings: []string{"The data begins in 2025-09."}}
	set := w.set("nps", "wait", "new", "half", "sure", "other", "/grow", "gone")
	var got []string
	for _, d := range set.Doubts() {
		got = append(got, d.Name+": "+d.What+": "+d.Why)
	}
	want := []string{
		"gone: everything: It is named as a member and does not exist.",
		"nps: whether the data can be believed: The rows collapsed.",
		"wait: the value: the sample is too small: 12 of at least 30.",
		"wait: whether those who answered stand for the others: 11 % [9, 13] of those asked.",
		"new: no number yet: No attempt yet.",
		"half: the final value: Period 2026-10 is not mature: its value still moves by design.",
		"other: whether the data can be believed: The rows collapsed.",
		"nps-grow: whether the claim holds: wait: Not enough data. About 82 customers in each cohort would be enough.",
		": whether they get better or worse: A trend is tested on six or more mature periods that share no rows; there are fewer yet.",
		"nps: single segments: Segments too small to be shown, or that would give one away: 2.",
		"nps: whether those who answered stand for the others: Late answers differ from early ones, so those who never answered may differ too.",
		": what the data do not show: The data begins in 2025-09.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAllOfANamespace(t *testing.T) {
	w := newWorld()
	w.cpi("nps", "Advocacy", "OK")
	w.goal("grow", "nps", "OnTarget")
	w.claim("nps-grow", "grow", "nps")
	set := scorecard.All(w.Objects)
	if len(set.Members) != 2 || len(set.Claims) != 1 || set.Members[1].Source != "crm" || set.Members[1].Dataset != "survey" {
		t.Errorf("%+v", set)
	}
}
