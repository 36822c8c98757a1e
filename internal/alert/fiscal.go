package alert

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// fiscalYear adds up a sum or count from the first day of p's fiscal year to p's end. The ends of the
// intervals are added too: months share customers, so that their errors do not cancel as independent ones
// would, and the sum of the ends is the widest that the interval can be.
func (in *Indicator) fiscalYear(t *Target, p *plan.PeriodResult) (plan.PeriodResult, Reason, string) {
	none := plan.PeriodResult{}
	if in.Period == nil || p.State == plan.Undated {
		return none, ReasonNotYet, "Without periods nothing adds up over a fiscal year; leave accumulate out."
	}
	if in.Period.Window > 1 {
		return none, ReasonNotYet, "Periods that overlap (period.window) cannot be added up; use window 1 or leave accumulate out."
	}
	first, last := in.fiscalYearOf(p.Start)
	if t.By.IsZero() && p.End.Before(last) {
		return none, ReasonNotYet, fmt.Sprintf("Judged when the fiscal year ends, on %s.", last.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	sum := plan.PeriodResult{Label: fmt.Sprintf("%s to %s", first.Format(time.DateOnly), p.Label), Start: first, End: p.End, State: p.State}
	reached := first
	var value, lower, upper float64
	certain, census := true, true
	for i := range in.Result.Periods {
		q := &in.Result.Periods[i]
		if q.Start.Before(first) || q.Start.After(p.Start) {
			continue
		}
		if !q.Start.Equal(reached) {
			break
		}
		reached = q.End
		if q.Flag == plan.SuspectData || q.Value == nil {
			reason, message, _ := in.unjudged(q)
			return none, reason, message
		}
		low, high := ends(q.Estimate)
		certain = certain && hasNoEnd(q.Estimate)
		census = census && q.Census
		value, lower, upper, sum.N = value+*q.Value, lower+low, upper+high, sum.N+q.N
	}
	if !reached.Equal(p.End) {
		return none, ReasonNotYet, fmt.Sprintf("The kept periods do not reach back to %s, when the fiscal year began; raise period.history.", first.Format(time.DateOnly))
	}
	sum.Estimate = measure.Estimate{Value: &value, N: sum.N, Census: census}
	if !certain {
		sum.Lower, sum.Upper = &lower, &upper
	}
	if !census && sum.N < in.MinSampleSize {
		sum.Flag = plan.InsufficientSample
	}
	return sum, "", ""
}

// fiscalYearOf gives the first instant of the fiscal year that contains t, and that of the next.
func (in *Indicator) fiscalYearOf(t time.Time) (first, next time.Time) {
	t = t.In(in.location())
	month := max(time.January, in.Period.FiscalYearStartMonth)
	year := t.Year()
	if t.Month() < month {
		year--
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, in.location()), time.Date(year+1, month, 1, 0, 0, 0, 0, in.location())
}

func (in *Indicator) location() *time.Location {
	if in.Location == nil {
		return time.UTC
	}
	return in.Location
}
