package compute

import (
	"maps"
	"math"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// maxSQLBytes bounds the SQL that a result carries.
const maxSQLBytes = 8 << 10

// numbers estimates everything that was asked for. They depend on the data and the definition alone: the
// same rows give the same bytes.
func (j *job) numbers(maxSegments int) *plan.Numbers {
	described := j.family.Describe()
	n := &plan.Numbers{
		Unit: described.Unit, Direction: described.Direction, Variant: described.Variant,
		SQL: j.sql(), Watermark: j.watermark(),
	}
	var kept int
	n.Periods, kept = j.periods()
	if len(j.Breakdowns) > 0 {
		j.breakDown(n, maxSegments)
	}
	n.Waterfall = j.waterfall()
	n.BiasChecks = j.biasChecks()
	n.Warnings = append(j.warnings(kept), j.unproven(n.Periods)...)
	if j.Period != nil {
		n.History = j.chronicle().history(n.Periods)
	}
	return n
}

// periods are the values of the history, and how many of them were to be restated but are kept.
func (j *job) periods() (periods []plan.PeriodResult, kept int) {
	for i := range j.layout.periods {
		period, replaced := j.restated(i)
		if j.Full && !replaced {
			kept++
		}
		periods = append(periods, period)
	}
	j.jumps = j.suspectJumps(periods)
	return periods, kept
}

// explain asks for what is still needed to explain and break down the period whose total is shown. Which one that is,
// only the totals tell: rows of the dataset need not be the indicator's.
func (j *job) explain() {
	periods, _ := j.periods()
	j.layout.show(periods)
	j.ask()
}

// restated is a period's value: what the run found, unless an earlier one settled it. Asked for everything
// anew, what was settled is replaced, but never by less.
func (j *job) restated(i int) (period plan.PeriodResult, replaced bool) {
	old := j.settled(i)
	switch {
	case old == nil:
		return j.value(i), true
	case j.Full || j.reopened(i):
		return state.Restate(*old, j.value(i), j.Quality.CollapseRatio)
	}
	return *old, false
}

// value is what the run found for a period.
func (j *job) value(i int) plan.PeriodResult {
	period := j.placed(i, j.total(i))
	period.Responded = j.respondedIn(i)
	return period
}

// placed is an estimate in its period; of one whose rows are proven to be all there, none may mean zero.
func (j *job) placed(i int, estimate measure.Estimate) plan.PeriodResult {
	proven := false
	if j.layout.complete[i] {
		estimate, proven = measure.ZeroWhenComplete(j.family, estimate, j.Quality.Confidence)
	}
	return j.result(i, estimate, proven)
}

// result places an estimate in its period. A proven zero of no rows at all is not a small sample.
func (j *job) result(i int, estimate measure.Estimate, proven bool) plan.PeriodResult {
	period := plan.PeriodResult{State: j.layout.states[i], Estimate: estimate}
	if j.Period != nil {
		p := j.layout.periods[i]
		period.Label, period.Start, period.End = p.Label, p.Start, p.End
	}
	sample, minimum := estimate.N, j.Quality.MinSampleSize
	if j.Responses != nil && estimate.Entities != nil {
		sample = *estimate.Entities
	}
	if proven && sample == 0 || estimate.Census {
		minimum = 0
	}
	period.Flag = state.Flag(estimate.Value, j.layout.suspect[i], sample, minimum)
	// What is missing or suspect may yet be loaded: it stays open, so that it heals by itself.
	if period.State == plan.Settled && (period.Flag == plan.NoData || period.Flag == plan.SuspectData) {
		period.State = plan.Mature
	}
	return period
}

// total is what a period's sums tell, with every row that was rejected.
func (j *job) total(i int) measure.Estimate {
	estimate := j.estimate(j.sums(i))
	if j.Weighting != nil && len(j.Weighting.Strata) > 0 {
		estimate = j.weighed(i, estimate)
	}
	if rows := j.nobodys(i); rows > 0 {
		rejected := map[measure.Rejection]int64{measure.RejectedNoEntity: rows}
		maps.Copy(rejected, estimate.Rejected)
		estimate.Rejected = rejected
	}
	return estimate
}

// estimate turns sums into a value that is safe to write: no NaN, no infinity.
func (j *job) estimate(sums measure.Sums) measure.Estimate {
	e := j.family.Estimate(sums, j.setting, j.Quality.Confidence)
	if e.Entities == nil && j.Responses != nil && j.Responses.Keep != plan.KeepAll && j.request.Second == nil {
		e.Entities = new(e.N) // one row was kept of each
	}
	for _, number := range []*float64{e.Value, e.Lower, e.Upper, e.EffectiveN, e.Numerator, e.Denominator, e.Worst, e.Best} {
		if number != nil && !isFinite(*number) {
			return measure.Estimate{N: e.N, Rejected: e.Rejected, Reason: measure.NotFinite}
		}
	}
	for name, number := range e.Detail {
		if !isFinite(number) {
			delete(e.Detail, name)
		}
	}
	return e
}

func isFinite(number float64) bool { return !math.IsNaN(number) && !math.IsInf(number, 0) }

// sql is a statement that yields the headline's sums, of this indicator alone so that people can read and
// run it; of two datasets that are asked each by itself, two. The run may have merged it with its neighbours'.
func (j *job) sql() string {
	if j.Period != nil && !j.layout.begun(j.layout.headline) {
		return ""
	}
	headline := []int{j.layout.headline}
	text := j.display(j.data, j.over(j.wish(), headline))
	if wish := j.request.Second; wish != nil && text != "" {
		second := query.Ask{Where: wish.Where, Request: measure.Request{Combination: measure.Additive, Terms: wish.Terms}}
		text += ";\n\n-- dataset " + j.Other + "\n" + j.display(j.second.data, j.over(second, headline))
	}
	if len(text) > maxSQLBytes {
		const cut = "\n-- cut at 8 KiB"
		text = strings.ToValidUTF8(text[:maxSQLBytes-len(cut)], "") + cut
	}
	return text
}

// display writes the statement that answers an ask, empty if there is none.
func (j *job) display(data *dataset, ask query.Ask) string {
	batches, _ := query.Plan(data.engine.Dialect(), data.rows, []query.Ask{ask}, query.Options{})
	if len(batches) == 0 {
		return ""
	}
	return query.Display(batches[0].Statement)
}
