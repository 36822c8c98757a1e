package measure

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// Rate is events per exposure: complaints per 1,000 orders, faults per machine-hour.
type Rate struct {
	// Events is a column of whole numbers to sum up; empty counts rows.
	Events   string   `json:"events,omitempty"`
	Exposure Exposure `json:"exposure"`
	// Per is how much exposure the value is told for; 0 is 1.
	Per       float64   `json:"per,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	Preset    string    `json:"preset,omitempty"`
	Direction Direction `json:"direction"`
}

// Exposure is the base of a rate.
type Exposure struct {
	// Dataset is the second one, if the exposure stands there; empty for the rows of the events themselves.
	Dataset string `json:"dataset,omitempty"`
	// Where restricts the rows of the second dataset.
	Where []Condition `json:"where,omitempty"`
	// Column to sum up; empty counts rows of the second dataset.
	Column string `json:"column,omitempty"`
}

var rateDoc = Doc{
	Name:      "rate",
	Title:     "Rate",
	Summary:   "Events per exposure in the same period and segment; the exposure may stand in another dataset.",
	Formula:   "events / exposure × per; n counts the rows of the exposure",
	Unit:      "as declared, or per so much",
	Direction: "as declared, or the preset's",
	Interval:  "Garwood, exact for events that happen independently. With all responses kept: normal with the error √Σy² of each customer's events; where exposure stands in the same rows, linearised ratio with Student's t on customers − 1; Garwood without events",
	Columns:   "events: a row each, or a column of counts. Exposure: rows or a column of another dataset, which needs the columns of every breakdown, or a column of the same rows",
	Pitfalls:  "The two datasets are joined by period and segment, never row by row: a complaint of March about an order of February belongs to March. No event is zero only where both datasets are proven to be loaded (freshness in both); no exposure is no rate. A low rate of complaints may mean that it is hard to complain. Several complaints of one customer are several events: responses {entity: customer, keep: First} counts those who complain.",
	Reference: "Garwood 1936, Biometrika 28:437 (interval)",
}

func (m *Rate) doc() Doc { return rateDoc }

// formula leaves out the preset and orders the values of conditions.
func (m *Rate) formula() any {
	out := *m
	out.Preset, out.Exposure.Where = "", Ordered(m.Exposure.Where)
	return &out
}

// whereText reads like " with churn In (Yes) and plan Exists", empty without conditions.
func whereText(conditions []Condition) string {
	if len(conditions) == 0 {
		return ""
	}
	return " with " + textOf(conditions)
}

func (m *Rate) check() error {
	switch e := m.Exposure; {
	case e.Dataset == "" && e.Column == "":
		return errors.New("rate: exposure needs a column, or a dataset of its own whose rows are counted")
	case e.Dataset == "" && len(e.Where) > 0:
		return errors.New("rate: exposure.where goes with a dataset of its own only")
	case m.Per < 0:
		return fmt.Errorf("rate: per is %g, it must be above zero", m.Per)
	}
	return nil
}

// per is how much exposure the value is told for.
func (m *Rate) per() float64 {
	if m.Per == 0 {
		return 1
	}
	return m.Per
}

// Describe tells what is counted on either side.
func (m *Rate) Describe() Description {
	of := func(column, rows string) string {
		if column == "" {
			return rows
		}
		return "sum of " + column
	}
	exposure := of(m.Exposure.Column, "rows")
	if m.Exposure.Dataset != "" {
		exposure += " of " + m.Exposure.Dataset + whereText(m.Exposure.Where)
	}
	d := Description{
		Family: rateDoc.Name, Unit: m.Unit, Direction: m.Direction,
		Variant: "events (" + of(m.Events, "rows") + ") / exposure (" + exposure + ")",
	}
	if per := strconv.FormatFloat(m.per(), 'f', -1, 64); m.per() != 1 {
		d.Variant += " × " + per
		if d.Unit == "" {
			d.Unit = "per " + per
		}
	}
	return d
}

// The sums of one side that stands in rows of its own, by index; from tallyPresent on only with a column.
const (
	tallyRows = iota
	tallyPresent
	tallyUnreadable
	tallySum
	tallySize
)

// tally counts rows, or sums up a column.
func tally(column string) []Term {
	if column == "" {
		return []Term{{Op: Rows}}
	}
	return []Term{{Op: Rows}, {Op: Present, Column: column}, {Op: Unreadable, Column: column}, {Op: SumOf, Column: column}}
}

// tallied is what a tally's sums tell.
type tallied struct{ rows, used, unreadable, sum float64 }

func talliedOf(s Sums, column string) tallied {
	if column == "" {
		return tallied{rows: s[tallyRows], used: s[tallyRows], sum: s[tallyRows]}
	}
	return tallied{rows: s[tallyRows], used: s[tallyPresent], unreadable: s[tallyUnreadable], sum: s[tallySum]}
}

// The sums of events with their exposure in the same rows, by index.
const (
	exposedRows = iota
	exposedUsed
	exposedBadEvents
	exposedBadExposure
	exposedEvents
	exposedExposure
)

// Request asks for the sums of either side.
func (m *Rate) Request(in Setting) Request {
	if m.Exposure.Dataset == "" {
		return m.exposed(in)
	}
	terms := tally(m.Events)
	counted := terms[0]
	if m.Events != "" {
		counted = terms[tallyPresent]
	}
	cluster := pair(in.KeepAll, counted, once(terms[len(terms)-1]))
	return Request{
		Combination: combined(cluster), Terms: terms, Cluster: cluster,
		Second: &SecondRequest{Where: m.Exposure.Where, Terms: tally(m.Exposure.Column)},
	}
}

// exposed asks for the sums over rows that have an exposure and, where they are summed, events.
func (m *Rate) exposed(in Setting) Request {
	has := Condition{Column: m.Exposure.Column, Operator: Exists}
	both := [][]Condition{{has}}
	badEvents := Term{Op: Rows, Any: never(m.Exposure.Column)}
	badExposure := Term{Op: Unreadable, Column: m.Exposure.Column}
	y := Term{Op: Rows, Any: both}
	x := Term{Op: SumOf, Column: m.Exposure.Column}
	if m.Events != "" {
		events := Condition{Column: m.Events, Operator: Exists}
		both = [][]Condition{{events, has}}
		badEvents = Term{Op: Unreadable, Column: m.Events}
		badExposure.Any = [][]Condition{{events}} // so that a row is rejected once
		y = Term{Op: SumPaired, Column: m.Events, Other: m.Exposure.Column}
		x = Term{Op: SumPaired, Column: m.Exposure.Column, Other: m.Events}
	}
	cluster := pair(in.KeepAll, x, once(y))
	return Request{
		Combination: combined(cluster),
		Terms:       []Term{{Op: Rows}, {Op: Rows, Any: both}, badEvents, badExposure, y, x},
		Cluster:     cluster,
	}
}

// never is met by no row.
func never(column string) [][]Condition {
	return [][]Condition{{{Column: column, Operator: Exists}, {Column: column, Operator: DoesNotExist}}}
}

// Estimate is in events per Per of exposure. Rejected are rows of events; the detail tells those of the exposure. Rows of exposure without any event have no value: see ZeroWhenComplete.
func (m *Rate) Estimate(sums Sums, in Setting, confidence float64) Estimate {
	request := m.Request(in)
	s := sums.of(request)
	if !s.finite() {
		return Estimate{Reason: NotFinite}
	}
	var clusters *interval.Paired
	own := s[:len(s)-request.secondSize()]
	if request.Cluster != nil {
		c := own.clusters()
		clusters = &c
	}
	if request.Second == nil {
		return m.withinRows(own, clusters, confidence).times(m.per())
	}
	events, exposure := talliedOf(own, m.Events), talliedOf(s[len(own):], m.Exposure.Column)
	e := Estimate{
		N: count(exposure.used),
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    events.rows - events.used - events.unreadable,
			RejectedUnreadable: events.unreadable,
		}),
		Detail: map[string]float64{
			"eventRows": events.used, "exposureRows": exposure.used, "exposureUnreadable": exposure.unreadable,
			"exposureMissing": exposure.rows - exposure.used - exposure.unreadable,
		},
	}
	switch {
	case events.used == 0 && e.N == 0:
		return e.none(NoRows)
	case events.sum < 0:
		return e.none(Contradictory)
	case exposure.sum <= 0:
		return e.over(events.sum, exposure.sum).none(ZeroDenominator)
	case events.used == 0:
		e.Denominator = known(exposure.sum)
		return e.none(NoEvents)
	case clusters == nil || events.sum == 0:
		return e.rate(events.sum, exposure.sum, confidence).times(m.per())
	default:
		// The exposure is known; what varies is how many events each customer brings.
		e.Detail["entities"] = clusters.Count
		e = e.over(events.sum, exposure.sum).is(events.sum).arrivals(clusters.YY, notNegative, methodArrivalClusters, confidence)
		return e.times(m.per() / exposure.sum)
	}
}

// withinRows is the rate where each row tells its exposure.
func (m *Rate) withinRows(s Sums, clusters *interval.Paired, confidence float64) Estimate {
	unreadable := s[exposedBadEvents] + s[exposedBadExposure]
	e := Estimate{
		N: count(s[exposedUsed]),
		Rejected: rejected(map[Rejection]float64{
			RejectedMissing:    s[exposedRows] - s[exposedUsed] - unreadable,
			RejectedUnreadable: unreadable,
		}),
	}
	events, exposure := s[exposedEvents], s[exposedExposure]
	switch {
	case e.N == 0:
		return e.none(NoRows)
	case events < 0:
		return e.none(Contradictory)
	case exposure <= 0:
		return e.over(events, exposure).none(ZeroDenominator)
	case clusters == nil:
		return e.rate(events, exposure, confidence)
	case events == 0: // nobody differs from anybody: no error to estimate from
		return e.clustered(*clusters).rate(events, exposure, confidence)
	default:
		rows := interval.Paired{Y: events, X: exposure}
		return e.ratio(rows, clusters, notNegative, confidence)
	}
}

// times tells value and interval in another unit.
func (e Estimate) times(factor float64) Estimate {
	if e.Value == nil {
		return e
	}
	lower, upper := e.Lower, e.Upper
	e.Lower, e.Upper = nil, nil
	e = e.is(*e.Value * factor)
	if lower == nil {
		return e
	}
	return e.within(interval.Interval{Lower: *lower * factor, Upper: *upper * factor}, unbounded, e.Method)
}

// ZeroWhenComplete turns exposure without any event into a rate of zero: the caller knows that the period is over
// and the rows of both datasets are loaded. A row of events that could not be used forbids it.
func (m *Rate) ZeroWhenComplete(e Estimate, confidence float64) (Estimate, bool) {
	if e.Reason != NoEvents || len(e.Rejected) > 0 || e.Denominator == nil {
		return e, false
	}
	e.Reason = ""
	return e.rate(0, *e.Denominator, confidence).times(m.per()), true
}
