package scorecard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Doubt is something that is not known, or not surely, and why.
type Doubt struct {
	// Of what; the name is empty of several members.
	Named
	// What is not known, in a few words.
	What string `json:"what"`
	// Why, in the operator's own sentences, with what would be enough where that is known.
	Why string `json:"why"`
}

// doubtful are conditions that say why a number cannot be relied on, each with the status that says so.
var doubtful = []struct {
	condition string
	status    metav1.ConditionStatus
	reason    string // only this one; empty for any
	what      string
}{
	{v1alpha1.ConditionReady, metav1.ConditionFalse, "", "no number"},
	{v1alpha1.ConditionComputed, metav1.ConditionFalse, "", "a new value: the last good one stands"},
	{v1alpha1.ConditionFresh, metav1.ConditionFalse, "", "how things are now"},
	{v1alpha1.ConditionSampleSufficient, metav1.ConditionFalse, v1alpha1.ReasonTooSmall, "the value: the sample is too small"},
	{v1alpha1.ConditionSampleSufficient, metav1.ConditionFalse, v1alpha1.ReasonNoData, "the value: there is none"},
	{v1alpha1.ConditionSampleSufficient, metav1.ConditionUnknown, v1alpha1.ReasonNoData, "the value: there is none"},
	{v1alpha1.ConditionSampleSufficient, metav1.ConditionFalse, v1alpha1.ReasonSuspectData, "whether the data can be believed"},
	{v1alpha1.ConditionSampleSufficient, metav1.ConditionUnknown, v1alpha1.ReasonSuspectData, "whether the data can be believed"},
	{v1alpha1.ConditionResponding, metav1.ConditionFalse, "", "whether those who answered stand for the others"},
	{v1alpha1.ConditionTargetMet, metav1.ConditionUnknown, v1alpha1.ReasonInconclusive, "whether the target is met"},
	{v1alpha1.ConditionTargetInReach, metav1.ConditionUnknown, v1alpha1.ReasonInconclusive, "whether the dated target is in reach"},
	{v1alpha1.ConditionPromiseKept, metav1.ConditionUnknown, v1alpha1.ReasonInconclusive, "whether the promise is kept"},
}

const noValue = "the value: there is none"

// Doubts of the set, the gravest first: of its members in their order, then of claims, then what no test can tell yet and what
// the data do not show. A goal is not told what its CPI, a member too, says.
func (s *Set) Doubts() []Doubt {
	var out []Doubt
	for _, ref := range s.Missing {
		out = append(out, Doubt{Named{ref.Kind, ref.Name, ref.Name}, "everything", "It is named as a member and does not exist."})
	}
	type saying struct {
		of        Reference
		what, why string
	}
	told := map[saying]bool{} // what a goal and its CPI both say stands once
	var notes []Doubt
	for _, m := range s.Members {
		named := Named{m.Kind, m.Name, m.Title}
		for _, d := range s.ofMember(m) {
			if one := (saying{m.Numbers(), d.What, d.Why}); d.Why != "" && !told[one] {
				told[one] = true
				d.Named = named
				out = append(out, d)
			}
		}
		if m.Result != nil && (m.GoalOn == "" || !s.has(string(alert.CPI), m.GoalOn)) {
			for _, d := range ofResult(m.Result) {
				d.Named = named
				notes = append(notes, d)
			}
		}
	}
	for _, c := range s.Claims {
		out = append(out, ofClaim(c.Name, c.Title, c.Findings)...)
	}
	return slices.Concat(out, s.untested(), together(notes))
}

// ofMember are doubts that its conditions and its state tell.
func (s *Set) ofMember(m Member) (out []Doubt) {
	computed := meta.FindStatusCondition(m.Conditions, v1alpha1.ConditionComputed)
	for _, d := range doubtful {
		c := meta.FindStatusCondition(m.Conditions, d.condition)
		if c == nil || c.Status != d.status || d.reason != "" && c.Reason != d.reason {
			continue
		}
		what, why := d.what, c.Message
		switch {
		case c == computed:
			why = s.failed(m, c.Message)
			if m.Summary.Value == "" {
				what = noValue
			}
		case what == noValue && computed != nil && computed.Status != metav1.ConditionTrue:
			continue // that nothing was computed says so
		}
		out = append(out, Doubt{What: what, Why: why})
	}
	switch alert.State(m.Summary.State) {
	case alert.StatePending:
		out = append(out, Doubt{What: "no number yet", Why: cmp.Or(said(m.Conditions, v1alpha1.ConditionComputed), "Nothing has been computed yet.")})
	case alert.StateRunning, alert.StateMaturing:
		out = append(out, Doubt{What: "the final value", Why: fmt.Sprintf("Period %s is not mature: its value still moves by design.", m.Summary.Period)})
	}
	if c := meta.FindStatusCondition(m.Conditions, v1alpha1.ConditionDiverging); c != nil && c.Status == metav1.ConditionUnknown && m.Summary.Value != "" {
		out = append(out, Doubt{What: "whether it and its guardrails drift apart", Why: s.Drift(m.Name)})
	}
	return out
}

// failed says why nothing new was computed: of a source that fails, in the source's own words.
func (s *Set) failed(m Member, message string) string {
	c := meta.FindStatusCondition(m.Conditions, v1alpha1.ConditionComputed)
	source, _ := s.Objects.Source(m.Source)
	if c.Reason != string(alert.ReasonSourceFailed) || source == nil {
		return message
	}
	if own := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionComputed); own != nil && own.Status == metav1.ConditionFalse {
		return fmt.Sprintf("DataSource %s: %s: %s", source.Name, own.Reason, own.Message)
	}
	return message
}

func said(conditions []metav1.Condition, condition string) string {
	if c := meta.FindStatusCondition(conditions, condition); c != nil {
		return c.Message
	}
	return ""
}

// ofResult are doubts that the numbers themselves bring.
func ofResult(r *v1alpha1.ReportResult) (out []Doubt) {
	if n := r.SuppressedSegments; n != nil && *n > 0 {
		out = append(out, Doubt{What: "single segments", Why: fmt.Sprintf("Segments too small to be shown, or that would give one away: %d.", *n)})
	}
	if n := r.OmittedSegments; n != nil && *n > 0 {
		out = append(out, Doubt{What: "single segments", Why: fmt.Sprintf("Segments left out because there are too many: %d.", *n)})
	}
	for _, b := range r.BiasChecks {
		if b.Suspicious == nil || !*b.Suspicious {
			continue
		}
		why := "Late answers differ from early ones, so those who never answered may differ too."
		if b.Check == "Composition" {
			why = fmt.Sprintf("Those who answered differ from those asked, most in %s = %s.", b.Column, b.Value)
		}
		out = append(out, Doubt{What: "whether those who answered stand for the others", Why: why})
	}
	for _, w := range r.Warnings {
		out = append(out, Doubt{What: "what the data do not show", Why: w})
	}
	return out
}

// together joins what was found alike of several members.
func together(notes []Doubt) (out []Doubt) {
	for _, d := range notes {
		at := slices.IndexFunc(out, func(o Doubt) bool { return o.What == d.What && o.Why == d.Why })
		if at < 0 {
			out = append(out, d)
			continue
		}
		out[at].Named = Named{Title: out[at].Title + "; " + d.Title}
	}
	return out
}

// untested are the members of which no test of a trend can tell yet, together.
func (s *Set) untested() []Doubt {
	var titles []string
	seen := map[Reference]bool{}
	for _, m := range s.Members {
		c := meta.FindStatusCondition(m.Conditions, v1alpha1.ConditionDeteriorating)
		if c != nil && c.Reason == v1alpha1.ReasonTooFewPeriods && !seen[m.Numbers()] {
			seen[m.Numbers()] = true
			titles = append(titles, m.Title)
		}
	}
	if titles == nil {
		return nil
	}
	slices.Sort(titles)
	return []Doubt{{Named{Title: strings.Join(titles, "; ")}, "whether they get better or worse",
		"A trend is tested on six or more mature periods that share no rows; there are fewer yet."}}
}

// ofClaim are the drivers of which the rows at hand do not tell, or tell two things.
func ofClaim(name, title string, found *v1alpha1.ReportLink) (out []Doubt) {
	named := Named{plan.KindLinkage, name, title}
	if found == nil {
		return []Doubt{{named, "whether the claim holds", "It has not been tested yet."}}
	}
	for _, d := range found.Drivers {
		if d.Verdict != "InsufficientData" && d.Verdict != "Conflicting" {
			continue
		}
		out = append(out, Doubt{named, "whether the claim holds", d.Driver + ": " + d.Sentence}) // which says how many would be enough
	}
	return out
}
