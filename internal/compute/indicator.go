package compute

import (
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
	second  *second // nil if the measure reads one dataset only
	// asks of this round, and how many of them have no answer; asked are the periods of all rounds, by purpose.
	asks  []purposeful
	open  int
	asked map[purpose]map[int]bool

	totals       map[int]measure.Sums // by period
	segments     map[int][]query.Group
	cuts         map[[2]int][]segment  // segments by period and breakdown, those not to be told marked
	counted      map[int]measure.Sums  // of the accounting ask, by period
	strata       map[int][]query.Group // by period, as Weighting cuts them
	responded    map[int]measure.Sums  // by period: invitations and answers
	compositions map[int][]query.Group // the same by compared column
	early, late  map[int]measure.Sums  // by period

	jumps   []string // what is told of values that are not believed yet
	failure *plan.Failure
}

// purposeful is an ask, and the periods that its windows are for.
type purposeful struct {
	query.Ask
	purpose purpose
	periods []int
	// breakdown is where the ask's first breakdown stands among the indicator's.
	breakdown int
	// second: the second dataset is asked.
	second bool
}

type purpose int

const (
	forTotals      purpose = iota // every wanted period
	forSegments                   // headline and previous period, by breakdown
	forBoth                       // few periods: one pass over the rows does both
	forAccount                    // rows that the totals do not tell of
	forStrata                     // every wanted period, by the parts of the population
	forResponse                   // invitations and answers of every wanted period
	forComposition                // the same of the headline, by the columns compared
	forEarly                      // headline, early answers
	forLate                       // headline, late answers
	forOutcomes                   // headline, rows of the second dataset that could follow
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
	return j.request.State == nil && (len(j.Where) > 0 || j.Responses != nil || j.request.Follow != nil)
}

// needed is the entity without which rows are left out, empty if there is none.
func (j *job) needed() string {
	switch r := j.Responses; {
	case j.request.Follow != nil:
		return j.request.Follow.Entity
	case r != nil && (r.Keep != plan.KeepAll || j.request.Cluster != nil && j.request.Cluster.Entity == r.Entity):
		return r.Entity
	}
	return ""
}

// nobodys is how many rows of a period were left out for want of an entity.
func (j *job) nobodys(period int) int64 {
	if sums := j.counted[period]; len(sums) > countedNoEntity {
		return int64(sums[countedNoEntity])
	}
	return 0
}

func newJob(data, other *dataset, indicator plan.Indicator, place int) (*job, error) {
	family, err := measure.Of(indicator.Measure)
	if err != nil {
		return nil, err
	}
	if w := indicator.Weighting; w != nil && w.Column != "" {
		family = measure.WeightedBy(family, w.Column)
	}
	j := &job{
		Indicator: indicator, place: place, family: family, data: data, looked: data.surveys[rhythmOf(indicator.Period)],
		totals: map[int]measure.Sums{}, segments: map[int][]query.Group{}, counted: map[int]measure.Sums{},
		cuts: map[[2]int][]segment{}, asked: map[purpose]map[int]bool{},
		strata: map[int][]query.Group{}, responded: map[int]measure.Sums{}, compositions: map[int][]query.Group{},
		early: map[int]measure.Sums{}, late: map[int]measure.Sums{},
	}
	j.second = newSecond(viewOf(other, indicator.Period))
	// By the rows' own clock where they have one, so that the same rows always give the same numbers.
	clock := data.clock(j.looked)
	if j.second != nil {
		clock = clock.Earlier(other.clock(j.second.looked))
	}
	j.setting = measure.Setting{TimeColumn: data.rows.Dataset.Time.Event, Now: clock.Known(), Confidence: indicator.Quality.Confidence}
	if indicator.Responses != nil && indicator.Responses.Keep == plan.KeepAll {
		j.setting.KeepAll = indicator.Responses.Entity
	}
	j.request = family.Request(j.setting)
	j.layout = newLayout(indicator, j.datasets(), j.request)
	j.ask()
	return j, nil
}

// ask plans what to ask the database for that was not asked before: the periods that are not frozen, and those shown,
// frozen or not.
func (j *job) ask() {
	j.asks = nil
	shown := []int{j.layout.headline}
	if len(j.Breakdowns) > 0 && j.layout.previous >= 0 {
		shown = []int{j.layout.previous, j.layout.headline}
	}
	var wanted []int
	for i := range j.layout.periods {
		if j.Full || slices.Contains(shown, i) || j.frozen(i) == nil {
			wanted = append(wanted, i)
		}
	}
	base := j.wish()
	switch totals := j.unasked(forTotals, wanted); {
	case len(j.Breakdowns) == 0:
		j.add(forTotals, base, totals)
	case len(totals) == len(wanted) && len(wanted) <= fewPeriods && !measure.PerSegment(j.family):
		base.Breakdowns = j.Breakdowns
		j.add(forBoth, base, wanted)
	default:
		j.add(forTotals, base, totals)
		j.addSegments(base, j.unasked(forSegments, shown))
	}
	base.Breakdowns = nil
	j.askForAnswers(base, wanted)
	j.askForOutcomes([]int{j.layout.headline})
	if j.accounts() {
		terms, periods := []measure.Term{{Op: measure.Rows}}, []int{j.layout.headline}
		if entity := j.needed(); entity != "" {
			column := j.data.rows.Dataset.Entities[entity]
			terms = append(terms, measure.Term{Op: measure.Rows, Any: [][]measure.Condition{{{Column: column, Operator: measure.DoesNotExist}}}})
			periods = wanted
		}
		count := query.Ask{Where: j.Where, Request: measure.Request{Combination: measure.Additive, Terms: terms}}
		j.add(forAccount, count, j.unasked(forAccount, periods))
	}
	j.open = len(j.asks)
}

// wish is what the measure asks of the indicator's rows.
func (j *job) wish() query.Ask {
	ask := query.Ask{Where: j.cellWhere(theTotal), Request: j.request, Responses: j.Responses}
	ask.Request.Second = nil // asked by itself
	if follow := j.request.Follow; follow != nil && follow.Dataset != "" {
		ask.Other = &j.second.data.rows
	}
	return ask
}

// unasked are those of periods that were not asked for yet.
func (j *job) unasked(why purpose, periods []int) []int {
	return slices.DeleteFunc(slices.Clone(periods), func(i int) bool {
		return j.asked[why][i] || (why == forTotals || why == forSegments) && j.asked[forBoth][i]
	})
}

// add asks for periods, those left out of which nothing can be known yet.
func (j *job) add(why purpose, ask query.Ask, periods []int) {
	if j.Period != nil {
		periods = slices.DeleteFunc(slices.Clone(periods), func(i int) bool { return !j.layout.begun(i) })
	}
	if len(periods) == 0 {
		return
	}
	if j.asked[why] == nil {
		j.asked[why] = map[int]bool{}
	}
	for _, i := range periods {
		j.asked[why][i] = true
	}
	wish := purposeful{Ask: j.over(ask, periods), purpose: why, periods: periods}
	j.asks = append(j.asks, wish)
	if why == forTotals || why == forSegments || why == forBoth {
		j.addSecond(wish)
	}
}

// over is an ask with the windows of periods.
func (j *job) over(ask query.Ask, periods []int) query.Ask {
	if j.Period == nil {
		return ask
	}
	ask.TimeZone = j.Period.TimeZone
	if ask.Request.State != nil || ask.Request.Follow != nil {
		ask.Known = j.setting.Now
	}
	for _, i := range periods {
		ask.Windows = append(ask.Windows, j.layout.span(i))
		if j.layout.reads == readsEnds {
			ask.Opening = append(ask.Opening, j.layout.opening(i))
			ask.Closing = append(ask.Closing, j.layout.closing(i))
		}
	}
	return ask
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
		if ask.second {
			j.second.take(ask, period, group)
			continue
		}
		if j.takeBeside(ask.purpose, period, group) {
			continue
		}
		if group.Breakdown >= 0 {
			group.Breakdown += ask.breakdown
		} else if ask.purpose == forSegments {
			continue
		}
		if broken := j.breach(period, group); broken != nil {
			j.failure = broken
			return
		}
		if group.Breakdown >= 0 {
			j.segments[period] = append(j.segments[period], group)
		} else {
			j.totals[period] = group.Sums
		}
	}
}

// takeBeside stores what is asked for beside totals and segments; false for these.
func (j *job) takeBeside(why purpose, period int, group query.Group) bool {
	total := group.Breakdown < 0
	switch {
	case why == forAccount:
		j.counted[period] = group.Sums
	case why == forStrata && !total:
		j.strata[period] = append(j.strata[period], group)
	case why == forResponse:
		j.responded[period] = group.Sums
	case why == forComposition && !total:
		j.compositions[period] = append(j.compositions[period], group)
	case why == forEarly:
		j.early[period] = group.Sums
	case why == forLate:
		j.late[period] = group.Sums
	default:
		return why == forStrata || why == forComposition
	}
	return true
}
