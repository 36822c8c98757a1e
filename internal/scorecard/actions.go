package scorecard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Action is something to do, for somebody, for reasons that were decided elsewhere.
type Action struct {
	Gravity board.Gravity `json:"gravity"`
	// Do says what, in plain words.
	Do string `json:"do"`
	// Team that can do it.
	Team string `json:"team,omitempty"`
	// Why in the operator's own sentences, with value, interval and n.
	Why []string `json:"why,omitempty"`
	// Kind, Name and Title of the object to look at.
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
}

// Most actions that are told: who is told of ten does none.
const Most = 3

// Foremost are the actions that matter most, the first of them first; none where nothing asks for one.
func (s *Set) Foremost() []Action {
	all := s.Actions()
	return all[:min(len(all), Most)]
}

// Actions are all that the set asks for. Graver problems come first; of those alike in gravity, what keeps numbers from
// being had or believed, then a divergence, then what numbers say (board.Problems); of those alike in that the heavier
// member's, a guardrail's before another's. What speaks of the same numbers is one action.
func (s *Set) Actions() []Action {
	type candidate struct {
		Action
		also    string // what is added to an action on the same numbers
		doubted bool
		group   int
		stake
		numbers Reference
	}
	var found []candidate
	group, last := 0, board.Problem{}
	for _, p := range s.problems {
		if p.Gravity == board.Advice || p.Kind == "" {
			continue
		}
		if p.Gravity != last.Gravity || p.Condition != last.Condition {
			group++
		}
		last = p
		c := candidate{group: group, doubted: p.Reason == v1alpha1.ReasonSuspectData}
		c.Action, c.also, c.numbers = s.act(p)
		c.stake = s.stakes[Reference{p.Kind, p.Name}]
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		if a.Gravity != b.Gravity {
			return cmp.Compare(a.group, b.group)
		}
		return cmp.Or(first(a.doubted, b.doubted), cmp.Compare(a.group, b.group), cmp.Compare(b.weight, a.weight), first(a.guardrail, b.guardrail))
	})
	var out []Action
	place := map[Reference]int{}
	for _, c := range found {
		at, known := place[c.numbers]
		if !known {
			place[c.numbers] = len(out)
			out = append(out, c.Action)
			continue
		}
		if c.also != "" && !strings.Contains(out[at].Do, c.also) {
			out[at].Do += " " + c.also
		}
		for _, why := range c.Why {
			if !slices.Contains(out[at].Why, why) {
				out[at].Why = append(out[at].Why, why)
			}
		}
	}
	return out
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// act says what to do about a problem, what of it is worth adding to another action on the same numbers, and of which
// object's numbers it speaks.
func (s *Set) act(p board.Problem) (a Action, also string, numbers Reference) {
	a = Action{Gravity: p.Gravity, Team: p.Team, Why: []string{p.Message}, Kind: p.Kind, Name: p.Name, Title: cmp.Or(p.Title, p.Name)}
	numbers = Reference{p.Kind, p.Name}
	if p.Kind == resolve.KindKPITarget {
		if kpi, _ := s.Objects.KPI(p.Name); kpi != nil && kpi.Spec.CPIRef != nil && aboutNumbers(p.Condition) {
			numbers = Reference{resolve.KindCPIDefinition, kpi.Spec.CPIRef.Name}
		}
		if p.Condition == v1alpha1.ConditionTargetMet || p.Condition == v1alpha1.ConditionTargetInReach {
			if lever, sentence := s.lever(p.Name); lever != nil {
				a.Do = fmt.Sprintf("Work on “%s”: it goes with “%s”, and its owner can change it.", lever.Spec.Title, a.Title)
				also = fmt.Sprintf("It goes with “%s”, and its owner can change it.", a.Title)
				a.Team, a.Kind, a.Name, a.Title = lever.Spec.Owner.Team, resolve.KindCPIDefinition, lever.Name, lever.Spec.Title
				a.Why = append(a.Why, sentence)
				return a, also, Reference{a.Kind, a.Name}
			}
		}
	}
	a.Do = fmt.Sprintf(wordsFor(p), a.Title)
	if p.Condition == v1alpha1.ConditionDiverging {
		a.Why = append(a.Why, s.lost(p.Name)...)
	}
	if p.Segment != "" {
		a.Do += " Segment: " + p.Segment + "."
		numbers.Name += "\x00" + p.Segment // a part is a matter of its own
	}
	return a, "", numbers
}

// aboutNumbers are conditions that speak of the value; the others speak of the definition.
func aboutNumbers(condition string) bool {
	switch condition {
	case v1alpha1.ConditionReady, v1alpha1.ConditionReviewDue, v1alpha1.ConditionGuarded, v1alpha1.ConditionDiverging:
		return false
	}
	return true
}

// lever is the driver of a KPI, confirmed by a claim, with most influence that its owner can change, and what was found of
// it; nil if there is none.
func (s *Set) lever(kpi string) (*v1alpha1.CPIDefinition, string) {
	for _, c := range s.Claims {
		if c.KPI != kpi || c.Findings == nil {
			continue
		}
		names := []string{}
		if i := c.Findings.Influence; i != nil {
			names = append(names, i.TopActions...)
		}
		l := s.Objects.Linkage(c.Name)
		names = append(names, c.Summary.Driver)
		for _, d := range l.Spec.Drivers {
			names = append(names, d.CPIRef.Name)
		}
		for _, name := range names {
			if !changeable(l, name) {
				continue
			}
			for _, d := range l.Status.Drivers {
				if cpi, _ := s.Objects.CPI(name); d.Name == name && cpi != nil && d.Verdict == "Supported" {
					return cpi, d.Sentence
				}
			}
		}
	}
	return nil, ""
}

func changeable(l *v1alpha1.CPILinkage, driver string) bool {
	return slices.ContainsFunc(l.Spec.Drivers, func(d v1alpha1.LinkDriver) bool {
		return d.CPIRef.Name == driver && d.Influenceable != nil && *d.Influenceable
	})
}

// wordsFor what to do about a problem; %s stands for the title of what it is about.
func wordsFor(p board.Problem) string {
	if text := actionWords[p.Condition+"/"+p.Reason]; text != "" {
		return text
	}
	if text := actionWords[p.Condition+"/"+p.Kind]; text != "" {
		return text
	}
	return cmp.Or(actionWords[p.Condition], "Look into “%s”.")
}

// actionWords by condition, or by condition and reason or kind.
var actionWords = map[string]string{
	v1alpha1.ConditionReady:                                               "Mend the definition of “%s”, which cannot be used as it stands.",
	v1alpha1.ConditionReady + "/" + kindCard:                              "Mend the members of “%s”: some of them do not exist.",
	v1alpha1.ConditionComputed:                                            "Mend the computation of “%s”: its numbers are not renewed.",
	v1alpha1.ConditionComputed + "/" + string(alert.Source):               "Mend the data source “%s”: what rests on it is not renewed.",
	v1alpha1.ConditionDiverging:                                           "Look at the customers behind “%s”: it looks good while they do worse.",
	v1alpha1.ConditionWithinThresholds:                                    "Look into “%s”, which is beyond its threshold.",
	v1alpha1.ConditionWithinThresholds + "/" + v1alpha1.ReasonCritical:    "Look into “%s”, which is beyond its critical threshold.",
	v1alpha1.ConditionPromiseKept:                                         "Look into “%s”: what is promised to customers is not being kept.",
	v1alpha1.ConditionTargetMet:                                           "Look into “%s”, which misses its target; no claim names a confirmed driver that an owner can change.",
	v1alpha1.ConditionDeteriorating:                                       "Look into “%s”, which is getting worse.",
	v1alpha1.ConditionTargetInReach:                                       "Look into “%s”: its dated target is at risk, and no claim names a confirmed driver that an owner can change.",
	v1alpha1.ConditionGuarded:                                             "Give “%s” a guardrail: a CPI that must not get worse while it looks good.",
	v1alpha1.ConditionFresh:                                               "Get newer data for “%s”.",
	v1alpha1.ConditionSampleSufficient:                                    "Get more answers for “%s”, or a longer window: the sample is too small to be judged.",
	v1alpha1.ConditionSampleSufficient + "/" + v1alpha1.ReasonNoData:      "Find out why “%s” has no data.",
	v1alpha1.ConditionSampleSufficient + "/" + v1alpha1.ReasonSuspectData: "Check the data of “%s” before anybody acts on it.",
	v1alpha1.ConditionResponding:                                          "Get more answers for “%s”: too few of those asked have responded.",
	v1alpha1.ConditionReviewDue:                                           "Review the definition of “%s”.",
}
