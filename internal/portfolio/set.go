package portfolio

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Member of a set of indicators that somebody looks at together.
type Member struct {
	Name string
	// CPI tells what customers get or say; a KPI what the company wants.
	CPI bool
	// Theme of a CPI and of a goal on one; of any other KPI empty, and Category stands for it.
	Theme, Category string
	// Commercial CPIs tell what the company gains from its customers, and so do goals on them.
	Commercial bool
	Department string
	// Weight beside the others; above zero.
	Weight float64
}

// Set is what an audience looks at.
type Set struct {
	Members []Member
	// Departments that should own a member.
	Departments []string
	// Guarded: some CPI must not get worse while the KPIs look good.
	Guarded bool
}

// Rules of sets, beside ThemeUnmeasured and OnlyInternal.
const (
	// DepartmentMissing: a department that the audience expects owns no member.
	DepartmentMissing Rule = "DepartmentMissing"
	// OneTopicDominates: a theme or category has more than half of the weight.
	OneTopicDominates Rule = "OneTopicDominates"
	// NoGuardrail: there are KPIs, and no CPI holds them.
	NoGuardrail Rule = "NoGuardrail"
)

// mostOfTopic is the part of the weight beyond which a topic dominates, and fewMembers the size below which one may.
const (
	mostOfTopic = 0.5
	fewMembers  = 3
)

// Coverage tells what has no member, in a fixed order.
func (s Set) Coverage() []Finding {
	var found []Finding
	if missing := lacking(Themes, s.Members, func(m Member) string { return m.Theme }); missing != nil {
		found = append(found, Finding{Rule: ThemeUnmeasured, Message: fmt.Sprintf(
			"No member has the theme %s: what customers gain there is not measured here.", strings.Join(missing, ", "))})
	}
	if missing := lacking(s.Departments, s.Members, func(m Member) string { return m.Department }); missing != nil {
		found = append(found, Finding{Rule: DepartmentMissing, Message: fmt.Sprintf(
			"No member belongs to %s: an indicator's spec.owner.department says whose it is.", strings.Join(missing, ", "))})
	}
	return found
}

func lacking(wanted []string, members []Member, of func(Member) string) (missing []string) {
	for _, w := range wanted {
		if !slices.ContainsFunc(members, func(m Member) bool { return of(m) == w }) {
			missing = append(missing, w)
		}
	}
	return missing
}

// Balance tells what has too much of the set, or nothing to hold it, in a fixed order.
func (s Set) Balance() []Finding {
	var found []Finding
	if len(s.Members) > 0 && !slices.ContainsFunc(s.Members, outward) {
		found = append(found, Finding{Rule: OnlyInternal,
			Message: "Every member is about the company itself: none is what customers get or say, nor a goal for it."})
	}
	found = append(found, s.dominated()...)
	if !s.Guarded && slices.ContainsFunc(s.Members, func(m Member) bool { return !m.CPI }) {
		found = append(found, Finding{Rule: NoGuardrail,
			Message: "KPIs are among the members, but no CPI that must not get worse while they look good: set guardrail on a member, or on the driver of a claim."})
	}
	return found
}

// outward members are about customers.
func outward(m Member) bool {
	if m.CPI {
		return !m.Commercial
	}
	return m.Theme != "" && !m.Commercial || m.Category == "CustomerGoal"
}

func (s Set) dominated() []Finding {
	if len(s.Members) < fewMembers {
		return nil
	}
	var topics []string
	weights, counts, all := map[string]float64{}, map[string]int{}, 0.0
	for _, m := range s.Members {
		topic := "category " + m.Category
		if m.Theme != "" {
			topic = "theme " + m.Theme
		}
		if counts[topic] == 0 {
			topics = append(topics, topic)
		}
		weights[topic] += m.Weight
		counts[topic]++
		all += m.Weight
	}
	for _, topic := range topics {
		if share := weights[topic] / all; share > mostOfTopic {
			return []Finding{{Rule: OneTopicDominates, Message: fmt.Sprintf(
				"The %s has %.0f %% of the weight, with %d of %d members: the rest may be overlooked.", topic, math.Floor(100*share), counts[topic], len(s.Members))}}
		}
	}
	return nil
}
