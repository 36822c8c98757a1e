package compute

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// The sums of the ask for a response rate.
const (
	respondedInvited    = iota
	respondedReadable   // answers that the score's type can hold
	respondedUnreadable // answers all the same
	respondedCount
)

// askForAnswers plans what a weighting and a response rate need beside the totals.
func (j *job) askForAnswers(base query.Ask, wanted []int) {
	headline := []int{j.layout.headline}
	if w := j.Weighting; w != nil && len(w.Strata) > 0 {
		strata := base
		strata.Breakdowns = []plan.Breakdown{{By: w.By}}
		j.add(forStrata, strata, j.unasked(forStrata, wanted))
	}
	rate := j.Quality.ResponseRate
	if rate == nil {
		return
	}
	count := query.Ask{Where: j.Where, Request: measure.Request{Combination: measure.Additive, Terms: []measure.Term{
		{Op: measure.Rows}, {Op: measure.Present, Column: rate.Column}, {Op: measure.Unreadable, Column: rate.Column},
	}}}
	j.add(forResponse, count, j.unasked(forResponse, wanted))
	if len(rate.CompareBy) > 0 {
		for _, column := range rate.CompareBy {
			count.Breakdowns = append(count.Breakdowns, plan.Breakdown{By: []string{column}})
		}
		j.add(forComposition, count, j.unasked(forComposition, headline))
	}
	if rate.AnsweredAt == "" {
		return
	}
	waited := measure.SecondsBetween(j.setting.TimeColumn, rate.AnsweredAt, j.setting.Now)
	limit := []string{strconv.FormatFloat(rate.After.Seconds(), 'f', -1, 64)}
	for _, side := range []struct {
		purpose  purpose
		operator measure.Operator
	}{{forEarly, measure.AtMost}, {forLate, measure.GreaterThan}} {
		part := base
		part.Where = append(slices.Clone(base.Where), measure.Condition{Column: waited.Name, Operator: side.operator, Values: limit})
		part.Request.Derived = append(slices.Clone(base.Request.Derived), waited)
		j.add(side.purpose, part, j.unasked(side.purpose, headline))
	}
}

// weighed is a period's estimate with its strata weighted to the population.
func (j *job) weighed(period int, e measure.Estimate) measure.Estimate {
	w := j.Weighting
	strata := make([]measure.Stratum, len(w.Strata))
	for i, s := range w.Strata {
		strata[i].Population = s.Share
		for _, group := range j.strata[period] {
			if hasValues(group.Values, s.Values) {
				strata[i].Sums = group.Sums
			}
		}
	}
	return measure.Weighed(j.family, e, strata, j.setting, w.Largest, j.Quality.Confidence)
}

func hasValues(values []*string, wanted []string) bool {
	return slices.EqualFunc(values, wanted, func(v *string, w string) bool { return v != nil && *v == w })
}

// respondedIn are the invitations of a period and their answers; nil where nobody asks for them.
func (j *job) respondedIn(period int) *plan.Responded {
	if j.Quality.ResponseRate == nil {
		return nil
	}
	sums := j.responded[period]
	if len(sums) < respondedCount {
		return &plan.Responded{}
	}
	return &plan.Responded{Invited: int64(sums[respondedInvited]), Answered: answered(sums)}
}

func answered(sums measure.Sums) int64 {
	return int64(sums[respondedReadable] + sums[respondedUnreadable])
}

// biasChecks tell whether those who answered stand for those who were asked.
func (j *job) biasChecks() []plan.BiasCheck {
	rate := j.Quality.ResponseRate
	if rate == nil {
		return nil
	}
	var checks []plan.BiasCheck
	if rate.AnsweredAt != "" {
		checks = append(checks, j.lateAnswers())
	}
	for breakdown, column := range rate.CompareBy {
		checks = append(checks, j.composition(breakdown, column))
	}
	return checks
}

// lateAnswers compares the value of late answers with that of early ones, which are other people's.
func (j *job) lateAnswers() plan.BiasCheck {
	late, early := j.estimate(j.late[j.layout.headline]), j.estimate(j.early[j.layout.headline])
	out := plan.BiasCheck{Check: plan.LateAnswers, N: late.N + early.N}
	if minimum := j.Quality.MinSampleSize; late.N < minimum || early.N < minimum {
		out.Reason = "TooFewRows"
		return out
	}
	now, ok := boundedBy(late)
	then, also := boundedBy(early)
	if !ok || !also {
		out.Reason = "NoInterval"
		return out
	}
	found, ok := interval.Between(now, then, j.Quality.Confidence)
	if !ok {
		out.Reason = "NoInterval"
		return out
	}
	out.Difference = finite(found.Value)
	out.Lower, out.Upper = found.Interval.Ends()
	out.Suspicious = found.Interval.Lower > 0 || found.Interval.Upper < 0
	return out
}

func boundedBy(e measure.Estimate) (interval.Bounded, bool) {
	if e.Value == nil || e.Lower == nil || e.Upper == nil {
		return interval.Bounded{}, false
	}
	return interval.Bounded{Value: *e.Value, Interval: interval.Interval{Lower: *e.Lower, Upper: *e.Upper}}, true
}

// suspiciousDifference in standard deviations, as is usual between groups that should be alike (Austin 2009,
// Statistics in Medicine 28:3083).
const suspiciousDifference = 0.1

// composition compares the shares of a column's values among those who answered and those who were asked, in
// standard deviations: (p − q)/√((p(1−p) + q(1−q))/2). It tells the value that differs most.
func (j *job) composition(breakdown int, column string) plan.BiasCheck {
	out := plan.BiasCheck{Check: plan.Composition, Column: column}
	var invited, replied float64
	var parts []query.Group
	for _, group := range j.compositions[j.layout.headline] {
		if group.Breakdown == breakdown {
			invited += group.Sums[respondedInvited]
			replied += float64(answered(group.Sums))
			parts = append(parts, group)
		}
	}
	out.N = int64(replied)
	if out.N < j.Quality.MinSampleSize {
		out.Reason = "TooFewRows"
		return out
	}
	slices.SortFunc(parts, func(a, b query.Group) int { return compareValues(a.Values, b.Values) })
	largest := 0.0
	for i, part := range parts {
		p, q := float64(answered(part.Sums))/replied, part.Sums[respondedInvited]/invited
		spread := math.Sqrt((p*(1-p) + q*(1-q)) / 2)
		if spread == 0 {
			continue // everybody, on both sides
		}
		if d := (p - q) / spread; i == 0 || cmp.Compare(math.Abs(d), math.Abs(largest)) > 0 {
			largest, out.Value = d, part.Values[0]
		}
	}
	out.Difference = finite(largest)
	out.Suspicious = math.Abs(largest) > suspiciousDifference
	return out
}
