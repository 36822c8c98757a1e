package compute

import (
	"slices"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// view is a dataset as an indicator sees it: with what a look in its rhythm found.
type view struct {
	data   *dataset
	looked *survey
}

// viewOf is what an indicator sees of an opened dataset, nil if there is none.
func viewOf(data *dataset, period *plan.Period) *view {
	if data == nil {
		return nil
	}
	return &view{data: data, looked: data.surveys[rhythmOf(period)]}
}

// sight is how the view's rows bear on an indicator's values.
func (v *view) sight(period *plan.Period, stateful bool) sight {
	s := sight{rows: v.looked.audit.PeriodRows, reads: readsOf(v.data.rows.Dataset, stateful), clock: v.data.clock(v.looked)}
	if period != nil {
		s.rows = s.rows[v.looked.skip(period):]
	}
	return s
}

// skip is how many of the survey's periods lie before what an indicator reaches back to.
func (s *survey) skip(period *plan.Period) int { return len(s.periods) - reach(period) }

// second is the other dataset that a measure reads, and what it answered.
type second struct {
	view
	totals   map[int]measure.Sums // by period
	segments map[int][]query.Group
	// outcomes are, by period, the rows that could follow its base rows, and those of them that are outcomes.
	outcomes map[int]measure.Sums
}

// The sums of the ask that accounts for outcomes.
const (
	outcomesNear = iota // in the time in which they can follow
	outcomesMeeting
)

func newSecond(v *view) *second {
	if v == nil {
		return nil
	}
	return &second{view: *v, totals: map[int]measure.Sums{}, segments: map[int][]query.Group{}, outcomes: map[int]measure.Sums{}}
}

// addSecond asks the second dataset for its own sums of the windows and segments of an ask.
func (j *job) addSecond(ask purposeful) {
	if j.request.Second == nil {
		return
	}
	twin := ask
	twin.second = true
	twin.Where, twin.Responses = j.request.Second.Where, nil
	twin.Request = measure.Request{Combination: measure.Additive, Terms: j.request.Second.Terms}
	j.asks = append(j.asks, twin)
}

// askForOutcomes counts the second dataset's rows that could follow the base rows of periods.
func (j *job) askForOutcomes(periods []int) {
	follow := j.request.Follow
	if follow == nil || j.second == nil {
		return
	}
	terms := []measure.Term{{Op: measure.Rows}, {Op: measure.Rows}}
	if len(follow.Where) > 0 {
		terms[outcomesMeeting].Any = [][]measure.Condition{follow.Where}
	}
	before := len(j.asks)
	j.add(forOutcomes, query.Ask{Request: measure.Request{Combination: measure.Additive, Terms: terms}}, j.unasked(forOutcomes, periods))
	for k := before; k < len(j.asks); k++ {
		j.asks[k].second = true
		for w := range j.asks[k].Windows {
			j.asks[k].Windows[w] = outcomeWindow(j.asks[k].Windows[w], follow)
		}
	}
}

// outcomeWindow is when outcomes of a window's base rows can happen.
func outcomeWindow(w query.Window, follow *measure.FollowRequest) query.Window {
	return query.Window{Start: w.Start.Add(follow.After), End: w.End.Add(follow.Within)}
}

// take stores the second dataset's answer for a period.
func (s *second) take(ask purposeful, period int, group query.Group) {
	switch {
	case ask.purpose == forOutcomes:
		s.outcomes[period] = group.Sums
	case group.Breakdown >= 0:
		s.segments[period] = append(s.segments[period], group)
	case ask.purpose != forSegments:
		s.totals[period] = group.Sums
	}
}

// sums are a period's, those of the second dataset behind the indicator's own; nil if neither has rows.
func (j *job) sums(period int) measure.Sums {
	if j.request.Second == nil {
		return j.totals[period]
	}
	return j.join(j.totals[period], j.second.totals[period])
}

// join puts the sums of both datasets in a row; a dataset without rows sums to zero.
func (j *job) join(own, other measure.Sums) measure.Sums {
	size := len(j.request.Second.Terms)
	switch {
	case own == nil && other == nil:
		return nil
	case own == nil:
		own = make(measure.Sums, j.request.Size()-size)
	case other == nil:
		other = make(measure.Sums, size)
	}
	return slices.Concat(own, other)
}

// groups are a period's segments by one breakdown: those that have rows in either dataset.
func (j *job) groups(period, breakdown int) []query.Group {
	of := func(all []query.Group) []query.Group {
		return slices.DeleteFunc(slices.Clone(all), func(g query.Group) bool { return g.Breakdown != breakdown })
	}
	own := of(j.segments[period])
	if j.request.Second == nil {
		return own
	}
	others := map[string]query.Group{}
	var order []string
	for _, g := range of(j.second.segments[period]) {
		key := keyOf(g.Values)
		others[key], order = g, append(order, key)
	}
	for i, g := range own {
		key := keyOf(g.Values)
		own[i].Sums = j.join(g.Sums, others[key].Sums)
		delete(others, key)
	}
	for _, key := range order {
		if g, left := others[key]; left {
			g.Sums = j.join(nil, g.Sums)
			own = append(own, g)
		}
	}
	return own
}

// datasets are those that the job reads, its own first.
func (j *job) datasets() []*view {
	views := []*view{{data: j.data, looked: j.looked}}
	if j.second != nil {
		views = append(views, &j.second.view)
	}
	return views
}

// watermark is the newest load time seen; of two datasets, the earlier one.
func (j *job) watermark() *time.Time {
	var found *time.Time
	for _, v := range j.datasets() {
		if mark := v.looked.audit.Watermark; mark != nil && (found == nil || mark.Before(*found)) {
			found = mark
		}
	}
	return found
}
