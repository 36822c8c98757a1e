package measure

import (
	"fmt"
	"math"
)

// Score is an indicator's answer of a single row as a number.
type Score struct {
	// Column holds it; it may be Derived.
	Column  string
	Derived []Derived
	// Scale bounds it, nil if nothing does: other answers are rejected.
	Scale *Scale
	// Of makes a score of conditions instead: 1 for rows that meet them all, less 1 for those that meet all of Less.
	Of, Less []Condition
	// Direction is that of the score, which may not be that of the indicator: of a share of low efforts more is better,
	// of the efforts themselves less.
	Direction Direction
}

// Class is a band of scores that an indicator tells apart from others. Both ends belong to it.
type Class struct {
	Name     string
	Min, Max float64
}

// scored is a family whose rows each hold an answer.
type scored interface {
	scoreOf(in Setting) Score
	// classes are the worst first; nil for a family that has none.
	classes() []Class
}

// ScoreOf tells which number stands for a row's experience. It is an error, for people, if no number does.
func ScoreOf(spec Spec, in Setting) (Score, error) {
	family, err := Of(spec)
	if err != nil {
		return Score{}, err
	}
	if a, is := family.(*Aggregate); is && a.Function != Mean {
		return Score{}, fmt.Errorf("aggregate %s has no score of a single row: link its Mean, or compare periods only", a.Function)
	}
	if s, ok := family.(scored); ok {
		return s.scoreOf(in), nil
	}
	return Score{}, fmt.Errorf("%s has no score of a single row: compare periods only", family.Describe().Family)
}

// ClassesOf are the classes that a measure itself makes of its scores, the best experience last; nil where it makes none,
// and cohorts need cut points.
func ClassesOf(spec Spec) []Class {
	family, err := Of(spec)
	if err != nil {
		return nil
	}
	if s, ok := family.(scored); ok {
		return s.classes()
	}
	return nil
}

func (q question) score(direction Direction) Score {
	return Score{Column: q.column, Scale: new(q.scale), Direction: direction}
}

func (m *NetPromoterScore) scoreOf(in Setting) Score {
	return m.question(in).score(HigherIsBetter)
}

func (m *NetPromoterScore) classes() []Class {
	return []Class{
		{"detractors", detractors.Min, detractors.Max}, {"passives", detractors.Max + 1, promoters.Min - 1}, {"promoters", promoters.Min, promoters.Max},
	}
}

func (m *CustomerSatisfaction) scoreOf(in Setting) Score {
	return m.question(in).score(HigherIsBetter)
}

func (m *CustomerSatisfaction) classes() []Class {
	switch m.Form {
	case CSATTopBox, CSATBinary:
		return []Class{{"not satisfied", m.Scale.Min, below(m.top().Min)}, {"satisfied", m.top().Min, m.top().Max}}
	case CSATNet:
		bottom, top := Class{"dissatisfied", m.bottom().Min, m.bottom().Max}, Class{"satisfied", m.top().Min, m.top().Max}
		if m.bottom().Max+1 >= m.top().Min {
			return []Class{bottom, top} // no answer lies between
		}
		return []Class{bottom, {"neither", m.bottom().Max + 1, m.top().Min - 1}, top}
	}
	return nil
}

func (m *CustomerEffortScore) scoreOf(in Setting) Score {
	return m.question(in).score(cesWordings[m.Version].mean)
}

// classes of the share are those of its bound; other forms have those of the wording.
func (m *CustomerEffortScore) classes() []Class {
	w := cesWordings[m.Version]
	const low, high = "low effort", "high effort"
	if m.Form == CESShare {
		easy := m.easy()
		switch {
		case easy.Min > w.scale.Min:
			return []Class{{high, w.scale.Min, below(easy.Min)}, {low, easy.Min, easy.Max}}
		case easy.Max < w.scale.Max:
			return []Class{{high, math.Nextafter(easy.Max, math.Inf(1)), w.scale.Max}, {low, easy.Min, easy.Max}}
		}
		return nil // every answer is easy
	}
	middle := Class{"neither", min(w.easy.Max, w.hard.Max) + 1, max(w.easy.Min, w.hard.Min) - 1}
	return []Class{{high, w.hard.Min, w.hard.Max}, middle, {low, w.easy.Min, w.easy.Max}}
}

// below is the largest number under a bound.
func below(bound float64) float64 { return math.Nextafter(bound, math.Inf(-1)) }

func (m *Share) scoreOf(Setting) Score {
	score := Score{Of: m.Of, Direction: m.Direction}
	if m.Less != nil {
		score.Less = m.Less.Of
	}
	return score
}

func (m *Share) classes() []Class {
	found := []Class{{"no", 0, 0}, {"yes", 1, 1}}
	if m.Less != nil {
		found = []Class{{"minus", -1, -1}, {"neither", 0, 0}, {"plus", 1, 1}}
	}
	if m.Direction == LowerIsBetter {
		for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
			found[i], found[j] = found[j], found[i]
		}
	}
	return found
}

func (m *Aggregate) scoreOf(Setting) Score { return Score{Column: m.Column, Direction: m.Direction} }

func (m *Aggregate) classes() []Class { return nil }

func (m *Duration) scoreOf(in Setting) Score {
	seconds, direction := m.elapsed(in).derived(Seconds), m.Direction
	if m.Form == DurationShareWithin {
		direction = LowerIsBetter // of the share in time more is better, of the time less
	}
	return Score{Column: seconds.Name, Derived: []Derived{seconds}, Scale: &caseScale, Direction: direction}
}

// classes of a share within a limit are its two sides.
func (m *Duration) classes() []Class {
	if m.Form != DurationShareWithin {
		return nil
	}
	limit := m.Limit.Seconds()
	return []Class{{"later", math.Nextafter(limit, math.Inf(1)), longestCase}, {"in time", 0, limit}}
}
