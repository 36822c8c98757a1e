package divergence

import (
	"cmp"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/trend"
)

const (
	// significant is the largest q of a guardrail that is called worse.
	significant = 0.05
	// improving is the largest one-sided p of a KPI that is called improving: being wrong there costs a false alarm only
	// if a guardrail is worse besides.
	improving = 0.10
	// inARow is how many evaluations it takes to raise, and to clear.
	inARow = 2
)

// Of replays the rule over all mature periods of the KPI. In each, the KPI diverges if
//   - it is on target, or improving by a one-sided Mann–Kendall test at 0.10, and
//   - a guardrail is worse: by the latest periods against as many before them, or by a trend, at a q of 0.05 among all
//     guardrails in question (Benjamini and Hochberg 1995), and by at least its MinWorsening, and
//   - the same guardrail was so in the evaluation before.
//
// An evaluation needs the KPI and at least one guardrail. It tells that two things happen at once, not why.
func Of(question Question) Finding {
	question = question.withDefaults()
	var found Finding
	switch {
	case len(question.Guardrails) == 0:
		found.Reason = NoGuardrail
		return found
	case len(question.KPI) == 0:
		found.Reason = NoPeriods
		return found
	}
	stand := standing{streaks: make([]streak, len(question.Guardrails))}
	for i, p := range question.KPI {
		evaluation := evaluate(question, i)
		if evaluation.Reason == "" {
			stand.take(evaluation)
			found.Judged, found.At = true, &question.KPI[i]
		}
		evaluation.Diverging = stand.diverging
		evaluation.Period = p
		found.Evaluations = append(found.Evaluations, evaluation)
		found.Reason = evaluation.Reason
	}
	found.Diverging, found.Since = stand.diverging, stand.since
	if stand.diverging {
		found.Last, found.Clean = stand.last, stand.clean
	}
	return found
}

func (q Question) withDefaults() Question {
	if q.Window <= 0 {
		q.Window = 3
	}
	if q.Trend <= 0 {
		q.Trend = 8
	}
	if q.Confidence == 0 {
		q.Confidence = 0.95
	}
	return q
}

// evaluate judges one of the KPI's periods.
func evaluate(question Question, index int) Evaluation {
	period := question.KPI[index]
	found := Evaluation{Period: period}
	for _, g := range slices.Concat(question.Guardrails, question.Beside) {
		found.Guardrails = append(found.Guardrails, g.state(question, period.Number))
	}
	correct(found.Guardrails)
	found.Guardrails = found.Guardrails[:len(question.Guardrails)]
	found.Reason = found.judgeKPI(question, question.KPI[:index+1])
	var judged bool
	for _, s := range found.Guardrails {
		judged = judged || s.Reason == ""
		found.Bad = found.Bad || s.Worse && found.KPIGood != nil && *found.KPIGood
	}
	if found.Reason == "" && !judged {
		found.Reason = found.Guardrails[0].Reason
	}
	return found
}

// judgeKPI tells whether the KPI looks good.
func (e *Evaluation) judgeKPI(question Question, known []Period) Reason {
	series, missing := latest(known, question.Trend)
	if len(series) >= trend.Minimum {
		tails := trend.Of(series, question.Confidence).Tails
		p := tails.Rise
		if question.KPIHigherIsWorse {
			p = tails.Fall
		}
		e.Improving = p <= improving
	}
	onTarget := known[len(known)-1].OnTarget
	switch {
	case onTarget != nil || len(series) >= trend.Minimum:
		good := e.Improving || onTarget != nil && *onTarget
		e.KPIGood = &good
		return ""
	case missing:
		return MissingPeriods
	}
	return NoTarget
}

// correct allows for how many guardrails were judged at once, and tells which are worse.
func correct(states []State) {
	var order []int
	for i, s := range states {
		if s.Reason == "" {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(states[b].P, states[a].P) })
	q := 1.0
	for k, i := range order {
		rank := float64(len(order) - k)
		q = min(q, states[i].P*float64(len(order))/rank)
		states[i].Q = q
		states[i].Worse = q <= significant && states[i].Loss > 0 && states[i].Loss >= states[i].MinWorsening
	}
}

// standing is what evaluations so far amount to.
type standing struct {
	streaks   []streak // of each guardrail
	clean     int      // evaluations in a row
	diverging bool
	since     *Period
	last      *Evaluation // that was bad
}

// streak counts the evaluations in a row in which the KPI was good and a guardrail worse.
type streak struct {
	length int
	since  Period
}

// take adds an evaluation that could be judged. A guardrail that could not be judged in it keeps its streak.
func (s *standing) take(e Evaluation) {
	if e.Bad {
		s.clean, s.last = 0, &e
	} else {
		s.clean++
	}
	for i, state := range e.Guardrails {
		run := &s.streaks[i]
		switch {
		case !e.Bad || state.Reason == "" && !state.Worse:
			*run = streak{}
		case state.Worse:
			if run.length == 0 {
				run.since = e.Period
			}
			run.length++
		}
		if run.length >= inARow && !s.diverging {
			since := run.since
			s.diverging, s.since = true, &since
		}
	}
	if s.clean >= inARow {
		s.diverging, s.since = false, nil
	}
}
