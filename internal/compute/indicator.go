package compute

import (
	"context"
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
)

// job is an indicator on its way from asks to numbers.
type job struct {
	plan.Indicator
	place   int
	family  measure.Family
	setting measure.Setting
	request measure.Request
	layout  layout
	data    *dataset
	looked  *survey
	// wanted are the periods that are computed; the others are frozen.
	wanted []int
	asks   []purposeful
	open   int // asks without an answer

	totals   map[int]measure.Sums // by period
	segments map[int][]query.Group
	cuts     map[[2]int][]segment // segments by period and breakdown, those not to be told marked
	counted  map[int]measure.Sums // of the accounting ask, by period
	failure  *plan.Failure
}

// purposeful is an ask, and the periods that its windows are for.
type purposeful struct {
	query.Ask
	purpose purpose
	periods []int
}

type purpose int

const (
	forTotals   purpose = iota // every wanted period
	forSegments                // headline and previous period, by breakdown
	forBoth                    // few periods: one pass over the rows does both
	forAccount
)

// fewPeriods is up to how many periods are broken down although only two need it: cheaper than another pass.
const fewPeriods = 4

// The sums of the ask that accounts for rows.
const (
	countedRows     = iota // rows that meet the indicator's where
	countedNoEntity        // of them, without the entity that responses are chosen by
)

// accounts reports whether rows are counted beside the measure's own sums.
func (j *job) accounts() bool {
	return j.request.State == nil && (len(j.Where) > 0 || j.Responses != nil)
}

// needsEntity reports whether rows without the entity of responses are left out.
func (j *job) needsEntity() bool {
	return j.Responses != nil && (j.Responses.Keep != plan.KeepAll ||
		j.request.Cluster != nil && j.request.Cluster.Entity == j.Responses.Entity)
}

// nobodys is how many rows of a period were left out for want of an entity.
func (j *job) nobodys(period int) int64 {
	if sums := j.counted[period]; len(sums) > countedNoEntity {
		return int64(sums[countedNoEntity])
	}
	return 0
}

// compute asks for the indicators at places together and tells their results as they come.
func (r *run) compute(ctx context.Context, data *dataset, places []int) error {
	var asks []query.Ask
	var owners []*job // by ask ID
	var purposes []purposeful
	for _, place := range places {
		j, err := newJob(data, r.plan.Indicators[place], place)
		if err != nil {
			failure := plan.Failure{Reason: plan.UnsupportedCombination, Message: fmt.Sprintf("The measure cannot be computed: %v. Correct the definition.", err)}
			if err := r.tell(place, nil, &failure); err != nil {
				return err
			}
			continue
		}
		for _, ask := range j.asks {
			ask.ID = len(asks)
			asks, owners, purposes = append(asks, ask.Ask), append(owners, j), append(purposes, ask)
		}
	}
	executor := executor{
		engine: r.engine,
		plan: func(asks []query.Ask) ([]query.Batch, []query.Refusal) {
			return query.Plan(r.engine.Dialect(), data.rows, asks, r.options())
		},
		attempting: func(ids []int) error {
			attempt := plan.Attempt{Run: r.plan.Run}
			for _, id := range ids {
				if key := owners[id].Key; !slices.Contains(attempt.Keys, key) {
					attempt.Keys = append(attempt.Keys, key)
				}
			}
			return r.attempt(attempt)
		},
		answered: func(id int, answer answer) error {
			j := owners[id]
			j.take(purposes[id], answer)
			if j.open > 0 {
				return nil
			}
			if j.failure != nil {
				return r.tell(j.place, nil, j.failure)
			}
			return r.tell(j.place, j.numbers(r.plan.Source.Limits.MaxSegments), nil)
		},
	}
	return executor.run(ctx, asks)
}

// bytesPerRow is about what a statement that sorts or joins rows holds for each of them.
const bytesPerRow = 100

// options keep statements that sort or join within a quarter of the memory, where rows are read by this pod.
func (r *run) options() query.Options {
	memory := r.plan.Source.Limits.MemoryBytes
	if r.engine.Dialect() != query.DuckDB || memory == 0 {
		return query.Options{}
	}
	return query.Options{MaxRowsPerStatement: memory / 4 / bytesPerRow}
}

func newJob(data *dataset, indicator plan.Indicator, place int) (*job, error) {
	family, err := measure.Of(indicator.Measure)
	if err != nil {
		return nil, err
	}
	j := &job{
		Indicator: indicator, place: place, family: family, data: data, looked: data.surveys[rhythmOf(indicator.Period)],
		totals: map[int]measure.Sums{}, segments: map[int][]query.Group{}, counted: map[int]measure.Sums{},
		cuts: map[[2]int][]segment{},
	}
	// By the rows' own clock where they have one, so that the same rows always give the same numbers.
	j.setting = measure.Setting{TimeColumn: data.rows.Dataset.Time.Event, Now: data.clock(j.looked).Known()}
	if indicator.Responses != nil && indicator.Responses.Keep == plan.KeepAll {
		j.setting.KeepAll = indicator.Responses.Entity
	}
	j.request = family.Request(j.setting)
	j.layout = newLayout(indicator, data, j.looked, j.request.State != nil)
	j.ask()
	j.open = len(j.asks)
	return j, nil
}

// ask plans what to ask the database for.
func (j *job) ask() {
	shown := []int{j.layout.headline} // explained and broken down, frozen or not
	if len(j.Breakdowns) > 0 && j.layout.previous >= 0 {
		shown = []int{j.layout.previous, j.layout.headline}
	}
	for i := range j.layout.periods {
		if j.Full || slices.Contains(shown, i) || j.frozen(i) == nil {
			j.wanted = append(j.wanted, i)
		}
	}
	base := query.Ask{Where: j.Where, Request: j.request, Responses: j.Responses}
	switch {
	case len(j.Breakdowns) == 0:
		j.add(forTotals, base, j.wanted)
	case len(j.wanted) <= fewPeriods:
		base.Breakdowns = j.Breakdowns
		j.add(forBoth, base, j.wanted)
	default:
		j.add(forTotals, base, j.wanted)
		base.Breakdowns = j.Breakdowns
		j.add(forSegments, base, shown)
	}
	if j.accounts() {
		terms, periods := []measure.Term{{Op: measure.Rows}}, []int{j.layout.headline}
		if j.needsEntity() {
			column := j.data.rows.Dataset.Entities[j.Responses.Entity]
			terms = append(terms, measure.Term{Op: measure.Rows, Any: [][]measure.Condition{{{Column: column, Operator: measure.DoesNotExist}}}})
			periods = j.wanted
		}
		j.add(forAccount, query.Ask{Where: j.Where, Request: measure.Request{Combination: measure.Additive, Terms: terms}}, periods)
	}
}

// add asks for periods.
func (j *job) add(why purpose, ask query.Ask, periods []int) {
	if j.Period != nil {
		ask.TimeZone = j.Period.TimeZone
		if ask.Request.State != nil {
			ask.Known = j.setting.Now
		}
		for _, i := range periods {
			ask.Windows = append(ask.Windows, j.layout.span(i))
			if j.layout.reads == readsEnds {
				ask.Opening = append(ask.Opening, j.layout.opening(i))
				ask.Closing = append(ask.Closing, j.layout.closing(i))
			}
		}
	}
	j.asks = append(j.asks, purposeful{Ask: ask, purpose: why, periods: periods})
}

// take stores an answer where the numbers are made from.
func (j *job) take(ask purposeful, answer answer) {
	j.open--
	if answer.failure != nil {
		j.failure = answer.failure
		return
	}
	for _, group := range answer.groups {
		period := ask.periods[group.Window]
		switch {
		case ask.purpose == forAccount:
			j.counted[period] = group.Sums
		case group.Breakdown >= 0:
			j.segments[period] = append(j.segments[period], group)
		case ask.purpose != forSegments:
			j.totals[period] = group.Sums
		}
	}
}
