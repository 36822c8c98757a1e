package alert

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A target with from stands from that day until the next one, for the periods that lie wholly under it.
// A target with by is judged once, on the period that contains its day; its verdict stays until a later
// period is judged under a standing target.

// judgement of one target on one period.
type judgement struct {
	target  *Target
	period  plan.PeriodResult
	verdict Verdict
	// reason and message stand in for a verdict that cannot be given.
	reason  Reason
	message string
}

func (j *judgement) given() bool { return j.reason == "" }

// worse orders judgements: missed before undecided before unknown before met.
func (j *judgement) worse(than *judgement) bool {
	rank := func(j *judgement) int {
		switch {
		case j.given() && j.verdict == Bad:
			return 3
		case j.given() && j.verdict == Inconclusive:
			return 2
		case !j.given():
			return 1
		}
		return 0
	}
	return rank(j) > rank(than)
}

// target judges the KPI against what is in force.
func (d *Decision) target(in *Indicator, now time.Time) {
	for _, t := range in.Targets {
		d.lookAgain(t.date(), now)
	}
	shown := in.upcoming(now)
	if shown != nil {
		d.Summary.Target = shown.told(in)
	}
	p := in.Judged()
	if p == nil {
		d.condition(TargetMet, Unknown, ReasonNoData, in.nothingJudged())
		return
	}
	j := in.judgeTargets(p, now)
	if j == nil {
		message := "No target is in force yet."
		if shown != nil {
			message = fmt.Sprintf("%s: the target %s is not in force yet.", in.told(p.Estimate, p.Label), shown.told(in))
		}
		d.condition(TargetMet, Unknown, ReasonNotYet, message)
		return
	}
	d.Summary.Target = j.target.told(in)
	if !j.given() {
		d.condition(TargetMet, Unknown, j.reason, j.message)
		return
	}
	text := fmt.Sprintf("%s; target %s", in.told(j.period.Estimate, j.period.Label), j.target.told(in))
	switch j.verdict {
	case Good:
		d.condition(TargetMet, True, ReasonOnTarget, text+": met"+wholly(j.period.Estimate)+".")
	case Inconclusive:
		d.condition(TargetMet, Unknown, ReasonInconclusive, text+": the interval contains the target.")
	case Bad:
		n, needed := in.missedInARow(j, p, now)
		message := text + ": missed" + wholly(j.period.Estimate) + evaluations(n, needed) + ". Look at the CPIs behind this KPI, or set the next target."
		if n < needed {
			d.condition(TargetMet, False, ReasonOffTarget, message+" Nobody is told yet.")
			break
		}
		d.condition(TargetMet, False, ReasonOffTarget, message)
		d.Alerts = append(d.Alerts, Alert{Name: TargetMissed, Severity: j.target.severity(), Team: in.Team, Message: message})
	}
	if j.period.Label == p.Label && !j.target.FiscalYear {
		d.segmentTargets(in, j.target)
	}
}

// missedInARow counts the mature periods in a row that missed the target that stood for each of them, and tells how many
// are needed for somebody to be told. A target that is judged once, by its day or at the end of a fiscal year, needs none
// besides.
func (in *Indicator) missedInARow(j *judgement, p *plan.PeriodResult, now time.Time) (n, needed int) {
	if !j.target.By.IsZero() || j.target.FiscalYear {
		return 1, 1
	}
	needed = in.Telling.needed()
	return in.inARow(p, needed, func(q *plan.PeriodResult) bool {
		standing, _ := in.inForce(q, now)
		return standing != nil && !standing.FiscalYear && standing.Bound.Judge(q.Estimate) == Bad
	}), needed
}

func (d *Decision) segmentTargets(in *Indicator, t *Target) {
	for _, o := range t.Overrides {
		s := in.segment(o.Match)
		if s == nil {
			continue
		}
		needed := 1
		if t.By.IsZero() {
			needed = min(in.Telling.needed(), segmentEvaluations)
		}
		if s.inARow(in, len(t.Overrides), func(e measure.Estimate) bool { return o.Bound.Judge(e) == Bad }) < needed {
			continue
		}
		name, e := segmentName(o.Match), widen(s.Current.Estimate, in.Confidence, len(t.Overrides))
		d.Alerts = append(d.Alerts, Alert{
			Name: TargetMissed, Severity: t.severity(), Team: in.Team, Segment: name,
			Message: fmt.Sprintf("%s: %s; target %s: missed%s.", name, in.told(e, s.Current.Label), o.Bound.told(in), wholly(e)+evaluations(needed, needed)),
		})
	}
}

// judgeTargets finds the target in force on p and judges it; nil if there is none.
func (in *Indicator) judgeTargets(p *plan.PeriodResult, now time.Time) *judgement {
	standing, due := in.inForce(p, now)
	var j *judgement
	if standing != nil {
		j = in.judge(standing, p)
	}
	if due == nil {
		return j
	}
	q := in.containing(due.By, p)
	switch {
	case q == nil && standing == nil:
		return &judgement{target: due, reason: ReasonNotYet, message: fmt.Sprintf("The period that contains %s is not among those kept; the target can no longer be judged.", due.By.Format(time.DateOnly))}
	case q == nil:
		return j
	case q != p && standing != nil:
		return j
	}
	once := in.judge(due, q)
	if j == nil || !j.worse(once) {
		return once
	}
	return j
}

// inForce are the standing target that covers the whole of p and the last dated one whose day lies before p's end.
func (in *Indicator) inForce(p *plan.PeriodResult, now time.Time) (standing, due *Target) {
	start, end := p.Start, p.End
	if p.State == plan.Undated {
		start, end = now, now
	}
	for i := range in.Targets {
		t := &in.Targets[i]
		switch {
		case !t.From.IsZero() && !t.From.After(start):
			standing = t
		case !t.By.IsZero() && (t.By.Before(end) || p.State == plan.Undated && !t.By.After(end)):
			due = t
		}
	}
	return standing, due
}

// containing is the mature period, at most p, that contains the day.
func (in *Indicator) containing(day time.Time, p *plan.PeriodResult) *plan.PeriodResult {
	if p.State == plan.Undated {
		return p
	}
	for i := range in.Result.Periods {
		q := &in.Result.Periods[i]
		if mature(q.State) && !q.Start.After(day) && day.Before(q.End) {
			if q.Start.Equal(p.Start) {
				return p
			}
			return q
		}
	}
	return nil
}

// judge gives the verdict of t on p.
func (in *Indicator) judge(t *Target, p *plan.PeriodResult) *judgement {
	j := &judgement{target: t, period: *p}
	if t.FiscalYear {
		sum, reason, message := in.fiscalYear(t, p)
		if reason != "" {
			j.reason, j.message = reason, message
			return j
		}
		j.period = sum
	}
	if reason, message, ok := in.unjudged(&j.period); !ok {
		j.reason, j.message = reason, message
		return j
	}
	j.verdict = t.Bound.Judge(j.period.Estimate)
	return j
}

// upcoming is the target people should see before any is in force: the one in force on the day, else the next.
func (in *Indicator) upcoming(now time.Time) *Target {
	var current *Target
	for i := range in.Targets {
		t := &in.Targets[i]
		switch {
		case !t.From.IsZero() && !t.From.After(now):
			current = t
		case t.date().After(now) && current == nil:
			return t
		}
	}
	if current == nil && len(in.Targets) > 0 {
		return &in.Targets[len(in.Targets)-1]
	}
	return current
}

// InForce is the target that the judged period stands under or, before any does, the next one; nil without targets.
func (in *Indicator) InForce(now time.Time) *Target {
	if p := in.Judged(); p != nil {
		if j := in.judgeTargets(p, now); j != nil {
			return j.target
		}
	}
	return in.upcoming(now)
}

func (t *Target) date() time.Time {
	if t.By.IsZero() {
		return t.From
	}
	return t.By
}

// severity: a date that has passed for good is graver than a bound that stands.
func (t *Target) severity() Severity {
	if t.By.IsZero() {
		return Warning
	}
	return Critical
}

func (t *Target) told(in *Indicator) string {
	text := t.Bound.told(in)
	if t.FiscalYear {
		text += " in the fiscal year"
	}
	if t.By.IsZero() {
		return text + " from " + t.From.Format(time.DateOnly)
	}
	return text + " by " + t.By.Format(time.DateOnly)
}
