// Package scorecard looks at a set of indicators together: what it covers, whether it is balanced, what changed, what
// asks for action and what is not known. It reads what was decided for each member, and computes no score. The one test that
// it makes itself is that of two periods far apart, whose values, intervals and n a report holds: a run does not know which
// period "last time" was.
package scorecard

import (
	"cmp"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/portfolio"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// kindCard is the kind of a card.
const kindCard = "Scorecard"

// Set is a scorecard with its members, or all indicators of a namespace.
type Set struct {
	Objects board.Objects
	// Card; nil of a whole namespace.
	Card *v1alpha1.Scorecard
	// Members that exist, the heaviest first; those of one weight in the card's order.
	Members []Member
	// Missing are members that do not exist.
	Missing []Reference
	// Claims that speak of a member.
	Claims []board.Claim

	place    map[Reference]int // of a member among Members
	stakes   map[Reference]stake
	problems []board.Problem // that touch the set, the gravest first
	missed   float64         // weight of members that do not exist
}

// stake is how much of the set hangs on an object.
type stake struct {
	weight    float64
	guardrail bool
}

// Reference to an object of the namespace.
type Reference struct{ Kind, Name string }

// Member is an indicator of the set.
type Member struct {
	board.Entry
	// Weight beside the others, above zero.
	Weight float64
	// Guardrail: it must not get worse while others look good, as the card or a claim says.
	Guardrail bool
	// Source and Dataset that its numbers rest on; empty where that is not known.
	Source, Dataset string
}

// Reference to the member.
func (m Member) Reference() Reference { return Reference{m.Kind, m.Name} }

// Numbers are the object whose numbers the member tells: itself or, of a goal, its CPI.
func (m Member) Numbers() Reference {
	if m.GoalOn != "" {
		return Reference{resolve.KindCPIDefinition, m.GoalOn}
	}
	return m.Reference()
}

// Of is the set that a card names.
func Of(objects board.Objects, card *v1alpha1.Scorecard) Set {
	s := Set{Objects: objects, Card: card}
	entries := map[Reference]board.Entry{}
	for _, e := range objects.Entries() {
		entries[Reference{e.Kind, e.Name}] = e
	}
	for i := range card.Spec.Members {
		m := &card.Spec.Members[i]
		ref := referenceOf(m)
		e, found := entries[ref]
		if !found {
			s.Missing, s.missed = append(s.Missing, ref), s.missed+weightOf(m)
			continue
		}
		s.add(e, weightOf(m), m.Guardrail != nil && *m.Guardrail)
	}
	slices.SortStableFunc(s.Members, func(a, b Member) int { return cmp.Compare(b.Weight, a.Weight) })
	s.gather()
	return s
}

// All indicators of a namespace, alike in weight.
func All(objects board.Objects) Set {
	s := Set{Objects: objects}
	for _, e := range objects.Entries() {
		s.add(e, 1, false)
	}
	s.gather()
	return s
}

func referenceOf(m *v1alpha1.ScorecardMember) Reference {
	switch {
	case m.CPIRef != nil:
		return Reference{resolve.KindCPIDefinition, m.CPIRef.Name}
	case m.KPIRef != nil:
		return Reference{resolve.KindKPITarget, m.KPIRef.Name}
	}
	return Reference{} // the schema lets none through
}

// weightOf a member; 1 where none is declared, or one that the schema should have refused.
func weightOf(m *v1alpha1.ScorecardMember) float64 {
	if m.Weight == nil {
		return 1
	}
	if w, err := m.Weight.Float(); err == nil && w > 0 {
		return w
	}
	return 1
}

func (s *Set) add(e board.Entry, weight float64, guardrail bool) {
	m := Member{Entry: e, Weight: weight, Guardrail: guardrail}
	numbers := m.Numbers()
	if report := s.Objects.Reports[numbers.Kind+"/"+numbers.Name]; report != nil {
		m.Source = report.Spec.DataSourceRef.Name
	}
	if spec := s.spec(numbers); spec != nil && spec.DatasetRef != nil {
		m.Dataset = spec.DatasetRef.Name
	}
	s.Members = append(s.Members, m)
}

func (s *Set) spec(ref Reference) *v1alpha1.Indicator {
	if ref.Kind == resolve.KindCPIDefinition {
		if cpi, _ := s.Objects.CPI(ref.Name); cpi != nil {
			return &cpi.Spec.Indicator
		}
		return nil
	}
	if kpi, _ := s.Objects.KPI(ref.Name); kpi != nil {
		return &kpi.Spec.Indicator
	}
	return nil
}

// gather finds what touches the members, once they are all there.
func (s *Set) gather() {
	s.place = map[Reference]int{}
	titles := map[string]int{}
	for i, m := range s.Members {
		s.place[m.Reference()] = i
		titles[m.Title]++
	}
	for i := range s.Members {
		if m := &s.Members[i]; titles[m.Title] > 1 { // a reader must tell them apart
			m.Title += " (" + m.Name + ")"
		}
	}
	s.claim()
	s.stakes = map[Reference]stake{}
	for _, m := range s.Members {
		refs := []Reference{m.Reference(), {string(alert.Source), m.Source}, {"Dataset", m.Dataset}}
		if m.GoalOn != "" {
			refs = append(refs, m.Numbers())
		}
		for _, ref := range refs {
			of := s.stakes[ref]
			s.stakes[ref] = stake{of.weight + m.Weight, of.guardrail || m.Guardrail}
		}
	}
	for i := range s.Objects.Linkages {
		l := &s.Objects.Linkages[i]
		if m := s.member(resolve.KindKPITarget, l.Spec.KPIRef.Name); m != nil {
			s.stakes[Reference{string(alert.Link), l.Name}] = stake{m.Weight, m.Guardrail}
		}
	}
	if len(s.Missing) > 0 {
		ref := Reference{kindCard, s.Card.Name}
		s.stakes[ref] = stake{weight: s.missed}
		s.problems = append(s.problems, board.Problem{
			Gravity: board.Grave, Kind: ref.Kind, Name: ref.Name, Title: s.Card.Spec.Title,
			Condition: v1alpha1.ConditionReady, Reason: v1alpha1.ReasonReferenceNotFound, Message: s.unready(), Team: s.Card.Spec.Owner.Team,
		})
	}
	for _, p := range s.Objects.Problems() {
		if _, touched := s.stakes[Reference{p.Kind, p.Name}]; touched {
			s.problems = append(s.problems, p)
		}
	}
}

// claim finds the claims that speak of members, and the guardrails that they declare.
func (s *Set) claim() {
	for _, c := range s.Objects.Claims() {
		touches := s.has(resolve.KindKPITarget, c.KPI)
		for _, driver := range c.Drivers {
			touches = touches || s.has(resolve.KindCPIDefinition, driver)
		}
		if !touches {
			continue
		}
		s.Claims = append(s.Claims, c)
		for _, name := range s.guardrailsOf(c) {
			if m := s.member(resolve.KindCPIDefinition, name); m != nil {
				m.Guardrail = true
			}
		}
	}
}

// guardrailsOf a claim are the CPIs that must not get worse while its KPI looks good.
func (s *Set) guardrailsOf(c board.Claim) (names []string) {
	for _, d := range s.Objects.Linkage(c.Name).Spec.Drivers {
		if d.Guardrail != nil {
			names = append(names, d.CPIRef.Name)
		}
	}
	return names
}

func (s *Set) member(kind, name string) *Member {
	if i, found := s.place[Reference{kind, name}]; found {
		return &s.Members[i]
	}
	return nil
}

func (s *Set) has(kind, name string) bool { return s.member(kind, name) != nil }

// portfolio is the set as its balance is judged.
func (s *Set) portfolio() portfolio.Set {
	var out portfolio.Set
	if s.Card != nil {
		out.Departments = s.Card.Spec.Departments
	}
	for _, m := range s.Members {
		one := portfolio.Member{
			Name: m.Name, CPI: m.Kind == resolve.KindCPIDefinition, Theme: m.Theme, Category: m.Category,
			Commercial: m.Class == "Commercial", Department: m.Department, Weight: m.Weight,
		}
		if cpi, _ := s.Objects.CPI(m.GoalOn); cpi != nil {
			one.Theme, one.Commercial = cpi.Spec.Theme, cpi.Spec.Class == "Commercial"
		}
		out.Members = append(out.Members, one)
		out.Guarded = out.Guarded || m.Guardrail
	}
	for _, c := range s.Claims {
		if s.has(resolve.KindKPITarget, c.KPI) && s.guardrailsOf(c) != nil {
			out.Guarded = true
		}
	}
	return out
}

// Coverage tells what has no member: themes in which customers gain, departments that the audience expects.
func (s *Set) Coverage() []portfolio.Finding { return s.portfolio().Coverage() }

// Balance tells what has too much of the set, or nothing to hold it.
func (s *Set) Balance() []portfolio.Finding { return s.portfolio().Balance() }
